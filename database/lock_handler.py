"""The one way to write: takes the write lock, shares commits between units that arrive together, keeps count."""

import asyncio
import logging
import sqlite3
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from core.clock import Clock
from core.errors import StorageError, StorageLocked
from database.changes import record_changes
from database.connection import Connection
from database.errors import storage_error, storage_errors
from database.lock_retry import retry_while_locked
from database.statistics import Tally
from database.unit_queue import Outcome, UnitQueue, Waiting

T = TypeVar("T")

LARGEST_BATCH: Final = 512  # units; measured: more gains nothing
BATCH_TIME_S: Final = 0.1  # then the rest waits for the next commit: the other process wants the lock as well
LOCK_PATIENCE_S: Final = 30.0
CHECKPOINT_AFTER_S: Final = 5.0

logger = logging.getLogger(__name__)


class UnitOfWork:
    """What a unit gets: the open transaction, and where it says which subjects it changed."""

    __slots__ = ("connection", "touched")

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.touched: dict[tuple[str, int], None] = {}

    def touch(self, kind: str, subject_id: int) -> None:
        """Say that this subject changed; it is written once per commit, however many units touch it."""
        self.touched[kind, subject_id] = None


@dataclass(slots=True)
class _Batch:
    """What came of the units that share one commit."""

    outcomes: list[Outcome] = field(default_factory=list)
    touched: dict[tuple[str, int], None] = field(default_factory=dict)
    durations: list[tuple[Callable[..., object], float]] = field(default_factory=list)
    failed: int = 0


class LockHandler:
    """Group commit over the writer's connection, without a timer.

    All units queued now share one BEGIN IMMEDIATE (retried with jitter while another process holds the lock) and one
    COMMIT. Each stands in its own SAVEPOINT, so one that raises takes only its own changes back. Answers come after
    COMMIT returned. When BEGIN or COMMIT fails, every unit of the batch gets the error and nothing of it is kept; no
    unit is ever run again.
    """

    def __init__(
        self, connection: Connection, *, tally: Tally, clock: Clock, patience_s: float = LOCK_PATIENCE_S
    ) -> None:
        self._connection = connection
        self._tally = tally
        self._clock = clock
        self._patience_s = patience_s
        self._queue: UnitQueue[UnitOfWork] = UnitQueue(connection, self._commit_batch, limit=LARGEST_BATCH)
        self._checkpoint_timer: asyncio.TimerHandle | None = None

    def write(self, unit: Callable[[UnitOfWork], T]) -> asyncio.Future[T]:
        """Queue the unit; the future gets its result once it is committed.

        It raises what the unit raised (its changes are taken back), or a StorageError (nothing was kept). Cancelled
        while it waits, the unit is withdrawn; once its batch runs it is committed all the same.
        """
        if self._checkpoint_timer is None:
            self._plan_checkpoint()
        return self._queue.put(unit)

    async def drain(self) -> None:
        """Wait until every queued unit has its answer; the end of writing."""
        await self._queue.drain()
        if self._checkpoint_timer is not None:
            self._checkpoint_timer.cancel()
            self._checkpoint_timer = None

    def _plan_checkpoint(self) -> None:
        loop = asyncio.get_running_loop()
        self._checkpoint_timer = loop.call_later(CHECKPOINT_AFTER_S, self._checkpoint_when_idle)

    def _checkpoint_when_idle(self) -> None:
        """Move what was committed into the database file, in a moment in which nobody waits for the writer."""
        self._checkpoint_timer = None
        if self._queue.is_busy:
            self._plan_checkpoint()
            return
        done = self._connection.submit(lambda raw: raw.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone())
        done.add_done_callback(_report_checkpoint)

    def _commit_batch(self, raw: sqlite3.Connection, waiting: Sequence[Waiting[UnitOfWork]]) -> list[Outcome]:
        """On the connection's thread, as everything below: BEGIN, the units, COMMIT."""
        self._begin(raw, len(waiting))
        try:
            batch = self._run_units(raw, waiting)
            _commit(raw)
        except BaseException:
            self._tally.count_failed_batch(len(waiting))
            if raw.in_transaction:
                raw.execute("ROLLBACK")
            raise
        self._tally.count_commit(batch.durations, failed=batch.failed)
        return batch.outcomes

    def _begin(self, raw: sqlite3.Connection, units: int) -> None:
        try:
            with storage_errors:
                wait = retry_while_locked(
                    lambda: raw.execute("BEGIN IMMEDIATE"), clock=self._clock, patience_s=self._patience_s
                )
        except BaseException as error:
            self._tally.count_failed_batch(units, is_lock=isinstance(error, StorageLocked))
            raise
        self._tally.count_lock_wait(wait)

    def _run_units(self, raw: sqlite3.Connection, waiting: Sequence[Waiting[UnitOfWork]]) -> _Batch:
        batch = _Batch()
        began = before = self._clock.monotonic()
        for entry in waiting:
            if entry.answer.cancelled():
                batch.outcomes.append(Outcome())  # nobody reads it
                continue
            work = UnitOfWork(raw)
            outcome = _run_unit(work, entry.unit)
            batch.outcomes.append(outcome)
            if outcome.error is None:
                batch.touched.update(work.touched)
            else:
                batch.failed += 1
            now = self._clock.monotonic()
            batch.durations.append((entry.unit, now - before))
            before = now
            if now - began > BATCH_TIME_S:
                break
        if batch.touched:
            with storage_errors:
                record_changes(raw, batch.touched)
        return batch


def _run_unit(work: UnitOfWork, unit: Callable[[UnitOfWork], object]) -> Outcome:
    raw = work.connection
    raw.execute("SAVEPOINT unit")
    try:
        with storage_errors:
            result = unit(work)
        raw.execute("RELEASE unit")
    except Exception as error:
        if not raw.in_transaction:
            raise  # SQLite took the whole transaction back (a full disk can do that): the batch has failed
        # The traceback may hold a cursor that is still being read, and SQLite ends no savepoint under one.
        traceback.clear_frames(error.__traceback__)
        raw.execute("ROLLBACK TO unit")
        raw.execute("RELEASE unit")
        return Outcome(error=error)
    return Outcome(result=result)


def _commit(raw: sqlite3.Connection) -> None:
    try:
        raw.execute("COMMIT")
    except sqlite3.Error as error:
        raise storage_error(error) or StorageError(
            "What was to be written together could not be kept, so none of it was. Everything before it is safe.",
            detail=str(error),
        ) from error


def _report_checkpoint(done: asyncio.Future[object]) -> None:
    """A checkpoint that fails loses nothing: the next one tries again."""
    error = done.exception()
    if error is not None:
        logger.warning("the write-ahead log could not be moved into the database: %s", error)
