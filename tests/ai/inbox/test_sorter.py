"""Sorting new replies: only after the switch, once each, within its own budget, and never in the way of anything."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from ai.inbox.sort import LONGEST
from ai.inbox.sorter import Sorter
from campaigns.inbox.assist import Sorted
from campaigns.inbox.conversations import Box, ConversationQuestion, TheirMessage
from campaigns.inbox.sorting import ReplyKind
from core.config import AiSettings
from core.domain.ai import AiFeature
from database import ConversationStore
from tests.ai.inbox.world import FIRST, InboxWorld, inbox_world, sorted_as
from tests.ai.script import Fault, Script, StandIn

FOUND = "SELECT message_id, kind, confidence, model, failure FROM message_sorting ORDER BY message_id"
PROBLEM = "SELECT problem, tries_again_at IS NOT NULL FROM ai_switch"


@pytest.fixture
async def inbox(tmp_path: Path, openai_server: StandIn) -> AsyncIterator[InboxWorld]:
    async with inbox_world(tmp_path, openai_server) as made:
        await made.say("before the switch", after=timedelta(seconds=-1))
        await made.turn_on(AiFeature.SORT)
        yield made


async def look(inbox: InboxWorld) -> None:
    """As the sorter does it, when its pace allows."""
    inbox.clock.advance(4)
    await inbox.sorter.look()


async def test_only_what_came_after_the_switch_is_sorted_even_when_it_is_read_late(inbox: InboxWorld) -> None:
    await inbox.say("missed while offline", number=2, after=timedelta(minutes=-5))
    await inbox.say("How much is it?")
    inbox.server.will(sorted_as("question", confidence=0.83))

    for _ in range(3):
        await look(inbox)

    assert inbox.rows(FOUND) == [(3, "question", 0.83, "gemini-stand-in", "")]
    assert len(inbox.bodies()) == 1
    assert "missed while offline" not in inbox.bodies()[0]


async def test_messages_of_two_people_never_share_a_request(inbox: InboxWorld) -> None:
    await inbox.say("Marmalade, please", "and jam")
    await inbox.say("Gooseberries are late", number=2)
    inbox.server.will(sorted_as("complaint"), sorted_as("interested", "interested"))

    await look(inbox)
    await look(inbox)

    later, first = inbox.bodies()
    assert "Gooseberries" in later
    assert "Marmalade" not in later
    assert "Marmalade" in first
    assert "Gooseberries" not in first
    assert [row[1] for row in inbox.rows(FOUND)] == ["interested", "interested", "complaint"]


async def test_the_list_and_the_conversation_show_it_and_a_list_asks_for_it(inbox: InboxWorld) -> None:
    store = ConversationStore(inbox.world.database)
    await inbox.say("How much is it?")
    await inbox.say("Great!", number=2)
    inbox.server.will(sorted_as("interested"), sorted_as("question", confidence=0.6))
    await look(inbox)
    await look(inbox)

    rows = await store.rows([1, 2])
    kinds = {number: row.sorting.kind for number, row in rows.items() if row.sorting is not None}
    assert kinds == {1: ReplyKind.QUESTION, 2: ReplyKind.INTERESTED}
    asked = ConversationQuestion(box=Box.ALL, reply_kind=ReplyKind.QUESTION)
    assert list(await store.ids(asked, viewer="ann", now=inbox.clock.now())) == [1]
    [_, message] = (await store.conversation(FIRST)).messages
    assert isinstance(message, TheirMessage)
    assert message.sorting is not None
    assert (message.sorting.kind, message.sorting.confidence) == (ReplyKind.QUESTION, 0.6)


async def test_a_long_message_is_cut_after_masking_so_that_no_half_of_a_value_is_left(inbox: InboxWorld) -> None:
    await inbox.say("-" * (LONGEST - 5) + "Zanzibarville and more")
    inbox.server.will(sorted_as("other"))

    await look(inbox)

    [body] = inbox.bodies()
    assert "zanz" not in body.casefold()
    assert "and more" not in body


async def test_a_message_that_may_be_a_stop_is_only_said_to_be_one(inbox: InboxWorld) -> None:
    await inbox.say("leave me alone please")
    inbox.server.will(sorted_as("stop"))
    before = inbox.rows("SELECT * FROM conversation")

    await look(inbox)

    assert inbox.rows("SELECT count(*) FROM suppression") == [(0,)]
    assert inbox.rows("SELECT * FROM conversation") == before


async def test_a_message_that_was_changed_is_not_said_to_be_what_it_was(inbox: InboxWorld) -> None:
    await inbox.say("How much is it?")
    inbox.server.will(sorted_as("question"))
    await look(inbox)

    await inbox.world.database.write(
        lambda work: work.connection.execute("UPDATE message SET text = 'Never mind' WHERE id = 2")
    )

    assert inbox.rows(FOUND) == []


async def test_a_kill_between_answer_and_row_asks_again_counts_it_and_leaves_one_result(inbox: InboxWorld) -> None:
    await inbox.say("How much is it?")
    inbox.server.will(Script(holds_after=0), sorted_as("question"), sorted_as("other"))
    killed = asyncio.get_running_loop().create_task(inbox.sorter.look())
    await inbox.server.wait_asked()
    killed.cancel()
    with pytest.raises(asyncio.CancelledError):
        await killed

    inbox.sorter = inbox.new_sorter()
    await look(inbox)
    switch = await inbox.queue.switch()
    assert switch is not None
    twice = Sorted(message_id=2, kind=ReplyKind.OTHER, confidence=1.0)
    assert await inbox.queue.keep([twice], switch, model="m", now=inbox.clock.now()) == 0

    assert [row[:2] for row in inbox.rows(FOUND)] == [(2, "question")]
    assert inbox.rows("SELECT requests FROM ai_usage WHERE feature = 'sort'") == [(2,)]


async def test_turned_off_under_way_nothing_is_kept_and_nothing_more_is_asked(inbox: InboxWorld) -> None:
    await inbox.say("How much is it?")
    inbox.server.will(Script(pieces=sorted_as("question").pieces, holds_after=0))
    running = asyncio.get_running_loop().create_task(inbox.sorter.look())
    await inbox.server.wait_asked()
    await inbox.assistant.turn_off(AiFeature.SORT, actor="bob")
    inbox.server.release()
    await running

    await look(inbox)

    assert inbox.rows(FOUND) == []
    assert len(inbox.bodies()) == 1


async def test_a_provider_that_is_down_is_waited_for_longer_each_time_and_that_is_said(inbox: InboxWorld) -> None:
    await inbox.say("How much is it?")
    inbox.server.will(*[Script(fault=Fault.BAD_REQUEST)] * 2, sorted_as("question"))

    await look(inbox)
    assert inbox.rows(PROBLEM)[0][0] != ""
    for wait_s, asked in ((28, 1), (4, 2), (55, 2), (8, 3)):
        inbox.clock.advance(wait_s)
        await inbox.sorter.look()
        assert len(inbox.bodies()) == asked

    assert [row[1] for row in inbox.rows(FOUND)] == ["question"]
    assert inbox.rows(PROBLEM) == [("", 0)]


async def test_a_changed_setting_ends_the_wait(inbox: InboxWorld) -> None:
    await inbox.say("How much is it?")
    inbox.server.will(Script(fault=Fault.NO_MODEL), sorted_as("question"))
    await look(inbox)

    inbox.change(model="stand-in:8b")
    await inbox.sorter.look()

    assert [row[1] for row in inbox.rows(FOUND)] == ["question"]


async def test_a_message_without_an_answer_is_not_asked_about_for_ever(inbox: InboxWorld) -> None:
    await inbox.say("Something that is blocked")
    inbox.server.will(Script(fault=Fault.ANSWER_BLOCKED))

    await look(inbox)
    for _ in range(3):
        inbox.clock.advance(1000)
        await inbox.sorter.look()

    assert inbox.rows(FOUND) == [(2, None, None, "gemini-stand-in", "ai_answer_blocked")]
    assert len(inbox.bodies()) == 1


@pytest.mark.parametrize(
    "answer",
    [
        '{"messages": []}',
        '{"messages": [{"number": 2, "kind": "question", "confidence": 1}]}',
        '{"messages": [{"number": 1, "kind": "question", "confidence": 1.5}]}',
        '{"messages": [{"number": 1, "kind": "praise", "confidence": 1}]}',
    ],
)
async def test_an_answer_of_another_form_is_no_result(inbox: InboxWorld, answer: str) -> None:
    await inbox.say("How much is it?")
    inbox.server.will(*[Script(pieces=(answer,))] * 2)

    await look(inbox)

    assert inbox.rows(FOUND) == [(2, None, None, "gemini-stand-in", "ai_answer_unfit")]


async def test_its_budget_is_its_own_and_so_is_its_pace(inbox: InboxWorld) -> None:
    inbox.change(sort_requests_a_day=2, sort_requests_a_minute=1, requests_a_day=1)
    await inbox.sorter.look()
    for number in (1, 2, 1):
        await inbox.say("How much is it?", number=number)
        inbox.server.will(sorted_as("question"))
        await inbox.sorter.look()
        await inbox.sorter.look()
        inbox.clock.advance(61)
    await inbox.sorter.look()
    assert len(inbox.bodies()) == 2
    [(problem, _)] = inbox.rows(PROBLEM)
    assert "budget" in str(problem)

    inbox.clock.advance(12 * 3600)  # the next day
    await inbox.sorter.look()

    assert len(inbox.bodies()) == 3


async def test_an_error_of_its_own_ends_sorting_says_so_and_nothing_else(inbox: InboxWorld) -> None:
    def broken() -> AiSettings:
        raise RuntimeError

    sorter = Sorter(service=inbox.service, desk=inbox.desk, queue=inbox.queue, settings=broken, clock=inbox.clock)

    await sorter.run()

    [(problem, _)] = inbox.rows(PROBLEM)
    assert "started again" in str(problem)
