"""Hears from the desktop that nobody is there: the computer is about to sleep, or its own screen was locked.

By D-Bus, where there is one: logind on the system bus, screen savers on the bus of the session. Without a bus, and on
systems that have none, nothing is heard and nothing fails; idle time counts there too.
"""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import SLOT, QObject, Signal, Slot

if TYPE_CHECKING:
    from PySide6.QtDBus import QDBusConnection

LOGIN: Final = ("org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager")
# What desktops call theirs; each tells ActiveChanged(bool), at paths of their own.
SCREEN_SAVERS: Final = (
    "org.freedesktop.ScreenSaver",
    "org.gnome.ScreenSaver",
    "org.cinnamon.ScreenSaver",
    "org.mate.ScreenSaver",
)


NOTE: Final[Any] = SLOT("note(bool)")  # the stub asks for bytes, which Qt then refuses


class AwaySignals(QObject):
    """Emits `away` each time the computer is about to sleep, and each time its screen was locked."""

    away = Signal()

    def listen(self) -> None:
        """Once: on whichever bus there is. Asks nobody and waits for nothing."""
        if sys.platform != "linux":
            return
        try:
            # Here, since only a window with a lock needs it, and some systems do not have it.
            from PySide6.QtDBus import QDBusConnection
        except ImportError:
            return
        self.listen_on_system(QDBusConnection.systemBus())
        if _has_session_bus():
            self.listen_on_session(QDBusConnection.sessionBus())

    def listen_on_system(self, bus: "QDBusConnection") -> None:
        if bus.isConnected():
            bus.connect(*LOGIN, "PrepareForSleep", self, NOTE)

    def listen_on_session(self, bus: "QDBusConnection") -> None:
        for interface in SCREEN_SAVERS if bus.isConnected() else ():
            bus.connect("", "", interface, "ActiveChanged", self, NOTE)

    @Slot(bool)
    def note(self, is_away: bool) -> None:  # what the bus says: begins, or is over
        if is_away:
            self.away.emit()


def _has_session_bus() -> bool:
    """Where no address is known, Qt would start a bus of its own to look for one."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    return bool(os.environ.get("DBUS_SESSION_BUS_ADDRESS")) or bool(runtime and Path(runtime, "bus").exists())
