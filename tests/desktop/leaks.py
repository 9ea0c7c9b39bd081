"""Finds Qt objects that a test left behind: alive without need, or dead in C++ and still held from Python."""

import asyncio
import gc
import time

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject

# Made once per process at their first use and kept on purpose: the style that PySide ties to the application when a
# widget is asked for it, and the icon font of qtawesome.
_KEPT_ON_PURPOSE = frozenset({"QCommonStyle", "IconicFont"})


def flush_deletions() -> None:
    """Deliver deleteLater (processEvents alone does not), let go of what that frees, and collect.

    In a coroutine nothing else is processed: a task that runs in a nested loop dies. Let the loop turn before.
    """
    for _ in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        if not _is_in_coroutine():
            QCoreApplication.processEvents()
    gc.collect()


def _is_in_coroutine() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def living() -> dict[int, QObject]:
    """Every QObject that Python knows and that lives in C++, but for what stays on purpose."""
    found = (one for one in shiboken6.getAllValidWrappers() if isinstance(one, QObject))
    return {id(one): one for one in found if type(one).__name__ not in _KEPT_ON_PURPOSE}


def zombies() -> list[QObject]:
    """Wrappers whose C++ object is gone: a closure on a longer-lived signal holds them and will be called."""
    return [one for one in gc.get_objects() if isinstance(one, QObject) and not shiboken6.isValid(one)]


class LeakCheck:
    """From its making to `assert_clean`: whatever came must be gone. Use it over one or over a thousand rounds."""

    def __init__(self) -> None:
        flush_deletions()
        self._before = set(living())
        self._zombies = {id(one) for one in zombies()}

    def assert_clean(self) -> None:
        left, dead = self._look()
        assert not left, f"{len(left)} Qt objects are left: {left[:20]}"
        assert not dead, f"{len(dead)} dead Qt objects are still held: {dead[:20]}"

    async def assert_clean_soon(self, *, timeout_s: float = 40.0) -> None:
        """In a coroutine: a task that was cancelled, or a read under way, holds its view for some turns of the loop."""
        end_s = time.monotonic() + timeout_s
        while any(self._look()) and time.monotonic() < end_s:
            await asyncio.sleep(0.05)
        self.assert_clean()

    def _look(self) -> tuple[list[str], list[str]]:
        """Objects that are left, and dead ones that are held."""
        flush_deletions()
        left = [_describe(one) for key, one in living().items() if key not in self._before]
        return left, [type(one).__name__ for one in zombies() if id(one) not in self._zombies]


def _describe(one: QObject) -> str:
    name = one.objectName()
    return type(one).__name__ + (f" {name!r}" if name else "")
