"""The trial run of the open campaign: started, followed, cancelled; its result is kept while the campaign is open."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Final, Protocol

from campaigns.delivery import DeliveryState
from campaigns.message.media_files import Thumbnail
from campaigns.message.variants import Message
from campaigns.reasons import SENTENCES
from campaigns.trial.views import USUAL_PEOPLE, TrialPerson, TrialProgress, TrialResult, TrialStage
from core.domain.ids import CampaignId
from core.domain.media import describe_media
from core.domain.message import OutgoingMessage
from core.errors import AppError, Cancelled
from desktop.formatting import Formats, count_of
from desktop.pages.composer.media_presenter import PICTURE_PX
from desktop.pages.services import PageServices

Before = Callable[[], Coroutine[object, object, None]]

STAGES: Final = {
    TrialStage.SANDBOX: "Starting a small Telegram on this computer",
    TrialStage.ACCOUNTS: "Signing stand-ins for the accounts in",
    TrialStage.SENDING: "Delivering",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialWords:
    """What the card says. `persons`: who, and what arrived or why nothing did."""

    about: str
    persons: tuple["PersonWords", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonWords:
    """One person of the sample."""

    name: str
    facts: str
    arrived: OutgoingMessage | None
    problem: str


class TrialShows(Protocol):
    """The card."""

    def show_progress(self, words: str, part: float) -> None: ...
    def show_result(self, words: TrialWords | None, *, is_stale: bool) -> None: ...
    def show_picture(self, sha256: str, picture: Thumbnail) -> None: ...
    def show_problem(self, error: AppError) -> None: ...


class TrialPresenter:
    """One campaign, one trial at a time."""

    def __init__(self, services: PageServices, message_of: Callable[[], Message]) -> None:
        """`message_of`: the message of the open campaign, whose photos are what arrives."""
        self._services = services
        self._message_of = message_of
        self._view: TrialShows | None = None
        self._campaign_id: CampaignId | None = None
        self._words: TrialWords | None = None
        self._is_stale = False
        self._is_running = False
        self._stop: Callable[[], object] | None = None  # of a trial whose process runs

    def show_on(self, view: TrialShows) -> None:
        self._view = view
        view.show_result(self._words, is_stale=self._is_stale)

    def open(self, campaign_id: CampaignId) -> None:
        """Another campaign: what was tried with the one before is forgotten."""
        if campaign_id != self._campaign_id:
            self.cancel()
            self._campaign_id, self._words, self._is_stale = campaign_id, None, False
            self._show()

    def note_change(self) -> None:
        """The campaign holds something else now."""
        if self._words is not None and not self._is_stale:
            self._is_stale = True
            self._show()

    def begin(self, before: Before) -> None:
        """`before`: what has to be done first, such as saving what was typed."""
        if not self._is_running:
            self._is_running = True
            self._services.spawn(self._run(before), "trial run")

    def cancel(self) -> None:
        """It ends within some seconds, and leaves nothing."""
        if self._stop is not None:
            self._stop()

    async def _run(self, before: Before) -> None:
        campaign_id = self._campaign_id
        assert campaign_id is not None, "the button appears with an open campaign"
        try:
            self._progress(STAGES[TrialStage.SANDBOX], 0)
            await before()
            async with self._services.trials.begin(campaign_id, USUAL_PEOPLE) as trial:
                self._stop = trial.stop
                async for line in trial.follow():
                    if isinstance(line, TrialProgress):
                        self._progress(*_progress_words(line, self._services.formats))
                    elif campaign_id == self._campaign_id:
                        self._words, self._is_stale = describe_trial(line, self._services.formats), False
        except Cancelled:
            pass
        except AppError as error:
            if self._view is not None and campaign_id == self._campaign_id:
                self._view.show_problem(error)
                return
        finally:
            self._is_running, self._stop = False, None
        self._show()
        if self._words is not None:
            await self._show_pictures(self._words)

    async def _show_pictures(self, words: "TrialWords") -> None:
        """Of the photos that arrived."""
        arrived = {m.sha256 for person in words.persons if person.arrived is not None for m in person.arrived.media}
        for attachment in self._message_of().media:
            if attachment.media.sha256 in arrived:
                picture = await self._services.media.thumbnail(attachment, PICTURE_PX)
                if picture is not None and self._view is not None:
                    self._view.show_picture(attachment.media.sha256, picture)

    def _progress(self, words: str, part: float) -> None:
        if self._view is not None:
            self._view.show_progress(words, part)

    def _show(self) -> None:
        if self._view is not None:
            self._view.show_result(self._words, is_stale=self._is_stale)


def _progress_words(line: TrialProgress, formats: Formats) -> tuple[str, float]:
    if line.stage is not TrialStage.SENDING:
        return STAGES[line.stage], 0.05
    done = f"{formats.number(line.done)} of {formats.number(line.people)}"
    return f"{STAGES[line.stage]}: {done}", 0.2 + 0.8 * line.done / max(line.people, 1)


def describe_trial(result: TrialResult, formats: Formats) -> TrialWords:
    """Who did not get it comes first: that is what has to be mended."""
    people = sorted(result.people, key=lambda person: person.arrived is not None)
    got = f"{formats.number(result.delivered)} of {formats.number(len(people))} people of the sample got it"
    whole = count_of(formats.number(result.members), "person", "people")
    about = f"{got}. The campaign addresses {whole}; none of them was written to. {' '.join(result.notes)}"
    return TrialWords(about=about, persons=tuple(_person(person, formats) for person in people))


def _person(person: TrialPerson, formats: Formats) -> PersonWords:
    facts = [f"from {person.account}"]
    if person.after_ms is not None:
        facts.append(f"after {formats.number(person.after_ms)} ms")
    if person.arrived is not None and person.arrived.media:
        facts.append(describe_media(person.arrived.media))
    if person.arrived is not None and person.arrived.is_silent:
        facts.append("without a sound")
    return PersonWords(
        name=person.name or f"Person {person.contact_id}",
        facts=" · ".join(facts),
        arrived=person.arrived,
        problem=_problem(person),
    )


def _problem(person: TrialPerson) -> str:
    if person.reason is not None:
        return f"{SENTENCES[person.reason]} {person.detail}".strip()
    return "" if person.state is DeliveryState.SENT else "Nothing became of it."
