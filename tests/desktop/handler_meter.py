"""Measures the CPU time of every event that Qt delivers: what one handler of ours costs the window."""

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

FRAME_MS = 16.0
RUNS = 5


@dataclass(frozen=True, slots=True)
class Handled:
    """One delivered event with everything that it caused before control went back to the event loop."""

    cpu_ms: float
    event: str
    receiver: str

    def __str__(self) -> str:
        return f"{self.cpu_ms:.1f} ms of CPU in {self.event} of {self.receiver}"


@dataclass(slots=True)
class HandlerMeter:
    """The delivered events of a stretch of time; only the slow ones are kept."""

    keep_above_ms: float = 1.0
    handled: list[Handled] = field(default_factory=list)
    count: int = 0

    @property
    def slowest(self) -> Handled | None:
        return max(self.handled, key=lambda one: one.cpu_ms, default=None)

    def clear(self) -> None:
        """What was handled so far is no matter of the test."""
        self.handled.clear()
        self.count = 0

    def above(self, limit_ms: float = FRAME_MS) -> list[str]:
        """What took longer, in words."""
        return [str(one) for one in self.handled if one.cpu_ms > limit_ms]


class MeasuredApplication(QApplication):
    """A QApplication that can say how much CPU each delivered event took in the GUI thread (thread_time, so the
    load of the machine does not count)."""

    _meter: HandlerMeter | None = None
    _depth = 0

    @contextmanager
    def measured(self) -> Iterator[HandlerMeter]:
        """Measure inside the block."""
        meter = HandlerMeter()
        self._meter = meter
        try:
            yield meter
        finally:
            self._meter = None

    def notify(self, receiver: QObject, event: QEvent) -> bool:
        meter = self._meter
        if meter is None or self._depth:
            return super().notify(receiver, event)
        self._depth += 1
        name, kind = type(receiver).__name__, event.type()
        start = time.thread_time()
        try:
            return super().notify(receiver, event)
        finally:
            cpu_ms = (time.thread_time() - start) * 1000
            self._depth -= 1
            meter.count += 1
            if cpu_ms > meter.keep_above_ms:
                meter.handled.append(Handled(cpu_ms, kind.name, name))


@contextmanager
def garbage_as_in_the_console() -> Iterator[None]:
    """No collection in the middle of a handler: the console freezes what it starts with and collects by a timer."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


async def own_turn() -> None:
    """Between two acts of a person: what comes next is measured as a handler of its own."""
    await asyncio.sleep(0)


async def best_run(scenario: Callable[[], Awaitable[list[str]]]) -> list[str]:
    """What took too long in the best of some runs of a scenario, which ends with `return meter.above()`.

    The same handler costs up to twice the CPU while other programs use the core and its caches: one run says what the
    machine did, the best of some says what the handler needs.
    """
    missed: list[str] = []
    for _ in range(RUNS):
        missed = await scenario()
        if not missed:
            break
    return missed


async def costs_of(pieces: Iterator[object]) -> list[float]:
    """CPU of one piece after the other, in ms; the loop turns between them."""
    costs: list[float] = []
    is_over = False
    while not is_over:
        start = time.thread_time()
        is_over = next(pieces, pieces) is pieces
        costs.append((time.thread_time() - start) * 1000)
        await asyncio.sleep(0)
    return costs


async def best_pieces(run: Callable[[], Awaitable[list[float]]]) -> list[str]:
    """As `best_run`, for pieces that come in the same order in each run: each of them counts at its best."""
    best: list[float] = []
    for _ in range(RUNS):
        costs = await run()
        best = [min(pair) for pair in zip(best, costs, strict=True)] if best else costs
        if max(best) <= FRAME_MS:
            break
    return [f"piece {number}: {cost:.1f} ms of CPU" for number, cost in enumerate(best) if cost > FRAME_MS]
