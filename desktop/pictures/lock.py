"""The app lock in each of its states, for the pictures of the console."""

import asyncio
from collections.abc import Awaitable, Callable

from PySide6.QtWidgets import QDialog, QWidget

from core.clock import Clock
from core.lock_tries import FREE_TRIES, LockTries
from core.secrets.app_lock import AppLock
from core.workspace import Workspace
from desktop.dialogs.app_lock import AppLockDialog, LockTask
from desktop.lock.screen import LockWindow
from desktop.main_window import MainWindow
from desktop.pages.settings.page import SettingsPage
from desktop.pictures.settling import settle, until

OPENS_WITH = "made up for these pictures"
Take = Callable[[str, QWidget], Awaitable[None]]


async def take_lock_pictures(window: MainWindow, workspace: Workspace, clock: Clock, take: Take) -> None:
    """`window` is of a workspace without a lock; it has one afterwards, and is locked."""
    start = LockWindow()
    start.show()
    await take("lock-start", start)
    start.screen_widget.show_refused("This passphrase is not right.")
    await take("lock-wrong", start)
    start.close()
    start.deleteLater()
    window.navigate("settings")
    page = window.page
    assert isinstance(page, SettingsPage)
    await settle(window, "lock-settings")
    page.show_section("lock")
    await take("lock-settings-off", window)
    await asyncio.to_thread(AppLock(workspace, clock).turn_on, OPENS_WITH)
    page.lock_lines.refresh()
    await take("lock-settings-on", window)
    for task in LockTask:
        AppLockDialog(window, task).open()
        await take(f"lock-{task.name.lower().replace('_', '-')}", window)
        for dialog in window.findChildren(QDialog):
            dialog.reject()
        await asyncio.sleep(0)
    window.lock_now()
    await take("lock-idle", window)
    for _ in range(FREE_TRIES):
        LockTries(workspace, clock).begin()
    screen = window.guard.screen_widget
    assert screen is not None
    await until(lambda: not screen.entry.isEnabled(), "lock-wait")
    await take("lock-wait", window)
