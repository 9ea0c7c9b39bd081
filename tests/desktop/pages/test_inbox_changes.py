"""What was sent is edited and deleted in the window, by the pointer and by keys."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from desktop.dialogs.confirm import ConfirmDialog
from desktop.pages.inbox.message_line import MessageLine
from desktop.pages.inbox.page import InboxPage
from tests.desktop.pages.conftest import Window, dialog_of, shown
from tests.desktop.pages.test_inbox_page import opened, ready, say
from tests.desktop.window import button
from tests.desktop.workspace_fixture import Filled

_CHANGES = (
    "SELECT kind, state, content ->> '$.text.text' AS text FROM outgoing WHERE target_id IS NOT NULL ORDER BY id"
)
_ANSWER = """
INSERT INTO outgoing (kind, conversation_id, asked_at, asked_by, contact_id, account_id, telegram_user_id, random_id,
    inputs, content, state, unknown_since, settled_at, message_id)
SELECT 'reply', v.id, ?1, 'Kaya', v.contact_id, v.account_id, v.telegram_user_id, 77, '{}',
    '{"text":{"text":"Until eight.","entities":[]}}', 'sent', ?1, ?1, 95 FROM conversation AS v WHERE v.id = 1
"""


async def answered(filled: Filled, window: Window[InboxPage]) -> InboxPage:
    """A conversation whose last message is an answer that arrived just now."""
    now_ms = int(window.page.context.clock.now().timestamp() * 1000)
    await filled.world.execute(_ANSWER, now_ms)
    await ready(window, 1)
    page = await opened(window)
    await window.until(lambda: page.thread_view.bubbles[-1].message.text == "Until eight.")
    return page


async def actions(window: Window[InboxPage], line: MessageLine) -> dict[str, QAction]:
    place = QPoint(line.width() - 40, line.height() // 2)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, line.mapToGlobal(place))
    QApplication.sendEvent(line, event)
    await window.until(lambda: any(one.isVisible() for one in line.window().findChildren(QMenu)))
    menu = next(one for one in line.window().findChildren(QMenu) if one.isVisible())
    return {action.text(): action for action in menu.actions()}


async def changes(filled: Filled) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in await filled.world.rows(_CHANGES)]


async def test_the_menu_of_a_message_begins_an_edit_and_saving_plans_it(filled: Filled) -> None:
    await say(filled, 1, "When do you close?", message_id=90)
    async with shown(filled, InboxPage) as window:
        page = await answered(filled, window)
        answer = page.thread_view.answer
        answer.entry.setPlainText("something else")

        found = await actions(window, page.thread_view.lines[-1])
        assert {text: action.isEnabled() for text, action in found.items()} == {
            "Edit…": True,
            "Copy text": True,
            "Delete for both sides…": True,
            "Open a ticket about this": True,
        }
        found["Edit…"].trigger()
        found["Edit…"].parent().close()
        await window.until(lambda: answer.entry.toPlainText() == "Until eight.")
        assert answer.send.accessibleName() == "Save"
        answer.entry.setPlainText("Until **nine**.")
        answer.send.click()

        await window.until(lambda: "edit waits" in page.thread_view.bubbles[-1].foot)
        assert await changes(filled) == [("edit", "planned", "Until nine.")]
        assert answer.entry.toPlainText() == "something else"
        assert answer.send.accessibleName() == "Send"


async def test_up_in_an_empty_box_edits_the_last_answer_and_escape_leaves_it(filled: Filled) -> None:
    await say(filled, 1, "When do you close?", message_id=90)
    async with shown(filled, InboxPage) as window:
        page = await answered(filled, window)
        answer = page.thread_view.answer
        answer.begin()

        QTest.keyClick(answer.entry, Qt.Key.Key_Up)
        await window.until(lambda: answer.editing.isVisible())
        assert answer.entry.toPlainText() == "Until eight."

        QTest.keyClick(answer.entry, Qt.Key.Key_Escape)
        assert not answer.editing.isVisible()
        assert answer.entry.toPlainText() == ""
        assert await changes(filled) == []


@pytest.mark.parametrize(("press", "expected"), [("Delete for both", [("delete", "planned", "")]), ("Keep it", [])])
async def test_the_delete_key_asks_before_it_deletes(
    filled: Filled, press: str, expected: list[tuple[object, ...]]
) -> None:
    await say(filled, 1, "When do you close?", message_id=90)
    async with shown(filled, InboxPage) as window:
        page = await answered(filled, window)
        page.changing.focus_last()

        QTest.keyClick(page.thread_view.lines[-1], Qt.Key.Key_Delete)
        dialog = await dialog_of(window, ConfirmDialog)
        button(dialog, press).click()

        if expected:
            await window.until(lambda: "deletion waits" in page.thread_view.bubbles[-1].foot)
        await window.settle()
        assert await changes(filled) == expected


async def test_a_refusal_of_telegram_stands_below_the_message(filled: Filled) -> None:
    await say(filled, 1, "When do you close?", message_id=90)
    async with shown(filled, InboxPage) as window:
        page = await answered(filled, window)
        QTest.keyClick(page.thread_view.answer.entry, Qt.Key.Key_Up)
        await window.until(lambda: page.thread_view.answer.editing.isVisible())
        page.thread_view.answer.entry.setPlainText("Until nine.")
        page.thread_view.answer.send.click()
        await window.until(lambda: "edit waits" in page.thread_view.bubbles[-1].foot)

        await filled.world.execute(
            "UPDATE outgoing SET state = 'failed', reason = 'edit_too_late', settled_at = 1 WHERE target_id IS NOT NULL"
        )
        page.refresh()

        line = page.thread_view.lines[-1]
        await window.until(lambda: "48 hours" in line.bubble.accessibleDescription())
        assert line.bubble.message.text == "Until eight."


async def test_keys_in_the_answer_are_told_as_typing_and_a_look_as_read(filled: Filled) -> None:
    await say(filled, 1, "When do you close?", message_id=90)
    async with shown(filled, InboxPage) as window:
        await ready(window, 1)
        page = await opened(window)
        await window.until(lambda: not page.list.view.model().index(0, 0).data().count("unread"))
        page.thread_view.answer.begin()
        await window.until(lambda: page.thread_view.answer.entry.hasFocus())

        QTest.keyClicks(page.thread_view.answer.entry, "Until")
        await window.settle()

        signs = await filled.world.rows("SELECT read_to, typing_at IS NOT NULL AS types FROM chat_sign")
        assert [tuple(row.values()) for row in signs] == [(90, 1)]
