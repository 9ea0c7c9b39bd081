"""The questions of a workspace: its switch, key, budget, cache, events, and what is seen before anything leaves."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ai.service import Question
from core.ai_errors import (
    AiAnswerUnfit,
    AiBudgetSpent,
    AiKeyRejected,
    AiModelUnknown,
    AiNotSetUp,
    AiRequestRefused,
    AiTurnedOff,
)
from core.domain.ai import AiFeature
from tests.ai.script import KEY, Fault, Script, StandIn
from tests.ai.world import AiWorld, ai_world

ASK = Question(feature=AiFeature.REWRITE, text="Rewrite: Hello {{ first_name }}", instructions="Be brief.")
EVENTS = "SELECT kind, actor, data FROM event ORDER BY id"


@pytest.fixture
async def world(tmp_path: Path, openai_server: StandIn) -> AsyncIterator[AiWorld]:
    async with ai_world(tmp_path, openai_server) as made:
        yield made


async def ask(world: AiWorld, question: Question = ASK) -> str:
    return await world.service.ask(question, str, actor="ann")


async def test_turned_off_nothing_is_asked_shown_or_opened(world: AiWorld) -> None:
    world.change(enabled=False)

    for act in (ask(world), world.service.preview(ASK), world.service.models()):
        with pytest.raises(AiTurnedOff):
            await act

    assert world.opened == []
    assert world.bodies == []


async def test_the_switch_acts_from_the_next_question_on(world: AiWorld) -> None:
    await ask(world)
    world.change(enabled=False)

    with pytest.raises(AiTurnedOff):
        await ask(world)


async def test_a_provider_without_a_key_is_not_set_up_and_says_how(world: AiWorld) -> None:
    world.change(provider="gemini", address=world.server.address)

    with pytest.raises(AiNotSetUp) as caught:
        await ask(world)

    assert "ai key" in caught.value.hint
    assert world.bodies == []


async def test_a_refused_key_is_read_anew_for_the_next_question(world: AiWorld) -> None:
    world.secrets.held["ai/openai"] = b"an-old-key"
    with pytest.raises(AiKeyRejected):
        await ask(world)

    world.secrets.held["ai/openai"] = KEY.encode()

    assert await ask(world) == "Hello, world"


async def test_a_key_that_an_old_file_held_is_used(world: AiWorld) -> None:
    world.secrets.held = {"migrated/OPENAI_API_KEY": KEY.encode()}

    assert await ask(world) == "Hello, world"


async def test_what_is_previewed_is_what_is_sent_and_needs_no_key(world: AiWorld) -> None:
    preview = await world.service.preview(ASK)
    assert (world.bodies, world.opened) == ([], [])

    await ask(world)

    assert world.bodies == [preview.body]
    assert preview.address == f"{world.server.address}/chat/completions"


async def test_each_question_is_an_event_with_its_cost_and_without_its_text(world: AiWorld) -> None:
    await ask(world)
    world.server.will(Script(fault=Fault.NO_MODEL))
    with pytest.raises(AiModelUnknown):
        await ask(world, Question(feature=AiFeature.SHORTEN, text="SECRET-PROMPT"))

    events = [(kind, actor, json.loads(str(data))) for kind, actor, data in world.rows(EVENTS)]

    told = {"provider": "openai", "model": "stand-in:8b"}
    assert events == [
        ("ai.asked", "ann", {"feature": "rewrite", **told, "outcome": "answered", "tokens_in": 7, "tokens_out": 3}),
        ("ai.asked", "ann", {"feature": "shorten", **told, "outcome": "ai_model", "tokens_in": 0, "tokens_out": 0}),
    ]


async def test_usage_is_kept_by_day_and_feature(world: AiWorld) -> None:
    await ask(world)
    world.clock.advance(86_400)
    await ask(world, Question(feature=AiFeature.REVIEW, text="Review it."))
    world.server.will(Script(fault=Fault.BAD_REQUEST))
    with pytest.raises(AiRequestRefused):
        await ask(world, Question(feature=AiFeature.REVIEW, text="Review that."))

    figures = [
        (f"{each.day}", each.feature.value, each.requests, each.failed, each.tokens_in, each.tokens_out)
        for each in await world.service.usage(days=2)
    ]

    assert figures == [("2026-11-21", "review", 2, 1, 7, 3), ("2026-11-20", "rewrite", 1, 0, 7, 3)]


@pytest.mark.parametrize(("limit", "of"), [({"requests_a_day": 2}, "requests"), ({"tokens_a_day": 1000}, "tokens")])
async def test_a_spent_budget_stops_before_anything_is_sent_and_says_when_it_starts_again(
    world: AiWorld, limit: dict[str, int], of: str
) -> None:
    world.change(cache_hours=0.0, **limit)
    world.server.will(*[Script(tokens_in=400, tokens_out=100)] * 2)
    await ask(world)
    await ask(world)

    with pytest.raises(AiBudgetSpent, match=f"All {of} of this day are used") as caught:
        await ask(world)
    assert caught.value.until == datetime(2026, 11, 21, tzinfo=UTC)
    assert len(world.bodies) == 2

    world.clock.advance(43_200)  # to the moment that it named
    assert await ask(world) == "Hello, world"


async def test_what_runs_by_itself_cannot_use_up_what_people_write_with(world: AiWorld) -> None:
    world.change(requests_a_day=1, sort_requests_a_day=1)
    await ask(world, Question(feature=AiFeature.SORT, text="Sort this."))
    with pytest.raises(AiBudgetSpent):
        await ask(world, Question(feature=AiFeature.SORT, text="Sort that."))

    assert await ask(world) == "Hello, world"


async def test_requests_at_the_same_time_never_exceed_the_budget_of_requests(world: AiWorld) -> None:
    world.change(requests_a_day=3)
    questions = [Question(feature=AiFeature.WRITE, text=f"Write {number}.") for number in range(10)]

    results = await asyncio.gather(*(ask(world, question) for question in questions), return_exceptions=True)

    assert sum(isinstance(result, AiBudgetSpent) for result in results) == 7
    assert len(world.bodies) == 3


async def test_the_same_question_is_answered_from_the_cache_until_its_time_is_over(world: AiWorld) -> None:
    await ask(world)
    world.clock.advance(23 * 3600)
    assert await ask(world) == "Hello, world"
    assert len(world.bodies) == 1
    status = await world.service.status()
    assert (status.cache.kept, status.cache.hits) == (1, 1)
    assert [each.cached for each in await world.service.usage(days=2)] == [1, 0]

    world.clock.advance(3601)
    await ask(world)

    assert len(world.bodies) == 2


@pytest.mark.parametrize(
    "other",
    [
        {"model": "other"},
        {"provider": "gemini"},
    ],
)
async def test_another_model_or_provider_gets_no_answer_of_the_first(world: AiWorld, other: dict[str, str]) -> None:
    await ask(world)
    world.change(**other)

    with_other = asyncio.gather(ask(world), return_exceptions=True)
    await with_other

    assert world.rows("SELECT hits FROM ai_cache") != [(1,)]


async def test_nothing_of_the_inbox_is_kept(world: AiWorld) -> None:
    for feature in (AiFeature.SUGGEST, AiFeature.SUMMARISE, AiFeature.SORT):
        for _ in range(2):
            await ask(world, Question(feature=feature, text="What does this person want?"))

    assert len(world.bodies) == 6
    assert world.rows("SELECT * FROM ai_cache") == []


async def test_the_cache_can_be_emptied_and_turned_off(world: AiWorld) -> None:
    await ask(world)
    assert await world.service.forget_answers() == 1
    world.change(cache_hours=0.0)
    await ask(world)
    await ask(world)

    assert len(world.bodies) == 3
    assert world.rows("SELECT * FROM ai_cache") == []


async def test_an_answer_of_no_use_is_asked_for_once_more_with_the_reason_and_never_kept(world: AiWorld) -> None:
    def read(text: str) -> str:
        if "{{ first_name }}" not in text:
            raise AiAnswerUnfit("The field first_name is missing.")
        return text

    world.server.will(Script(pieces=("Hi there",)), Script(pieces=("Hi {{ first_name }}",)))
    assert await world.service.ask(ASK, read, actor="ann") == "Hi {{ first_name }}"
    assert "The field first_name is missing." in world.bodies[1]
    assert await world.service.ask(ASK, read, actor="ann") == "Hi {{ first_name }}"
    assert len(world.bodies) == 2

    world.server.will(*[Script(pieces=("Hi there",))] * 2)
    other = Question(feature=AiFeature.REWRITE, text="Rewrite: Good morning {{ first_name }}")
    with pytest.raises(AiAnswerUnfit):
        await world.service.ask(other, read, actor="ann")
    assert len(world.bodies) == 4
    assert world.rows("SELECT count(*) FROM ai_cache") == [(1,)]


async def test_a_streamed_answer_is_shown_as_it_grows_and_from_the_cache_at_once(world: AiWorld) -> None:
    shown: list[str] = []
    await world.service.ask(ASK, str, actor="ann", on_text=shown.append)
    assert shown == ["Hello", "Hello, ", "Hello, world"]

    shown.clear()
    await world.service.ask(ASK, str, actor="ann", on_text=shown.append)

    assert shown == ["Hello, world"]
    assert len(world.bodies) == 1


async def test_a_cancelled_question_ends_at_the_provider_and_says_so_in_activity(world: AiWorld) -> None:
    world.server.will(Script(holds_after=1))
    shown = asyncio.Event()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(world.service.ask(ASK, str, actor="ann", on_text=lambda _: shown.set()))
        async with asyncio.timeout(20):
            await shown.wait()
        task.cancel()

    assert await asyncio.to_thread(world.server.memory.hung_up.wait, 5)
    assert [json.loads(str(data))["outcome"] for (data,) in world.rows("SELECT data FROM event")] == ["cancelled"]
    assert world.rows("SELECT requests, failed FROM ai_usage") == [(1, 0)]


@pytest.mark.parametrize(
    "address", ["http://example.com/v1", "ftp://127.0.0.1", "https://user:word@host/v1", "nowhere"]
)
async def test_an_address_that_would_show_the_key_or_is_none_is_refused(world: AiWorld, address: str) -> None:
    world.change(address=address)

    with pytest.raises(AiNotSetUp, match="address"):
        await ask(world)


async def test_who_asks_again_gets_another_answer_than_the_one_that_is_kept(world: AiWorld) -> None:
    world.server.will(Script(pieces=("first",)), Script(pieces=("second",)))

    await ask(world)
    again = await world.service.ask(ASK, str, actor="ann", is_fresh=True)

    assert (again, await ask(world)) == ("second", "second")  # and it is the one that is kept from then on
    assert len(world.bodies) == 2
