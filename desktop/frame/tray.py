"""The icon in the system's tray: how a window that was closed comes back. Absent where the system has no tray."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QSystemTrayIcon, QWidget

from desktop.lock.screen import LOCKED_TITLE
from desktop.theme import Theme
from desktop.widgets.identity import app_icon


class Tray(QObject):
    """Open, pause everything, quit."""

    openRequested = Signal()
    pauseRequested = Signal()
    quitRequested = Signal()

    def __init__(self, window: QWidget, *, name: str, is_sandbox: bool) -> None:
        super().__init__(window)
        self._icon: QSystemTrayIcon | None = None
        self._name = name
        if not QSystemTrayIcon.isSystemTrayAvailable():
            return
        menu = QMenu(window)
        for text, signal in (
            ("Open", self.openRequested),
            ("Pause everything…", self.pauseRequested),
            ("Quit", self.quitRequested),
        ):
            menu.addAction(text).triggered.connect(signal)
        self._icon = QSystemTrayIcon(app_icon(Theme.of_application(), sandbox=is_sandbox), self)
        self.show_locked(False)
        self._icon.setContextMenu(menu)
        self._icon.activated.connect(self._on_activated)
        self._icon.show()

    @property
    def is_there(self) -> bool:
        return self._icon is not None

    def show_locked(self, locked: bool) -> None:
        """While the window is locked nothing is named here either."""
        if self._icon is not None:
            self._icon.setToolTip(LOCKED_TITLE if locked else f"Wireroom · {self._name}")

    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is QSystemTrayIcon.ActivationReason.Trigger:
            self.openRequested.emit()
