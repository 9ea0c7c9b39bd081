"""The window around the pages: what a person reads, presses and types."""

import asyncio

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from campaigns.campaign import CampaignState
from core.locks import OsLock
from desktop.dialogs.about import API_NOTICE, AboutDialog
from desktop.dialogs.confirm import ConfirmDialog
from desktop.dialogs.keys import KeysDialog
from desktop.pages import PAGES
from desktop.theme import Theme
from tests.desktop.handler_meter import Handled, HandlerMeter, best_run, own_turn
from tests.desktop.leaks import LeakCheck
from tests.desktop.window import button, open_window, press, shown, texts, until
from tests.desktop.workspace_fixture import Filled, begin_beating, begin_worker

pytestmark = pytest.mark.usefixtures("theme")


async def test_the_frame_shows_the_workspace_and_its_figures(filled: Filled, held: OsLock) -> None:
    await begin_beating(filled)
    async with open_window(filled) as window:
        assert {"northlight", "Sandbox"} <= set(texts(window.frame.side_bar))
        await until(lambda: "2 of 2 accounts online" in texts(window.frame.status_bar))
        assert "5 delivered today" in texts(window.frame.status_bar)
        assert "Everything saved" in texts(window.frame.status_bar)
        assert "Telegram" not in window.windowTitle()

        held.release()  # the worker dies, and nobody is online

        await until(lambda: "0 of 2 accounts online" in texts(window.frame.status_bar))


async def test_figures_follow_the_rows(filled: Filled) -> None:
    async with open_window(filled) as window:
        await filled.world.desk.change_state(
            filled.running, CampaignState.PAUSED, actor="ann", reason="", now=filled.clock.now()
        )

        await until(lambda: not window.facts.active)


async def test_the_palette_finds_by_a_few_letters_and_does_it_by_enter(filled: Filled) -> None:
    async with open_window(filled) as window:
        await press(window, "Ctrl+K")
        palette = window.palette_frame
        assert palette.isVisible()
        search = QApplication.focusWidget()
        assert isinstance(search, QLineEdit)

        QTest.keyClicks(search, "abo")
        assert palette.found == ["About Wireroom"]
        QTest.keyClick(search, Qt.Key.Key_Return)

        assert not palette.isVisible()
        about = shown(window, AboutDialog)
        assert about is not None
        assert API_NOTICE in texts(about)
        about.accept()


async def test_the_palette_says_when_nothing_matches_and_esc_closes_it(filled: Filled) -> None:
    async with open_window(filled) as window:
        await press(window, "Ctrl+K")
        search = QApplication.focusWidget()
        assert isinstance(search, QLineEdit)

        QTest.keyClicks(search, "kaisa")
        assert "Nothing matches “kaisa”." in texts(window.palette_frame)
        QTest.keyClick(search, Qt.Key.Key_Escape)

        assert not window.palette_frame.isVisible()


async def test_only_actions_are_found_behind_a_greater_than(filled: Filled) -> None:
    async with open_window(filled) as window:
        window.open_palette()
        search = QApplication.focusWidget()
        assert isinstance(search, QLineEdit)

        QTest.keyClicks(search, "> set")

        assert "Settings" not in window.palette_frame.found


async def test_pause_everything_asks_and_pauses_rows(filled: Filled) -> None:
    async with open_window(filled) as window:
        await press(window, "Ctrl+Shift+Space")
        await until(lambda: shown(window, ConfirmDialog))
        dialog = shown(window, ConfirmDialog)
        assert dialog is not None
        assert dialog.windowTitle() == "Pause 1 campaign?"

        button(dialog, "Pause everything").click()
        await until(lambda: window.toasts.toasts)

        progress = await filled.world.reports.progress(filled.running)
        assert (progress.state, progress.state_by) == (CampaignState.PAUSED, "kaya")
        assert window.toasts.toasts[0].accessibleName() == "1 campaign paused"


async def test_a_dead_worker_is_said_on_the_card_and_over_the_page(filled: Filled) -> None:
    await begin_worker(filled)
    async with open_window(filled) as window:
        await until(lambda: window.frame.side_bar.worker_card.words[0] == "Worker died")

        assert window.frame.side_bar.worker_card.words[2] == "Start it again"
        await until(lambda: "Worker died: nothing is sent now" in texts(window))


async def test_f6_walks_through_the_parts_of_the_window(filled: Filled) -> None:
    async with open_window(filled) as window:
        seen = set()
        for _ in range(4):
            await press(window, "F6")
            focused = QApplication.focusWidget()
            assert focused is not None
            seen.add("side bar" if window.frame.side_bar.isAncestorOf(focused) else "page")

        assert seen == {"side bar", "page"}


async def test_f1_lists_the_keys(filled: Filled) -> None:
    async with open_window(filled) as window:
        await press(window, "F1")

        dialog = shown(window, KeysDialog)
        assert dialog is not None
        assert "Pause everything (asks)" in texts(dialog)
        dialog.reject()


async def test_three_toasts_at_most_and_ctrl_z_undoes_the_newest(filled: Filled) -> None:
    async with open_window(filled) as window:
        undone: list[int] = []
        for number in range(4):
            window.notifications.toast(f"Toast {number}", undo=lambda number=number: undone.append(number))

        assert [toast.accessibleName() for toast in window.toasts.toasts] == ["Toast 1", "Toast 2", "Toast 3"]
        await press(window, "Ctrl+Z")
        assert undone == [3]
        await press(window, "Esc")
        assert len(window.toasts.toasts) == 2


async def test_every_control_has_a_name(filled: Filled) -> None:
    async with open_window(filled) as window:
        window.open_palette()
        for key in window.frame.side_bar.items:
            window.navigate(key)
            unnamed = [
                one
                for one in window.findChildren(QLineEdit.__mro__[1])
                if one.focusPolicy() != Qt.FocusPolicy.NoFocus and one.isVisible() and not one.accessibleName()
            ]
            assert not unnamed, [(type(one).__name__, one.objectName()) for one in unnamed]


@pytest.mark.slow
async def test_windows_leave_nothing_behind(filled: Filled) -> None:
    async with open_window(filled):
        pass  # what is made once and kept: pixmaps, the style's own objects
    check = LeakCheck()
    for _ in range(5):
        async with open_window(filled) as window:
            for key in window.frame.side_bar.items:
                window.navigate(key)
            window.open_palette()
    del window

    await check.assert_clean_soon()


@pytest.mark.slow
@pytest.mark.parametrize("times", [10, pytest.param(50, marks=pytest.mark.proof)])
@pytest.mark.parametrize("key", [*(spec.key for spec in PAGES), "settings"])
async def test_pages_leave_nothing_behind(filled: Filled, key: str, times: int) -> None:
    async with open_window(filled) as window:
        make = window.specs[key].factory
        context = window.page_context
        for round_number in range(times + 1):
            if round_number == 1:  # the first one makes what is kept: pixmaps, fonts
                check = LeakCheck()
            page = make(context)
            page.setParent(window)
            page.show()
            await asyncio.sleep(0)
            page.hide()
            page.deleteLater()
        del page

        await check.assert_clean_soon()


async def test_no_handler_of_the_frame_takes_more_than_a_frame(
    filled: Filled, theme: Theme, handler_meter: HandlerMeter
) -> None:
    async with open_window(filled) as window:

        async def run() -> list[Handled]:
            handler_meter.clear()  # opening a window is not a handler of a running one
            for _ in range(5):
                await window.presenter.refresh()
            window.open_palette()
            await own_turn()
            window.palette_frame.close_palette()
            await asyncio.sleep(0.1)
            return handler_meter.late()

        assert not await best_run(run)
