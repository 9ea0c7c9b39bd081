"""Measures the CPU time of every event that Qt delivers: what one handler of ours costs the window.

The limit of the tests is a frame of 16 ms on the machine that machine_speed.py names; on a slower one it is longer.
"""

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

from tests.desktop.machine_speed import MachineSpeed

FRAME_MS = 16.0
RUNS = 5


@dataclass(frozen=True, slots=True)
class Handled:
    """One delivered event with everything that it caused before control went back to the event loop."""

    cpu_ms: float
    event: str
    receiver: str
    allowed_ms: float = FRAME_MS

    @property
    def kind(self) -> tuple[str, str]:
        return self.event, self.receiver

    def __str__(self) -> str:
        return f"{self.cpu_ms:.1f} ms of CPU in {self.event} of {self.receiver}"

    def __repr__(self) -> str:
        return f"{self} ({self.allowed_ms:.1f} ms now)"


@dataclass(slots=True)
class HandlerMeter:
    """The delivered events of a stretch of time; only the slow ones are kept.

    With a speed, that of the machine is measured at `clear`, after each handler above a frame and at `late`: what one
    handler took then tells the machine of that moment from the handler.
    """

    keep_above_ms: float = 1.0
    speed: MachineSpeed | None = None
    handled: list[Handled] = field(default_factory=list)
    count: int = 0
    began_s: float = 0.0  # when the event that is being delivered began, by the clock of the thread's CPU

    @property
    def slowest(self) -> Handled | None:
        return max(self.handled, key=lambda one: one.cpu_ms, default=None)

    def clear(self) -> None:
        """What was handled so far is no matter of the test, also of the event that is being delivered."""
        self.handled.clear()
        self.count = 0
        if self.speed is not None:
            self.speed.restart()
        self.began_s = time.thread_time()

    def begin(self) -> None:
        """An event is delivered."""
        self.began_s = time.thread_time()

    def end(self, event: str, receiver: str) -> None:
        """It was."""
        cpu_ms = (time.thread_time() - self.began_s) * 1000
        self.count += 1
        if cpu_ms > self.keep_above_ms:
            self.handled.append(Handled(cpu_ms, event, receiver))
        if cpu_ms > FRAME_MS and self.speed is not None:
            self.speed.sample()

    def above(self, limit_ms: float) -> list[str]:
        """What took longer on the clock, whatever the machine is, in words."""
        return [str(one) for one in self.handled if one.cpu_ms > limit_ms]

    def late(self) -> list[Handled]:
        """What took longer than a frame may take on this machine now."""
        allowed_ms = FRAME_MS
        if self.speed is not None:
            self.speed.sample()
            allowed_ms *= self.speed.slowness
        return [replace(one, allowed_ms=allowed_ms) for one in self.handled if one.cpu_ms > allowed_ms]


class MeasuredApplication(QApplication):
    """A QApplication that can say how much CPU each delivered event took in the GUI thread (thread_time, so the
    load of the machine does not count)."""

    _meter: HandlerMeter | None = None
    _depth = 0

    @contextmanager
    def measured(self, speed: MachineSpeed | None = None) -> Iterator[HandlerMeter]:
        """Measure inside the block."""
        meter = HandlerMeter(speed=speed)
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
        meter.begin()
        try:
            return super().notify(receiver, event)
        finally:
            meter.end(kind.name, name)
            self._depth -= 1


@contextmanager
def garbage_as_in_the_console() -> Iterator[None]:
    """No collection in the middle of a handler: the console freezes what it starts with and collects by a timer.

    What is there by then stays frozen: thawed, it would be looked through by each collection of the tests to come.
    """
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def own_turn() -> None:
    """Between two acts of a person: what comes next is measured as a handler of its own."""
    await asyncio.sleep(0)


async def best_run(scenario: Callable[[], Awaitable[list[Handled]]]) -> list[Handled]:
    """What took too long in every run of a scenario, which ends with `return meter.late()`.

    What one run finds may be a moment in which other programs used the core and its caches, an import or a font: a
    handler that needs too long does so each time. Those of a kind (one event of one class) count as one.
    """
    missed: list[Handled] = []
    for number in range(RUNS):
        late = await scenario()
        kinds = {one.kind for one in missed} if number else {one.kind for one in late}
        missed = [one for one in late if one.kind in kinds]
        if not missed:
            break
    return missed


async def costs_of(pieces: Iterator[object]) -> list[float]:
    """CPU of one piece after the other, in ms of the machine that limits are stated for; the loop turns between them."""
    speed = MachineSpeed()
    speed.restart()
    costs: list[float] = []
    is_over = False
    while not is_over:
        start = time.thread_time()
        is_over = next(pieces, pieces) is pieces
        costs.append((time.thread_time() - start) * 1000)
        if costs[-1] > FRAME_MS:
            speed.sample()
        await asyncio.sleep(0)
    speed.sample()
    return [cost / speed.slowness for cost in costs]


async def best_pieces(run: Callable[[], Awaitable[list[float]]]) -> list[str]:
    """As `best_run`, for pieces that come in the same order in each run: each of them counts at its best."""
    best: list[float] = []
    for _ in range(RUNS):
        costs = await run()
        best = [min(pair) for pair in zip(best, costs, strict=True)] if best else costs
        if max(best) <= FRAME_MS:
            break
    return [f"piece {number}: {cost:.1f} ms of CPU" for number, cost in enumerate(best) if cost > FRAME_MS]
