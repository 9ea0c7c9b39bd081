"""A clock that runs many times as fast from a moment on, and an event loop whose timers keep its time."""

import asyncio
import selectors
from datetime import UTC, datetime
from typing import Any, Final

from core.clock import SystemClock

_REAL: Final = SystemClock()


class FastClock:
    """As the machine's clock up to `from_s` (Unix time), then `factor` times as fast. Processes with the same two agree."""

    def __init__(self, factor: float, from_s: float) -> None:
        self._factor = factor
        self._from_s = from_s
        self._mono_offset_s = _REAL.monotonic() - _REAL.now().timestamp()

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._fast(_REAL.now().timestamp()), UTC)

    def monotonic(self) -> float:
        return self._fast(_REAL.monotonic() - self._mono_offset_s)

    async def sleep(self, seconds: float) -> None:
        """On the loop of `fast_loop`, whose timers run as fast."""
        await asyncio.sleep(seconds)

    def real_s(self, seconds: float) -> float:
        """How long so many of its seconds, from now on, take on the machine."""
        real = _REAL.monotonic() - self._mono_offset_s
        end = self._fast(real) + seconds
        return (end if end <= self._from_s else self._from_s + (end - self._from_s) / self._factor) - real

    def _fast(self, real_s: float) -> float:
        return real_s if real_s <= self._from_s else self._from_s + (real_s - self._from_s) * self._factor


class _FastSelector(selectors.DefaultSelector):  # type: ignore[misc, valid-type]
    """Waits as long on the machine as the loop's seconds take there."""

    clock: FastClock

    def select(self, timeout: float | None = None) -> Any:
        return super().select(self.clock.real_s(timeout) if timeout is not None and timeout > 0 else timeout)


class _FastLoop(asyncio.SelectorEventLoop):
    def __init__(self, clock: FastClock) -> None:
        selector = _FastSelector()
        selector.clock = clock
        self._clock = clock
        super().__init__(selector)

    def time(self) -> float:
        return self._clock.monotonic()


def fast_loop(clock: FastClock) -> asyncio.AbstractEventLoop:
    """Time-outs and sleeps of this loop are in the seconds of the clock."""
    return _FastLoop(clock)
