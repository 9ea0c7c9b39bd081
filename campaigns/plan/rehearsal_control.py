"""Rehearsals of one workspace from outside: a job process is started, watched by its row, and cancelled by a row."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from campaigns.jobs import JobProcesses, JobState, RunningJob, dead_jobs
from campaigns.plan.rehearsal_views import RehearsalView, SkippedPerson
from core.clock import Clock
from core.domain.ids import CampaignId, RehearsalId
from core.processes import ProcessRecord
from core.workspace import Workspace


class RehearsalDesk(Protocol):
    """What it needs of the store."""

    async def create(
        self, campaign_id: CampaignId, *, start_at: datetime | None, actor: str, now: datetime
    ) -> RehearsalId: ...
    async def set_process(self, rehearsal_id: RehearsalId, process: ProcessRecord) -> None: ...
    async def running(self, campaign_id: CampaignId) -> Sequence[RunningJob]: ...
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
        self._processes = JobProcesses(workspace, program)
        self._desk = desk
        self._job = job
        self._clock = clock

    async def start(self, campaign_id: CampaignId, *, actor: str, start_at: datetime | None = None) -> RehearsalId:
        """Rehearse what the campaign holds now; `start_at` instead of when it is planned to begin.

        Raises UserInputError when there is no such campaign. Goes on when this process ends; cancelled while it
        begins, it is cancelled too, as nobody would know of it.
        """
        rehearsal_id = await self._desk.create(campaign_id, start_at=start_at, actor=actor, now=self._clock.now())
        try:
            await self._desk.set_process(rehearsal_id, await self._processes.start("rehearsal", rehearsal_id))
        except asyncio.CancelledError:
            await self._desk.ask_to_cancel(rehearsal_id)
            raise
        return rehearsal_id

    async def latest(self, campaign_id: CampaignId) -> RehearsalView | None:
        """The newest of a campaign. Those whose process is gone have stopped, whoever started them."""
        view = await self._desk.find_latest(campaign_id)
        if view is not None and view.state is JobState.RUNNING and await self._cut_off_dead(campaign_id):
            return await self._desk.get(view.id)
        return view

    async def get(self, rehearsal_id: RehearsalId) -> RehearsalView:
        """How one stands; as `latest` of one whose process is gone."""
        view = await self._desk.get(rehearsal_id)
        if view.state is JobState.RUNNING and await self._cut_off_dead(view.campaign_id):
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
        dead = dead_jobs(await self._desk.running(campaign_id), self._clock.now())
        for rehearsal_id in dead:
            await self._job.cut_off(RehearsalId(rehearsal_id))
        return bool(dead)
