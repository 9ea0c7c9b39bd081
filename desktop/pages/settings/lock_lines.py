"""The app lock on the settings page: whether it is on, its passphrase, and locking now."""

import asyncio
from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from core.clock import Clock
from core.errors import AppError, UserInputError
from core.lock_tries import is_lock_on
from core.workspace import Workspace
from desktop.dialogs.app_lock import AppLockDialog, LockTask
from desktop.event_loop import ask
from desktop.lock.guard import LOCK_KEYS
from desktop.notifications import NotificationCenter
from desktop.pages.settings.row import add_line, column_of_lines
from desktop.scope import Scope
from desktop.theme import Role
from desktop.widgets.buttons import Button
from desktop.widgets.choices import Switch
from desktop.widgets.labels import label
from desktop.widgets.status import Glyph

_WHY = "Asked at the start, after idle time, and by commands that change something. The worker goes on."
_DONE = {
    LockTask.SET: "The app lock is on",
    LockTask.USE_VAULTS: "The app lock is on",
    LockTask.CHANGE: "The passphrase is changed",
    LockTask.REMOVE: "The app lock is off",
}


class LockLines(QWidget):
    """Looks at the lock whenever it is shown; each change asks for the passphrase first."""

    def __init__(
        self,
        workspace: Workspace,
        clock: Clock,
        notifications: NotificationCenter,
        lock_now: Callable[[], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._clock = clock
        self._notifications = notifications
        self._scope = Scope(self)
        self.switch = Switch("App lock")
        self.switch.clicked.connect(self._on_switch)
        self.change_button = Button("Change passphrase…", small=True)
        self.change_button.clicked.connect(partial(self._begin, LockTask.CHANGE))
        self.lock_button = Button("Lock now", "mdi6.lock-outline", small=True)
        self.lock_button.setToolTip(f"Lock now ({LOCK_KEYS})")
        self.lock_button.clicked.connect(lock_now)
        self._build()
        self.refresh()

    def refresh(self) -> None:
        """Show whether the lock is on."""
        is_on = is_lock_on(self._workspace)
        self.switch.setChecked(is_on)
        self.change_button.setVisible(is_on)
        self.lock_button.setVisible(is_on)

    def _build(self) -> None:
        words = (label("Passphrase", Role.STRONG), label(_WHY, Role.HINT, wrap=True))
        add_line(column_of_lines(self), words, (self.lock_button, self.change_button, self.switch))

    def _on_switch(self) -> None:
        self.refresh()  # it moves when the passphrase was given
        self._begin(LockTask.REMOVE if is_lock_on(self._workspace) else LockTask.SET)

    def _begin(self, task: LockTask, _: bool = False) -> None:
        self._scope.task(self._ask(task), "the app lock", is_latest=True)

    async def _ask(self, task: LockTask) -> None:
        try:
            if task is LockTask.SET and await asyncio.to_thread(_is_vaults, self._workspace, self._clock):
                task = LockTask.USE_VAULTS
        except AppError as error:
            self._notifications.error(error)
            return
        dialog = AppLockDialog(self.window(), task)
        scope = Scope(dialog)
        scope.connect(
            dialog.submitted,
            lambda old, new: scope.task(self._do(dialog, task, old, new), "change the app lock", is_latest=True),
        )
        if await ask(dialog):
            self.refresh()
            self._notifications.toast(_DONE[task], glyph=Glyph.CHECK)

    async def _do(self, dialog: AppLockDialog, task: LockTask, old: str, new: str) -> None:
        dialog.show_busy(True)
        try:
            await asyncio.to_thread(_change, self._workspace, self._clock, task, old, new)
        except UserInputError as error:
            dialog.show_refused(error.message, is_about_new=True)
        except AppError as error:
            dialog.show_refused(f"{error.title}. {error.message}".strip())
        else:
            dialog.accept()
            return
        dialog.show_busy(False)


def _is_vaults(workspace: Workspace, clock: Clock) -> bool:
    from core.secrets.app_lock import AppLock

    return AppLock(workspace, clock).is_vaults


def _change(workspace: Workspace, clock: Clock, task: LockTask, old: str, new: str) -> None:
    """In a thread: it loads cryptography, derives keys and writes to the disk."""
    from core.secrets.app_lock import AppLock

    lock = AppLock(workspace, clock)
    match task:
        case LockTask.SET:
            lock.turn_on(new)
        case LockTask.USE_VAULTS:
            lock.turn_on(old)
        case LockTask.CHANGE:
            lock.change(old, new)
        case LockTask.REMOVE:
            lock.turn_off(old)
