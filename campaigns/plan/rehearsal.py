"""A rehearsal: who would get a campaign, who not and why, when each account would be done, and every text.

Nothing is sent and no delivery is written. Facts are read a page at a time into compact arrays, then the lanes run under
a simulated clock (`campaigns.plan.simulation`); every decision is made by the policies that dispatch uses.
"""

import asyncio
from array import array
from bisect import bisect_left
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from campaigns.message.media_rules import megabytes
from campaigns.message.ready_texts import ReadyTexts
from campaigns.message.variants import Choice
from campaigns.plan.rehearsal_facts import PAGE, ProfileOf, RehearsalFacts, Scene, each_page
from campaigns.plan.rehearsal_people import Crowd
from campaigns.plan.rehearsal_views import AccountFinish, Figures, SampleText, Stage, TextFault
from campaigns.plan.simulated_lanes import SimulatedLane
from campaigns.plan.simulated_rows import NUMBER_OF
from campaigns.plan.simulation import Simulation, Watch
from campaigns.reasons import DeliveryReason
from core.clock import Clock
from core.domain.account import AccountState
from core.domain.ids import CampaignId, ContactId
from core.domain.media import describe_media
from core.errors import Cancelled, EmptyMessage, MessageTooLong, MissingField

Tell = Callable[[Figures], Awaitable[bool]]
Inputs = tuple[ContactId, str, Choice, Mapping[str, str]]

TELL_EVERY_S: Final = 0.25
SHOWN_FAULTS: Final = 100
SAMPLES: Final = 5


class Rehearsal:
    """One rehearsal of one campaign, made for one `run`."""

    def __init__(
        self,
        facts: RehearsalFacts,
        profile_of: ProfileOf,
        clock: Clock,
        *,
        read_ahead: int,
        tell: Tell,
        watch: Watch | None = None,
    ) -> None:
        """`tell` gets the figures some four times a second; where it answers False the rehearsal is cancelled."""
        self._facts = facts
        self._profile_of = profile_of
        self._clock = clock
        self._read_ahead = read_ahead
        self._tell_now = tell
        self._watch = watch
        self._told_s = 0.0
        self.crowd: Crowd | None = None
        self._figures = Figures()

    async def run(self, campaign_id: CampaignId, *, start_at: datetime | None = None) -> Figures:
        """All figures. Raises UserInputError, Cancelled, StorageError."""
        now = self._clock.now()
        scene = await self._facts.scene(campaign_id, self._profile_of, start_at=start_at, now=now)
        self.crowd = crowd = Crowd(self._facts, scene)
        self._figures = Figures(starts_at=scene.campaigns[0].starts_at, notes=_notes(scene))
        await self._tell(self._figures)
        await self._read(scene, crowd)
        # Before the lanes run, since those for whom there is no message take nobody's turn.
        await self._make_texts(scene, crowd)
        await self._run_lanes(_with_canary(scene, self._figures.to_send), crowd, now)
        return self._figures

    def exceptions(self) -> Iterator[tuple[int, DeliveryReason]]:
        """Contact and reason of everybody who would not get it; after `run`."""
        return iter(()) if self.crowd is None else self.crowd.exceptions()

    async def _tell(self, figures: Figures, *, is_due: bool = True) -> None:
        if not is_due and self._clock.monotonic() - self._told_s < TELL_EVERY_S:
            await asyncio.sleep(0)
            return
        if not await self._tell_now(figures):
            raise Cancelled
        self._told_s = self._clock.monotonic()

    # ------------------------------------------------------------------------------------------------ the passes

    async def _read(self, scene: Scene, crowd: Crowd) -> None:
        done = 0

        async def tell(count: int) -> None:
            nonlocal done
            is_first, done = not done, done + count
            if is_first or self._clock.monotonic() - self._told_s >= TELL_EVERY_S:
                self._count(crowd, part_done=done / max(scene.people, done))
                await self._tell(self._figures)

        await crowd.read(tell)
        self._count(crowd, part_done=1.0)
        await self._tell(self._figures)

    def _count(self, crowd: Crowd, *, part_done: float) -> None:
        skipped = dict(crowd.skipped)
        to_send = crowd.recipients - sum(skipped.values())
        self._figures = replace(
            self._figures, part_done=part_done, recipients=crowd.recipients, to_send=to_send, skipped=skipped
        )

    async def _make_texts(self, scene: Scene, crowd: Crowd) -> None:
        """Make every text; the rows of those for whom there is none know it then."""
        texts = _Texts(ReadyTexts(scene.campaign.message))
        for is_planned, is_there in ((True, scene.planned_up_to > 0), (False, scene.has_members_left)):
            if is_there:
                await self._make_some(scene, texts, is_planned=is_planned)
        self._figures = texts.show(self._figures)
        texts.mark(crowd)

    async def _make_some(self, scene: Scene, texts: "_Texts", *, is_planned: bool) -> None:
        async def read(after: int) -> Sequence[Inputs]:
            return await self._facts.inputs(scene.campaign, after=after, limit=PAGE, is_planned=is_planned)

        async def use(page: Sequence[Inputs]) -> None:
            for contact_id, name, choice, values in page:
                texts.make(contact_id, name, choice, values)
            part_done = min(1.0, texts.count / max(1, self._figures.recipients))
            self._figures = replace(texts.show(self._figures), part_done=part_done)
            await self._tell(self._figures, is_due=False)

        after = 0 if is_planned else scene.planned_up_to
        await each_page(read, after, lambda inputs: int(inputs[0]), use)

    async def _run_lanes(self, scene: Scene, crowd: Crowd, now: datetime) -> None:
        simulation = Simulation(
            scene.lanes,
            scene.campaigns,
            crowd.people,
            now=now,
            read_ahead=self._read_ahead,
            watch=self._watch,
        )
        crowd.fill(simulation)
        for claims in simulation.run():
            part_done = min(1.0, claims / max(1, len(crowd.people)))  # some are asked for more than once
            await self._tell(replace(self._figures, stage=Stage.LANES, part_done=part_done), is_due=False)
        crowd.count()
        self._count(crowd, part_done=1.0)
        finishes = tuple(_finish(simulation, lane) for lane in simulation.lanes)
        last = max((each.finishes_at for each in finishes if each.finishes_at is not None), default=None)
        stands_still = any(each.stands_still and each.people for each in finishes)
        self._figures = replace(
            self._figures,
            stage=Stage.LANES,
            finishes_at=None if stands_still else last,
            canary_at=simulation.campaigns[0].canary_at,
            accounts=finishes,
        )
        await self._tell(self._figures)


class _Texts:
    """Texts made so far, and for whom there is none."""

    def __init__(self, texts: ReadyTexts) -> None:
        self._texts = texts
        self.count = 0
        self._samples: list[SampleText] = []
        self._faults: list[TextFault] = []
        self._contacts = array("q")  # rising
        self._reasons = array("B")

    def make(self, contact_id: ContactId, name: str, choice: Choice, values: Mapping[str, str]) -> None:
        self.count += 1
        try:
            message = self._texts.render(choice, values).text
        except (MissingField, EmptyMessage, MessageTooLong) as error:
            reason = DeliveryReason(error.code)
            self._contacts.append(contact_id)
            self._reasons.append(NUMBER_OF[reason])
            if len(self._faults) < SHOWN_FAULTS:
                detail = error.field if isinstance(error, MissingField) else error.message
                self._faults.append(TextFault(contact_id=contact_id, name=name, reason=reason, detail=detail))
            return
        if len(self._samples) < SAMPLES:
            self._samples.append(SampleText(contact_id=contact_id, name=name, text=message.text))

    def show(self, figures: Figures) -> Figures:
        samples, faults = tuple(self._samples), tuple(self._faults)
        return replace(figures, stage=Stage.TEXTS, texts=self.count, samples=samples, faults=faults)

    def mark(self, crowd: Crowd) -> None:
        """Tell the rows."""
        people = crowd.people
        for row, contact_id in enumerate(people.contacts if self._contacts else ()):
            if people.campaigns[row] != 0:
                continue
            at = bisect_left(self._contacts, contact_id)
            if at < len(self._contacts) and self._contacts[at] == contact_id:
                people.faults[row] = self._reasons[at]


def _with_canary(scene: Scene, planned: int) -> Scene:
    """How many people get it first is known once everybody is planned, as when it is scheduled."""
    start, *others = scene.campaigns
    canary = start.plan.canary
    if canary is None or not start.has_canary_ahead or not planned:
        return scene
    return replace(scene, campaigns=[replace(start, canary_size=canary.size(planned)), *others])


def _finish(simulation: Simulation, lane: SimulatedLane) -> AccountFinish:
    account = lane.start.account
    is_ready = account.state is AccountState.READY
    reason = f"It is {account.state.replace('_', ' ')}." if account.state_reason is None else account.state_reason
    return AccountFinish(
        account_id=account.id,
        title=account.title,
        people=lane.rehearsed,
        finishes_at=None if lane.last_ms is None else simulation.moment(lane.last_ms),
        waits_for=lane.waits_for,
        stands_still="" if is_ready else reason,
    )


def _notes(scene: Scene) -> tuple[str, ...]:
    """What a rehearsal cannot know of this campaign, in sentences."""
    notes = []
    if scene.is_next_run:
        notes.append("It repeats: this is its next run, for the people whom it has now.")
    if any(lane.profile.per_second is None for lane in scene.lanes):
        notes.append(
            "An account without a limit of pace sends as fast as Telegram answers; that time is not counted."
        )
    if len(scene.campaigns) > 1:
        others = len(scene.campaigns) - 1
        notes.append(
            f"{others} other {'campaign' if others == 1 else 'campaigns'} with the same accounts "
            f"{'takes its' if others == 1 else 'take their'} turns too; what others have on other accounts is left out."
        )
    if scene.paused_others:
        paused = "1 paused campaign" if scene.paused_others == 1 else f"{scene.paused_others} paused campaigns"
        notes.append(f"It is counted without {paused} of the same accounts.")
    media = [each.media for each in scene.campaign.message.media]
    if media:
        size = megabytes(sum(each.size_bytes for each in media))
        notes.append(
            f"{describe_media(media)}, {size} MB: each account uploads it once, and that time is not counted."
        )
    if len(media) > 1:
        notes.append(f"Telegram counts an album as {len(media)} messages, and so does the pace of an account.")
    canary = scene.campaign.plan.canary
    if canary is not None:
        notes.append("After the first people it is counted as going on at once, and none of them as failed.")
    notes.append("Waits that Telegram demands, and people whom nobody finds or who refuse, cannot be foreseen.")
    return tuple(notes)
