"""What work in a process of its own has in common: how its row ends, how the process is started, and which have died."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from core.processes import ProcessRecord, is_alive, start_detached
from core.workspace import Workspace

Tell = Callable[[int], Awaitable[object]]
"""Hears how much is done, after each part; what it raises ends the work."""

START_TIME: Final = timedelta(minutes=1)
"""A row without a process for so long: whoever wrote it died before the process was there."""


class JobState(StrEnum):
    """How a rehearsal or an export stands."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"  # stopped by a person
    FAILED = "failed"  # it could not be done, or its process broke in the middle


class RunningJob(NamedTuple):
    """One that has not ended, as far as its row knows. `process` is None while it is being started."""

    id: int
    created_at: datetime
    process: ProcessRecord | None


async def quiet(_: int) -> None:
    """A Tell to whom nobody listens."""


class JobProcesses:
    """Starts Wireroom again for one job of a workspace."""

    def __init__(self, workspace: Workspace, program: Sequence[str]) -> None:
        self._workspace = workspace
        self._program = program

    async def start(self, kind: str, job_id: int, *words: str) -> ProcessRecord:
        """The command `import-job` for the kind "import". It goes on when this process ends."""
        folder = self._workspace.folder
        command = [*self._program, f"{kind}-job", "--workspace", str(folder), f"--{kind}", str(job_id), *words]
        output = self._workspace.logs / f"{kind}-output.log"
        return await asyncio.to_thread(start_detached, command, folder=folder, output=output)


def dead_jobs(running: Iterable[RunningJob], now: datetime) -> Sequence[int]:
    """Those of them whose process is gone."""
    return [
        job.id
        for job in running
        if (job.created_at < now - START_TIME if job.process is None else not is_alive(job.process))
    ]
