"""Writing for a job that is in no hurry: whoever else writes to this database goes first."""

from collections.abc import Callable
from typing import Final, TypeVar

from core.clock import Clock, SystemClock
from database.database import Database
from database.lock_handler import UnitOfWork

T = TypeVar("T")

PAUSE_FACTOR: Final = 10.0
"""While others write, the job leaves the database to them for so many times as long as its last unit held it."""
LONGEST_PAUSE_S: Final = 3.0
LONGEST_UNIT_S: Final = 0.05
"""What a unit of a job aims to hold the lock at most: a worker that sends 20 messages a second waits for one of them."""
SHARED_PART: Final = 0.2
"""How much of that while others write."""
LEAST_PART: Final = 0.05
GROWTH: Final = 1.25
LOOK_EVERY_S: Final = 0.5
LOOK_S: Final = 0.025
"""The gap in which somebody who waits gets in: SQLite's own back-off looks again after 25 ms at most in its first 0.1 s."""


class PatientWriter:
    """Units of one job, one after the other. SQLite's write lock is not fair: who writes without a break keeps it.

    Twice a second there is a short gap, so that nobody waits longer than that to be noticed. Once another process has
    written since the last unit, `is_shared` holds and each unit is followed by a pause in proportion to the time that it
    took; when nobody wrote in the pause, the job goes on alone. `fit` says how large a unit should be.
    """

    def __init__(self, database: Database, clock: Clock | None = None) -> None:
        self._database = database
        self._clock = clock or SystemClock()
        self._seen: int | None = None  # SQLite's counter of what other connections committed
        self._began_s = 0.0
        self._free_s = 0.0  # when the next unit may begin
        self._looked_s = self._clock.monotonic()
        self._part = 1.0  # of the rows that a unit may have at most
        self.is_shared = False
        """Whether somebody else writes as well."""

    def fit(self, rows: int) -> int:
        """How many of so many rows the next unit should take, by how long the last ones held the lock; at least one."""
        return max(1, round(rows * self._part * (SHARED_PART if self.is_shared else 1.0)))

    async def write(self, unit: Callable[[UnitOfWork], T]) -> T:
        """As `Database.write`, when it is this job's turn."""
        wait_s = self._free_s - self._clock.monotonic()
        if wait_s > 0:
            await self._clock.sleep(wait_s)

        def watched(work: UnitOfWork) -> T:
            self._look(work)
            return unit(work)

        result = await self._database.write(watched)
        held_s = self._clock.monotonic() - self._began_s
        self._part = min(1.0, max(LEAST_PART, self._part * min(GROWTH, LONGEST_UNIT_S / max(held_s, 0.001))))
        self._plan_pause()
        return result

    def _look(self, work: UnitOfWork) -> None:
        """On the database thread, with the lock."""
        self._began_s = self._clock.monotonic()
        (version,) = work.connection.execute("PRAGMA data_version").fetchone()
        self.is_shared = self._seen is not None and version != self._seen
        self._seen = version

    def _plan_pause(self) -> None:
        now_s = self._clock.monotonic()
        if self.is_shared:
            self._free_s = now_s + min(LONGEST_PAUSE_S, PAUSE_FACTOR * (now_s - self._began_s))
        elif now_s - self._looked_s > LOOK_EVERY_S:
            self._free_s = now_s + LOOK_S
        else:
            return
        self._looked_s = self._free_s
