"""The icon in the system's tray: how a window that was closed comes back. Absent where the system has no tray."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMenu, QSystemTrayIcon, QWidget

from desktop.frame.tray_icon import tray_icon
from desktop.lock.screen import LOCKED_TITLE
from desktop.theme import Theme


class Tray(QObject):
    """Open, the inbox, an hour of quiet, pause everything, quit; the number of what is unread, also in the launcher."""

    openRequested = Signal()
    inboxRequested = Signal()
    pauseRequested = Signal()
    quitRequested = Signal()
    muteRequested = Signal(bool)
    messagePressed = Signal(int)  # what `show_message` was given

    def __init__(self, window: QWidget, *, name: str, is_sandbox: bool) -> None:
        super().__init__(window)
        self._icon: QSystemTrayIcon | None = None
        self._name = name
        self._is_sandbox = is_sandbox
        self._is_locked = False
        self._unread = 0
        self._facts = ""
        self._subject = 0
        self._theme = Theme.of_application()
        self.menu = QMenu(window)
        self.inbox = QAction("Inbox", self)
        self.mute = QAction("No notifications for an hour", self, checkable=True)
        self._build_menu()
        if not QSystemTrayIcon.isSystemTrayAvailable():
            return
        self._icon = QSystemTrayIcon(self)
        self._paint()
        self._say()
        self._icon.setContextMenu(self.menu)
        self._icon.activated.connect(self._on_activated)
        self._icon.messageClicked.connect(self._on_message)
        self._theme.changed.connect(self._paint)
        self._icon.show()

    @property
    def is_there(self) -> bool:
        return self._icon is not None

    @property
    def tip(self) -> str:
        """What stands at the icon."""
        if self._is_locked:
            return LOCKED_TITLE
        return "\n".join(filter(None, [f"Wireroom · {self._name}", self._facts]))

    def show_locked(self, locked: bool) -> None:
        """While the window is locked nothing is named here either."""
        self._is_locked = locked
        self._say()

    def show_counts(self, unread: int, facts: str) -> None:
        """`unread` conversations stand on the icon and at the launcher; `facts` are told when the pointer rests on it."""
        if unread != self._unread:
            self._unread = unread
            self._paint()
            application = QGuiApplication.instance()
            assert isinstance(application, QGuiApplication)
            application.setBadgeNumber(unread)  # at the launcher or the dock, where the desktop has that
        self._facts = facts
        self._say()

    def show_muted(self, is_muted: bool) -> None:
        self.mute.setChecked(is_muted)

    def show_message(self, title: str, body: str, subject: int) -> None:
        """A notification, where there is a tray; a press on it emits `messagePressed`."""
        self._subject = subject
        if self._icon is not None:
            self._icon.showMessage(title, body, self._icon.icon())

    def _build_menu(self) -> None:
        self.menu.addAction("Open").triggered.connect(self.openRequested)
        self.menu.addAction(self.inbox)
        self.menu.addAction(self.mute)
        self.menu.addSeparator()
        self.menu.addAction("Pause everything…").triggered.connect(self.pauseRequested)
        self.menu.addAction("Quit").triggered.connect(self.quitRequested)
        self.inbox.triggered.connect(self.inboxRequested)
        self.mute.triggered.connect(self.muteRequested)

    def _paint(self) -> None:
        if self._icon is not None:
            self._icon.setIcon(tray_icon(self._theme, is_sandbox=self._is_sandbox, count=self._unread))

    def _say(self) -> None:
        self.inbox.setText(f"Inbox, {self._unread:,} unread" if self._unread else "Inbox")
        if self._icon is not None:
            self._icon.setToolTip(self.tip)

    def _on_message(self) -> None:
        self.messagePressed.emit(self._subject)

    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is QSystemTrayIcon.ActivationReason.Trigger:
            self.openRequested.emit()
