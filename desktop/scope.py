"""What a view holds on to beyond itself: connections, tasks and timers, all undone when the view goes."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Protocol, cast

from PySide6.QtCore import QMetaObject, QObject, Qt, QTimer, SignalInstance


class _Connects(Protocol):
    # PySide6's own stub says that connect() returns a Connection, but types the slot as object only.
    def connect(self, slot: Callable[..., object], kind: Qt.ConnectionType) -> QMetaObject.Connection: ...


class Scope:
    """Undone when the owner's C++ object dies, or by `close`, whichever comes first; then it takes nothing more.

    A closure over a view that is handed to a longer-lived signal would keep the view for ever and be called after its
    end; so every such connection goes through here. Errors of tasks go to the exception handler of the loop, which
    shows them; none is lost.
    """

    def __init__(self, owner: QObject) -> None:
        self._connections: list[QMetaObject.Connection] = []
        self._tasks: set[asyncio.Task[object]] = set()
        self._timers: list[QTimer] = []
        self._is_closed = False
        owner.destroyed.connect(self.close)

    @property
    def is_closed(self) -> bool:
        return self._is_closed

    @property
    def tasks(self) -> frozenset[asyncio.Task[object]]:
        """Tasks that have not ended."""
        return frozenset(self._tasks)

    def connect(
        self,
        signal: SignalInstance,
        slot: Callable[..., object],
        kind: Qt.ConnectionType = Qt.ConnectionType.AutoConnection,
    ) -> QMetaObject.Connection:
        """Connect until the owner goes. Any callable: a lambda over the view is safe here, and only here."""
        handle = cast("_Connects", signal).connect(slot, kind)
        self._connections.append(handle)
        return handle

    def task(
        self, coroutine: Coroutine[object, object, object], name: str, *, is_latest: bool = False
    ) -> asyncio.Task[object]:
        """Run a short coroutine until it ends or the owner goes.

        `is_latest`: one of the same name that still runs is cancelled first, as a search box wants it.
        """
        if is_latest:
            for former in self._tasks:
                if former.get_name() == name:
                    former.cancel()
        # This scope owns the task: named, referenced until it ends, cancelled in close().
        task = asyncio.get_running_loop().create_task(coroutine, name=name)
        if self._is_closed:
            task.cancel()
            return task
        self._tasks.add(task)
        task.add_done_callback(self._on_done)
        return task

    def timer(self, interval_ms: int, slot: Callable[[], object], *, is_single: bool = False) -> QTimer:
        """A running timer. Coarse (5 %), so that the system can wake once for many."""
        timer = QTimer()
        timer.setInterval(interval_ms)
        timer.setSingleShot(is_single)
        self._timers.append(timer)
        self.connect(timer.timeout, slot)
        timer.start()
        return timer

    def close(self, _: object = None) -> None:
        """Undo everything. Harmless when done already."""
        self._is_closed = True
        for handle in self._connections:
            QObject.disconnect(handle)
        self._connections.clear()
        for timer in self._timers:
            timer.stop()
            timer.deleteLater()
        self._timers.clear()
        for task in tuple(self._tasks):
            task.cancel()

    def _on_done(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            message = f'the task "{task.get_name()}" failed'
            task.get_loop().call_exception_handler({"message": message, "exception": error, "task": task})
