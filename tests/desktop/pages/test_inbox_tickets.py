"""Tickets of the inbox by keys and clicks."""

from campaigns.inbox.conversations import Box
from desktop.pages.inbox.page import InboxPage
from tests.desktop.pages.conftest import shown
from tests.desktop.pages.test_inbox_page import lines, opened, ready, say
from tests.desktop.workspace_fixture import Filled


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
