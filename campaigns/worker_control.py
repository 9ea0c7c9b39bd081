"""Starting, watching and ending the worker of a workspace from another process: the console or a command.

A worker "runs" when the operating system says that it holds its lock and its heartbeat is young; a row alone proves
nothing. It is asked to stop by a row, and ended by force only after a deadline and only if it is the recorded process.
One is started at a time: a window and a command that start one at once get the same.
"""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from campaigns.report.views import WorkerView
from core.clock import Clock
from core.domain.ids import WorkerId
from core.errors import TimedOut
from core.locks import starting_lock, worker_lock
from core.processes import ProcessRecord, is_alive, kill, start_detached, terminate
from core.workspace import Workspace

LOG_NAME = "worker-output.log"
POLL_S = 0.05
END_S = 10.0  # for one that has hardly begun
START_S = 90.0
"""More than its parts may take together on a machine that is busy elsewhere: whoever gives up sooner hides their words."""


class WorkerLooks(Protocol):
    """What the control reads and asks."""

    async def current_workers(self) -> Sequence[WorkerView]: ...


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
        self._end_with_us = False
        # Three beats may be late before we say so: group commits and a busy disk take the place of one or two.
        self._patience = timedelta(seconds=heartbeat_s * 3 + 2)

    def remember_key(self, key_line: bytes, *, end_with_us: bool = False) -> None:
        """Workers are started with this key from now on: that of a vault whose key is in memory only.

        `end_with_us`: and end with this process, however it ends: the sandbox of a demo is gone then too.
        """
        self._key_line = key_line
        self._end_with_us = end_with_us

    @property
    def key_line(self) -> bytes | None:
        """The key of `remember_key`."""
        return self._key_line

    @property
    def has_key(self) -> bool:
        return self._key_line is not None

    async def status(self) -> WorkerStatus:
        """Of the newest that runs; where none does, of the newest that holds its lock, else of the last one."""
        workers = await self._looks.current_workers()
        held = [worker for worker in workers if self._is_held(worker)]
        now = self._clock.now()
        for worker in held:
            if now - worker.heartbeat_at < self._patience:
                return WorkerStatus(condition=WorkerCondition.RUNNING, worker=worker)
        if held:
            return WorkerStatus(condition=WorkerCondition.NOT_ANSWERING, worker=held[0])
        if not workers:
            return WorkerStatus(condition=WorkerCondition.NEVER_STARTED, worker=None)
        has_ended = workers[0].ended_at is not None
        condition = WorkerCondition.STOPPED if has_ended else WorkerCondition.DIED
        return WorkerStatus(condition=condition, worker=workers[0])

    def _is_held(self, worker: WorkerView) -> bool:
        """Whether it holds its lock. The file of one that died is removed: its name is never used again."""
        lock = worker_lock(self._workspace, worker.worker_id)
        if worker.ended_at is not None or not lock.path.exists():
            return False
        if not lock.acquire():
            return True
        lock.release()
        with suppress(PermissionError):  # on Windows, while another one looks at it
            lock.path.unlink(missing_ok=True)
        return False

    async def start(
        self, key_line: bytes | None, *, timeout_s: float = START_S, ends_with_us: bool = False
    ) -> ProcessRecord:
        """Start a worker that outlives us (but not with `ends_with_us`) and wait until it runs; one that runs already is
        left alone, and one that another process is starting is waited for.

        `key_line` (SecretsManager.key_line) goes to it on standard input; None: the key of `remember_key`, else it asks
        the key store of the workspace. Raises TimedOut with the place of its output when it does not come up; then, and
        when the wait is cancelled, the process that was started is ended.
        """
        async with self._turn_to_start(timeout_s):
            status = await self.status()
            if status.condition is WorkerCondition.RUNNING and status.worker is not None:
                return _record(status.worker)
            before = status.worker.worker_id if status.worker else None
            return await self._start_one(key_line or self._key_line, before, timeout_s, ends_with_us=ends_with_us)

    @asynccontextmanager
    async def _turn_to_start(self, timeout_s: float) -> AsyncIterator[None]:
        """Between the look for a worker and the row of ours nobody else may look: two would be started."""
        lock = starting_lock(self._workspace)
        end_s = self._clock.monotonic() + timeout_s
        while not lock.acquire():
            if self._clock.monotonic() > end_s:
                raise self._not_started("Another process has been starting one all the while.")
            await self._clock.sleep(POLL_S)
        try:
            yield
        finally:
            lock.release()

    async def _start_one(
        self, key_line: bytes | None, before: WorkerId | None, timeout_s: float, *, ends_with_us: bool
    ) -> ProcessRecord:
        command = [*self._program, "worker", "--workspace", str(self._workspace.folder)]
        if key_line is not None:
            command += ["--key-fd", "0"]
        if ends_with_us or self._end_with_us:
            command += ["--parent", str(os.getpid())]
        output = self._workspace.logs / LOG_NAME
        record = start_detached(command, folder=self._workspace.folder, output=output, standard_input=key_line or b"")
        has_come_up = False
        try:
            has_come_up = await self._comes_up(record, before, timeout_s)
        finally:
            if not has_come_up:
                await self._end(record)
        if not has_come_up:
            raise self._not_started("It ended or did not answer after its start.")
        return record

    def _not_started(self, message: str) -> TimedOut:
        hint = f"Its own words are at the end of {self._workspace.logs / LOG_NAME}."
        return TimedOut(message, title="The worker did not start", hint=hint)

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
        """Ask every worker to stop by a row; after the deadline end those very processes. True when all ended themselves.

        In an orderly stop what is in flight is answered first, so the time-out lies above that of a send.
        """
        workers = [worker for worker in await self._looks.current_workers() if self._is_held(worker)]
        now = self._clock.now()
        end_s = self._clock.monotonic() + timeout_s
        for worker in workers:
            await self._asks.ask_worker_to_stop(
                worker.worker_id, requester=requester, now=now, deadline=now + timedelta(seconds=timeout_s)
            )
        left = [record for record in map(_record, workers) if is_alive(record)]
        while left and self._clock.monotonic() < end_s:
            await self._clock.sleep(POLL_S)
            left = [record for record in left if is_alive(record)]
        for record in left:
            kill(record)
        return not left


def _record(worker: WorkerView) -> ProcessRecord:
    return ProcessRecord(pid=worker.pid, started_s=worker.started_at.timestamp())
