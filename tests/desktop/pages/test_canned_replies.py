"""Canned replies as somebody uses them in the inbox: called by a stroke and a few letters, written in their dialog."""

import asyncio
from collections.abc import Sequence

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from campaigns.inbox.canned import CannedReplies, CannedText
from desktop.pages.inbox.canned_dialog import CannedDialog
from desktop.pages.inbox.page import InboxPage
from tests.desktop.handler_meter import Handled, HandlerMeter, best_run
from tests.desktop.pages.conftest import Window, dialog_of, shown
from tests.desktop.pages.test_inbox_page import opened, ready, say
from tests.desktop.window import activate, open_window, until
from tests.desktop.workspace_fixture import Filled

CTRL = Qt.KeyboardModifier.ControlModifier
HOURS = CannedText(shortcut="hours", title="Opening hours", text="Until **eight**, {{ name }}.")
PRICE = CannedText(shortcut="price", title="What it costs", text="In {{ city }} ten euros.")
HALL = CannedText(shortcut="hall", title="Where it is", text="By the river, {{ name }}.")


async def answering(window: Window[InboxPage], *kept: CannedText) -> InboxPage:
    """A conversation is open, its person is known, and the caret is in the answer."""
    canned = window.filled.services.get(CannedReplies)
    for said in kept:
        await canned.add(said, actor="ann", may_be_new=True)
    await ready(window, 1)
    page = await opened(window)
    await window.until(lambda: page.canned.presenter.person is not None)
    page.thread_view.answer.begin()
    await window.until(page.thread_view.answer.entry.hasFocus)
    return page


def found(page: InboxPage) -> Sequence[str]:
    popup = page.thread_view.canned.popup
    return [one.said.shortcut for one in popup.rows.replies] if popup.isVisible() else ()


def press(page: InboxPage, *keys: Qt.Key | str) -> None:
    for key in keys:
        if isinstance(key, str):
            QTest.keyClicks(page.thread_view.answer.entry, key)
        else:
            QTest.keyClick(page.thread_view.answer.entry, key)


def written(page: InboxPage) -> str:
    return page.thread_view.answer.entry.toPlainText()


async def test_a_stroke_and_a_few_letters_put_the_persons_answer_in(filled: Filled) -> None:
    await say(filled, 1, "Is it open?", message_id=90)
    async with shown(filled, InboxPage) as window:
        page = await answering(window, HOURS, PRICE, HALL)
        person = page.canned.presenter.person
        assert person is not None

        press(page, "Hello ", "/")
        assert found(page) == ["hall", "hours", "price"]
        press(page, "h")
        assert found(page) == ["hall", "hours"]
        rows = page.thread_view.canned.popup.rows
        assert rows.index(0).data() == f"/hall, Where it is: By the river, {person.name}.", "as they would read it"
        press(page, Qt.Key.Key_Down, Qt.Key.Key_Tab)

        assert written(page) == f"Hello Until **eight**, {person.name}."
        assert found(page) == ()
        assert page.thread_view.answer.entry.hasFocus()
        canned = window.filled.services.get(CannedReplies)
        await window.settle()
        assert (await canned.find("hours")).used_count == 1
        press(page, " ", "/ho", Qt.Key.Key_Up, Qt.Key.Key_Return)
        assert written(page).count("eight") == 2


async def test_keys_are_the_texts_own_unless_the_popup_is_in_sight(filled: Filled) -> None:
    await say(filled, 1, "Is it open?", message_id=90)
    async with shown(filled, InboxPage) as window:
        page = await answering(window, HOURS)
        entry = page.thread_view.answer.entry

        press(page, "and/or", Qt.Key.Key_Return)
        assert (written(page), found(page)) == ("and/or\n", ())
        press(page, "/x", Qt.Key.Key_Return)  # nothing fits
        assert (written(page), found(page)) == ("and/or\n/x\n", ())
        press(page, "/hoq", Qt.Key.Key_Backspace)
        assert found(page) == ["hours"], "what fits again is offered again"
        press(page, Qt.Key.Key_Escape)
        assert found(page) == ()
        assert entry.hasFocus(), "Esc closed the popup alone"
        press(page, "u", Qt.Key.Key_Return, "/ ")
        assert (written(page), found(page)) == ("and/or\n/x\n/hou\n/ ", ())
        entry.clear()
        press(page, "/")
        assert found(page) == ["hours"]
        press(page, Qt.Key.Key_Left)
        assert found(page) == (), "the caret left it"
        entry.clear()
        press(page, "/")
        page.list.view.setFocus()
        await window.until(lambda: found(page) == ())


async def test_a_field_that_is_empty_is_marked_and_keeps_the_answer_back(filled: Filled) -> None:
    await say(filled, 1, "What is it?", message_id=90)
    async with shown(filled, InboxPage) as window:
        page = await answering(window, PRICE)
        box = page.thread_view.answer

        press(page, "/", Qt.Key.Key_Return)

        assert written(page) == "In ⟦city⟧ ten euros."
        (mark,) = box.entry.extraSelections()
        assert mark.cursor.selectedText() == "⟦city⟧"
        assert box.units.text() == box.send.toolTip() == "Fill in ⟦city⟧, or take it away"
        QTest.keyClick(box.entry, Qt.Key.Key_Return, CTRL)
        assert written(page), "nothing left"
        press(page, "Turku")  # the blank is selected
        assert written(page) == "In Turku ten euros."
        assert box.send.isEnabled()
        assert box.entry.extraSelections() == []


async def test_button_and_key_open_the_popup_without_a_stroke(filled: Filled) -> None:
    await say(filled, 1, "What is it?", message_id=90)
    async with shown(filled, InboxPage) as window:
        page = await answering(window, HOURS, PRICE)
        press(page, "Hi")
        page.thread_view.answer.canned.click()
        assert found(page) == ["hours", "price"]
        press(page, Qt.Key.Key_Escape)
        next(key for key in page.keys if key.keys == "Ctrl+E").act()
        press(page, "pri")
        assert found(page) == ["price"]
        popup = page.thread_view.canned.popup
        QTest.mouseClick(
            popup.view.viewport(), Qt.MouseButton.LeftButton, pos=popup.view.visualRect(popup.rows.index(0)).center()
        )
        assert written(page) == "HiIn ⟦city⟧ ten euros."
        assert popup.view.accessibleName() == "Canned replies that fit"
        assert page.thread_view.answer.canned.accessibleName() == "Canned reply… (/ or Ctrl+E)"


@pytest.mark.usefixtures("theme")
async def test_the_keys_of_the_window_leave_those_of_the_popup_alone(filled: Filled) -> None:
    await say(filled, 1, "What is it?", message_id=90)
    await filled.services.get(CannedReplies).add(HOURS, actor="ann")
    async with open_window(filled) as window:
        window.navigate("inbox", 1)
        page = window.page
        assert isinstance(page, InboxPage)
        await until(lambda: page.canned.presenter.person is not None)
        entry = page.thread_view.answer.entry
        page.thread_view.answer.begin()
        await until(entry.hasFocus)

        press(page, "/")
        assert found(page) == ["hours"], "no search of the page"
        assert entry.hasFocus()
        press(page, Qt.Key.Key_Escape)
        assert (found(page), entry.hasFocus(), written(page)) == ((), True, "/")
        QTest.keyClick(entry, Qt.Key.Key_E, CTRL)
        assert found(page) == ["hours"]
        press(page, Qt.Key.Key_Escape, Qt.Key.Key_Escape)
        await until(page.list.view.hasFocus)
        assert page.thread_view.isVisible(), "the conversation stays open"


async def test_a_popup_of_another_conversation_is_closed(filled: Filled) -> None:
    await say(filled, 1, "first", message_id=90)
    async with shown(filled, InboxPage) as window:
        page = await answering(window, HOURS)
        await say(filled, 2, "second", message_id=91)
        page.presenter.refresh()
        await ready(window, 2)
        page.thread_view.answer.begin()
        press(page, "/")
        assert found(page) == ["hours"]

        await opened(window, 2)

        assert found(page) == ()
        await window.until(lambda: page.canned.presenter.person is not None)
        assert found(page) == ()


async def managing(window: Window[InboxPage], page: InboxPage) -> CannedDialog:
    page.canned.manage()
    dialog = await dialog_of(window, CannedDialog)
    assert isinstance(dialog, CannedDialog)
    await quiet(window, dialog)
    return dialog


async def quiet(window: Window[InboxPage], dialog: CannedDialog) -> None:
    await window.until(lambda: not dialog.scope.tasks)


async def test_a_reply_is_written_with_what_the_person_reads_and_kept(filled: Filled) -> None:
    await say(filled, 1, "What is it?", message_id=90)
    async with shown(filled, InboxPage) as window:
        page = await answering(window)
        person = page.canned.presenter.person
        assert person is not None
        page.thread_view.answer.canned.click()  # there is none yet: the first one is written
        dialog = await dialog_of(window, CannedDialog)
        assert isinstance(dialog, CannedDialog)
        await quiet(window, dialog)

        QTest.keyClicks(dialog.shortcut, "/Hours")
        QTest.keyClicks(dialog.title, "Opening hours")
        QTest.keyClicks(dialog.text, "Until **eight**, {{ nam }}.")
        dialog.keep.click()
        await window.until(lambda: "No contact has a field nam." in dialog.problem.text())
        assert "line 1, column 21" in dialog.problem.text()
        assert dialog.text.extraSelections()[0].cursor.selectedText() == "nam"
        assert dialog.new_fields.isVisible()

        dialog.text.setPlainText("Until **eight**, {{ name }}.")
        await window.until(lambda: dialog.bubble.message.text == f"Until eight, {person.name}.")
        assert dialog.bubble.message.entities
        dialog.keep.click()
        await window.until(lambda: [one.said.shortcut for one in dialog.rows.replies] == ["hours"])
        await quiet(window, dialog)
        assert dialog.shortcut.text() == "hours", "as it is kept"
        dialog.reject()
        await window.until(lambda: not dialog_is_open(window))
        await activate(window.widget)
        page.thread_view.answer.begin()
        await window.until(page.thread_view.answer.entry.hasFocus)
        press(page, "/")
        await window.until(lambda: found(page) == ["hours"])


def dialog_is_open(window: Window[InboxPage]) -> bool:
    return any(one.isVisible() for one in window.widget.findChildren(CannedDialog))


async def test_what_was_changed_and_not_kept_waits_and_is_asked_about(filled: Filled) -> None:
    await say(filled, 1, "What is it?", message_id=90)
    async with shown(filled, InboxPage) as window:
        page = await answering(window, HOURS, PRICE)
        dialog = await managing(window, page)
        QTest.keyClicks(dialog.title, " today")
        dialog.list.setCurrentIndex(dialog.rows.index(1))
        assert dialog.shortcut.text() == "price"
        dialog.add.click()
        QTest.keyClicks(dialog.shortcut, "new")
        dialog.list.setCurrentIndex(dialog.rows.index(0))
        assert dialog.title.text() == "Opening hours today"

        dialog.reject()
        assert dialog.isVisible()
        assert dialog.problem.text().startswith("Not kept yet: /hours, /new.")
        dialog.keep.click()
        await window.until(lambda: dialog.rows.replies[0].said.title == "Opening hours today")
        await quiet(window, dialog)
        dialog.add.click()
        assert dialog.shortcut.text() == "new"
        dialog.reject()
        dialog.reject()
        await window.until(lambda: not dialog_is_open(window))


async def test_a_reply_is_found_removed_and_brought_back(filled: Filled) -> None:
    await say(filled, 1, "What is it?", message_id=90)
    async with shown(filled, InboxPage) as window:
        page = await answering(window, HOURS, PRICE)
        dialog = await managing(window, page)
        QTest.keyClicks(dialog.search, "euros")
        await window.until(lambda: [one.said.shortcut for one in dialog.rows.replies] == ["price"])
        dialog.list.setCurrentIndex(dialog.rows.index(0))
        dialog.remove.click()
        await window.until(dialog.undo.isVisible)
        assert dialog.undo.accessibleName() == "Bring /price back"
        dialog.undo.click()
        await window.until(lambda: [one.said.shortcut for one in dialog.rows.replies] == ["price"])
        await quiet(window, dialog)
        assert dialog.title.text() == "What it costs"

        dialog.remove.click()
        await window.until(dialog.undo.isVisible)
        dialog.reject()
        await window.until(lambda: not dialog_is_open(window))
        page.context.notifications.undo_last()
        await window.settle()
        canned = window.filled.services.get(CannedReplies)
        assert [one.said.shortcut for one in await canned.list()] == ["hours", "price"]


@pytest.mark.slow
async def test_no_key_of_a_call_takes_more_than_a_frame(filled: Filled, handler_meter: HandlerMeter) -> None:
    await say(filled, 1, "What is it?", message_id=90)
    canned = filled.services.get(CannedReplies)
    texts = [
        CannedText(shortcut=f"reply-{n}", title=f"Reply {n}", text="Hello {{ name }}. " * 20) for n in range(300)
    ]
    await canned.import_all(texts, actor="ann")

    async def run() -> list[Handled]:
        async with shown(filled, InboxPage) as window:
            page = await answering(window)
            handler_meter.clear()
            for key in (*"/reply", Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Return):
                await asyncio.sleep(0)  # each is an event of its own
                press(page, key)
            assert written(page).startswith("Hello ")
            await window.settle()
            assert handler_meter.count > 10
            return handler_meter.late()

    assert not await best_run(run)
