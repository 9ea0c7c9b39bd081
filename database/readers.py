"""Reading: short reads in turns on one connection, long ones that can be cancelled on another."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from core.clock import Clock
from database.connection import Connection
from database.errors import in_our_words, storage_errors
from database.statistics import SLOW_UNIT_S, Tally
from database.unit_queue import NOT_RUN, Outcome, UnitQueue, Waiting

T = TypeVar("T")

READS_PER_TURN: Final = 32
TURN_S: Final = 0.002  # then the answers so far go out and the rest gets its own turn
STOP_CHECK_STEPS: Final = 10_000  # of SQLite's machine between two looks whether anybody still waits; under 1 ms


class Reader:
    """Queued reads on one read-only connection; all reads of a turn see the same moment of the database.

    `is_stoppable`: one read per turn, and when its caller is cancelled its statement ends at once. Otherwise a read
    that has begun runs to its end, unheard.
    """

    def __init__(self, connection: Connection, *, tally: Tally, clock: Clock, is_stoppable: bool) -> None:
        self._connection = connection
        self._tally = tally
        self._clock = clock
        self._is_stoppable = is_stoppable
        limit = 1 if is_stoppable else READS_PER_TURN
        self._queue: UnitQueue[sqlite3.Connection] = UnitQueue(connection, self._read_turn, limit=limit)

    @property
    def connection(self) -> Connection:
        return self._connection

    def read(self, fn: Callable[[sqlite3.Connection], T]) -> asyncio.Future[T]:
        """Queue the read; the future gets the result of `fn(connection)`, what it raised, or a StorageError."""
        return self._queue.put(fn)

    async def close(self) -> None:
        """Answer what is queued, then close the connection."""
        await self._queue.drain()
        await self._connection.close()

    def _read_turn(self, raw: sqlite3.Connection, waiting: Sequence[Waiting[sqlite3.Connection]]) -> list[Outcome]:
        """On the connection's thread."""
        outcomes: list[Outcome] = []
        slow: list[tuple[Callable[..., object], float]] = []
        with storage_errors:
            raw.execute("BEGIN")
        try:
            began = before = self._clock.monotonic()
            for read, answer in waiting:
                if answer.cancelled():
                    outcomes.append(NOT_RUN)
                    continue
                if self._is_stoppable:
                    # Not Connection.interrupt(): it does nothing in the moment before a statement begins.
                    raw.set_progress_handler(answer.cancelled, STOP_CHECK_STEPS)
                outcomes.append(_run_read(raw, read))
                now = self._clock.monotonic()
                if now - before >= SLOW_UNIT_S:
                    slow.append((read, now - before))
                before = now
                if now - began > TURN_S:
                    break
        finally:
            if self._is_stoppable:
                raw.set_progress_handler(None, 0)
            if raw.in_transaction:
                raw.execute("ROLLBACK")
        self._tally.count_reads(len(outcomes), slow)
        return outcomes


def _run_read(raw: sqlite3.Connection, read: Callable[[sqlite3.Connection], object]) -> Outcome:
    try:
        return read(raw), None
    except Exception as error:  # noqa: BLE001 - the waiting coroutine gets it
        # On a reader SQLITE_READONLY says that a read tried to write; the folder has nothing to do with it.
        return None, in_our_words(error, bug_code=sqlite3.SQLITE_READONLY)
