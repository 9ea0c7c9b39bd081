"""What a sign-in shows now, and when the time of it is up."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from core.clock import Clock
from telegram.sign_in import values as v


class Screen:
    """Holds the present state. Each has a number; `on_time` is called with it when the state's time is up."""

    def __init__(self, show: Callable[[v.State], None], on_time: Callable[[int], None], clock: Clock) -> None:
        self._show = show
        self._on_time = on_time
        self._clock = clock
        self._alarm: asyncio.Task[None] | None = None
        self.state: v.State = v.AskApi()
        self.number = 0

    def show(self, state: v.State, *, until: datetime | None = None) -> None:
        """Take the place of the former state, whose alarm is off."""
        self.state = state
        self.number += 1
        self.close()
        if until is not None:
            self._alarm = asyncio.get_running_loop().create_task(self._ring(until, self.number), name="sign-in alarm")
        self._show(state)

    def close(self) -> None:
        """No alarm rings any more."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    async def _ring(self, at: datetime, number: int) -> None:
        await self._clock.sleep(max(0.0, (at - self._clock.now()).total_seconds()))
        self._on_time(number)
