"""No value of a contact leaves the computer: every request of every help with writing, over both forms of providers."""

import json

import pytest
from pytestqt.qtbot import QtBot

from core.domain.message import UrlButton
from desktop.pages.campaigns.page import CampaignsPage
from desktop.pages.composer.assist.shown import Stage
from desktop.pages.composer.message_edits import with_buttons
from tests.ai.gemini_server import GeminiHandler
from tests.ai.openai_server import OpenAiHandler
from tests.ai.script import Handler, StandIn
from tests.database.stores.world import person
from tests.desktop.pages.ai_fixture import with_ai
from tests.desktop.pages.conftest import shown
from tests.desktop.pages.test_assist import Writing
from tests.desktop.pages.test_composer import begin, kept
from tests.desktop.window import click
from tests.desktop.workspace_fixture import PEOPLE, Filled

SOURCE = (
    'Hello {{ name | default("there") }} of {{ city | default("your town") }}!\n\n'
    "{% if course %}Your **{{ course }}** goes on.{% endif %} See [all of it](https://example.org). STOP ends it."
)
TRANSLATED = ("Translate into", "Another language", "German (de)")
ASKED = (
    ("Rewrite", "More formal"),
    ("Shorten",),
    ("Correct spelling and grammar",),
    TRANSLATED,
    ("Other wordings to compare", "2"),
    ("Review before approval",),
)
FORMS = {"gemini": GeminiHandler, "openai": OpenAiHandler}


def marks_of(number: int) -> dict[str, object]:
    """Values that stand nowhere else."""
    return {
        "name": f"Qzname{number}mark",
        "phone": f"+9996612{number:04}",
        "fields": {"city": f"Qzcity{number}mark", "course": f"Qzcourse{number}mark"},
    }


async def answered(w: Writing) -> None:
    """What the stand-in answers has no field, so most of it is asked for once more and then refused."""
    answers = (Stage.DRAFTS, Stage.FINDINGS, Stage.FAILED)
    await w.window.until(lambda: w.card.shown.stage in answers)
    w.panel.composer.assist.presenter.dismiss()


@pytest.mark.slow
@pytest.mark.parametrize("provider", FORMS)
async def test_fields_go_as_placeholders_with_all_formatting_and_no_value_of_anybody_goes(
    filled: Filled, provider: str, qtbot: QtBot
) -> None:
    people = [person(number, **marks_of(number)) for number in range(1, PEOPLE + 1)]  # known by their @names
    await filled.world.import_people(people)
    handler: type[Handler] = FORMS[provider]
    with StandIn(handler) as server:
        async with (
            with_ai(filled, server, provider=provider) as (with_model, ai),
            shown(with_model, CampaignsPage) as window,
        ):
            panel = await begin(window, qtbot)
            w = Writing(window, panel, ai)
            w.view.editor.insert_source(SOURCE)
            await kept(window, panel)
            await window.until(lambda: "Qzname" in w.view.preview.bubble.message.text)
            w.choose("Write from a brief…")
            card = await w.at(Stage.BRIEF)
            qtbot.keyClicks(card.form.what, "The programme is out")
            await click(card.ask)
            await w.agree()
            await answered(w)
            w.choose("Rewrite", "As you say…")
            await w.at(Stage.BRIEF)
            qtbot.keyClicks(card.form.what, "Begin with the date")
            await click(card.ask)
            await answered(w)
            for words in ASKED:
                w.choose(*words)
                await answered(w)
            rows, draft = ((UrlButton(title="See it", url="https://example.org"),),), panel.composer.presenter
            draft.change(lambda message: with_buttons(message, draft.choice, rows))
            w.choose(*TRANSLATED)  # the titles of buttons go with it
            await answered(w)
            await window.settle()

    assert len(server.seen) >= 2 * (len(ASKED) + 2)
    for seen in server.seen:
        told = json.dumps([seen.path, dict(seen.headers), seen.body])
        for number in range(1, PEOPLE + 1):
            marks = marks_of(number)
            values = [marks["name"], str(marks["phone"])[1:], f"person_{number}", *marks["fields"].values()]  # type: ignore[attr-defined]
            assert [value for value in values if str(value) in told] == []
        assert "Qz" not in told
    texts = [json.dumps(json.loads(seen.body), ensure_ascii=False) for seen in server.seen]
    whole = json.dumps(SOURCE)[1:-1]
    assert sum(whole in text for text in texts) >= 2 * len(ASKED)
