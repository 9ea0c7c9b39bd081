"""Locks the window: at once, or when nobody used it for a while. Everything of it stays behind the lock screen.

Hidden, not lost: dialogs that were open, and those that open meanwhile, are there after unlocking. The worker and what
the console has under way go on.
"""

from contextlib import suppress
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut, QWindow
from PySide6.QtWidgets import QApplication, QDialog, QMainWindow, QStackedWidget, QWidget

from core.clock import Clock
from core.config_file import read_config
from core.errors import ConfigurationError
from core.lock_state import LockState
from core.lock_tries import is_lock_on
from core.workspace import Workspace
from desktop.lock.away import AwaySignals
from desktop.lock.screen import LockScreen
from desktop.lock.unlocking import Unlocking

if TYPE_CHECKING:
    from core.secrets.app_lock import Opened

_E = QEvent.Type
USE = frozenset(
    {
        _E.KeyPress, _E.KeyRelease, _E.MouseButtonPress, _E.MouseButtonRelease, _E.MouseMove, _E.Wheel, _E.TouchBegin,
        _E.TouchUpdate, _E.TabletPress, _E.TabletMove,
    }
)  # fmt: skip
"""What a person does to a window, as the system reports it."""
LOCK_KEYS = "Ctrl+Shift+L"
DIRECT = Qt.FindChildOption.FindDirectChildrenOnly
MINUTE_S = 60.0


class LockGuard(QObject):
    """One per window. `shell` is the window's central widget, whose first page is the content.

    While it is locked the shell shows the lock screen in place of the content, and what lies or stands over the window
    is hidden: what Qt does not show it neither paints nor gives keys or the pointer.
    """

    lockChanged = Signal()
    lockMissing = Signal()  # to be locked, but no passphrase is set
    unlocked = Signal(object)  # Opened; None: the lock was taken away

    def __init__(self, window: QMainWindow, shell: QStackedWidget, workspace: Workspace, clock: Clock) -> None:
        super().__init__(window)
        self._window = window
        self._shell = shell
        self._workspace = workspace
        self._clock = clock
        self._state = LockState(clock, is_locked=False)
        self._screen: LockScreen | None = None
        self._unlocking: Unlocking | None = None
        self._focus: QWidget | None = None
        self._over: list[QWidget] = []  # lay over the content: toasts, the palette, the dim of a dialog
        self._dialogs: list[QDialog] = []  # held back, those below first
        self._config_read_at = -1
        self._idle_s = 0.0
        self._away: AwaySignals | None = None  # from when a lock is set on
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        self._application = application
        application.focusWindowChanged.connect(self._follow)

    @classmethod
    def of(cls, widget: QWidget) -> "LockGuard | None":
        """The guard of the window that this widget, at last, belongs to."""
        top = widget
        while (parent := top.parentWidget()) is not None:
            top = parent
        return top.findChild(cls, options=DIRECT)

    @property
    def is_locked(self) -> bool:
        return self._state.is_locked

    @property
    def screen_widget(self) -> LockScreen | None:
        """What is shown while it is locked."""
        return self._screen

    def tick(self) -> None:
        """Once a second: is the idle time over? The lock may have been set or taken away by a command meanwhile."""
        if not is_lock_on(self._workspace):
            self._state.touch()  # a lock that is set now begins to count now
            return
        if self._away is None:
            self._away = AwaySignals(self)
            self._away.away.connect(self._lock_if_set)
            self._away.listen()
        if self._state.is_due(self._read_idle_s()):
            self.lock()

    def _lock_if_set(self) -> None:
        """The computer sleeps, or its own screen was locked: whoever comes back may be somebody else."""
        if is_lock_on(self._workspace):
            self.lock()

    def lock(self) -> None:
        """Cover the window now, unless there is no lock to ask for (`lockMissing`)."""
        if not is_lock_on(self._workspace):
            self.lockMissing.emit()
            return
        if self._state.is_locked:
            return
        self._state.lock()
        self._focus = self._window.focusWidget()
        while (popup := QApplication.activePopupWidget()) is not None:
            popup.close()
        for dialog in self._window.findChildren(QDialog):
            if dialog.isVisible():
                self.hold(dialog)
                dialog.hide()
        self._over = [one for one in self._window.findChildren(QWidget, options=DIRECT) if self._is_over(one)]
        for one in self._over:
            one.hide()
        self._enable_keys(False)
        self._screen = screen = LockScreen()
        self._unlocking = Unlocking(screen, self._workspace, self._clock, self._open)
        self._shell.addWidget(screen)
        self._shell.setCurrentWidget(screen)
        screen.entry.setFocus()
        self._application.focusChanged.connect(self._keep_focus)
        self.lockChanged.emit()
        self._window.repaint()  # before anything else: what was painted is gone

    def hold(self, dialog: QDialog) -> None:
        """Open this dialog, which is hidden or about to be, once it is unlocked; unless it ends before."""
        if dialog not in self._dialogs:
            self._dialogs.append(dialog)
            dialog.finished.connect(self._forget)

    def end(self) -> None:
        """The window goes: nothing is watched or checked any more."""
        self._application.focusWindowChanged.disconnect(self._follow)
        if self._unlocking is not None:
            self._application.focusChanged.disconnect(self._keep_focus)
            self._unlocking.end()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in USE:
            self._state.touch()
        if isinstance(event, QKeyEvent) and event.type() == _E.KeyPress and _is_lock_key(event):
            self.lock()  # the shortcut of the window is not heard while a dialog or a menu is open
            return True
        return False

    def _follow(self, window: QWindow | None) -> None:
        """See the keys and the pointer of this native window, the console's or that of a dialog, as they come in: far
        fewer events than all of the application."""
        if window is not None:
            window.installEventFilter(self)  # once: Qt keeps no filter twice

    def _read_idle_s(self) -> float:
        path = self._workspace.config_path
        read_at = path.stat().st_mtime_ns if path.exists() else 0
        if read_at != self._config_read_at:
            with suppress(ConfigurationError):  # being mended by hand: the last good value holds
                self._idle_s = read_config(path).lock.idle_minutes * MINUTE_S
            self._config_read_at = read_at
        return self._idle_s

    def _is_over(self, widget: QWidget) -> bool:
        return widget is not self._shell and not widget.isWindow() and not widget.isHidden()

    def _enable_keys(self, enable: bool) -> None:
        """Keys of pages need nothing: Qt knows none of a widget that is hidden."""
        for shortcut in self._window.findChildren(QShortcut, options=DIRECT):
            shortcut.setEnabled(enable)

    def _keep_focus(self, _: QWidget | None, now: QWidget | None) -> None:
        """A page that gives the focus to its field, hidden as it is, would get what is typed here."""
        screen = self._screen
        if now is not None and screen is not None and now.window() is self._window and not screen.isAncestorOf(now):
            screen.entry.setFocus()

    def _forget(self) -> None:
        """A dialog was ended behind the lock, by what opened it."""
        gone = self.sender()
        self._dialogs = [dialog for dialog in self._dialogs if dialog is not gone]

    def _open(self, opened: "Opened | None") -> None:
        screen, unlocking = self._screen, self._unlocking
        if screen is None or unlocking is None:
            return
        self._screen = self._unlocking = None
        unlocking.end()
        self._application.focusChanged.disconnect(self._keep_focus)
        self._state.unlock()
        self._shell.setCurrentIndex(0)
        self._shell.removeWidget(screen)
        screen.deleteLater()
        self._enable_keys(True)
        over, self._over = self._over, []
        for one in over:
            if shiboken6.isValid(one):
                one.show()
        focus, self._focus = self._focus, None
        if focus is not None and shiboken6.isValid(focus) and focus.isVisible():
            focus.setFocus()
        dialogs, self._dialogs = self._dialogs, []
        for dialog in dialogs:
            if shiboken6.isValid(dialog):
                dialog.finished.disconnect(self._forget)
                dialog.open()
        self.lockChanged.emit()
        self.unlocked.emit(opened)


def _is_lock_key(event: QKeyEvent) -> bool:
    return QKeySequence(event.keyCombination()) == QKeySequence(LOCK_KEYS)
