"""The buttons above the editor. A selection is written as ⟨…⟩, a cursor as ⟨⟩."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.message.formatting import parse_formatting
from campaigns.message.toolbar import Edited, active_kinds, toggle
from core.domain.message import EntityKind, utf16_length

K = EntityKind


def selected(text: str) -> Edited:
    before, rest = text.split("⟨")
    inner, after = rest.split("⟩")
    start = utf16_length(before)
    return Edited(before + inner + after, start, start + utf16_length(inner))


def shown(edited: Edited) -> str:
    raw = edited.source.encode("utf-16-le")
    before, inner, after = raw[: edited.start * 2], raw[edited.start * 2 : edited.end * 2], raw[edited.end * 2 :]
    return f"{before.decode('utf-16-le')}⟨{inner.decode('utf-16-le')}⟩{after.decode('utf-16-le')}"


@pytest.mark.parametrize(
    ("before", "kind", "after"),
    [
        ("a ⟨word⟩ b", K.BOLD, "a **⟨word⟩** b"),
        ("a ⟨word⟩ b", K.ITALIC, "a __⟨word⟩__ b"),
        ("a ⟨word⟩ b", K.UNDERLINE, "a ++⟨word⟩++ b"),
        ("a ⟨word⟩ b", K.STRIKE, "a ~~⟨word⟩~~ b"),
        ("a ⟨word⟩ b", K.SPOILER, "a ||⟨word⟩|| b"),
        ("a ⟨word⟩ b", K.CODE, "a `⟨word⟩` b"),
        ("a ⟨word⟩ b", K.PRE, "a ```⟨word⟩``` b"),
        ("a wo⟨⟩rd b", K.BOLD, "a **⟨word⟩** b"),
        ("a⟨ word ⟩b", K.BOLD, "a **⟨word⟩** b"),
        ("🙂 ⟨Grüße 🙂⟩ b", K.BOLD, "🙂 **⟨Grüße 🙂⟩** b"),
        ("⟨{{ name }}⟩", K.BOLD, "**⟨{{ name }}⟩**"),
        ("**⟨word⟩**", K.BOLD, "⟨word⟩"),
        ("⟨**word**⟩", K.BOLD, "⟨word⟩"),
        ("**a ⟨word⟩ b**", K.BOLD, "a ⟨word⟩ b"),
        ("**__⟨word⟩__**", K.BOLD, "__⟨word⟩__"),
        ("**__⟨word⟩__**", K.ITALIC, "**⟨word⟩**"),
        ('{{ a | default("**") }} ⟨word⟩ **', K.BOLD, '{{ a | default("**") }} **⟨word⟩** **'),
        ("one\n⟨two\nthree⟩\nfour", K.BLOCKQUOTE, "one\n⟨> two\n> three⟩\nfour"),
        ("one\n⟨> two\n> thr⟩ee\nfour", K.BLOCKQUOTE, "one\n⟨two\nthree⟩\nfour"),
        ("> two\nth⟨⟩ree", K.BLOCKQUOTE, "> two\n⟨> three⟩"),
    ],
)
def test_a_button_puts_formatting_on_and_takes_it_off(before: str, kind: EntityKind, after: str) -> None:
    assert shown(toggle(selected(before), kind)) == after


@pytest.mark.parametrize("kind", [kind for kind in K if kind is not K.TEXT_LINK])
@given(words=st.lists(st.text("ab🙂ü", min_size=1, max_size=4), min_size=1, max_size=4), at=st.integers(0, 3))
def test_what_a_button_puts_on_is_what_telegram_shows_and_it_goes_off_again(
    kind: EntityKind, words: list[str], at: int
) -> None:
    index = at % len(words)
    before = " ".join([*words[:index], f"⟨{words[index]}⟩", *words[index + 1 :]])

    on = toggle(selected(before), kind)
    off = toggle(on, kind)

    formatted = parse_formatting(on.source)
    assert formatted.plain == " ".join(words)
    assert [span.kind for span in formatted.spans] == [kind]
    assert kind in active_kinds(on)
    assert off.source == " ".join(words)
    assert kind not in active_kinds(off)


def test_pressed_buttons_are_those_around_the_selection() -> None:
    assert active_kinds(selected("**a __⟨b⟩__ c** d")) == {K.BOLD, K.ITALIC}
    assert active_kinds(selected("**a __b__ c** ⟨d⟩")) == frozenset()
    assert active_kinds(selected("> a\n> ⟨b⟩")) == {K.BLOCKQUOTE}
