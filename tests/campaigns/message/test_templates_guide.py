"""Every example of docs/templates.md does what the page says."""

import re
from pathlib import Path

import pytest

from campaigns.message.grammar import FILTERS
from campaigns.message.template import Template
from core.errors import UserInputError

GUIDE = (Path(__file__).parents[3] / "docs" / "templates.md").read_text("utf-8")
PERSON = dict(re.findall(r"^\| `(\w+)` \| `?(.*?)`? ?\|$", GUIDE, re.MULTILINE))
EXAMPLES = re.findall(
    r"```template\n(.*?)\n```\n\n(?:[^\n`]*\n\n)?```(message|refused)\n(.*?)\n```", GUIDE, re.DOTALL
)


def test_the_guide_shows_a_person_and_a_result_for_every_template() -> None:
    assert PERSON["city"] == ""
    assert PERSON["first_name"] == "Anna"
    assert len(EXAMPLES) == GUIDE.count("```template") >= 9


@pytest.mark.parametrize(("source", "kind", "result"), EXAMPLES)
def test_an_example_gives_what_the_guide_shows(source: str, kind: str, result: str) -> None:
    if kind == "message":
        assert Template.parse(source).render(PERSON).text == result
    else:
        with pytest.raises(UserInputError) as caught:
            Template.parse(source).render(PERSON)
        assert caught.value.message == result


@pytest.mark.parametrize("name", FILTERS)
def test_the_guide_names_every_filter(name: str) -> None:
    assert f"`{name}" in GUIDE
