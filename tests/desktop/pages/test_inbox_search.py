"""Somebody looks in the inbox for what was written, by them or to them, and comes to the message itself."""

from PySide6.QtTest import QTest

from campaigns.inbox.conversations import Box
from campaigns.inbox.replies import Replies
from campaigns.inbox.service import Inbox
from desktop.pages.inbox.message_line import MessageLine
from desktop.pages.inbox.page import InboxPage
from desktop.pages.inbox.presenter import PAGE
from desktop.widgets.empty import EmptyState
from tests.desktop.pages.conftest import Window, shown
from tests.desktop.pages.test_inbox_page import FIRST, lines, ready, say
from tests.desktop.window import button
from tests.desktop.workspace_fixture import Filled


def marked(page: InboxPage) -> list[MessageLine]:
    return [line for line in page.thread_view.lines if line.accessibleDescription() == "Found by the search"]


def is_in_sight(page: InboxPage, line: MessageLine) -> bool:
    thread = page.thread_view
    place = line.mapTo(thread.chat, line.rect().center()).y() - thread.area.verticalScrollBar().value()
    return thread.is_whole and 0 <= place <= thread.area.viewport().height()


async def found_in_sight(window: Window[InboxPage], text: str) -> None:
    page = window.page
    await window.until(lambda: [line.bubble.message.text for line in marked(page)] == [text])
    await window.until(lambda: is_in_sight(page, marked(page)[0]))


async def test_our_own_answer_is_found_shown_and_gone_to_however_long_ago(filled: Filled) -> None:
    await say(filled, 1, "When do you close?", message_id=90)
    await filled.services.get(Replies).send(FIRST, "Until EIGHT, as always.", actor="Kim")
    for number in range(PAGE + 10):
        await say(filled, 1, f"Line {number}", message_id=100 + number, minutes=50_000 + number)
    await say(filled, 2, "Something else", message_id=99, minutes=2)
    async with shown(filled, InboxPage) as window:
        page = await ready(window, 2)

        QTest.keyClicks(page.list.search, "eight")
        await ready(window, 1)
        assert "found: You, " in lines(page)[0]
        assert "Until EIGHT, as always." in lines(page)[0]

        page.list.step(1)
        await found_in_sight(window, "Until EIGHT, as always.")

        page.list.search.clear()
        await ready(window, 2)
        await window.until(lambda: not marked(page))
        assert "found:" not in lines(page)[0]


async def test_in_the_conversation_that_is_open_the_next_search_goes_to_another_message(filled: Filled) -> None:
    await say(filled, 1, "Where is the hall?", message_id=90)
    await say(filled, 1, "Is there a discount?", message_id=91, minutes=2)
    async with shown(filled, InboxPage) as window:
        page = await ready(window, 1)
        QTest.keyClicks(page.list.search, "hall")
        await window.until(lambda: page.list.model.rowCount() == 1 and "found:" in lines(page)[0])
        page.list.step(1)
        await found_in_sight(window, "Where is the hall?")

        page.list.search.selectAll()
        QTest.keyClicks(page.list.search, "discount")
        await found_in_sight(window, "Is there a discount?")


async def test_what_is_not_in_this_box_is_looked_for_in_all_of_them(filled: Filled) -> None:
    await say(filled, 1, "Where is the hall?", message_id=90)
    await filled.services.get(Inbox).resolve(FIRST, actor="Kim")
    async with shown(filled, InboxPage) as window:
        page = await ready(window, 0)
        assert page.list.chips[Box.ALL].isHidden()

        QTest.keyClicks(page.list.search, "hall")
        await window.until(
            lambda: any("Nothing matches" in one.title.text() for one in page.list.findChildren(EmptyState))
        )
        button(page.list.view, "Search all of them").click()
        await ready(window, 1)
        assert page.list.chips[Box.ALL].isVisible()
        assert page.list.chips[Box.ALL].isChecked()
