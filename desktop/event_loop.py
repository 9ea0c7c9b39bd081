"""The console's event loop: qasync with its measured defects mended, and what else keeps asyncio and Qt at peace.

Only short coroutines run here (docs/architecture.md). All workarounds for qasync 0.28 stand in this file; each may go
when its test in tests/desktop/test_event_loop.py passes without it.
"""

import asyncio
import contextvars
import gc
import logging
import sys
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TypeVar

import PySide6.QtCore  # noqa: F401 - before qasync, which takes the Qt that is loaded
import qasync
from PySide6.QtCore import QObject, Qt, QTimerEvent
from PySide6.QtWidgets import QApplication, QDialog

log = logging.getLogger(__name__)

T = TypeVar("T")
Arguments = tuple[object, ...]


class _KilledWithHandle(asyncio.Handle):
    """A scheduled call. qasync lets the Qt timer of a cancelled call run on; 50,000 time-outs of 300 s that were not
    needed made the loop half as fast (measured). This one takes its timer along."""

    __slots__ = ("_kill",)

    def __init__(
        self,
        callback: Callable[..., object],
        args: Arguments,
        loop: asyncio.AbstractEventLoop,
        context: contextvars.Context | None,
    ) -> None:
        super().__init__(callback, args, loop, context)
        self._kill: Callable[[], object] | None = None

    def cancel(self) -> None:
        if not self.cancelled() and self._kill is not None:
            self._kill()
        super().cancel()


class _PreciseTimers(QObject):
    """Takes the place of qasync's timers, which are coarse (5 %) and may fire early: sleep(9.1) came back 0.28 s too
    soon (measured). These are never early."""

    def __init__(self, is_running: Callable[[], bool]) -> None:
        super().__init__()
        self._is_running = is_running
        self._handles: dict[int, asyncio.Handle] = {}

    @property
    def pending(self) -> int:
        return len(self._handles)

    def add_callback(self, handle: asyncio.Handle, delay: float = 0) -> asyncio.Handle:
        # Qt counts whole milliseconds and cuts off; one more is never early.
        interval_ms = int(delay * 1000) + 1 if delay > 0 else 0
        timer_id = self.startTimer(interval_ms, Qt.TimerType.PreciseTimer)
        self._handles[timer_id] = handle
        if isinstance(handle, _KilledWithHandle):
            # Qt gives the number of a timer that ended to the next one: only this very handle may end it.
            handle._kill = lambda: self._drop(timer_id) if self._handles.get(timer_id) is handle else None
        return handle

    def timerEvent(self, event: QTimerEvent) -> None:
        handle = self._drop(event.timerId())
        if handle is None or handle.cancelled():
            return
        if self._is_running():
            handle._run()
        else:
            # Qt is asked for its events between two runs of the loop (processEvents). What runs now has no running
            # loop: the database's queue died of it, and whoever waited for it waited for ever.
            self.add_callback(handle)

    def stop(self) -> None:
        """The loop closes: nothing scheduled runs any more."""
        for timer_id in tuple(self._handles):
            self._drop(timer_id)

    def set_debug(self, enabled: bool) -> None:
        """Called by qasync; slow calls are measured by tests instead."""

    def _drop(self, timer_id: int) -> asyncio.Handle | None:
        handle = self._handles.pop(timer_id, None)
        if handle is not None:
            self.killTimer(timer_id)
        return handle


class ConsoleLoop(qasync.QEventLoop):  # type: ignore[misc]  # qasync ships no types
    """The loop of the console; made once there is a QApplication, used through asyncio.Runner."""

    def __init__(self, application: object) -> None:
        super().__init__(application)
        self._timer = _PreciseTimers(self.is_running)

    @property
    def pending_timers(self) -> int:
        """Scheduled calls that have neither run nor been cancelled."""
        return self._timer.pending

    def call_later(
        self,
        delay: float,
        callback: Callable[..., object],
        *args: object,
        context: contextvars.Context | None = None,
    ) -> asyncio.Handle:
        return self._timer.add_callback(_KilledWithHandle(callback, args, self, context), delay)


def run_in_console(application: QApplication, main: Callable[[], Coroutine[object, object, T]]) -> T:
    """Run a coroutine to its end in the Qt loop; the result is its own.

    Closing the last window does not end it (qasync would drop what is still to be cleaned up): the coroutine decides.
    """
    application.setQuitOnLastWindowClosed(False)
    collector = GuiThreadGc()  # from the first widget to the last, not for the main window alone
    try:
        return _run(application, main)
    finally:
        collector.stop()


def _run(application: QApplication, main: Callable[[], Coroutine[object, object, T]]) -> T:
    with asyncio.Runner(loop_factory=lambda: ConsoleLoop(application)) as runner:
        return runner.run(main())


async def in_turns(pieces: Iterable[object]) -> None:
    """Do one piece a turn of the loop: what comes next is in a handler of its own as well."""
    for _ in pieces:
        await asyncio.sleep(0)


async def ask(dialog: QDialog) -> int:
    """Open a dialog and wait for its end: QDialog.DialogCode or what it passed to done().

    It opens in the next turn of the loop: making and showing it in one would be more than a handler may take.

    Never exec(): a task that wakes in its nested loop dies with "Cannot enter into task" and never runs again.
    A dialog that is deleted without an answer counts as rejected.
    """
    finished: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def settle(result: int) -> None:
        if not finished.done():
            finished.set_result(result)

    handles = [
        dialog.finished.connect(settle),
        dialog.destroyed.connect(lambda: settle(QDialog.DialogCode.Rejected.value)),
    ]
    try:
        await asyncio.sleep(0)
        if not finished.done():
            dialog.open()
        return await finished
    finally:
        for handle in handles:
            QObject.disconnect(handle)


async def ask_for(dialog: QDialog, read: Callable[[], T]) -> T | None:
    """Open a dialog and wait; `read()` when it was accepted, else None.

    Read while it finishes: a dialog deletes itself when it closes, before whoever waits goes on.
    """
    values: list[T] = []
    handle = dialog.accepted.connect(lambda: values.append(read()))
    try:
        await ask(dialog)
    finally:
        QObject.disconnect(handle)
    return values[0] if values else None


class GuiThreadGc(QObject):
    """Collects garbage in the GUI thread only: elsewhere (the database has threads) it would destroy widgets there.

    With the interpreter's own collector a console that drops widgets ended with SIGSEGV after 5 s (measured). `stop`
    gives the job back to who had it before: the interpreter, or one that was made earlier.
    """

    YOUNG = 2000  # objects made since the last look; one takes well under a millisecond
    MIDDLE = 10

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_enabled = gc.isenabled()
        gc.disable()
        self._timer_id = self.startTimer(100)

    def settle(self) -> None:
        """For when the main window is up: what lives then is never looked at again, until `stop`."""
        gc.collect()
        gc.freeze()

    def timerEvent(self, _: QTimerEvent) -> None:
        young, middle, _old = gc.get_count()
        if middle > self.MIDDLE:
            gc.collect(1)
        elif young > self.YOUNG:
            gc.collect(0)

    def stop(self) -> None:
        self.killTimer(self._timer_id)
        gc.unfreeze()
        if self._was_enabled:
            gc.enable()


@contextmanager
def errors_shown(loop: asyncio.AbstractEventLoop, show: Callable[[BaseException], None]) -> Iterator[None]:
    """Route what nobody caught, in slots and in tasks, to the log and to `show`; the former hooks come back."""

    def on_slot_error(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            former_hook(kind, error, trace)
            return
        log.error("unexpected error in a slot", exc_info=(kind, error, trace))
        show(error)

    def on_loop_error(_: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        error = context.get("exception")
        message = str(context.get("message", "unexpected error in a task"))
        if isinstance(error, BaseException):
            log.error(message, exc_info=error)
            show(error)
        else:
            log.error(message)

    former_hook = sys.excepthook
    sys.excepthook = on_slot_error
    loop.set_exception_handler(on_loop_error)
    try:
        yield
    finally:
        sys.excepthook = former_hook
        loop.set_exception_handler(None)
