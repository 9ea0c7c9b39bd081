"""The inbox as somebody works it off: read, resolved, put off, assigned, labelled, noted, by clicks and keys."""

import asyncio
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QWidget

from campaigns.inbox.conversations import Box
from campaigns.inbox.service import Inbox
from campaigns.ports import Incoming, IncomingBatch, IncomingKind
from core.domain.ids import ConversationId
from desktop.dialogs.one_line import OneLineDialog
from desktop.pages.inbox.dialogs import NoteDialog
from desktop.pages.inbox.page import InboxPage
from desktop.widgets.empty import EmptyState
from tests.database.stores.world import NOW, peer, user_id
from tests.desktop.handler_meter import Handled, HandlerMeter, best_run
from tests.desktop.pages.conftest import Window, dialog_of, shown
from tests.desktop.window import button, texts
from tests.desktop.workspace_fixture import Filled

FIRST = ConversationId(1)
COUNT = 20_000
_CONVERSATIONS = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
INSERT INTO conversation (id, account_id, telegram_user_id, state_at, unread, is_answered, last_at, last_message_id)
SELECT 1000 + i, 1, 9000000 + i, 1, i % 3, i % 3 = 0, 1000000 + i, i FROM n
"""
_MESSAGES = """
INSERT INTO message (conversation_id, message_id, at, text, search_key, kind)
SELECT c.id, c.last_message_id * 10 + k.value, c.last_at, 'Question ' || c.id, 'question ' || c.id, 'text'
FROM conversation AS c, json_each('[1,2,3,4,5,6,7,8,9]') AS k WHERE c.id > 1000
"""


async def say(filled: Filled, number: int, text: str, *, message_id: int, minutes: int = 1) -> None:
    world, account_id = filled.world, filled.accounts[0]
    item = Incoming(
        kind=IncomingKind.MESSAGE,
        user_id=user_id(number),
        at=NOW + timedelta(minutes=minutes),
        message_id=message_id,
        text=text,
    )
    batch = IncomingBatch(items=(item,), peers=(peer(number),), state=None)
    await world.incoming.commit(await world.take(account_id), batch, [item] if text == "STOP" else [])


def lines(page: InboxPage) -> list[str]:
    model = page.list.model
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


async def ready(window: Window[InboxPage], count: int) -> InboxPage:
    page = window.page
    await window.until(lambda: len(page.presenter.rows) == count and page.presenter.rows.is_complete)
    await window.until(lambda: all(line != "…" for line in lines(page)[:5]))
    await window.settle()
    return page


async def opened(window: Window[InboxPage], conversation_id: int = FIRST) -> InboxPage:
    page = window.page
    assert page.list.select(conversation_id)
    thread = page.thread_view
    await window.until(lambda: thread.conversation is not None and thread.conversation.row.id == conversation_id)
    await window.until(lambda: thread.is_whole)
    await window.settle()
    return page


async def test_an_empty_inbox_says_what_will_be_here(filled: Filled) -> None:
    async with shown(filled, InboxPage) as window:
        await window.until(
            lambda: window.page.findChildren(EmptyState) and window.page.subtitle.startswith("0 unread")
        )
        titles = {one.title.text() for one in window.page.findChildren(EmptyState)}
        assert titles == {"Nothing to answer", "No conversation is open"}


async def test_a_conversation_shows_what_we_sent_and_what_they_answered_and_is_read_then(filled: Filled) -> None:
    await say(filled, 1, "Is there a discount?", message_id=90)
    async with shown(filled, InboxPage) as window:
        page = await ready(window, 1)
        assert "Is there a discount?" in lines(page)[0]
        assert "1 unread" in lines(page)[0]

        await opened(window)

        bubbles = [bubble.message.text for bubble in page.thread_view.bubbles]
        assert bubbles[-1] == "Is there a discount?"
        assert len(bubbles) == 2, "the campaign's message stands above"
        await window.until(lambda: "unread" not in lines(page)[0])
        assert ("State", "Open") in page.side.facts.shown
        await window.until(lambda: page.side.person.card is not None)
        assert page.side.person.standing.accessibleName() == "May be written to"
        assert dict(page.side.person.facts.shown)["Sent"] == "1 · wrote 1"
        assert any("Delivered" in line.accessibleName() for line in page.side.person.deliveries.findChildren(QWidget))


async def test_the_list_is_narrowed_to_an_account_a_campaign_and_a_label(filled: Filled) -> None:
    await say(filled, 1, "Thanks", message_id=90)
    await say(filled, 2, "When?", message_id=91)
    await filled.services.get(Inbox).label(FIRST, add=["refund"])
    async with shown(filled, InboxPage) as window:
        page = await ready(window, 2)
        places = page.list.places
        next(key for key in page.keys if key.keys == "F").act()
        await window.until(lambda: places.open.findChildren(QMenu))
        menu = places.open.findChildren(QMenu)[0]
        offered = {part.title(): [action.text() for action in part.actions()] for part in menu.findChildren(QMenu)}
        assert offered["Label"] == ["refund"]
        assert len(offered["Account"]) == len(offered["Campaign"]) == 1

        for title, left in (("Campaign", 2), ("Label", 1), ("Account", 1)):
            part = next(one for one in menu.findChildren(QMenu) if one.title() == title)
            part.actions()[0].trigger()
            await ready(window, left)
        menu.close()
        places.labelled.click()
        await ready(window, 2)
        assert places.labelled.isHidden()
        assert places.account.isVisible()
        places.clear()
        assert places.isHidden()


async def test_a_conversation_is_resolved_by_a_key_and_taken_back(filled: Filled) -> None:
    await say(filled, 1, "Thanks", message_id=90)
    async with shown(filled, InboxPage) as window:
        await ready(window, 1)
        page = await opened(window)

        page.thread_view.resolve.click()
        await window.until(lambda: page.thread_view.resolve.accessibleName() == "Open again")
        page.list.chips[Box.RESOLVED].click()
        await ready(window, 1)

        page.context.notifications.undo_last()
        await window.until(lambda: page.thread_view.resolve.accessibleName() == "Resolve")


async def test_boxes_and_search_show_what_they_say(filled: Filled) -> None:
    await say(filled, 1, "Where is the hall?", message_id=90)
    await say(filled, 2, "STOP", message_id=91, minutes=2)
    async with shown(filled, InboxPage) as window:
        page = await ready(window, 2)
        assert "STOP · suppressed" in lines(page)[0]

        page.list.chips[Box.UNREAD].click()
        await ready(window, 1)
        assert page.list.chips[Box.UNREAD].text() == "Unread 1"

        QTest.keyClicks(page.list.search, "nothing like it")
        await window.until(lambda: any("Nothing matches" in e.title.text() for e in page.findChildren(EmptyState)))
        button(page.list.view, "Clear the search").click()
        await ready(window, 1)


async def test_what_comes_while_somebody_works_does_not_move_the_list(filled: Filled) -> None:
    await say(filled, 1, "first", message_id=90)
    async with shown(filled, InboxPage) as window:
        page = await ready(window, 1)
        page.list.view.setFocus()
        await window.until(page.list.view.hasFocus)

        await say(filled, 2, "second", message_id=91, minutes=5)
        await window.until(page.list.newest.isVisible)
        assert len(lines(page)) == 1

        page.list.newest.click()
        await ready(window, 2)
        assert "second" in lines(page)[0]
        assert not page.list.newest.isVisible()


async def test_a_message_comes_into_the_open_conversation(filled: Filled) -> None:
    await say(filled, 1, "first", message_id=90)
    async with shown(filled, InboxPage) as window:
        await ready(window, 1)
        page = await opened(window)
        before = page.thread_view.bubbles

        await say(filled, 1, "second", message_id=91, minutes=5)

        await window.until(lambda: page.thread_view.bubbles[-1].message.text == "second")
        assert page.thread_view.bubbles[: len(before)] == before, "what stands there stays"


async def test_it_is_put_off_assigned_labelled_and_noted(filled: Filled) -> None:
    await say(filled, 1, "first", message_id=90)
    async with shown(filled, InboxPage) as window:
        await ready(window, 1)
        page = await opened(window)

        page.thread_view.assign.click()
        dialog = await dialog_of(window, OneLineDialog)
        assert isinstance(dialog, OneLineDialog)
        QTest.keyClicks(dialog.entry, "Kim")
        dialog.keep.click()
        await window.until(lambda: ("Assigned", "Kim") in page.side.facts.shown)

        page.thread_view.label.click()
        dialog = await dialog_of(window, OneLineDialog)
        assert isinstance(dialog, OneLineDialog)
        dialog.keep.click()
        assert "Write it here" in texts(dialog)
        QTest.keyClicks(dialog.entry, "refund")
        dialog.keep.click()
        await window.until(lambda: ("Labels", "refund") in page.side.facts.shown)

        page.side.add_note.click()
        note = await dialog_of(window, NoteDialog)
        assert isinstance(note, NoteDialog)
        QTest.keyClicks(note.entry, "Pays by transfer")
        note.keep.click()
        await window.until(lambda: page.thread_view.conversation and page.thread_view.conversation.notes)

        row = page.thread_view.conversation.row
        menu = page.acting.snooze_menu(row)
        menu.actions()[0].trigger()
        menu.close()
        await window.until(lambda: page.list.chips[Box.SNOOZED].text() == "Snoozed 1")


@pytest.mark.slow
async def test_no_handler_of_a_long_inbox_takes_more_than_a_frame(
    filled: Filled, handler_meter: HandlerMeter
) -> None:
    await filled.world.execute(_CONVERSATIONS, COUNT)
    await filled.world.execute(_MESSAGES)

    async def run() -> list[Handled]:
        async with shown(filled, InboxPage) as window:
            page = await ready(window, COUNT)
            handler_meter.clear()

            for place in (COUNT // 2, COUNT - 1, 0):
                page.list.view.scrollTo(page.list.model.index(place, 0))
                await asyncio.sleep(0.05)
                await window.settle()
            for key in (Qt.Key.Key_Down, Qt.Key.Key_PageDown, Qt.Key.Key_Down):
                QTest.keyClick(page.list.view, key)
                await window.settle()
                await window.until(lambda: page.thread_view.is_whole)
            QTest.keyClicks(page.list.search, "question 1500")
            await window.until(lambda: len(page.presenter.rows) < COUNT)
            await window.settle()

            assert handler_meter.count > 50
            return handler_meter.late()

    assert not await best_run(run)


async def test_an_answer_is_written_sent_and_taken_back_while_it_waits(filled: Filled) -> None:
    await say(filled, 1, "Is it open?", message_id=90)
    async with shown(filled, InboxPage) as window:
        await ready(window, 1)
        page = await opened(window)
        box = page.thread_view.answer
        assert box.entry.placeholderText().startswith("Answer as ")
        assert not box.send.isEnabled()

        box.begin()
        await window.until(box.entry.hasFocus)
        QTest.keyClicks(box.entry, "Until eight")
        QTest.keyClick(box.entry, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)

        await window.until(lambda: page.thread_view.bubbles[-1].message.text == "Until eight")
        assert box.entry.toPlainText() == ""
        await window.settle()

        page.context.notifications.undo_last()
        await window.until(lambda: box.entry.toPlainText() == "Until eight")
        rows = await filled.world.rows("SELECT state, reason, asked_by FROM outgoing WHERE kind = 'reply'")
        assert [tuple(row.values()) for row in rows] == [("cancelled", "taken_back", "kaya")]


async def test_what_was_typed_waits_while_another_conversation_is_looked_at(filled: Filled) -> None:
    await say(filled, 1, "first", message_id=90)
    await say(filled, 2, "STOP", message_id=91, minutes=2)
    async with shown(filled, InboxPage) as window:
        await ready(window, 2)
        page = await opened(window, 1)
        box = page.thread_view.answer
        box.entry.setPlainText("half a sentence")

        await opened(window, 2)
        assert not box.entry.isEnabled(), "they said STOP"
        assert box.entry.toPlainText() == ""

        await opened(window, 1)
        assert box.entry.toPlainText() == "half a sentence"
