"""Canned texts: what is refused and where, what stands where a field is empty, and values that stay plain."""

import pytest

from campaigns.inbox.canned_text import JOINER, PersonFields, check_fields, check_text, fill_text, find_gaps
from campaigns.inbox.replies import format_answer
from campaigns.message.grammar import TemplateMistake
from core.domain.message import EntityKind
from core.errors import EmptyMessage, MessageTooLong

KNOWN = ("name", "username", "language", "first_name", "city")


def someone(**values: str) -> PersonFields:
    return PersonFields(name="Anna", language="fi", values=values)


def test_the_fields_of_the_person_come_in_and_the_marks_stay_to_be_written_on() -> None:
    text = 'Hi **{{ first_name | upper }}** from {{ city | default("here") }}{% if plan %}, {{ plan }}{% endif %}.'

    assert fill_text(text, someone(first_name=" Anna ", city="Turku")) == "Hi **ANNA** from Turku."
    assert fill_text(text, someone(first_name="Anna", plan="pro")) == "Hi **ANNA** from here, pro."


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("To {{ city }}.", "To ⟦city⟧."),
        ("To {{ city | title }}.", "To ⟦City⟧."),
        ("{% if city %}In {{ city }}{% else %}Where is {{ city }}{% endif %}?", "Where is ⟦city⟧?"),
        ("It costs ⟦how much⟧.", "It costs ⟦how much⟧."),
    ],
)
def test_an_empty_field_leaves_a_blank_to_fill_in(text: str, shown: str) -> None:
    assert fill_text(text, someone(city="  ")) == shown
    ((start, end),) = find_gaps(shown)
    assert shown[start] == "⟦"
    assert shown[end - 1] == "⟧"


def test_a_blank_that_a_filter_cut_is_one_still() -> None:
    assert find_gaps(fill_text("{{ nickname | truncate(4) }} x", someone())) == ((0, 6),)


@pytest.mark.parametrize(
    "value",
    [
        *("**x**", "__x__", "++x++", "~~x~~", "||x||", "`x`", "```x```"),
        *("[a](http://evil.example)", "> x", "a](http://evil.example)"),
    ],
)
@pytest.mark.parametrize("text", ["{{ city }}", "x {{ city }} y {{ city }}", "* {{ city }}*", "[b] {{ city }} ** ("])
def test_no_value_can_add_formatting_to_an_answer(text: str, value: str) -> None:
    message = format_answer(fill_text(text, someone(city=value)))

    assert message.entities == ()


def test_formatting_of_the_text_holds_around_a_value_with_marks() -> None:
    message = format_answer(fill_text("Hi **{{ city }}**!", someone(city="x*")))

    assert message.text == f"Hi x*{JOINER}!"
    assert [(each.kind, each.offset, each.length) for each in message.entities] == [(EntityKind.BOLD, 3, 3)]


def test_a_value_cannot_pass_for_a_blank() -> None:
    assert find_gaps(fill_text("{{ city }}", someone(city="⟦city⟧"))) == ()


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [("Hi\n{{ first_nam }}", 2, 4), ('{{ name | default("fist") }} {% if fist %}x{% endif %}', 1, 36)],
)
def test_a_field_that_nobody_has_is_refused_with_its_place(text: str, line: int, column: int) -> None:
    with pytest.raises(TemplateMistake) as caught:
        check_fields(text, KNOWN)

    assert (caught.value.line, caught.value.column) == (line, column)
    assert f"line {line}, column {column}" in caught.value.title


def test_a_field_that_nobody_has_is_told_with_the_one_that_may_be_meant() -> None:
    with pytest.raises(TemplateMistake, match="No contact has a field first_nam") as caught:
        check_fields("{{ First_Nam }}", KNOWN)

    assert caught.value.hint == "Is it {{ first_name }}?"


def test_a_broken_text_is_refused_with_its_place() -> None:
    with pytest.raises(TemplateMistake) as caught:
        check_text("Hi\n{% for x in y %}{% endfor %}")

    assert caught.value.line == 2


def test_what_could_not_be_sent_is_refused() -> None:
    with pytest.raises(EmptyMessage):
        check_text("{% if city == 'a' %}x{% endif %}")
    with pytest.raises(MessageTooLong):
        check_text("x" * 4097)
    with pytest.raises(EmptyMessage):
        fill_text("{% if city %}x{% endif %}", someone())
