"""The lock is set, changed and taken away on the settings page."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget

from core.lock_tries import is_lock_on
from core.secrets.app_lock import AppLock
from desktop.dialogs.app_lock import AppLockDialog
from desktop.main_window import MainWindow
from desktop.pages.settings.page import SettingsPage
from desktop.widgets.choices import Switch
from tests.desktop.lock.locking import RIGHT
from tests.desktop.window import open_window, shown, texts, until
from tests.desktop.workspace_fixture import Filled

pytestmark = pytest.mark.usefixtures("theme")

NEW = "battery staple"


@asynccontextmanager
async def settings_of(filled: Filled) -> AsyncIterator[tuple[MainWindow, SettingsPage]]:
    """The settings page at the card of the lock, which is off."""
    async with open_window(filled) as window:
        window.navigate("settings")
        page = window.page
        assert isinstance(page, SettingsPage)
        await until(lambda: page._sections)
        page.show_section("lock")
        await until(page.lock_lines.isVisible)
        yield window, page


async def type_into(window: MainWindow, *given: str) -> AppLockDialog:
    await until(lambda: shown(window, AppLockDialog))
    dialog = shown(window, AppLockDialog)
    assert dialog is not None
    entries = dialog.findChildren(QLineEdit)
    assert len(entries) == len(given)
    for entry, text in zip(entries, given, strict=True):
        entry.clear()
        QTest.keyClicks(entry, text)
    QTest.keyClick(entries[-1], Qt.Key.Key_Return)
    return dialog


def click(page: SettingsPage, find: Callable[[SettingsPage], QWidget]) -> None:
    QTest.mouseClick(find(page), Qt.MouseButton.LeftButton)


async def test_lock_is_set_changed_and_taken_away_in_the_settings(filled: Filled) -> None:
    async with settings_of(filled) as (window, page):
        lines = page.lock_lines
        assert isinstance(lines.switch, Switch)

        click(page, lambda p: p.lock_lines.switch)
        await type_into(window, RIGHT, RIGHT)
        await until(lines.switch.isChecked)
        assert is_lock_on(filled.workspace)

        click(page, lambda p: p.lock_lines.change_button)
        await type_into(window, RIGHT, NEW, NEW)
        await until(lambda: shown(window, AppLockDialog) is None)

        click(page, lambda p: p.lock_lines.switch)
        dialog = await type_into(window, RIGHT)
        await until(lambda: "This passphrase is not right." in " ".join(texts(dialog)))
        assert lines.switch.isChecked()
        await type_into(window, NEW)
        await until(lambda: not lines.switch.isChecked())
        assert not is_lock_on(filled.workspace)


async def test_two_passphrases_that_differ_and_short_ones_are_refused_in_place(filled: Filled) -> None:
    async with settings_of(filled) as (window, page):
        click(page, lambda p: p.lock_lines.switch)

        dialog = await type_into(window, RIGHT, NEW)
        assert "The two are not the same" in texts(dialog)
        await type_into(window, "short", "short")
        await until(lambda: any("Too short" in text for text in texts(dialog)))

        assert not is_lock_on(filled.workspace)
        dialog.reject()


async def test_lock_now_is_on_the_settings_page_once_it_is_set(filled: Filled) -> None:
    async with settings_of(filled) as (window, page):
        assert not page.lock_lines.lock_button.isVisible()
        AppLock(filled.workspace, filled.clock).turn_on(RIGHT)
        page.lock_lines.refresh()

        click(page, lambda p: p.lock_lines.lock_button)

        assert window.guard.is_locked
