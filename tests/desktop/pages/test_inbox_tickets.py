"""Tickets of the inbox by keys and clicks."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QWidget

from campaigns.inbox.conversations import Box, TheirMessage
from desktop.pages.inbox.page import InboxPage
from desktop.widgets.pills import Tag
from tests.desktop.pages.conftest import shown
from tests.desktop.pages.test_inbox_page import lines, opened, ready, say
from tests.desktop.workspace_fixture import Filled


def tags_of(line: QWidget) -> list[str]:
    return [tag.accessibleName() for tag in line.findChildren(Tag)]


async def test_a_ticket_is_opened_found_and_closed(filled: Filled) -> None:
    await say(filled, 1, "Broken", message_id=90)
    await say(filled, 2, "Thanks", message_id=91)
    async with shown(filled, InboxPage) as window:
        page = await ready(window, 2)
        chip, button = page.list.chips[Box.TICKETS], page.thread_view.ticket
        assert not chip.isVisible()
        await opened(window)

        button.click()
        await window.until(lambda: button.accessibleName() == "Close ticket 1 (T)")
        await window.until(chip.isVisible)
        facts = dict(page.side.facts.shown)
        assert facts["Ticket"].startswith("1, open since")
        chip.click()
        await ready(window, 1)
        assert "ticket 1" in lines(page)[0]

        next(key for key in page.keys if key.keys == "T").act()
        await window.until(lambda: button.accessibleName() == "Open a ticket (T)")
        assert chip.isVisible(), "the box that is looked at stays"


async def test_a_ticket_is_opened_for_an_older_message_by_keys_alone(filled: Filled) -> None:
    await say(filled, 1, "It is broken", message_id=90)
    await say(filled, 1, "Otherwise fine", message_id=91, minutes=2)
    async with shown(filled, InboxPage) as window:
        await ready(window, 1)
        page = await opened(window)
        lines_of_it = page.thread_view.lines
        assert [line.item.message_id for line in lines_of_it if isinstance(line.item, TheirMessage)] == [90, 91]

        next(key for key in page.keys if key.keys == "M").act()
        while not lines_of_it[-1].hasFocus():
            await window.until(lambda: any(line.hasFocus() for line in lines_of_it))
            QTest.keyClick(page.focusWidget(), Qt.Key.Key_Down)
        QTest.keyClick(lines_of_it[-1], Qt.Key.Key_Up)
        assert lines_of_it[-2].hasFocus()
        QTest.keyClick(lines_of_it[-2], Qt.Key.Key_Return)
        await window.until(lambda: any(menu.isVisible() for menu in page.window().findChildren(QMenu)))
        menu = next(menu for menu in page.window().findChildren(QMenu) if menu.isVisible())
        acts = {action.text(): action for action in menu.actions()}
        assert list(acts) == ["Copy text", "Open a ticket about this"]
        acts["Open a ticket about this"].trigger()
        menu.close()

        await window.until(lambda: tags_of(lines_of_it[-2])[-1:] == ["ticket 1"])
        assert "ticket 1" not in tags_of(lines_of_it[-1])
        rows = await filled.world.rows("SELECT message_id FROM ticket")
        assert [tuple(row.values()) for row in rows] == [(90,)]
