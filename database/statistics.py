"""What the database of this process has done so far, in figures."""

import logging
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from database.connection import WAL_LIMIT_BYTES
from database.lock_retry import LockWait
from database.unit_queue import Outcome

SLOWEST_UNITS: Final = 10
WAL_LOOK_COMMITS: Final = 16  # how often the size of the log is asked for: it takes longer than all the counting
SLOW_UNIT_S: Final = 0.001  # shorter ones are only counted, which keeps the count cheap

Unit = Callable[..., object]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitTiming:
    """How long one kind of unit held the database thread, counted when it was 1 ms or more.

    `name` is the function's qualified name.
    """

    name: str
    count: int
    total_s: float
    longest_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseStatistics:
    """A moment's figures since the database was opened."""

    commit_count: int
    unit_count: int  # units acknowledged as committed
    failed_unit_count: int  # units that raised, or whose batch could not be committed
    largest_batch: int  # most units in one commit
    lock_wait_count: int  # batches that found the database locked longer than SQLite's own time-out
    lock_retry_count: int
    lock_failure_count: int  # batches that gave up
    longest_lock_wait_s: float
    total_lock_wait_s: float
    read_count: int
    wal_bytes: int
    slowest_units: tuple[UnitTiming, ...]  # by their longest run, slowest first


class Tally:
    """Counts what the database threads report; any thread may call it."""

    def __init__(self, path: Path) -> None:
        self._wal_path = f"{path}-wal"
        self._lock = threading.Lock()
        self._timings: dict[str, UnitTiming] = {}
        self._commits = self._units = self._failed = self._largest = self._reads = 0
        self._lock_waits = self._lock_retries = self._lock_failures = 0
        self._longest_wait_s = self._total_wait_s = 0.0
        self._is_wal_alarmed = False

    def count_commit(self, outcomes: Sequence[Outcome], slow: Sequence[tuple[Unit, float]]) -> None:
        """One COMMIT returned: what became of its units, and those that took long with their seconds."""
        succeeded = [error for _, error in outcomes].count(None)
        with self._lock:
            self._commits += 1
            self._units += succeeded
            self._failed += len(outcomes) - succeeded
            self._largest = max(self._largest, len(outcomes))
            self._time_units(slow)
        if self._commits % WAL_LOOK_COMMITS == 1:
            self._watch_wal()

    def count_failed_batch(self, units: int, *, is_lock: bool = False) -> None:
        """A batch of so many units was rolled back, or never got the lock."""
        with self._lock:
            self._failed += units
            self._lock_failures += is_lock

    def count_lock_wait(self, wait: LockWait) -> None:
        """A batch has the lock."""
        if wait.retries == 0:
            return
        with self._lock:
            self._lock_waits += 1
            self._lock_retries += wait.retries
            self._total_wait_s += wait.waited_s
            self._longest_wait_s = max(self._longest_wait_s, wait.waited_s)

    def count_reads(self, count: int, slow: Sequence[tuple[Unit, float]]) -> None:
        """So many reads were answered; those that took long with their seconds."""
        with self._lock:
            self._reads += count
            self._time_units(slow)

    def read(self) -> DatabaseStatistics:
        """The figures of this moment."""
        with self._lock:
            timings = list(self._timings.values())
            timings.sort(key=lambda timing: timing.longest_s, reverse=True)
            return DatabaseStatistics(
                commit_count=self._commits,
                unit_count=self._units,
                failed_unit_count=self._failed,
                largest_batch=self._largest,
                lock_wait_count=self._lock_waits,
                lock_retry_count=self._lock_retries,
                lock_failure_count=self._lock_failures,
                longest_lock_wait_s=self._longest_wait_s,
                total_lock_wait_s=self._total_wait_s,
                read_count=self._reads,
                wal_bytes=self._wal_bytes(),
                slowest_units=tuple(timings[:SLOWEST_UNITS]),
            )

    def _time_units(self, slow: Sequence[tuple[Unit, float]]) -> None:
        for unit, seconds in slow:
            name = unit_name(unit)
            known = self._timings.get(name) or UnitTiming(name=name, count=0, total_s=0.0, longest_s=0.0)
            self._timings[name] = replace(
                known,
                count=known.count + 1,
                total_s=known.total_s + seconds,
                longest_s=max(known.longest_s, seconds),
            )

    def _wal_bytes(self) -> int:
        try:
            return os.stat(self._wal_path).st_size
        except FileNotFoundError:  # not written yet, or closed
            return 0

    def _watch_wal(self) -> None:
        """Warn once each time the log outgrows its limit: some reader keeps an old state open."""
        is_too_big = self._wal_bytes() > WAL_LIMIT_BYTES
        if is_too_big and not self._is_wal_alarmed:
            logger.warning("the write-ahead log is larger than %d MB: a read stays open", WAL_LIMIT_BYTES >> 20)
        self._is_wal_alarmed = is_too_big


def unit_name(unit: Unit) -> str:
    """The name under which a unit is counted."""
    while (inner := getattr(unit, "func", None)) is not None:  # a partial, or a unit that shares statements
        unit = inner
    return getattr(unit, "__qualname__", None) or type(unit).__qualname__
