"""When the window locks by itself, when somebody asks for it, and when nothing does."""

import pytest
from PySide6.QtCore import QPoint

from core.config_writing import write_setting
from core.secrets.app_lock import AppLock
from desktop.dialogs.confirm import ConfirmDialog
from desktop.lock.away import AwaySignals
from desktop.lock.guard import LOCK_KEYS
from desktop.widgets.toast import Toast
from tests.desktop.lock.locking import RIGHT, SECRET_QUESTION, click_window, lockable, type_in_window, unlock
from tests.desktop.window import activate, open_window, press, shown, texts, until
from tests.desktop.workspace_fixture import Filled
from tests.fake_clock import FakeClock

pytestmark = pytest.mark.usefixtures("theme")


async def test_idle_window_locks_and_use_keeps_it_open(filled: Filled, clock: FakeClock) -> None:
    async with lockable(filled) as window:
        write_setting(filled.workspace.config_path, "lock", "idle_minutes", 5)
        window.guard.tick()
        clock.advance(299)
        type_in_window(window, "x")
        clock.advance(299)
        window.guard.tick()
        assert not window.guard.is_locked

        click_window(window, QPoint(600, 20))
        clock.advance(299)
        window.guard.tick()
        assert not window.guard.is_locked

        clock.advance(1)
        window.guard.tick()

        assert window.guard.is_locked


async def test_use_of_a_dialog_is_use_of_the_window(filled: Filled, clock: FakeClock) -> None:
    async with lockable(filled) as window:
        write_setting(filled.workspace.config_path, "lock", "idle_minutes", 5)
        dialog = ConfirmDialog(window, SECRET_QUESTION)
        dialog.open()
        await activate(dialog)
        window.guard.tick()
        clock.advance(299)

        type_in_window(dialog, "x")
        clock.advance(299)
        window.guard.tick()

        assert not window.guard.is_locked
        clock.advance(1)
        window.guard.tick()
        assert window.guard.is_locked
        assert not dialog.isVisible()
        await unlock(window)
        dialog.reject()


async def test_idle_minutes_of_zero_lock_only_when_asked(filled: Filled, clock: FakeClock) -> None:
    async with lockable(filled) as window:
        write_setting(filled.workspace.config_path, "lock", "idle_minutes", 0)
        clock.advance(10**6)
        window.guard.tick()

        assert not window.guard.is_locked


async def test_a_computer_that_goes_to_sleep_locks_the_window(filled: Filled) -> None:
    async with lockable(filled) as window:
        window.guard.tick()
        signals = window.guard.findChild(AwaySignals)
        assert signals is not None

        signals.note(False)
        assert not window.guard.is_locked
        signals.note(True)

        assert window.guard.is_locked


async def test_without_a_lock_nobody_listens_and_sleeping_locks_nothing(filled: Filled) -> None:
    async with open_window(filled) as window:
        window.guard.tick()

        assert window.guard.findChild(AwaySignals) is None


async def test_without_a_lock_nothing_locks_and_it_says_where_one_is_set(filled: Filled) -> None:
    async with open_window(filled) as window:
        await press(window, LOCK_KEYS)

        assert not window.guard.is_locked
        toast = shown(window, Toast)
        assert toast is not None
        assert "No lock is set" in texts(toast)


async def test_lock_that_a_command_takes_away_opens_the_window(filled: Filled) -> None:
    async with lockable(filled) as window:
        window.lock_now()

        AppLock(filled.workspace, filled.clock).turn_off(RIGHT)

        await until(lambda: not window.guard.is_locked)


async def test_lock_now_is_in_the_palette(filled: Filled) -> None:
    async with lockable(filled) as window:
        command = next(one for one in window.list_commands() if one.title == "Lock now")
        assert command.keys == "Ctrl+Shift+L"

        command.act()

        assert window.guard.is_locked
