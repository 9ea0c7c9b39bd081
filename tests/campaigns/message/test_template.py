"""Values are plain text always; formatting and conditions are the template's alone."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.message.template import MAX_SOURCE_UNITS, Template
from campaigns.message.text import clean_text, is_blank
from core.domain.message import Entity, EntityKind, FormattedText, utf16_length
from core.errors import EmptyMessage, MessageTooLong, MissingField, UserInputError

RICH = "Hi **{{ name }}**, __in {{ city }}__ [see {{ name }}](https://example.org) `{{ city }}` ||{{ name }}|| end"


def _bold(offset: int, length: int) -> Entity:
    return Entity(kind=EntityKind.BOLD, offset=offset, length=length)


@pytest.mark.parametrize("name", ["**x**", "[a](http://evil.example)", "`x`", "{{ city }}", "{% if %}", "__", "||"])
def test_a_name_that_looks_like_formatting_stays_a_name(name: str) -> None:
    message = Template.parse("Hi **{{ name }}**!").render({"name": name})

    assert message == FormattedText(f"Hi {name}!", (_bold(3, len(name)),))


def test_offsets_count_utf16_units_of_the_inserted_values() -> None:
    message = Template.parse("{{ name }} 🙂 **{{ city }}**").render({"name": "🙂🙂", "city": "Köln🙂"})

    assert message == FormattedText("🙂🙂 🙂 Köln🙂", (_bold(8, 6),))


@pytest.mark.slow
@given(
    st.dictionaries(
        st.sampled_from(["name", "city"]),
        st.text(min_size=1, max_size=30).filter(lambda text: not is_blank(clean_text(text))),
        min_size=2,
    )
)
def test_values_never_change_the_formatting(values: dict[str, str]) -> None:
    calm = Template.parse(RICH).render({"name": "Anna", "city": "Berlin"})

    message = Template.parse(RICH).render(values)

    assert [(e.kind, e.url) for e in message.entities] == [(e.kind, e.url) for e in calm.entities]
    assert all(e.offset + e.length <= utf16_length(message.text) for e in message.entities)


@given(st.text(max_size=200), st.text(max_size=50))
def test_whatever_is_written_gives_a_message_or_a_sentence(source: str, value: str) -> None:
    try:
        message = Template.parse(source).render({"name": value})
    except (UserInputError, MessageTooLong):
        return

    assert message.text == message.text.strip()
    assert 1 <= utf16_length(message.text) <= 4096


@given(st.text("{}%|\"'()ab~*.[]_ \n19if-e#", max_size=60))
def test_broken_syntax_never_gives_anything_but_our_errors(source: str) -> None:
    with contextlib.suppress(UserInputError, MessageTooLong):
        Template.parse(source).render({"a": "x", "b": "y"})


def test_a_value_cannot_forge_the_marks_of_a_span() -> None:
    template = Template.parse("**{{ a }}** {{ b | default('\\ufdd20\\ufdd3') }}")

    message = template.render({"a": "x\ufdd20\ufdd3y\ufdd10\ufdd3"})

    assert message == FormattedText("x0y0 0", (_bold(0, 4),))


def test_a_value_cannot_turn_the_writing_direction_of_the_text_behind_it() -> None:
    assert Template.parse("{{ name }}, 5 €").render({"name": "A\u202enna"}).text == "Anna, 5 €"


def test_a_pair_of_surrogates_in_a_fallback_is_one_character() -> None:
    assert Template.parse(r"{{ a | default('\ud83d\ude42') }}").render({}).text == "🙂"


@pytest.mark.parametrize("value", ["", "   ", "\u200b", "\u2800"])
def test_a_blank_field_without_a_fallback_is_named(value: str) -> None:
    with pytest.raises(MissingField) as caught:
        Template.parse("Hi {{ first_name | upper }}").render({"first_name": value})

    assert caught.value.field == "first_name"
    assert "{{ first_name }}" in caught.value.message
    assert "default" in caught.value.hint


def test_a_fallback_stands_in_for_a_missing_or_blank_field() -> None:
    template = Template.parse('Hi {{ name | default("**friend**") | upper }}')

    assert template.render({}) == FormattedText("Hi **FRIEND**")
    assert template.render({"name": " "}) == FormattedText("Hi **FRIEND**")
    assert template.render({"name": " Anna "}) == FormattedText("Hi ANNA")


def test_a_field_in_a_branch_that_is_not_taken_may_be_missing() -> None:
    template = Template.parse("{% if city %}In {{ city }}{% else %}Hello{% endif %}")

    assert template.render({}).text == "Hello"


@pytest.mark.parametrize(
    ("condition", "is_met"),
    [
        ("plan", True),
        ("not plan", False),
        ("plan == 'pro'", True),
        ("plan != 'pro'", False),
        ("absent", False),
        ("absent == ''", False),
        ("plan and not absent", True),
        ('absent or plan == "pro"', True),
    ],
)
def test_conditions_compare_fields_with_text(condition: str, is_met: bool) -> None:
    template = Template.parse(f"{{% if {condition} %}}yes{{% else %}}no{{% endif %}}")

    assert template.render({"plan": "pro"}).text == ("yes" if is_met else "no")


def test_elif_chooses_one_text() -> None:
    template = Template.parse("{% if a == 'x' %}**1**{% elif a == 'y' %}__2__{% else %}3{% endif %}")

    assert [template.render({"a": a}).text for a in "xyz"] == ["1", "2", "3"]
    assert template.render({"a": "y"}).entities == (Entity(kind=EntityKind.ITALIC, offset=0, length=1),)


def test_formatting_may_hold_whole_blocks() -> None:
    template = Template.parse("**a {% if x %}__b__{% endif %}** c")

    assert template.render({"x": "1"}).entities == (
        _bold(0, 3),
        Entity(kind=EntityKind.ITALIC, offset=2, length=1),
    )
    assert template.render({}) == FormattedText("a  c", (_bold(0, 2),))


def test_nothing_inside_code_is_formatting_not_even_in_a_block() -> None:
    message = Template.parse("`{% if x %}**b**{% endif %}`").render({"x": "1"})

    assert message == FormattedText("**b**", (Entity(kind=EntityKind.CODE, offset=0, length=5),))


def test_white_space_around_the_message_goes_and_formatting_moves_with_the_text() -> None:
    message = Template.parse(" \n** {{ name }} ** \n").render({"name": "Anna"})

    assert message == FormattedText("Anna", (_bold(0, 4),))


def test_fields_are_found_in_every_place_and_in_one_spelling() -> None:
    template = Template.parse("{{ First_Name }} {% if VIP == 'a' %}{{ город | upper }}{% elif x %}{% endif %}")

    assert template.fields == {"first_name", "vip", "город", "x"}


@pytest.mark.parametrize("name", ["self", "loop", "range", "super", "namespace", "caller", "class"])
def test_a_field_may_have_any_name(name: str) -> None:
    assert Template.parse(f"{{{{ {name} }}}}").render({name: "value"}).text == "value"


@pytest.mark.parametrize(
    ("filter_", "result"),
    [
        ("upper", "ANNA MARIA"),
        ("lower", "anna maria"),
        ("capitalize", "Anna maria"),
        ("title", "Anna Maria"),
        ("trim", "anna MARIA"),
        ("truncate(6)", "anna…"),
        ("truncate(10)", "anna MARIA"),
    ],
)
def test_filters_change_the_value_alone(filter_: str, result: str) -> None:
    assert Template.parse(f"{{{{ a | {filter_} }}}}").render({"a": "anna MARIA"}).text == result


def test_a_message_of_exactly_the_longest_length_is_taken_and_one_more_is_not() -> None:
    template = Template.parse("{{ a }}")

    assert utf16_length(template.render({"a": "🙂" * 2048}).text) == 4096
    with pytest.raises(MessageTooLong, match="4,097"):
        template.render({"a": "🙂" * 2048 + "x"})


def test_an_empty_message_is_refused() -> None:
    with pytest.raises(EmptyMessage):
        Template.parse("{% if a %}x{% endif %} \u200b").render({})


def test_a_template_that_is_too_long_is_refused() -> None:
    with pytest.raises(UserInputError, match="too long"):
        Template.parse("x" * (MAX_SOURCE_UNITS + 1))


def test_a_huge_value_may_be_cut_short_by_the_template() -> None:
    assert Template.parse("{{ notes | truncate(3) }}").render({"notes": " " * 9999 + "x" * 1_000_000}).text == "xx…"
