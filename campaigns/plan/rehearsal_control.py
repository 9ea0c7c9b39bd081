"""Rehearsals of one workspace from outside: a job process is started, watched by its row, and cancelled by a row."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol

from campaigns.plan.rehearsal_views import RehearsalState, RehearsalView, SkippedPerson
from core.clock import Clock
from core.domain.ids import CampaignId, RehearsalId
from core.processes import ProcessRecord, is_alive, start_detached
from core.workspace import Workspace

OUTPUT_NAME: Final = "rehearsal-output.log"
START_TIME: Final = timedelta(minutes=1)
"""A row without a process for so long: whoever wrote it died before the process was there."""


class RunningRehearsal(NamedTuple):
    """One that has not ended, as far as its row knows. `process` is None while it is being started."""

    id: RehearsalId
    created_at: datetime
    process: ProcessRecord | None


class RehearsalDesk(Protocol):
    """What it needs of the store."""

    async def create(
        self, campaign_id: CampaignId, *, start_at: datetime | None, actor: str, now: datetime
    ) -> RehearsalId: ...
    async def set_process(self, rehearsal_id: RehearsalId, process: ProcessRecord) -> None: ...
    async def running(self, campaign_id: CampaignId) -> Sequence[RunningRehearsal]: ...
    async def find_latest(self, campaign_id: CampaignId) -> RehearsalView | None: ...
    async def get(self, rehearsal_id: RehearsalId) -> RehearsalView: ...
    async def skipped(
        self, rehearsal_id: RehearsalId, *, after: int = 0, limit: int = 1000
    ) -> Sequence[SkippedPerson]: ...
    async def ask_to_cancel(self, rehearsal_id: RehearsalId) -> None: ...


class CutsOff(Protocol):
    """RehearsalJob, as far as it is needed when a job process died."""

    async def cut_off(self, rehearsal_id: RehearsalId) -> None: ...


class RehearsalControl:
    """For the window and the terminal alike."""

    def __init__(
        self, *, workspace: Workspace, desk: RehearsalDesk, job: CutsOff, clock: Clock, program: Sequence[str]
    ) -> None:
        """`program` starts Wireroom again."""
        self._workspace = workspace
        self._desk = desk
        self._job = job
        self._clock = clock
        self._program = program

    async def start(self, campaign_id: CampaignId, *, actor: str, start_at: datetime | None = None) -> RehearsalId:
        """Rehearse what the campaign holds now; `start_at` instead of when it is planned to begin.

        Raises UserInputError when there is no such campaign. Goes on when this process ends; cancelled while it
        begins, it is cancelled too, as nobody would know of it.
        """
        rehearsal_id = await self._desk.create(campaign_id, start_at=start_at, actor=actor, now=self._clock.now())
        folder = self._workspace.folder
        words = ("rehearsal-job", "--workspace", str(folder), "--rehearsal", str(rehearsal_id))
        try:
            process = await asyncio.to_thread(
                start_detached, [*self._program, *words], folder=folder, output=self._workspace.logs / OUTPUT_NAME
            )
            await self._desk.set_process(rehearsal_id, process)
        except asyncio.CancelledError:
            await self._desk.ask_to_cancel(rehearsal_id)
            raise
        return rehearsal_id

    async def latest(self, campaign_id: CampaignId) -> RehearsalView | None:
        """The newest of a campaign. Those whose process is gone have stopped, whoever started them."""
        view = await self._desk.find_latest(campaign_id)
        if view is not None and view.state is RehearsalState.RUNNING and await self._cut_off_dead(campaign_id):
            return await self._desk.get(view.id)
        return view

    async def get(self, rehearsal_id: RehearsalId) -> RehearsalView:
        """How one stands; as `latest` of one whose process is gone."""
        view = await self._desk.get(rehearsal_id)
        if view.state is RehearsalState.RUNNING and await self._cut_off_dead(view.campaign_id):
            return await self._desk.get(rehearsal_id)
        return view

    async def skipped(self, rehearsal_id: RehearsalId, *, limit: int) -> Sequence[SkippedPerson]:
        """Some of those who would not get it."""
        return await self._desk.skipped(rehearsal_id, limit=limit)

    async def cancel(self, rehearsal_id: RehearsalId) -> None:
        """Its process notices within a second."""
        await self._desk.ask_to_cancel(rehearsal_id)

    async def _cut_off_dead(self, campaign_id: CampaignId) -> bool:
        """Whether any has died. One that ended between the two looks stays as it ended."""
        long_ago = self._clock.now() - START_TIME
        dead = [
            each.id
            for each in await self._desk.running(campaign_id)
            if (each.created_at < long_ago if each.process is None else not is_alive(each.process))
        ]
        for rehearsal_id in dead:
            await self._job.cut_off(rehearsal_id)
        return bool(dead)
