"""Activity: lines in words, chips, search, and following that stops when somebody reads."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from campaigns.report.event_kinds import EventKind
from desktop.pages.activity.page import ActivityPage
from desktop.pages.activity.words import ActivityView, words_of
from desktop.widgets.empty import EmptyState
from tests.database.stores.world import NOW
from tests.desktop.pages.conftest import Window, shown
from tests.desktop.workspace_fixture import Filled


def column(page: ActivityPage, number: int) -> list[str]:
    return [page.model.cell(row, number).words for row in range(page.model.rowCount())]


async def ready(window: Window[ActivityPage]) -> ActivityPage:
    await window.until(lambda: window.page.model.rowCount() > 5)
    await window.settle()
    return window.page


async def add(filled: Filled, count: int, kind: str = "reply.received", level: str = "info") -> None:
    for _ in range(count):
        await filled.world.events.add(kind, at=NOW, actor="worker", level=level, account_id=filled.accounts[0])


async def test_every_kind_of_event_has_words_and_none_of_them_is_a_code() -> None:
    for kind in EventKind:
        assert words_of(kind).word
        assert "." not in words_of(kind).word


async def test_lines_say_what_to_whom_and_by_whom_newest_first(filled: Filled) -> None:
    async with shown(filled, ActivityPage) as window:
        page = await ready(window)

        assert column(page, 1)[:2] == ["Approval asked for", "Campaign written"]
        assert column(page, 3)[0] == "Members’ evening"
        assert column(page, 4)[0] == "kaya"


async def test_chips_choose_and_search_finds_words_that_are_shown(filled: Filled, qtbot: QtBot) -> None:
    await add(filled, 1, "account.stopped", "error")
    async with shown(filled, ActivityPage) as window:
        page = await ready(window)

        qtbot.mouseClick(page.chips[ActivityView.FAILED], Qt.MouseButton.LeftButton)
        await window.until(lambda: column(page, 1) == ["Account needs you"])

        qtbot.mouseClick(page.chips[ActivityView.ALL], Qt.MouseButton.LeftButton)
        page.search.setText("approval asked")
        page.search.returnPressed.emit()
        await window.until(lambda: set(column(page, 1)) == {"Approval asked for"})

        page.search.setText("kaisa")
        page.search.returnPressed.emit()
        await window.until(lambda: isinstance(page.table.placeholder, EmptyState))
        assert "Nothing matches “kaisa”" in page.table.placeholder.title.text()
        page.table.placeholder.findChild(QPushButton).click()
        await window.until(lambda: page.model.rowCount() > 5)


async def test_new_lines_come_on_top_while_the_newest_are_in_view(filled: Filled) -> None:
    async with shown(filled, ActivityPage) as window:
        page = await ready(window)

        await add(filled, 1)

        await window.until(lambda: column(page, 1)[0] == "Reply received")


async def test_following_stops_when_scrolled_and_says_how_many_came(filled: Filled, qtbot: QtBot) -> None:
    await add(filled, 60)
    async with shown(filled, ActivityPage) as window:
        page = await ready(window)
        count = page.model.rowCount()

        page.table.verticalScrollBar().setValue(200)
        await add(filled, 3)
        await window.until(lambda: page.following.accessibleName() == "3 new")
        assert page.model.rowCount() == count

        qtbot.mouseClick(page.following, Qt.MouseButton.LeftButton)
        await window.until(lambda: page.model.rowCount() == count + 3)
        assert page.following.accessibleName() == "Following"
