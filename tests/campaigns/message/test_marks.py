"""What was sent can be typed again: marks for its formatting, and plain text where marks would say something else."""

import pytest

from campaigns.inbox.replies import format_answer
from campaigns.message.marks import write_marks
from core.domain.message import Entity, EntityKind, FormattedText


@pytest.mark.parametrize(
    "typed",
    [
        "Until eight.",
        "**Yes**, until __eight__.",
        "😀 **bold 😀** and [a link](https://example.org/x) `code`",
        "Above\n> one\n> two\nbelow",
        "**all of it**",
        "++under++ ~~strike~~ ||spoiler||",
    ],
)
def test_marks_say_what_was_typed(typed: str) -> None:
    assert write_marks(format_answer(typed)) == typed


@pytest.mark.parametrize("nested", ["**bold __and italic__**", "**__both__**"])
def test_nested_formatting_comes_back_as_it_was(nested: str) -> None:
    message = format_answer(nested)

    assert set(format_answer(write_marks(message)).entities) == set(message.entities)


def test_a_text_that_holds_marks_of_its_own_stays_as_it_reads() -> None:
    text = FormattedText("a ** b ** c d", (Entity(kind=EntityKind.BOLD, offset=12, length=1),))

    assert write_marks(text) == text.text
