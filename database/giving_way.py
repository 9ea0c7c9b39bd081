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
LOOK_EVERY_S: Final = 0.5
LOOK_S: Final = 0.025
"""The gap in which somebody who waits gets in: SQLite's own back-off looks again after 25 ms at most in its first 0.1 s."""


class PatientWriter:
    """Units of one job, one after the other. SQLite's write lock is not fair: who writes without a break keeps it.

    Twice a second there is a short gap, so that nobody waits longer than that to be noticed. Once another process has
    written since the last unit, `is_shared` holds and each unit is followed by a pause in proportion to the time that it
    took; when nobody wrote in the pause, the job goes on alone.
    """

    def __init__(self, database: Database, clock: Clock | None = None) -> None:
        self._database = database
        self._clock = clock or SystemClock()
        self._seen: int | None = None  # SQLite's counter of what other connections committed
        self._began_s = 0.0
        self._free_s = 0.0  # when the next unit may begin
        self._looked_s = self._clock.monotonic()
        self.is_shared = False
        """Whether somebody else writes as well: units are then better small."""

    async def write(self, unit: Callable[[UnitOfWork], T]) -> T:
        """As `Database.write`, when it is this job's turn."""
        wait_s = self._free_s - self._clock.monotonic()
        if wait_s > 0:
            await self._clock.sleep(wait_s)

        def watched(work: UnitOfWork) -> T:
            self._look(work)
            return unit(work)

        result = await self._database.write(watched)
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
