"""The list of proxies and its panel: what a person reads, what their clicks do, and what happens while they look."""

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from database import ProxyGroup, ProxyStore
from database.stores.proxy_screens import ProxyView
from desktop.dialogs.error_box import ErrorBox
from desktop.pages.proxies.import_dialog import ImportDialog
from desktop.pages.proxies.page import ProxiesPage
from desktop.pages.proxies.words import ACCOUNTS, GROUP, PLACE, STATE, TCP, TELEGRAM
from desktop.widgets.empty import EmptyState
from tests.desktop.handler_meter import Handled, HandlerMeter, best_run
from tests.desktop.leaks import LeakCheck
from tests.desktop.pages.conftest import Window, running_worker
from tests.desktop.pages.proxies_fixture import DEAD, GOOD, endpoint, fill_pool, proxies_page
from tests.desktop.window import open_window, until
from tests.desktop.workspace_fixture import Filled


def column(page: ProxiesPage, number: int) -> list[str]:
    return [page.model.cell(row, number).words for row in range(page.model.rowCount())]


def words(window: Window[ProxiesPage], kind: type) -> str:
    dialog = window.widget.findChild(kind)
    return " ".join(label.text() for label in dialog.findChildren(QLabel))


async def read(window: Window[ProxiesPage], count: int = 4) -> ProxiesPage:
    await window.until(lambda: window.page.model.rowCount() == count)
    await window.settle()
    return window.page


def click_row(
    qtbot: QtBot, page: ProxiesPage, row: int, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    place = QPoint(30, page.table.rowViewportPosition(row) + 10)
    qtbot.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, modifier, place)


async def test_the_list_says_how_each_proxy_is_and_why(filled: Filled) -> None:
    await fill_pool(filled)
    async with proxies_page(filled) as window:
        page = await read(window)

        assert column(page, PLACE) == ["192.0.2.3:1080", "192.0.2.4:1080", "192.0.2.1:1080", "192.0.2.2:1080"]
        assert column(page, STATE)[1:] == ["Not checked", "Healthy", "Healthy"]
        failing = page.model.cell(0, STATE)
        assert (failing.words[:18], failing.detail) == ("Quarantined until ", "password refused")
        assert column(page, TELEGRAM) == ["", "", "38 ms", "38 ms"]
        assert column(page, TCP) == ["9.0 ms", "", "12 ms", "12 ms"]
        assert column(page, ACCOUNTS) == ["Account 2", "none", "Account 1", "none"]
        assert [text for text, _ in page.model.cell(0, GROUP).tags] == ["1 of 3"]
        assert [text for text, _ in page.model.cell(2, GROUP).tags] == ["gold", "DE", "exclusive"]
        assert page.model.cell(0, PLACE).detail == "HTTP · ada"
        assert page.subtitle == "4 proxies · 2 in use · 2 free · 1 out of service"
        assert page.chips[ProxyView.FAILING].text() == "Out of service 1"


async def test_without_proxies_the_page_says_what_to_do_first(filled: Filled, qtbot: QtBot) -> None:
    async with proxies_page(filled) as window:
        page = window.page
        await window.until(lambda: isinstance(page.table.placeholder, EmptyState))

        placeholder = page.table.placeholder
        assert placeholder.title.text() == "No proxies yet"
        assert placeholder.findChild(QPushButton).accessibleName() == "Import…"


async def test_chips_search_and_headers_ask_the_database_anew(filled: Filled, qtbot: QtBot) -> None:
    await fill_pool(filled)
    async with proxies_page(filled) as window:
        page = await read(window)

        qtbot.mouseClick(page.chips[ProxyView.HEALTHY], Qt.MouseButton.LeftButton)
        await read(window, 2)
        page.search.setText("account 1")
        page.search.returnPressed.emit()
        await read(window, 1)
        assert column(page, PLACE) == ["192.0.2.1:1080"]

        page.search.setText("kaisa")
        page.search.returnPressed.emit()
        await window.until(lambda: isinstance(page.table.placeholder, EmptyState))
        assert "No proxy matches “kaisa”" in page.table.placeholder.title.text()
        page.table.placeholder.findChild(QPushButton).click()
        await read(window, 4)

        menu = page.filters.menu()
        by_text = {action.text(): action for action in menu.actions()}
        assert {"gold", "DE"} <= set(by_text)
        by_text["gold"].trigger()
        await read(window, 2)
        assert [chip.text() for chip in page.filters.chosen] == ["Label: gold"]
        page.filters.chosen[0].click()
        await read(window, 4)
        assert page.filters.chosen == []
        menu.close()

        # Without room for all chips the menu has the rest, and what is chosen has its chip again.
        page.filters.resize(480, page.filters.height())
        assert not page.chips[ProxyView.FREE].isVisible()
        menu = page.filters.menu()
        next(action for action in menu.actions() if action.text() == "Free 2").trigger()
        await read(window, 2)
        assert page.chips[ProxyView.FREE].isVisible()
        menu.close()
        page.chips[ProxyView.ALL].click()
        await read(window, 4)

        page.table.horizontalHeader().sectionClicked.emit(PLACE)
        await window.until(lambda: column(page, PLACE)[0] == "192.0.2.1:1080")
        page.table.horizontalHeader().sectionClicked.emit(PLACE)
        await window.until(lambda: column(page, PLACE)[0] == "192.0.2.4:1080")


async def test_a_row_opens_its_panel_and_closing_it_takes_the_choice_back(filled: Filled, qtbot: QtBot) -> None:
    await fill_pool(filled)
    async with proxies_page(filled) as window:
        page = await read(window)

        click_row(qtbot, page, 0)
        await window.until(page.panel.isVisible)

        facts = dict(page.panel.facts.shown)
        assert page.panel.title.whole_text == "192.0.2.3:1080"
        assert (facts["User name"], facts["Password"], facts["Use"]) == ("ada", "•••••• in the vault", "1 of 3")
        assert facts["Country"] == "not given"
        note = next(note for note in page.panel.notes.values() if note.isVisible())
        assert "It refuses the user name and password." in note.text.text()
        assert "None connects without a proxy." in note.text.text()
        assert page.panel.checks.model().rowCount() == 1
        menu = page.row_menu()
        next(action for action in menu.actions() if action.text() == "Copy the address").trigger()
        await window.until(lambda: QGuiApplication.clipboard().text() == "192.0.2.3:1080")
        menu.close()
        page.panel.tabs.set_value("accounts")
        qtbot.mouseDClick(page.panel.accounts.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, 10))
        page.panel.accounts.opened.emit(0)
        assert window.opened[-1] == ("accounts", filled.accounts[1])

        qtbot.mouseClick(page.panel.close_button, Qt.MouseButton.LeftButton)
        await window.until(lambda: not page.panel.isVisible())
        assert page.table.chosen_rows == []


async def test_several_rows_are_summed_up(filled: Filled, qtbot: QtBot) -> None:
    await fill_pool(filled)
    async with proxies_page(filled) as window:
        page = await read(window)
        page.table.setFocus()

        qtbot.keyClick(page.table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        await window.until(lambda: page.panel.title.whole_text == "4 proxies chosen")
        await window.settle()

        assert page.panel.subtitle.whole_text == "2 accounts leave through them"
        assert dict(page.panel.facts.shown)["Healthy"] == "2"
        assert dict(page.panel.facts.shown)["Room for more accounts"] == "4"


async def test_who_is_chosen_stays_chosen_in_another_order_and_is_let_go_when_a_filter_leaves_it_out(
    filled: Filled, qtbot: QtBot
) -> None:
    await fill_pool(filled)
    async with proxies_page(filled) as window:
        page = await read(window)
        click_row(qtbot, page, 2)
        await window.until(page.panel.isVisible)
        chosen = page.presenter.chosen_ids

        page.table.horizontalHeader().sectionClicked.emit(0)
        await window.settle()
        assert [page.presenter.rows.id_at(row) for row in page.table.chosen_rows] == list(chosen)
        page.search.setText("kaisa")
        page.search.returnPressed.emit()
        await window.until(lambda: page.model.rowCount() == 0)

        await window.until(lambda: not page.panel.isVisible())
        assert page.presenter.chosen_ids == ()


async def test_what_the_worker_finds_shows_at_once_and_keeps_its_place(filled: Filled, qtbot: QtBot) -> None:
    pool = await fill_pool(filled)
    async with proxies_page(filled) as window:
        page = await read(window)
        click_row(qtbot, page, 2)
        await window.until(page.panel.isVisible)

        await pool.record(pool.held, DEAD)

        await window.until(lambda: column(page, STATE)[2].startswith("Quarantined"))
        await window.until(lambda: page.panel.status.state.word.startswith("Quarantined"))
        assert page.chips[ProxyView.FAILING].text() == "Out of service 2"
        store = filled.services.get(ProxyStore)
        await store.import_proxies([endpoint(9)], ProxyGroup(), actor="bo", now=filled.clock.now())
        await read(window, 5)


async def test_check_now_needs_a_worker_and_says_so(filled: Filled, qtbot: QtBot) -> None:
    await fill_pool(filled)
    async with proxies_page(filled) as window:
        page = await read(window)

        qtbot.mouseClick(page.check_all, Qt.MouseButton.LeftButton)

        await window.until(lambda: window.widget.findChild(ErrorBox))
        assert "Nothing can be checked now" in words(window, ErrorBox)
        window.widget.findChild(ErrorBox).accept()


async def test_check_now_follows_the_worker_and_tells_the_result(filled: Filled, qtbot: QtBot) -> None:
    pool = await fill_pool(filled)
    toasts: list[str] = []
    filled.clock.advance(60)
    async with running_worker(filled), proxies_page(filled) as window:
        page = await read(window)
        window.page.context.notifications.toastRequested.connect(lambda toast: toasts.append(toast.title))

        qtbot.mouseClick(page.check_all, Qt.MouseButton.LeftButton)
        await window.until(page.strip.isVisible)
        assert page.strip.words.text() == "0 of 4 checked"
        assert not page.check_all.isEnabled()
        await window.until(lambda: column(page, STATE) == ["Checking"] * 4)
        due = await pool.store.claim_due_checks(
            now=filled.clock.now(), until=filled.clock.now() + timedelta(minutes=1), limit=10
        )
        assert len(due) == 4

        for proxy_id in due[:3]:
            await pool.record(proxy_id, GOOD)
        await window.until(lambda: page.strip.words.text() == "3 of 4 checked")
        await pool.record(due[3], DEAD)

        await window.until(lambda: not page.strip.isVisible())
        assert toasts == ["4 checked: 1 failed"]
        assert page.check_all.isEnabled()


async def test_cancelled_checks_are_taken_back(filled: Filled, qtbot: QtBot) -> None:
    pool = await fill_pool(filled)
    filled.clock.advance(30)
    async with running_worker(filled), proxies_page(filled) as window:
        page = await read(window)
        click_row(qtbot, page, 2)
        await window.until(page.panel.isVisible)
        qtbot.mouseClick(page.panel.check, Qt.MouseButton.LeftButton)
        await window.until(page.strip.isVisible)

        qtbot.mouseClick(page.strip.cancel, Qt.MouseButton.LeftButton)

        await window.until(lambda: not page.strip.isVisible())
        now = filled.clock.now()
        due = await pool.store.claim_due_checks(now=now, until=now + timedelta(minutes=1), limit=10)
        assert pool.held not in due


async def test_in_a_narrow_window_the_panel_lies_over_the_table(filled: Filled, qtbot: QtBot) -> None:
    await fill_pool(filled)
    async with proxies_page(filled) as window:
        window.widget.resize(860, 640)
        page = await read(window)
        click_row(qtbot, page, 0)
        await window.until(page.panel.isVisible)
        assert page.panel.geometry().right() == page.width() - 1
        assert page.table.width() > page.width() - 80

        window.widget.resize(1300, 700)
        await window.until(lambda: page.table.width() < page.width() - 340)
        assert page.table.isColumnHidden(TCP)


async def test_the_page_leaves_nothing_behind(filled: Filled, qtbot: QtBot) -> None:
    await fill_pool(filled)
    check = LeakCheck()
    async with proxies_page(filled) as window:
        page = await read(window)
        click_row(qtbot, page, 0)
        await window.until(page.panel.isVisible)
        del page
    del window
    await check.assert_clean_soon()


async def test_the_palette_imports_from_any_page(filled: Filled) -> None:
    async with open_window(filled) as window:
        offered = {command.title: command for command in window.list_commands()}
        assert offered["Import proxies…"].detail == "Proxies"

        offered["Import proxies…"].act()

        assert window.page_key == "proxies"
        await until(lambda: window.page.findChild(ImportDialog))
        assert [command.title for command in window.list_commands()].count("Import proxies…") == 1
        window.page.findChild(ImportDialog).reject()
        await until(lambda: window.page.findChild(ImportDialog) is None)


@pytest.mark.slow
async def test_three_thousand_proxies_are_as_light_as_four(
    filled: Filled, qtbot: QtBot, handler_meter: HandlerMeter
) -> None:
    pool = await fill_pool(filled)
    many = [replace(endpoint(9), host=f"198.51.{number // 250}.{number % 250}") for number in range(3000)]
    added = await pool.store.import_proxies(many, ProxyGroup(label="big"), actor="kaya", now=filled.clock.now())

    async def run() -> list[Handled]:
        async with proxies_page(filled) as window:
            page = await read(window, 3004)
            click_row(qtbot, page, 0)
            await window.until(page.panel.isVisible)
            await window.settle()
            handler_meter.clear()
            for share in (0.3, 0.9, 0.0):
                bar = page.table.verticalScrollBar()
                bar.setValue(round(bar.maximum() * share))
                await window.settle()
            click_row(qtbot, page, 1)
            await window.settle()
            await pool.record(added[0], GOOD)
            page.table.selectAll()
            await window.until(lambda: page.panel.title.whole_text == "3,004 proxies chosen")
            await window.settle()
            page.search.setText("198.51.3.")
            page.search.returnPressed.emit()
            await window.until(lambda: page.model.rowCount() == 250)
            await window.settle()
            return handler_meter.late()

    assert not await best_run(run)
