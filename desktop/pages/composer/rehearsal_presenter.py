"""The rehearsal of the open campaign: started, watched while it runs, cancelled. Knows no Qt."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Final, Protocol

from campaigns.jobs import JobState
from campaigns.plan.rehearsal_views import RehearsalView, SkippedPerson
from core.domain.ids import CampaignId
from core.errors import AppError
from desktop.pages.composer.rehearsal_words import RehearsalWords, describe_rehearsal
from desktop.pages.services import PageServices

LOOK_S: Final = 0.2
EXAMPLES: Final = 400  # of the skipped: enough for one name a reason

Before = Callable[[], Coroutine[object, object, None]]


class RehearsalShows(Protocol):
    """What the step shows."""

    def show_rehearsal(self, words: RehearsalWords | None, *, is_stale: bool) -> None: ...


class RehearsalPresenter:
    """One campaign, one rehearsal at a time."""

    def __init__(self, services: PageServices, view: RehearsalShows) -> None:
        self._services = services
        self._view = view
        self._campaign_id: CampaignId | None = None
        self._newest: RehearsalView | None = None
        self._people: Sequence[SkippedPerson] = ()
        self._is_stale = False
        self._is_watching = False

    @property
    def is_done(self) -> bool:
        """There is one, of what the campaign holds now."""
        return self._newest is not None and self._newest.state is JobState.DONE and not self._is_stale

    async def open(self, campaign_id: CampaignId) -> None:
        """Show the newest one. Raises AppError."""
        self._campaign_id = campaign_id
        self._newest, self._people, self._is_stale = None, (), False
        self._show()
        await self._watch()

    def note_change(self) -> None:
        """The campaign holds something else now."""
        if self._newest is not None and not self._is_stale:
            self._is_stale = True
            self._show()

    def rehearse(self, before: Before) -> None:
        """`before`: what has to be done first, such as saving what was typed."""
        self._services.spawn(self._rehearse(before), "rehearse")

    def cancel(self) -> None:
        if self._newest is not None:
            self._services.spawn(self._services.rehearsals.cancel(self._newest.id), "cancel the rehearsal")

    async def _rehearse(self, before: Before) -> None:
        campaign_id = self._campaign_id
        assert campaign_id is not None
        try:
            await before()
            await self._services.rehearsals.start(campaign_id, actor=self._services.actor)
            self._is_stale = False
            await self._watch()
        except AppError as error:
            self._services.tells.error(error)

    async def _watch(self) -> None:
        """Until it has ended, or another campaign is shown."""
        if self._is_watching:
            return
        self._is_watching = True
        campaign_id = self._campaign_id
        try:
            while campaign_id is not None and campaign_id == self._campaign_id:
                newest = await self._services.rehearsals.latest(campaign_id)
                if campaign_id != self._campaign_id:
                    break
                self._newest = newest
                if newest is None or newest.state is not JobState.RUNNING:
                    if newest is not None and newest.state is JobState.DONE:
                        self._people = await self._services.rehearsals.skipped(newest.id, limit=EXAMPLES)
                    self._show()
                    break
                self._show()
                await asyncio.sleep(LOOK_S)
        finally:
            self._is_watching = False

    def _show(self) -> None:
        if self._newest is None:
            self._view.show_rehearsal(None, is_stale=False)
            return
        words = describe_rehearsal(
            self._newest,
            self._people,
            self._services.formats,
            self._services.clock.now(),
            is_stale=self._is_stale,
        )
        self._view.show_rehearsal(words, is_stale=self._is_stale)
