"""The lock over the window: nothing behind it is seen or reached, and nothing behind it is lost."""

import asyncio

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QImage, QKeyEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit, QMenu, QWidget

from campaigns.campaign import CampaignState
from campaigns.worker_control import WorkerCondition, WorkerControl
from core.lock_tries import FIRST_WAIT_S, FREE_TRIES, LockTries
from core.secrets.app_lock import AppLock
from core.secrets.choice import StoreKind
from core.secrets.manager import SecretsManager
from desktop.dialogs.confirm import ConfirmDialog
from desktop.lock.guard import LOCK_KEYS
from desktop.widgets.toast import Toast
from tests.desktop.handler_meter import Handled, HandlerMeter, best_run, own_turn
from tests.desktop.leaks import LeakCheck
from tests.desktop.lock.locking import (
    RIGHT,
    SECRET_QUESTION,
    click_window,
    enter,
    lockable,
    screen_of,
    type_in_window,
    unlock,
)
from tests.desktop.window import activate, button, open_window, press, shown, texts, until
from tests.desktop.workspace_fixture import Filled, begin_beating
from tests.fake_clock import FakeClock

pytestmark = pytest.mark.usefixtures("theme")


def visible_words(window: QWidget) -> set[str]:
    return {one.text() for one in window.findChildren(QLabel) if one.isVisible() and one.text()}


async def test_ctrl_l_covers_the_window_and_the_passphrase_uncovers_it(filled: Filled) -> None:
    async with lockable(filled) as window:
        window.navigate("campaigns")
        await until(lambda: window.page is not None and window.page.isVisible())
        before = visible_words(window)

        await press(window, LOCK_KEYS)

        assert window.guard.is_locked
        assert visible_words(window) == {"Wireroom is locked", "What was started goes on.", "Passphrase"}
        assert window.windowTitle() == "Wireroom · locked"
        await unlock(window)
        assert visible_words(window) >= before - {"–"}
        assert "northlight" in window.windowTitle().lower()
        assert window.page_key == "campaigns"


def press_as_the_system(window: QWidget, keys: str) -> None:
    """A key that no shortcut took: the native window gets it before any widget, and before a menu that is open."""
    combination = QKeySequence(keys)[0]
    key, modifiers = combination.key(), combination.keyboardModifiers()
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(window.windowHandle(), QKeyEvent(kind, key, modifiers))


async def test_lock_key_is_heard_while_a_dialog_is_open(filled: Filled) -> None:
    async with lockable(filled) as window:
        dialog = ConfirmDialog(window, SECRET_QUESTION)
        dialog.open()
        await activate(dialog)

        press_as_the_system(dialog, LOCK_KEYS)

        assert window.guard.is_locked
        assert not dialog.isVisible()
        await unlock(window)
        assert dialog.isVisible()
        dialog.reject()


async def test_lock_key_is_heard_while_a_menu_is_open(filled: Filled) -> None:
    async with lockable(filled) as window:
        menu = QMenu("Mira Lindqvist", window)
        menu.addAction("Write")
        menu.popup(window.mapToGlobal(QPoint(200, 200)))
        await until(menu.isVisible)

        press_as_the_system(window, LOCK_KEYS)

        assert window.guard.is_locked
        assert not menu.isVisible()
        menu.deleteLater()


async def test_no_pixel_of_the_content_is_left(filled: Filled) -> None:
    """The picture of a locked window is the same whatever is behind it."""
    async with lockable(filled) as window:

        def picture() -> QImage:
            screen_of(window).entry.clearFocus()  # its cursor blinks
            return window.grab().toImage()

        window.navigate("overview")
        window.lock_now()
        first = picture()
        screen_of(window).entry.setFocus()
        await unlock(window)
        window.navigate("settings")
        window.notifications.toast("Mira Lindqvist answered")
        window.open_palette()
        window.lock_now()

        assert picture() == first


async def test_wrong_passphrase_is_told_and_after_some_the_wait_counts_down(filled: Filled, clock: FakeClock) -> None:
    async with lockable(filled) as window:
        window.lock_now()
        screen = screen_of(window)
        for number in range(FREE_TRIES):
            enter(window, "wrong wrong")
            await until(lambda number=number: LockTries(filled.workspace, clock).failures() == number + 1)
            await until(lambda: not screen.entry.isReadOnly())
            assert screen.entry.text() == ""

        await until(lambda: "taken in 5 s" in screen.words)
        assert not screen.entry.isEnabled()
        assert not screen.button.isEnabled()
        clock.advance(FIRST_WAIT_S - 2)
        await until(lambda: "taken in 2 s" in screen.words)
        clock.advance(2)
        await until(screen.entry.isEnabled)
        assert window.guard.is_locked

        await unlock(window)
        assert [toast for toast in window.findChildren(Toast) if "3 wrong passphrases before yours" in texts(toast)]


@pytest.mark.parametrize(
    "keys", ["Ctrl+K", "Ctrl+2", "F1", "F6", "Tab", "Shift+Backtab", "Esc", "Ctrl+Shift+Space", "Ctrl+W"]
)
async def test_no_key_reaches_what_is_behind(filled: Filled, keys: str) -> None:
    async with lockable(filled) as window:
        page = window.page_key
        window.lock_now()

        for _ in range(4):
            await press(window, keys)
            await asyncio.sleep(0.01)

        screen = screen_of(window)
        assert window.isVisible()
        assert window.page_key == page
        assert not window.palette_frame.isVisible()
        assert not [dialog for dialog in window.findChildren(QDialog) if dialog.isVisible()]
        focus = window.focusWidget()
        assert focus is not None
        assert screen.isAncestorOf(focus)


async def test_page_that_takes_the_focus_behind_the_lock_does_not_get_what_is_typed(filled: Filled) -> None:
    async with lockable(filled) as window:
        window.navigate("audiences" if "audiences" in window.specs else "activity")
        await until(lambda: window.page is not None and window.page.isVisible())
        window.lock_now()

        window.focus_search()
        type_in_window(window, RIGHT)

        page = window.page
        assert page is not None
        assert page.search_field is not None
        assert page.search_field.text() == ""
        assert screen_of(window).entry.text() == RIGHT


async def test_slash_is_a_letter_of_a_passphrase_and_no_search(filled: Filled) -> None:
    async with lockable(filled) as window:
        window.lock_now()

        await press(window, "/")
        QTest.keyClicks(screen_of(window).entry, "/x")

        assert screen_of(window).entry.text().endswith("/x")
        assert screen_of(window).entry.echoMode() is QLineEdit.EchoMode.Password


async def test_pointer_reaches_nothing_behind(filled: Filled) -> None:
    async with lockable(filled) as window:
        item = window.frame.side_bar.items["settings"]
        spot = item.mapTo(window, item.rect().center())
        window.lock_now()

        for point in (spot, QPoint(5, 5), window.rect().center()):
            hit = window.childAt(point)
            assert hit is not None
            assert hit is screen_of(window) or screen_of(window).isAncestorOf(hit)
        click_window(window, spot)

        assert window.page_key != "settings"
        assert window.guard.is_locked


async def test_dialog_that_was_open_is_hidden_and_comes_back_with_its_answer_open(filled: Filled) -> None:
    async with lockable(filled) as window:
        answers: list[int] = []
        dialog = ConfirmDialog(window, SECRET_QUESTION)
        dialog.finished.connect(answers.append)
        dialog.open()

        window.lock_now()
        assert not dialog.isVisible()
        assert answers == []
        assert QApplication.activeModalWidget() is None

        await unlock(window)
        assert dialog.isVisible()
        assert dialog.isModal()
        QTest.mouseClick(button(dialog, "Write"), Qt.MouseButton.LeftButton)
        assert answers == [QDialog.DialogCode.Accepted]


async def test_dialog_and_toast_that_come_meanwhile_wait_for_the_unlocking(filled: Filled) -> None:
    async with lockable(filled) as window:
        window.lock_now()

        dialog = ConfirmDialog(window, SECRET_QUESTION)
        dialog.open()
        window.notifications.toast("Mira Lindqvist answered")
        await until(lambda: not dialog.isVisible())

        assert QApplication.activeModalWidget() is None
        assert shown(window, Toast) is None
        assert not [one for one in QApplication.topLevelWidgets() if one is not window and one.isVisible()]
        await unlock(window)
        assert dialog.isVisible()
        assert not dialog.testAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        toast = shown(window, Toast)
        assert toast is not None
        assert "Mira Lindqvist answered" in texts(toast)
        dialog.reject()


async def test_worker_and_console_go_on_while_it_is_locked(filled: Filled, held: object) -> None:
    async with lockable(filled) as window:
        await begin_beating(filled)
        window.lock_now()

        await filled.world.desk.change_state(
            filled.running, CampaignState.PAUSED, actor="ann", reason="", now=filled.clock.now()
        )

        await until(lambda: not window.facts.active)  # the row was read behind the lock
        assert window.guard.is_locked
        assert (await filled.services.get(WorkerControl).status()).condition is WorkerCondition.RUNNING
        assert await filled.world.column("SELECT kind FROM request") == []  # nothing asks the worker to end


async def test_dialog_that_ends_behind_the_lock_does_not_come_back(filled: Filled) -> None:
    async with lockable(filled) as window:
        dialog = ConfirmDialog(window, SECRET_QUESTION)
        dialog.open()
        window.lock_now()

        dialog.reject()
        await unlock(window)

        assert shown(window, ConfirmDialog) is None


async def test_closing_a_locked_window_asks_nothing_and_leaves_the_worker(filled: Filled) -> None:
    async with lockable(filled) as window:
        closed: list[bool] = []
        window.closed.connect(lambda: closed.append(True))
        window.lock_now()

        window.quit()

        await until(lambda: closed)


async def test_unlocking_gives_the_vaults_key_to_the_workers_of_the_console(filled: Filled) -> None:
    SecretsManager.create(filled.workspace, StoreKind.PASSPHRASE, passphrase=RIGHT)
    AppLock(filled.workspace, filled.clock).turn_on(RIGHT)
    async with open_window(filled) as window:
        window.lock_now()
        assert not filled.services.get(WorkerControl).has_key

        await unlock(window)

        assert filled.services.get(WorkerControl).has_key


async def test_locking_and_unlocking_take_no_turn_that_is_felt(filled: Filled, handler_meter: HandlerMeter) -> None:
    async with lockable(filled) as window:
        window.navigate("campaigns")
        await until(lambda: window.page is not None and window.page.isVisible())

        async def run() -> list[Handled]:
            await activate(window)
            handler_meter.clear()
            await press(window, LOCK_KEYS)
            await own_turn()
            await unlock(window)
            return handler_meter.late()

        assert not await best_run(run)


async def lock_and_unlock(filled: Filled) -> None:
    """With a dialog open, twice; the window goes while it is locked."""
    async with open_window(filled) as window:
        for _ in range(2):
            dialog = ConfirmDialog(window, SECRET_QUESTION)
            dialog.open()
            window.lock_now()
            await unlock(window)
            dialog.reject()
        window.lock_now()


@pytest.mark.slow
async def test_locking_leaves_nothing_behind(filled: Filled) -> None:
    AppLock(filled.workspace, filled.clock).turn_on(RIGHT)
    await lock_and_unlock(filled)  # what is made once and kept: pixmaps, the style's own objects
    check = LeakCheck()

    for _ in range(3):
        await lock_and_unlock(filled)

    await check.assert_clean_soon()
