"""The limit for a handler: it catches one that takes two frames, and grows with what the machine needs for all work."""

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject

from tests.desktop.handler_meter import FRAME_MS, Handled, HandlerMeter, best_run, own_turn
from tests.desktop.machine_speed import REFERENCE_MS, MachineSpeed, reference_ms, slowness

_RUNS_OF_WORK = 3  # in one call of reference_ms
_FRAME_IN_CALLS = FRAME_MS / REFERENCE_MS / _RUNS_OF_WORK


class Busy(QObject):
    """Does the work of the reference in its handler: as many frames of it as it is told, whatever the machine."""

    def __init__(self, frames: float) -> None:
        super().__init__()
        self._calls = round(frames * _FRAME_IN_CALLS)

    def event(self, _: QEvent) -> bool:
        for _call in range(self._calls):
            reference_ms()
        return True


async def deliver(receiver: QObject) -> None:
    """In a turn of its own, as everything that Qt delivers."""
    QCoreApplication.postEvent(receiver, QEvent(QEvent.Type.User))
    await own_turn()


async def test_a_handler_of_two_frames_is_caught_in_every_run(handler_meter: HandlerMeter) -> None:
    busy = Busy(frames=2.2)

    async def run() -> list[Handled]:
        handler_meter.clear()
        await deliver(busy)
        return handler_meter.late()

    assert [one.receiver for one in await best_run(run)] == ["Busy"]


async def test_a_handler_of_half_a_frame_passes(handler_meter: HandlerMeter) -> None:
    busy = Busy(frames=0.5)

    async def run() -> list[Handled]:
        handler_meter.clear()
        await deliver(busy)
        return handler_meter.late()

    assert not await best_run(run)


@pytest.mark.parametrize(("factor", "expected"), [(0.5, 1.0), (1.0, 1.0), (1.5, 1.5), (3.0, 3.0)])
def test_a_slower_machine_is_allowed_as_much_more_and_a_faster_one_nothing_less(
    factor: float, expected: float
) -> None:
    assert slowness([4.0 * factor] * 3, stated_ms=4.0) == pytest.approx(expected)


def test_one_moment_in_which_the_reference_stumbles_loosens_no_limit() -> None:
    assert slowness([4.0, 4.0, 40.0], stated_ms=4.0) == 1.0


def test_the_limit_of_a_run_is_that_of_the_machine_during_the_run() -> None:
    late = Handled(1.5 * FRAME_MS, "Timer", "Page")
    slow = MachineSpeed([2 * REFERENCE_MS] * 5)  # late() measures once more: five before it outweigh that

    assert HandlerMeter(handled=[late]).late() == [late]
    assert HandlerMeter(handled=[late], speed=slow).late() == []
    assert HandlerMeter(handled=[late], speed=slow).above(FRAME_MS) == [str(late)]


async def test_what_is_late_counts_when_its_kind_is_late_in_every_run() -> None:
    paint, timer = Handled(20.0, "UpdateRequest", "QWidget"), Handled(18.0, "Timer", "Page")
    runs = iter([[paint, timer], [timer], [paint]])

    async def mixed() -> list[Handled]:
        return next(runs)

    async def always() -> list[Handled]:
        return [timer, paint]

    assert await best_run(mixed) == []
    assert await best_run(always) == [timer, paint]


def test_what_clear_itself_costs_belongs_to_no_handler(handler_meter: HandlerMeter) -> None:
    class Clears(QObject):
        def event(self, _: QEvent) -> bool:
            handler_meter.clear()
            return True

    QCoreApplication.sendEvent(Clears(), QEvent(QEvent.Type.User))

    assert handler_meter.count == 1
    assert not handler_meter.handled
