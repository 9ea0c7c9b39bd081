"""The text model in the inbox, as a person meets it: seen before it is on, asked by a press, never sent by itself."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from ai.inbox.assistant import InboxAssistant
from campaigns.inbox.assist import Sorted
from campaigns.inbox.sorting import ReplyKind
from core.domain.ai import AiFeature
from database import MessageSortingStore
from desktop.pages.inbox.assist_dialog import AssistDialog
from desktop.pages.inbox.page import InboxPage
from desktop.widgets.pills import Tag
from tests.ai.inbox.world import summed_up
from tests.ai.openai_server import OpenAiHandler
from tests.ai.script import Fault, Script, StandIn
from tests.desktop.pages.ai_fixture import with_ai
from tests.desktop.pages.conftest import Window, dialog_of, shown
from tests.desktop.pages.test_inbox_page import lines, opened, ready, say
from tests.desktop.workspace_fixture import Filled

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def stand_in() -> Iterator[StandIn]:
    with StandIn(OpenAiHandler) as server:
        yield server


@pytest.fixture
def server(stand_in: StandIn) -> Iterator[StandIn]:
    stand_in.forget()
    yield stand_in
    stand_in.release()


@asynccontextmanager
async def asked(
    filled: Filled, server: StandIn, *features: AiFeature, text: str = "Is Person 1 late?"
) -> AsyncIterator[Window[InboxPage]]:
    """An open conversation, with these features on."""
    await say(filled, 1, text, message_id=90)
    async with with_ai(filled, server) as (there, _):
        assistant = filled.services.get(InboxAssistant)
        for feature in features:
            await assistant.turn_on(feature, provider="openai", address=server.address, actor="kaya")
        async with shown(there, InboxPage) as window:
            await ready(window, 1)
            await opened(window)
            yield window


async def test_nothing_is_asked_before_its_request_was_seen_and_the_switch_turned(
    filled: Filled, server: StandIn
) -> None:
    async with asked(filled, server) as window:
        page = window.page
        page.thread_view.answer.suggest.click()
        dialog = await dialog_of(window, AssistDialog)
        assert isinstance(dialog, AssistDialog)
        assert not dialog.switch.isEnabled()

        await window.until(lambda: dialog.switch.isEnabled())
        assert server.seen == []
        assert server.address in dialog.asked.text()
        for shown_as in (dialog.request.words, dialog.request.body):
            assert "late?" in shown_as.toPlainText()
            assert "Person 1" not in shown_as.toPlainText()
        assert "The person: Is ⟦name⟧ late?" in dialog.request.words.toPlainText()
        assert (dialog.request.words.isVisible(), dialog.request.body.isVisible()) == (True, False)
        dialog.request.exact.click()
        assert (dialog.request.words.isVisible(), dialog.request.body.isVisible()) == (False, True)
        assert dialog.of.text() == "It is that of the conversation that is open. Masked in it: name."
        assert "stays in the text, and is sent" in dialog.stays.text.text()

        dialog.switch.click()
        await window.until(lambda: dialog.switch.isChecked())
        assert dialog.state.text().startswith("On, by kaya")
        dialog.switch.click()
        await window.until(lambda: not dialog.switch.isChecked())
        dialog.accept()
        await window.settle()
        assert server.seen == []


async def test_a_suggestion_streams_beside_what_is_typed_and_is_only_a_draft(filled: Filled, server: StandIn) -> None:
    server.will(Script(pieces=("No, ⟦na", "me⟧ is", " on time."), holds_after=2))
    async with asked(filled, server, AiFeature.SUGGEST) as window:
        answer = window.page.thread_view.answer
        answer.entry.setFocus()
        QTest.keyClicks(answer.entry, "Hello.")
        window.page.assist.suggest()
        await window.until(lambda: answer.suggestion.text.text() == "No, Person 1 is")
        assert answer.suggestion.is_asking

        server.release()
        await window.until(lambda: not answer.suggestion.is_asking)
        assert answer.suggestion.text.text() == "No, Person 1 is on time."
        assert answer.entry.toPlainText() == "Hello."
        assert answer.suggestion.use.accessibleName() == "Add it below"

        window.page.assist.suggest()
        assert answer.entry.toPlainText() == "Hello.\n\nNo, Person 1 is on time."
        assert answer.suggestion.isHidden()
        answer.entry.undo()
        assert answer.entry.toPlainText() == "Hello."
        assert await filled.world.database.read(
            lambda raw: raw.execute("SELECT count(*) FROM outgoing WHERE kind = 'reply'").fetchone()
        ) == (0,)


async def test_escape_stops_a_suggestion_at_the_provider(filled: Filled, server: StandIn) -> None:
    server.will(Script(fault=Fault.SILENT))
    async with asked(filled, server, AiFeature.SUGGEST) as window:
        answer = window.page.thread_view.answer
        answer.suggest.click()
        await window.until(lambda: answer.suggestion.is_asking and server.seen)

        answer.suggestion.stop.setFocus()
        QTest.keyClick(answer.suggestion.stop, Qt.Key.Key_Escape)

        await window.until(server.memory.hung_up.is_set)
        assert answer.suggestion.isHidden()
        await window.settle()


async def test_the_windows_escape_puts_the_suggestion_away_before_it_leaves_the_answer_and_then_the_conversation(
    filled: Filled, server: StandIn
) -> None:
    server.will(Script(pieces=("Yes.",)))
    async with asked(filled, server, AiFeature.SUGGEST) as window:
        page, answer = window.page, window.page.thread_view.answer
        answer.entry.setFocus()
        await window.until(answer.entry.hasFocus)
        page.assist.suggest()
        await window.until(lambda: answer.suggestion.is_whole)

        assert page.escape()
        assert answer.suggestion.isHidden()
        assert page.escape()
        await window.until(page.list.view.hasFocus)
        assert page.thread_view.isVisible()
        assert page.escape()
        assert not page.thread_view.isVisible()


async def test_turned_off_elsewhere_a_suggestion_under_way_ends(filled: Filled, server: StandIn) -> None:
    server.will(Script(fault=Fault.SILENT))
    async with asked(filled, server, AiFeature.SUGGEST) as window:
        answer = window.page.thread_view.answer
        answer.suggest.click()
        await window.until(lambda: answer.suggestion.is_asking and server.seen)

        await filled.services.get(InboxAssistant).turn_off(AiFeature.SUGGEST, actor="bob")

        await window.until(server.memory.hung_up.is_set)
        await window.until(answer.suggestion.isHidden)


async def test_another_conversation_ends_what_was_asked_for_this_one(filled: Filled, server: StandIn) -> None:
    server.will(Script(fault=Fault.SILENT))
    await say(filled, 2, "And the hall?", message_id=91, minutes=-5)
    await say(filled, 1, "Is it late?", message_id=90)
    async with with_ai(filled, server) as (there, _):
        await filled.services.get(InboxAssistant).turn_on(
            AiFeature.SUGGEST, provider="openai", address=server.address, actor="kaya"
        )
        async with shown(there, InboxPage) as window:
            await ready(window, 2)
            page = await opened(window, 1)
            page.thread_view.answer.suggest.click()
            await window.until(lambda: server.seen)

            await opened(window, 2)

            await window.until(server.memory.hung_up.is_set)
            assert page.thread_view.answer.suggestion.isHidden()


async def test_what_went_wrong_is_said_in_place_with_the_next_step(filled: Filled, server: StandIn) -> None:
    server.will(Script(fault=Fault.NO_MODEL), Script(fault=Fault.PROMPT_BLOCKED), Script(pieces=("Yes.",)))
    async with asked(filled, server, AiFeature.SUGGEST) as window:
        card = window.page.thread_view.answer.suggestion
        window.page.thread_view.answer.suggest.click()
        await window.until(lambda: card.problem.isVisible())
        assert card.problem.title.text() == "The provider has no such model"
        card.problem.settings.click()
        assert window.opened == [("settings", None)]

        window.page.assist.suggest()
        await window.until(lambda: card.problem.title.text() == "The provider refuses this text")
        card.problem.again.click()
        await window.until(lambda: card.text.text() == "Yes.")
        assert not card.problem.isVisible()


async def test_a_summary_stands_beside_the_person_and_in_the_thread_where_there_is_no_room(
    filled: Filled, server: StandIn
) -> None:
    server.will(summed_up("Asks whether ⟦name⟧ is late", still_open=("An answer",)))
    async with asked(filled, server, AiFeature.SUMMARISE) as window:
        page = window.page
        page.list.view.setFocus()
        page.thread_view.summarise.click()
        await window.until(lambda: page.summary.lines.count() == 3)
        assert page.side.isAncestorOf(page.summary)
        words = [label.text() for label in page.summary.findChildren(QLabel)]
        assert {"Asks whether Person 1 is late", "Open", "• An answer"} <= set(words)

        window.widget.setMinimumSize(800, 600)  # as the real window, which is no wider than its screen
        window.widget.resize(900, 700)
        await window.until(lambda: page.thread_view.isAncestorOf(page.summary))
        assert page.summary.isVisible()
        page.summary.dismiss.click()
        assert page.summary.isHidden()


async def test_sorted_messages_say_so_in_list_and_thread_are_filtered_by_it_and_waits_are_told(
    filled: Filled, server: StandIn
) -> None:
    async with asked(filled, server, AiFeature.SORT) as window:
        page = window.page
        await window.until(page.list.kinds.isVisible)
        bubbles = page.thread_view.bubbles
        queue = MessageSortingStore(filled.world.database)
        switch = await queue.switch()
        assert switch is not None
        found = Sorted(message_id=1, kind=ReplyKind.STOP, confidence=0.72)
        await queue.keep([found], switch, model="m", now=filled.clock.now())

        await window.until(lambda: "may be a stop: look 72 %" in lines(page)[0])
        tags = lambda: [tag.accessibleName() for tag in page.thread_view.findChildren(Tag) if tag.isVisible()]  # noqa: E731
        await window.until(lambda: "may be a stop: look 72 %" in tags())
        assert page.thread_view.bubbles == bubbles, "nothing was drawn anew"

        await queue.tell_problem(switch, "The provider was not reached.", None)
        problem = page.list.kinds.problem
        await window.until(lambda: problem.isVisible() and "not reached" in problem.text())

        for action in page.list.kinds.menu().actions():
            if action.text() == "Complaints":
                action.trigger()
        await ready(window, 0)
        page.list.kinds.filter.click()
        await ready(window, 1)


async def test_nothing_of_the_dialog_and_cards_is_left(filled: Filled, server: StandIn, no_leaks: object) -> None:
    async with asked(filled, server) as window:
        window.page.assist.button.click()
        dialog = await dialog_of(window, AssistDialog)
        dialog.reject()
        await window.until(lambda: not window.widget.findChildren(AssistDialog))
    QApplication.processEvents()
