"""The page of accounts: what a person reads of each, how they find them, and what their clicks and keys do."""

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QWidget

from campaigns.accounts.views import AccountCondition, Route
from core.domain.account import AccountState
from core.domain.proxy import ProxyWish
from database import AccountListStore, Database, ProxyStore
from desktop.pages.accounts.labels_dialog import LabelsDialog
from desktop.pages.accounts.page import AccountsPage
from desktop.pages.accounts.panel_words import Step
from desktop.pages.accounts.proxy_dialog import AccountProxyDialog
from desktop.pictures.sample_accounts import SAMPLES, add_sample_accounts
from desktop.widgets.empty import EmptyState
from tests.desktop.leaks import LeakCheck
from tests.desktop.pages.accounts_fixture import Told, choose, column, dialog, opened, ready, row_of
from tests.desktop.pages.conftest import shown
from tests.desktop.window import button, open_window, until
from tests.desktop.workspace_fixture import Filled


async def test_each_row_says_state_health_use_waits_proxy_and_labels(filled: Filled) -> None:
    async with opened(filled) as (window, ids):
        page = window.page

        signed_out, waiting, sending = (row_of(page, ids[place]) for place in (0, 4, 6))

        assert signed_out["State"] == "Signed out|since 11:10"
        assert (signed_out["Health"], signed_out["Waits for"]) == ("0|", "You: sign in again|")
        assert waiting["State"].startswith("Waiting")
        assert waiting["Waits for"] == "Telegram’s pause|until 12:13:34"
        assert waiting["Proxy"] == "Warszawa|HTTP · 55 ms"
        assert (sending["State"], sending["Waits for"], sending["Last seen"]) == ("Sending|", "Nothing|", "Online|")
        assert page.list.model.cell(0, 7).spoken == "Desk"
        assert page.subtitle == "15 accounts: 5 bots, 10 user accounts · 9 online"


async def test_what_needs_a_person_stands_first_and_chips_count(filled: Filled) -> None:
    async with opened(filled) as (window, _):
        page = window.page

        states = [words.split("|")[0] for words in column(page, "State")]

        assert set(states[:4]) == {"Signed out", "Frozen", "Limited", "Banned"}
        assert {one: chip.text() for one, chip in page.list.chips.items()} == {
            None: "All 15",
            AccountCondition.NEEDS_YOU: "Needs you 4",
            AccountCondition.WAITING: "Waiting 3",
            AccountCondition.SENDING: "Sending 3",
        }


async def test_chip_search_and_filters_narrow_the_list_and_can_be_cleared(filled: Filled) -> None:
    async with opened(filled) as (window, _):
        page = window.page

        page.list.chips[AccountCondition.NEEDS_YOU].click()
        await window.until(lambda: page.list.model.rowCount() == 4)

        QTest.keyClicks(page.list.search, "nobody")
        await window.until(lambda: isinstance(page.list.table.placeholder, EmptyState))
        assert isinstance(page.list.table.placeholder, EmptyState)
        assert page.list.table.placeholder.title.text() == "No account matches “nobody”"

        button(page.list.table, "Clear the filters").click()
        await window.until(lambda: page.list.model.rowCount() == 15)
        assert page.list.table.placeholder is None


async def test_tab_goes_from_the_search_to_the_views_the_filters_that_are_on_and_the_list(filled: Filled) -> None:
    async with opened(filled) as (window, _):
        page = window.page
        page.presenter.filter_label("Workshops")
        await window.until(lambda: page.list.chosen_filters)

        order: list[QWidget] = []
        stop: QWidget = page.list.search
        while stop is not page.list.table:
            order.append(stop)
            stop = stop.nextInFocusChain()

        wanted = [page.list.search, page.list.chips[None], *page.list.chosen_filters, page.list.filter]
        assert [one for one in order if one in wanted] == wanted


async def test_the_filter_menu_offers_labels_and_ways_out_and_says_what_is_on(filled: Filled) -> None:
    async with opened(filled) as (window, _):
        page = window.page
        menu = page.list.filter_menu()
        texts = [action.text() for action in menu.actions() if not action.isSeparator()]
        assert texts[:3] == ["Desk   2", "News   3", "Workshops   3"]
        assert "Proxy fails   1" in texts

        menu.actions()[1].trigger()
        menu.deleteLater()
        await window.until(lambda: page.list.model.rowCount() == 3)
        assert [chip.text() for chip in page.list.chosen_filters] == ["Label: News"]

        page.list.chosen_filters[0].click()
        await window.until(lambda: page.list.model.rowCount() == 15)

        page.presenter.filter_route(Route.FAILING)
        await window.until(lambda: page.list.model.rowCount() == 1)


async def test_a_click_on_a_head_sorts_and_another_one_turns_the_order_around(filled: Filled) -> None:
    async with opened(filled) as (window, _):
        page = window.page
        header = page.list.table.horizontalHeader()

        header.sectionClicked.emit(0)
        await window.until(lambda: column(page, "Account")[0].startswith("Account 1"))
        header.sectionClicked.emit(0)

        await window.until(lambda: not column(page, "Account")[0].startswith("Account 1"))
        names = [words.split("|")[0] for words in column(page, "Account")]
        assert sorted(names, key=str.casefold, reverse=True)[:3] != sorted(names, key=str.casefold)[:3]
        assert header.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder


async def test_an_empty_workspace_says_what_an_account_is(filled: Filled) -> None:
    async with shown(filled, AccountsPage) as window:
        await window.settle()
        page = window.page
        page.list.show_list(page.presenter.question, 0, 0)

        assert isinstance(page.list.table.placeholder, EmptyState)
        assert page.list.table.placeholder.title.text() == "No accounts yet"


async def test_a_chosen_account_is_explained_beside_the_list(filled: Filled) -> None:
    async with opened(filled) as (window, ids):
        page = window.page
        await choose(window, [ids[4]])

        panel = page.panel
        assert page.side.isVisible()
        assert panel.name.whole_text == "Northlight Kyiv"
        assert panel.identity.whole_text == "@northlight_kyiv_bot · online"
        assert panel.note.title.text() == "Waiting until 12:13:34"
        assert panel.note.left.text() == "3 min 34 s left"
        points, title, reason = panel.health.parts[0]
        assert (points, title) == ("−15", "Telegram asked for a pause")
        assert "fades over a week" in reason
        assert sum(int(part[0].replace("−", "-")) for part in panel.health.parts) == -15
        facts = {title: value.text() for title, value in panel.health.facts.items()}
        assert facts["Proxy"] == "HTTP 203.0.113.12:1080"
        assert facts["If its proxy fails"] == "moves to another"


async def test_the_countdown_goes_on_by_the_clock(filled: Filled) -> None:
    async with opened(filled) as (window, ids):
        await choose(window, [ids[4]])
        note = window.page.panel.note

        note.tick(filled.clock.now() + timedelta(minutes=3))
        assert note.left.text() == "34 s left"
        note.tick(filled.clock.now() + timedelta(minutes=4))
        assert note.left.isHidden()


@pytest.mark.parametrize(
    ("place", "title", "words", "steps"),
    [
        (0, "Signed out since 11:10", "First close every program that has a copy", [Step.SIGN_IN]),
        (1, "Frozen since Tue 12:10", "Telegram will delete it on 3 December 2026", [Step.APPEAL, Step.CHECK]),
        (2, "Limited since 11:10", "Ask @SpamBot", [Step.SPAMBOT, Step.CHECK]),
        (3, "Banned since 11:10", "Decide what becomes of its deliveries", [Step.REMOVE]),
    ],
)
async def test_each_stop_says_what_happened_and_offers_its_next_step(
    filled: Filled, place: int, title: str, words: str, steps: list[Step]
) -> None:
    async with opened(filled) as (window, ids):
        await choose(window, [ids[place]])

        note = window.page.panel.note
        assert note.isVisible()
        assert note.title.text() == title
        assert words in note.text.text()
        assert list(note.buttons) == steps
        assert not window.page.panel.pause.isEnabled()


async def test_the_history_is_that_of_the_account_and_news_come_on_top(filled: Filled) -> None:
    async with opened(filled) as (window, ids):
        page = window.page
        await choose(window, [ids[8]])
        page.panel.tabs.set_value("history")
        await window.until(lambda: page.panel.history.model.rowCount() == 2)
        await window.settle()

        page.pause_or_resume()
        await window.until(lambda: page.panel.history.model.rowCount() == 3)

        what = [page.panel.history.model.cell(row, 1).words for row in range(3)]
        assert what == ["Account paused", "Proxy assigned", "Account added"]


async def test_pause_is_shown_at_once_and_can_be_undone(filled: Filled) -> None:
    async with opened(filled) as (window, ids):
        page, told = window.page, Told(window.page)
        await choose(window, [ids[8]])

        page.panel.pause.click()
        await window.until(lambda: page.panel.pause.accessibleName() == "Resume")
        assert told.last == "1 paused"
        assert row_of(page, ids[8])["State"].startswith("Paused")

        page.context.notifications.undo_last()
        await window.until(lambda: page.panel.pause.accessibleName() == "Pause")


async def test_the_key_p_pauses_several_and_says_which_cannot_be(filled: Filled) -> None:
    async with opened(filled) as (window, ids):
        page, told = window.page, Told(window.page)
        await choose(window, [ids[0], ids[1], ids[6], ids[8], ids[11]])
        assert page.bulk.title.text() == "5 accounts chosen"
        await window.until(lambda: page.bulk.lines[Step.PAUSE].text())
        assert page.bulk.lines[Step.PAUSE].text() == (
            "2 will send nothing more until resumed; 1 is already so; 2 cannot be: 1 signed out and 1 frozen."
        )

        next(key for key in page.keys if key.keys == "P").act()
        await window.until(lambda: told.toasts)

        assert told.last == "2 paused, 1 was already, 2 cannot be: 1 signed out and 1 frozen"
        states = {account.id: account.state for account in await filled.world.accounts.list_accounts()}
        assert states[ids[6]] is states[ids[8]] is AccountState.PAUSED
        assert states[ids[0]] is AccountState.SIGNED_OUT


async def test_labels_of_several_are_set_at_once_and_can_be_undone(filled: Filled) -> None:
    async with opened(filled) as (window, ids):
        page, told = window.page, Told(window.page)
        await choose(window, [ids[6], ids[8]])

        button(page.bulk, "Labels…").click()
        asked = await dialog(window, LabelsDialog)
        assert asked.boxes["News"].checkState() is Qt.CheckState.PartiallyChecked
        QTest.keyClicks(asked.entry, "  Autumn ")
        button(asked, "Save").click()
        await window.until(lambda: told.toasts)

        lists = AccountListStore(filled.services.get(Database))
        rows = await lists.rows(ids, now=filled.clock.now(), has_worker=True)
        assert rows[ids[6]].labels == ("Autumn", "News")
        assert rows[ids[8]].labels == ("Autumn",)
        page.context.notifications.undo_last()
        await window.settle()
        rows = await lists.rows(ids, now=filled.clock.now(), has_worker=True)
        assert (rows[ids[6]].labels, rows[ids[8]].labels) == (("News",), ())


async def test_a_label_that_is_too_long_is_refused_in_place(filled: Filled) -> None:
    async with opened(filled) as (window, ids):
        await choose(window, [ids[6]])
        next(key for key in window.page.keys if key.keys == "F2").act()
        asked = await dialog(window, LabelsDialog)

        QTest.keyClicks(asked.entry, "x" * 41)
        button(asked, "Save").click()

        assert asked.isVisible()
        assert "40 is the most" in asked.entry.accessibleDescription()
        asked.reject()
        await window.settle()


async def test_a_proxy_is_given_to_several_as_far_as_there_are_free_ones(filled: Filled) -> None:
    async with opened(filled) as (window, ids):
        page, told = window.page, Told(window.page)
        before = [row_of(page, one)["Proxy"] for one in (ids[9], ids[12])]
        await choose(window, [ids[9], ids[12]])

        button(page.bulk, "Proxies…").click()
        asked = await dialog(window, AccountProxyDialog)
        assert [asked.which.itemText(place) for place in range(asked.which.count())] == [
            "Any healthy one   (1 free)",
            "Label Paris 2   (1 free)",
        ]
        button(asked, "Save").click()
        await window.until(lambda: told.toasts)

        assert told.last == "1 leaves through a proxy, 1 cannot be: no proxy is free"
        both = (ids[9], ids[12])
        await window.until(lambda: [row_of(page, one)["Proxy"][:7] for one in both].count("Paris 2") == 1)

        page.context.notifications.undo_last()
        await window.until(lambda: "as before" in told.last)
        await window.until(lambda: [row_of(page, one)["Proxy"] for one in both] == before)


async def test_what_an_account_has_is_offered_first_also_where_no_other_proxy_has_room(filled: Filled) -> None:
    async with opened(filled) as (window, ids):
        page, store = window.page, filled.services.get(ProxyStore)
        (spare,) = [proxy.id for proxy in await store.list_proxies() if len(proxy.account_ids) < proxy.capacity]
        await store.assign(ids[12], ProxyWish(proxy_id=spare), may_move=False, actor="ann", now=filled.clock.now())
        await choose(window, [ids[8]])
        had = row_of(page, ids[8])["Proxy"]

        page.panel.proxy.click()
        asked = await dialog(window, AccountProxyDialog)
        assert asked.which.count() == 1
        assert asked.which.currentText().startswith("The one it has: ")
        asked.move_itself.setChecked(True)
        button(asked, "Save").click()
        await window.settle()

        assert row_of(page, ids[8])["Proxy"] == had
        route = await store.route(ids[8])
        assert route is not None
        assert route.proxy_id is not None


async def test_what_telegram_stopped_is_checked_again_for_many_at_once(filled: Filled) -> None:
    async with opened(filled) as (window, ids):
        page, told = window.page, Told(window.page)
        stopped = [row for row in ids if row_of(page, row)["State"].split("|")[0] in ("Limited", "Frozen")]
        await choose(window, [*stopped, ids[9]])
        await window.until(lambda: not button(page.bulk, "Check again").isHidden())
        assert page.bulk.lines[Step.CHECK].text() == "2 are limited or frozen: Telegram is asked again."

        next(key for key in page.keys if key.keys == "C").act()
        await window.until(lambda: told.last == "2 accounts are checked again")

        states = [(await filled.world.accounts.get(one)).state for one in stopped]
        assert states == [AccountState.READY] * 2
        await window.until(lambda: button(page.bulk, "Check again").isHidden())


async def test_an_account_without_its_proxy_needs_a_person(filled: Filled) -> None:
    async with opened(filled) as (window, ids):
        page = window.page
        await choose(window, [ids[8]])
        page.panel.proxy.click()
        asked = await dialog(window, AccountProxyDialog)
        asked.wait.click()
        button(asked, "Save").click()

        await window.until(lambda: page.panel.note.isVisible())
        assert page.panel.note.title.text() == "Waits for a proxy"
        assert list(page.panel.note.buttons) == [Step.PROXY]


async def test_escape_closes_the_panel_and_gives_its_columns_back(filled: Filled) -> None:
    async with opened(filled) as (window, ids):
        page = window.page
        window.widget.resize(1400, 800)
        await choose(window, [ids[8]])
        assert page.list.table.isColumnHidden(7)

        assert page.escape()

        assert page.side.isHidden()
        assert not page.list.table.isColumnHidden(7)
        assert not page.list.selected_ids
        assert not page.escape()


async def test_in_a_narrow_window_the_panel_lies_over_the_table(filled: Filled) -> None:
    async with opened(filled) as (window, ids):
        page = window.page
        window.widget.resize(900, 680)
        await choose(window, [ids[8]])

        assert page.side.is_over
        assert page.side.geometry().right() == page.rect().right()
        window.widget.resize(1300, 680)
        await window.until(lambda: not page.side.is_over)


async def test_all_that_match_are_chosen_also_those_that_were_never_looked_at(filled: Filled) -> None:
    async with opened(filled) as (window, _):
        page = window.page
        page.list.chips[AccountCondition.NEEDS_YOU].click()
        await window.until(lambda: page.list.model.rowCount() == 4)

        page.list.table.setFocus()
        QTest.keyClick(page.list.table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)

        assert len(page.list.selected_ids) == 4


async def test_another_page_can_ask_for_one_account(filled: Filled) -> None:
    async with opened(filled) as (window, ids):
        window.page.show_subject(ids[10])
        await window.settle()

        assert window.page.list.selected_ids == [ids[10]]
        assert window.page.panel.name.whole_text == SAMPLES[10].title


async def test_what_the_worker_writes_shows_without_a_click(filled: Filled) -> None:
    async with opened(filled) as (window, ids):
        lease = await filled.world.take(ids[8])
        await filled.world.accounts.stop(lease, AccountState.LIMITED, "Telegram limits it.", now=filled.clock.now())

        await window.until(lambda: row_of(window.page, ids[8])["State"].startswith("Limited"))
        await window.until(lambda: window.page.list.chips[AccountCondition.NEEDS_YOU].text() == "Needs you 5")


async def test_a_new_account_appears_and_the_chosen_one_stays_chosen(filled: Filled) -> None:
    async with opened(filled) as (window, ids):
        await choose(window, [ids[8]])

        await filled.world.add_account(77)

        await window.until(lambda: window.page.list.model.rowCount() == 16)
        await window.until(lambda: window.page.list.selected_ids == [ids[8]])


async def test_every_control_has_a_name(filled: Filled) -> None:
    async with opened(filled) as (window, ids):
        await choose(window, [ids[1]])

        controls = [
            one
            for one in window.page.findChildren(QWidget)
            if one.focusPolicy() != Qt.FocusPolicy.NoFocus and one.isVisible() and not one.accessibleName()
        ]

        assert not [f"{type(one).__name__} {one.objectName()}" for one in controls]


async def test_nothing_is_left_of_the_page(filled: Filled) -> None:
    async with opened(filled) as (window, ids):
        await choose(window, [ids[1]])  # what is made once per process is made before it is counted
    check = LeakCheck()
    async with shown(filled, AccountsPage) as window:
        await ready(window, 15)
        await choose(window, [ids[4]])
        window.page.panel.tabs.set_value("history")
        await window.settle()
        del window
    await check.assert_clean_soon()


async def test_letters_in_the_search_are_no_keys_of_the_page(filled: Filled) -> None:
    await add_sample_accounts(filled.services.get(Database), now=filled.clock.now(), actor="ann")
    async with open_window(filled) as window:
        window.navigate("accounts")
        page = window.page
        assert isinstance(page, AccountsPage)
        await until(lambda: page.list.model.rowCount() == 15)
        page.list.select(page.presenter.rows.id_at(8))
        window.focus_search()

        QTest.keyClicks(page.list.search, "psl")
        await until(lambda: page.list.search.text() == "psl")

        assert not [dialog for dialog in window.findChildren(QDialog) if dialog.isVisible()]
        assert sum(one.state is AccountState.PAUSED for one in await filled.world.accounts.list_accounts()) == 1


async def test_the_side_bar_counts_accounts_that_need_you_and_the_palette_finds_them(filled: Filled) -> None:
    await add_sample_accounts(filled.services.get(Database), now=filled.clock.now(), actor="ann")
    async with open_window(filled) as window:
        await window.presenter.refresh()

        badge = window.frame.side_bar.items["accounts"].badge
        assert badge is not None
        assert badge.words == "4 need you"
        command = next(one for one in window.list_commands() if one.title == "Northlight Kyiv")
        command.act()
        page = window.page
        assert isinstance(page, AccountsPage)
        await until(lambda: page.panel.name.whole_text == "Northlight Kyiv")

        assert [one.keys for one in window.list_commands() if one.title == "Add an account…"] == ["Ctrl+N"]
        next(one for one in window.list_commands() if one.title == "Show the accounts that need you").act()
        await until(lambda: page.list.model.rowCount() == 4)
