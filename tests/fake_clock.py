"""A clock that tests move by hand: the one thing that is faked."""

import asyncio
from datetime import UTC, datetime, timedelta


class FakeClock:
    """Wall and monotonic time move apart only when a test says so. `sleep` returns when time was moved far enough."""

    def __init__(self, now: datetime = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)) -> None:
        self._now = now
        self._monotonic = 1000.0
        self._moved = asyncio.Event()
        self.sleepers = 0  # who sleeps at this moment; time that passes before somebody sleeps wakes nobody

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    async def sleep(self, seconds: float) -> None:
        end = self._monotonic + seconds
        self.sleepers += 1
        try:
            while self._monotonic < end:
                self._moved.clear()
                await self._moved.wait()
        finally:
            self.sleepers -= 1

    def advance(self, seconds: float) -> None:
        """Time passes."""
        self._monotonic += seconds
        self._now += timedelta(seconds=seconds)
        self._moved.set()

    def set_wall(self, moment: datetime) -> None:
        """Somebody sets the machine's clock; no time passes."""
        self._now = moment
