"""Nothing that is known of a person leaves with a question of the inbox, and the answer has it in place again."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.domain.ai import AiFeature
from tests.ai.conftest import ADAPTERS
from tests.ai.inbox.world import FIRST, SAID, WORDS, InboxWorld, inbox_world, sorted_as, summed_up
from tests.ai.script import Script, StandIn

pytestmark = pytest.mark.slow
FEATURES = (AiFeature.SUGGEST, AiFeature.SUMMARISE, AiFeature.SORT)


@pytest.fixture
async def inbox(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[InboxWorld]:
    provider = getattr(request, "param", "openai")
    with StandIn(ADAPTERS[provider][1]) as server:
        async with inbox_world(tmp_path, server, provider) as made:
            yield made


@pytest.mark.parametrize("inbox", ["gemini", "openai"], indirect=True)
async def test_no_known_value_is_in_any_request_and_answers_have_them_in_place(inbox: InboxWorld) -> None:
    await inbox.turn_on(*FEATURES)
    await inbox.say(*SAID)
    await inbox.can("hours", "Dear {{ name }}, in {{ city }} we are open until eight.")
    inbox.server.will(
        Script(pieces=("Dear ⟦na", "me⟧", ", in ⟦city_2⟧ it ends at eight.")),
        summed_up("⟦name⟧ asks for ⟦city⟧", still_open=("An answer about ⟦shoe_size⟧",)),
        sorted_as("question", "other"),
    )
    told: list[str] = []

    suggestion = await inbox.assistant.suggest(FIRST, actor="ann", on_text=told.append)
    summary = await inbox.assistant.summarise(FIRST, actor="ann")
    await inbox.sorter.look()

    assert len(inbox.bodies()) == 3
    for body in inbox.bodies():
        bare = re.sub(r"[\s\-()]", "", body.casefold())
        assert [word for word in WORDS if word in bare] == []
        assert "Account 1" not in body
    # Everything went masked, nothing was left out: the words around the values are there.
    assert all("-centre; the ⟦" in body for body in inbox.bodies())
    assert suggestion.text == "Dear QUILLANA BRONTËBY, in zanzibarville it ends at eight."
    assert told[0] == "Dear "
    assert summary.lines == ("QUILLANA BRONTËBY asks for ZANZIBARVILLE",)
    assert summary.open == ("An answer about 9473",)


async def test_nothing_of_the_inbox_is_read_from_or_written_to_the_cache(inbox: InboxWorld) -> None:
    await inbox.turn_on(*FEATURES)
    await inbox.say("Is it open on Friday?")
    for _ in range(2):
        inbox.server.will(Script(pieces=("Marmaladeword",)), summed_up("Gooseberryword"))
        await inbox.assistant.suggest(FIRST, actor="ann")
        await inbox.assistant.summarise(FIRST, actor="ann")

    assert len(inbox.bodies()) == 4
    assert inbox.rows("SELECT count(*) FROM ai_cache") == [(0,)]
    for path in inbox.folder.glob("workspace.db*"):
        held = path.read_bytes()
        assert b"Marmaladeword" not in held
        assert b"Gooseberryword" not in held


async def test_each_request_is_a_line_in_activity_without_its_text(inbox: InboxWorld) -> None:
    await inbox.turn_on(*FEATURES)
    await inbox.say("Is it open on Friday?")
    inbox.server.will(Script(pieces=("Yes",)), summed_up("Opening hours"), sorted_as("question"))
    await inbox.assistant.suggest(FIRST, actor="ann")
    await inbox.assistant.summarise(FIRST, actor="ann")
    await inbox.sorter.look()

    events = inbox.rows(
        "SELECT actor, data ->> 'feature', data ->> 'model', data ->> 'tokens_in', data ->> 'conversation', data "
        "FROM event WHERE kind = 'ai.asked' ORDER BY id"
    )
    assert [event[:5] for event in events] == [
        ("ann", "suggest", "gemini-stand-in", 7, 1),
        ("ann", "summarise", "gemini-stand-in", 7, 1),
        ("worker", "sort", "gemini-stand-in", 7, 1),
    ]
    assert not any("Friday" in str(event[5]) for event in events)
