"""The only place that asks the machine what time it is.

Moments are aware datetimes in UTC. Durations are measured with `monotonic()`, never by subtracting moments:
the wall clock may be set while the program runs.
"""

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Time for everybody; tests pass a clock that they move by hand."""

    def now(self) -> datetime:
        """The present moment, aware, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that only go forward, and go on while the machine sleeps where the system can tell."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after at least that many seconds of `monotonic()`."""
        ...


class SystemClock:
    """The machine's clocks. CLOCK_BOOTTIME (Linux) counts the time a laptop was asleep; elsewhere time.monotonic."""

    _monotonic_id = getattr(time, "CLOCK_BOOTTIME", None)

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - this is the place

    def monotonic(self) -> float:
        if self._monotonic_id is None:
            return time.monotonic()
        return time.clock_gettime(self._monotonic_id)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class OffsetClock:
    """A clock that stands a fixed number of seconds beside another: how a proof sets a process's clock wrong."""

    def __init__(self, clock: Clock, offset_s: float) -> None:
        self._clock = clock
        self._offset_s = offset_s

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.now().timestamp() + self._offset_s, UTC)

    def monotonic(self) -> float:
        return self._clock.monotonic()

    async def sleep(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
