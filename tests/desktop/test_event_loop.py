"""The defects of qasync that desktop.event_loop mends, each as the rule that must hold."""

import asyncio
import gc
import logging
import sys
import threading
import time

import pytest
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QMainWindow

from desktop.event_loop import ConsoleLoop, GuiThreadGc, ask, ask_for, errors_shown, run_in_console


def console_loop() -> ConsoleLoop:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, ConsoleLoop)
    return loop


@pytest.mark.parametrize("seconds", [0.0004, 0.0031, 0.05, 0.211])
async def test_a_sleep_never_returns_early(seconds: float) -> None:
    started = time.monotonic()

    await asyncio.sleep(seconds)

    assert time.monotonic() - started >= seconds


async def test_a_timeout_that_was_not_needed_leaves_no_timer() -> None:
    before = console_loop().pending_timers

    for _ in range(100):
        await asyncio.wait_for(asyncio.sleep(0), 300)

    assert console_loop().pending_timers <= before + 2


async def test_cancelling_what_has_run_takes_no_other_call_along() -> None:
    """Qt gives the number of an ended timer to a later one."""
    loop, done = console_loop(), []
    for _ in range(600):
        ran = asyncio.Event()
        done.append(loop.call_soon(ran.set))
        await ran.wait()
    ran = asyncio.Event()
    loop.call_soon(ran.set)

    for handle in done:
        handle.cancel()

    async with asyncio.timeout(20):
        await ran.wait()


async def test_calls_run_in_the_order_they_were_scheduled() -> None:
    order: list[int] = []
    done = asyncio.Event()

    for number in range(50):
        console_loop().call_soon(order.append, number)
    console_loop().call_soon(done.set)
    await done.wait()

    assert order == list(range(50))


def test_what_is_scheduled_waits_while_the_loop_does_not_run(qapp: QApplication) -> None:
    """Qt may be asked for its events between two runs; a callback that then finds no running loop breaks its owner."""
    loop = ConsoleLoop(qapp)
    ran: list[bool] = []
    done: asyncio.Future[None] = loop.create_future()

    def note() -> None:
        ran.append(loop.is_running())
        done.set_result(None)

    loop.call_soon(note)
    qapp.processEvents()
    assert ran == []

    loop.run_until_complete(done)
    assert ran == [True]
    loop.close()


async def test_a_result_from_a_thread_arrives() -> None:
    assert await asyncio.to_thread(threading.get_ident) != threading.get_ident()


async def test_other_tasks_go_on_while_a_dialog_asks(no_leaks: object) -> None:
    dialog = QDialog()
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0)
            ticks += 1

    async with asyncio.TaskGroup() as group:
        ticking = group.create_task(tick())
        answer = group.create_task(ask(dialog))
        while ticks < 20:
            await asyncio.sleep(0.001)
        assert dialog.isVisible()
        assert not answer.done()
        dialog.accept()
        assert await answer == QDialog.DialogCode.Accepted
        ticking.cancel()
    dialog.deleteLater()


@pytest.mark.parametrize(("is_accepted", "expected"), [(True, "typed"), (False, None)])
async def test_an_answer_is_read_before_its_dialog_deletes_itself(
    is_accepted: bool, expected: str | None, no_leaks: object
) -> None:
    dialog = QDialog()
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    entry = QLineEdit("typed", dialog)

    async with asyncio.TaskGroup() as group:
        answer = group.create_task(ask_for(dialog, entry.text))
        await asyncio.sleep(0)
        dialog.done(int(is_accepted))

    assert answer.result() == expected
    del entry


async def test_a_dialog_that_vanishes_counts_as_rejected(no_leaks: object) -> None:
    window = QMainWindow()
    dialog = QDialog(window)
    async with asyncio.TaskGroup() as group:
        answer = group.create_task(ask(dialog))
        await asyncio.sleep(0)
        dialog.deleteLater()

    assert answer.result() == QDialog.DialogCode.Rejected
    window.deleteLater()


def test_closing_the_last_window_does_not_end_the_clean_up(qapp: QApplication) -> None:
    steps: list[str] = []

    async def main() -> int:
        window = QMainWindow()
        window.show()
        await asyncio.sleep(0)
        window.close()
        await asyncio.sleep(0.01)
        steps.append("cleaned up")
        window.deleteLater()
        return 7

    assert run_in_console(qapp, main) == 7
    assert steps == ["cleaned up"]


async def test_errors_of_slots_and_tasks_are_shown_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    shown: list[BaseException] = []

    def fail() -> None:
        raise ValueError("in a slot")

    with errors_shown(console_loop(), shown.append), caplog.at_level(logging.ERROR):
        hook = sys.excepthook
        QTimer.singleShot(0, fail)
        console_loop().call_soon(fail)
        while len(shown) < 2:
            await asyncio.sleep(0.001)

    assert [str(error) for error in shown] == ["in a slot", "in a slot"]
    assert "Traceback" in caplog.text
    assert sys.excepthook is not hook


def test_garbage_is_collected_in_the_gui_thread_only(qtbot: object, qapp: QApplication) -> None:
    threads: set[int] = set()

    def note(phase: str, _: dict[str, int]) -> None:
        threads.add(threading.get_ident())

    collector = GuiThreadGc()
    gc.callbacks.append(note)
    try:
        kept: list[object] = []
        maker = threading.Thread(target=lambda: kept.extend([] for _ in range(50_000)))
        maker.start()
        maker.join()
        while not threads:
            qapp.processEvents()
    finally:
        gc.callbacks.remove(note)
        collector.stop()

    assert threads == {threading.get_ident()}
    assert gc.isenabled()


def test_no_other_thread_collects_garbage_before_and_after_the_window(qapp: QApplication) -> None:
    async def main() -> list[bool]:
        before = gc.isenabled()
        of_window = GuiThreadGc()
        of_window.settle()
        of_window.stop()
        return [before, gc.isenabled()]

    assert run_in_console(qapp, main) == [False, False]
    assert gc.isenabled()


def test_pyside_keeps_count_of_none(qapp: QApplication) -> None:
    """PySide6 6.12.0 drops one reference to None a call and aborts before Python 3.12: keep the pin while it does."""
    one = QObject()
    before = sys.getrefcount(None)

    for _ in range(1000):
        one.setObjectName("x")

    assert abs(sys.getrefcount(None) - before) < 100
