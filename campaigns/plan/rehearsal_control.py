"""Rehearsals from the window: a job process is started, watched by its row, and cancelled by a row."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Protocol

from campaigns.plan.rehearsal_views import RehearsalState, RehearsalView, SkippedPerson
from core.clock import Clock
from core.domain.ids import CampaignId, RehearsalId
from core.processes import ProcessRecord, is_alive, start_detached
from core.workspace import Workspace

OUTPUT_NAME: Final = "rehearsal-output.log"


class RehearsalDesk(Protocol):
    """What it needs of the store."""

    async def create(
        self, campaign_id: CampaignId, *, start_at: datetime | None, actor: str, now: datetime
    ) -> RehearsalId: ...
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
    """The rehearsals of one workspace, seen from outside of their processes."""

    def __init__(
        self, *, workspace: Workspace, desk: RehearsalDesk, job: CutsOff, clock: Clock, program: Sequence[str]
    ) -> None:
        """`program` starts Wireroom again."""
        self._workspace = workspace
        self._desk = desk
        self._job = job
        self._clock = clock
        self._program = program
        self._processes: dict[RehearsalId, ProcessRecord] = {}

    async def start(self, campaign_id: CampaignId, *, actor: str, start_at: datetime | None = None) -> RehearsalId:
        """Rehearse what the campaign holds now. Raises UserInputError when there is no such campaign."""
        rehearsal_id = await self._desk.create(campaign_id, start_at=start_at, actor=actor, now=self._clock.now())
        words = ("rehearsal-job", "--workspace", str(self._workspace.folder), "--rehearsal", str(rehearsal_id))
        self._processes[rehearsal_id] = await asyncio.to_thread(
            start_detached,
            [*self._program, *words],
            folder=self._workspace.folder,
            output=self._workspace.logs / OUTPUT_NAME,
        )
        return rehearsal_id

    async def latest(self, campaign_id: CampaignId) -> RehearsalView | None:
        """The newest of a campaign; one whose process died here is told as failed."""
        view = await self._desk.find_latest(campaign_id)
        if view is None or view.state is not RehearsalState.RUNNING:
            return view
        record = self._processes.get(view.id)
        if record is None or is_alive(record):
            return view
        await self._job.cut_off(view.id)  # nothing happens when it had ended between the two looks
        return await self._desk.get(view.id)

    async def skipped(self, rehearsal_id: RehearsalId, *, limit: int) -> Sequence[SkippedPerson]:
        """Some of those who would not get it."""
        return await self._desk.skipped(rehearsal_id, limit=limit)

    async def cancel(self, rehearsal_id: RehearsalId) -> None:
        """Its process notices within a second."""
        await self._desk.ask_to_cancel(rehearsal_id)
