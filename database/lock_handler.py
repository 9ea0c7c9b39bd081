"""The one way to write: takes the write lock, shares commits between units that arrive together, keeps count."""

import asyncio
import logging
import sqlite3
import traceback
from collections.abc import Callable, Sequence
from typing import Any, Final, Generic, TypeVar, cast

from core.clock import Clock
from core.errors import StorageError, StorageLocked
from database.changes import record_changes
from database.connection import Connection
from database.errors import in_our_words, storage_error, storage_errors
from database.lock_retry import retry_while_locked
from database.statistics import SLOW_UNIT_S, Tally
from database.unit_queue import NOT_RUN, Outcome, UnitQueue, Waiting

A = TypeVar("A")
T = TypeVar("T")

LARGEST_BATCH: Final = 512  # units; measured: more gains nothing
LARGEST_SHARE: Final = 32  # units that share statements; each number of them has its own prepared statement
BATCH_TIME_S: Final = 0.1  # then the rest waits for the next commit: the other process wants the lock as well
LOCK_PATIENCE_S: Final = 30.0
CHECKPOINT_AFTER_S: Final = 5.0

logger = logging.getLogger(__name__)


class UnitOfWork:
    """What a unit gets: the open transaction, and where it says which subjects it changed. Only valid while it runs."""

    __slots__ = ("connection", "touched")

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.touched: dict[tuple[str, int], None] = {}  # a set that keeps its order

    def touch(self, kind: str, subject_id: int) -> None:
        """Say that this subject changed; it is written once per commit, however many units touch it."""
        self.touched[kind, subject_id] = None


class SharedUnit(Generic[A, T]):
    """A unit that shares its statements with those of the same `func` beside which it stands in the queue.

    `func(work, items)` gives one result for each item, and raises when one of them fails: then all that it wrote is
    taken back, and each unit runs alone and fails or succeeds for itself.
    """

    __slots__ = ("func", "item")

    def __init__(self, func: Callable[[UnitOfWork, Sequence[A]], Sequence[T]], item: A) -> None:
        self.func = func
        self.item = item

    def __call__(self, work: UnitOfWork) -> T:
        """Alone."""
        return self.func(work, [self.item])[0]


class LockHandler:
    """Group commit over the writer's connection, without a timer.

    All units queued now share one BEGIN IMMEDIATE (retried with jitter while another process holds the lock) and one
    COMMIT. Each stands in its own SAVEPOINT, or in one with those that share its statements, which is taken back and
    gone through one by one when any of them fails: so one that raises takes only its own changes back. Answers come after
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

    def _commit_batch(self, raw: sqlite3.Connection, batch: Sequence[Waiting[UnitOfWork]]) -> list[Outcome]:
        """On the connection's thread, as everything below: BEGIN, the units, COMMIT."""
        self._begin(raw, len(batch))
        try:
            outcomes, slow = self._run_units(raw, batch)
            _commit(raw)
        except BaseException:
            self._tally.count_failed_batch(len(batch))
            if raw.in_transaction:
                raw.execute("ROLLBACK")
            raise
        self._tally.count_commit(outcomes, slow)
        return outcomes

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

    def _run_units(
        self, raw: sqlite3.Connection, batch: Sequence[Waiting[UnitOfWork]]
    ) -> tuple[list[Outcome], list[tuple[Callable[..., object], float]]]:
        """The outcomes, and the units that were slow."""
        work = UnitOfWork(raw)
        outcomes: list[Outcome] = []
        slow: list[tuple[Callable[..., object], float]] = []
        monotonic = self._clock.monotonic
        began = before = monotonic()
        while len(outcomes) < len(batch) and before - began <= BATCH_TIME_S:
            index = len(outcomes)
            unit, answer = batch[index]
            if isinstance(unit, SharedUnit):
                outcomes += _run_beside(work, _units_beside(unit, batch, index))
            else:
                outcomes.append(NOT_RUN if answer.cancelled() else _run_one(work, unit))
            now = monotonic()
            each_s = (now - before) / (len(outcomes) - index)
            if each_s >= SLOW_UNIT_S:
                slow += [(unit, each_s) for unit, _ in batch[index : len(outcomes)]]
            before = now
        if work.touched:
            with storage_errors:
                record_changes(raw, work.touched)
        return outcomes, slow


def _units_beside(
    first: SharedUnit[Any, Any], batch: Sequence[Waiting[UnitOfWork]], index: int
) -> Sequence[Waiting[UnitOfWork]]:
    """The first one, which stands at this place, with those behind it that share its statements."""
    end = index + 1
    for unit, _ in batch[end : index + LARGEST_SHARE]:
        if not isinstance(unit, SharedUnit) or unit.func is not first.func:
            break
        end += 1
    return batch[index:end]


def _run_beside(work: UnitOfWork, beside: Sequence[Waiting[UnitOfWork]]) -> list[Outcome]:
    """Units with shared statements. Who is not waited for any more is left out."""
    wanted = [unit for unit, answer in beside if not answer.cancelled()]
    if len(wanted) < len(beside):
        return [NOT_RUN if answer.cancelled() else _run_one(work, unit) for unit, answer in beside]
    if len(wanted) > 1:
        shared: list[SharedUnit[Any, Any]] = [unit for unit in wanted if isinstance(unit, SharedUnit)]
        together = _run_one(work, lambda work: shared[0].func(work, [unit.item for unit in shared]))
        if together[1] is None:
            return [(result, None) for result in cast("Sequence[object]", together[0])]
    return [_run_one(work, unit) for unit in wanted]


def _run_one(work: UnitOfWork, unit: Callable[[UnitOfWork], object]) -> Outcome:
    """What a unit returned, or what it raised with its changes taken back."""
    execute, touched = work.connection.execute, len(work.touched)
    execute("SAVEPOINT unit")
    try:
        result = unit(work)
        execute("RELEASE unit")
    except Exception as error:  # noqa: BLE001 - the waiting coroutine gets it
        return None, _take_back(work, error, touched=touched)
    return result, None


def _take_back(work: UnitOfWork, error: Exception, *, touched: int) -> Exception:
    """Undo what the unit did since its savepoint, when so many subjects were touched; the error for its caller."""
    raw = work.connection
    told = in_our_words(error)
    if not raw.in_transaction:
        raise told  # SQLite took the whole transaction back (a full disk can do that): the batch has failed
    # The traceback may hold a cursor that is still being read, and SQLite ends no savepoint under one.
    traceback.clear_frames(error.__traceback__)
    raw.execute("ROLLBACK TO unit")
    raw.execute("RELEASE unit")
    for subject in list(work.touched)[touched:]:
        del work.touched[subject]
    return told


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
