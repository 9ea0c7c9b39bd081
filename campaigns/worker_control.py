"""Starting, watching and ending the worker of a workspace from another process: the console or a command.

A worker "runs" when the operating system says that it holds its lock and its heartbeat is young; a row alone proves
nothing. It is asked to stop by a row, and ended by force only after a deadline and only if it is the recorded process.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from campaigns.report.views import WorkerView
from core.clock import Clock
from core.domain.ids import WorkerId
from core.errors import TimedOut
from core.locks import worker_lock
from core.processes import ProcessRecord, is_alive, kill, start_detached, terminate
from core.workspace import Workspace

LOG_NAME = "worker-output.log"
POLL_S = 0.05
END_S = 10.0  # for one that has hardly begun
START_S = 90.0
"""More than its parts may take together on a machine that is busy elsewhere: whoever gives up sooner hides their words."""


class WorkerLooks(Protocol):
    """What the control reads and asks."""

    async def newest_worker(self) -> WorkerView | None: ...


class WorkerAsks(Protocol):
    async def ask_worker_to_stop(
        self, worker_id: WorkerId, *, requester: str, now: datetime, deadline: datetime
    ) -> object: ...


class WorkerCondition(StrEnum):
    RUNNING = "running"  # holds its lock and its heartbeat is young
    NOT_ANSWERING = "not_answering"  # holds its lock, but its heartbeat is old: stopped, swapped out or hanging
    STOPPED = "stopped"  # ended in order
    DIED = "died"  # its lock is free and it never said that it ended
    NEVER_STARTED = "never_started"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerStatus:
    condition: WorkerCondition
    worker: WorkerView | None


class WorkerControl:
    """The worker of one workspace, seen from outside."""

    def __init__(
        self,
        *,
        workspace: Workspace,
        looks: WorkerLooks,
        asks: WorkerAsks,
        clock: Clock,
        program: Sequence[str],
        heartbeat_s: float,
    ) -> None:
        """`program` starts Wireroom again; `heartbeat_s` is how often a worker says that it is alive."""
        self._workspace = workspace
        self._looks = looks
        self._asks = asks
        self._clock = clock
        self._program = program
        self._key_line: bytes | None = None
        # Three beats may be late before we say so: group commits and a busy disk take the place of one or two.
        self._patience = timedelta(seconds=heartbeat_s * 3 + 2)

    def remember_key(self, key_line: bytes) -> None:
        """Workers are started with this key from now on: that of a vault whose key is in memory only."""
        self._key_line = key_line

    @property
    def key_line(self) -> bytes | None:
        """The key of `remember_key`."""
        return self._key_line

    @property
    def has_key(self) -> bool:
        return self._key_line is not None

    async def status(self) -> WorkerStatus:
        worker = await self._looks.newest_worker()
        if worker is None:
            return WorkerStatus(condition=WorkerCondition.NEVER_STARTED, worker=None)
        if worker.ended_at is not None:
            return WorkerStatus(condition=WorkerCondition.STOPPED, worker=worker)
        lock = worker_lock(self._workspace, worker.worker_id)
        if lock.acquire():
            lock.release()
            return WorkerStatus(condition=WorkerCondition.DIED, worker=worker)
        is_young = self._clock.now() - worker.heartbeat_at < self._patience
        return WorkerStatus(
            condition=WorkerCondition.RUNNING if is_young else WorkerCondition.NOT_ANSWERING, worker=worker
        )

    async def start(
        self, key_line: bytes | None, *, timeout_s: float = START_S, ends_with_us: bool = False
    ) -> ProcessRecord:
        """Start a worker that outlives us (but not with `ends_with_us`) and wait until it runs; one that runs already is
        left alone.

        `key_line` (SecretsManager.key_line) goes to it on standard input; None: the key of `remember_key`, else it asks
        the key store of the workspace. Raises TimedOut with the place of its output when it does not come up; then, and
        when the wait is cancelled, the process that was started is ended.
        """
        key_line = key_line or self._key_line
        status = await self.status()
        if status.condition is WorkerCondition.RUNNING and status.worker is not None:
            return _record(status.worker)
        before = status.worker.worker_id if status.worker else None
        output = self._workspace.logs / LOG_NAME
        command = [*self._program, "worker", "--workspace", str(self._workspace.folder)]
        if key_line is not None:
            command += ["--key-fd", "0"]
        if ends_with_us:
            command += ["--parent", str(os.getpid())]
        record = start_detached(command, folder=self._workspace.folder, output=output, standard_input=key_line or b"")
        has_come_up = False
        try:
            has_come_up = await self._comes_up(record, before, timeout_s)
        finally:
            if not has_come_up:
                await self._end(record)
        if not has_come_up:
            raise TimedOut(
                "It ended or did not answer after its start.",
                title="The worker did not start",
                hint=f"Its own words are at the end of {output}.",
            )
        return record

    async def _comes_up(self, record: ProcessRecord, before: WorkerId | None, timeout_s: float) -> bool:
        end_s = self._clock.monotonic() + timeout_s
        while self._clock.monotonic() < end_s and is_alive(record):
            status = await self.status()
            is_new = status.worker is not None and status.worker.worker_id != before
            if is_new and status.condition is WorkerCondition.RUNNING:
                return True
            await self._clock.sleep(POLL_S)
        return False

    async def _end(self, record: ProcessRecord) -> None:
        """In order, as it may own accounts already; by force when that takes too long."""
        terminate(record)
        end_s = self._clock.monotonic() + END_S
        while self._clock.monotonic() < end_s and is_alive(record):
            await self._clock.sleep(POLL_S)
        kill(record)

    async def stop(self, *, requester: str, timeout_s: float = 40.0) -> bool:
        """Ask it to stop by a row; after the deadline end that very process. True when it ended by itself.

        In an orderly stop what is in flight is answered first, so the time-out lies above that of a send.
        """
        status = await self.status()
        if status.worker is None or status.condition not in (
            WorkerCondition.RUNNING,
            WorkerCondition.NOT_ANSWERING,
        ):
            return True
        now = self._clock.now()
        await self._asks.ask_worker_to_stop(
            status.worker.worker_id, requester=requester, now=now, deadline=now + timedelta(seconds=timeout_s)
        )
        record = _record(status.worker)
        end_s = self._clock.monotonic() + timeout_s
        while self._clock.monotonic() < end_s:
            if not is_alive(record):
                return True
            await self._clock.sleep(POLL_S)
        kill(record)
        return False


def _record(worker: WorkerView) -> ProcessRecord:
    return ProcessRecord(pid=worker.pid, started_s=worker.started_at.timestamp())
