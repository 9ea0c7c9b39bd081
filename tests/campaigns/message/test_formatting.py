"""The marks mean what Telethon's markdown says they mean, and spans never leave the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telethon.extensions import markdown
from telethon.tl import types

from campaigns.message.formatting import MAX_SPANS, parse_formatting
from core.domain.message import EntityKind
from core.errors import UserInputError

DELIMITERS = {**markdown.DEFAULT_DELIMITERS, "||": types.MessageEntitySpoiler}
KINDS = {
    types.MessageEntityBold: EntityKind.BOLD,
    types.MessageEntityItalic: EntityKind.ITALIC,
    types.MessageEntityStrike: EntityKind.STRIKE,
    types.MessageEntitySpoiler: EntityKind.SPOILER,
    types.MessageEntityCode: EntityKind.CODE,
    types.MessageEntityPre: EntityKind.PRE,
    types.MessageEntityTextUrl: EntityKind.TEXT_LINK,
}

plain = st.text("ab c\néшع🙂.", min_size=1, max_size=8)
links = st.builds("[{}]({})".format, plain, st.just("https://example.org/a"))
code = st.builds("`{0}`".format, plain) | st.builds("```{0}```".format, plain)


def _wrapped(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    mark = st.sampled_from(["**", "__", "~~", "||"])
    return st.builds(
        lambda sign, parts: f"{sign}.{'.'.join(parts)}.{sign}", mark, st.lists(inner, min_size=1, max_size=3)
    )


marked = st.lists(st.recursive(plain | links | code, _wrapped, max_leaves=8), max_size=6).map(".".join)
soup = st.text(st.sampled_from("**__~~||`[]()ab 🙂\n"), max_size=40)


def _expected(source: str) -> tuple[str, list[tuple[EntityKind, int, int, str]]]:
    text, entities = markdown.parse(f".{source}.", DELIMITERS)  # the points keep Telethon from cutting blanks off
    return text, [(KINDS[type(e)], e.offset, e.length, getattr(e, "url", None) or "") for e in entities if e.length]


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _found(source: str) -> tuple[str, list[tuple[EntityKind, int, int, str]]]:
    result = parse_formatting(f".{source}.")
    return result.plain, [
        (s.kind, _units(result.plain[: s.start]), _units(result.plain[s.start : s.end]), s.url)
        for s in result.spans
        if s.end > s.start
    ]


@pytest.mark.slow
@given(marked)
def test_well_formed_text_has_the_entities_that_telethon_gives_it(source: str) -> None:
    assert _found(source) == _expected(source)


@given(soup)
def test_any_text_loses_the_marks_that_telethon_takes_out(source: str) -> None:
    """Telethon's lengths go astray where a mark straddles another one's end, so only the texts are compared here."""
    assert _found(source)[0] == _expected(source)[0]


@given(soup)
def test_spans_never_leave_the_text(source: str) -> None:
    result = parse_formatting(source)

    assert all(0 <= span.start <= span.end <= len(result.plain) for span in result.spans)


@pytest.mark.parametrize(
    ("source", "plain_text", "kinds"),
    [
        ("**b** __i__ ~~s~~ ||x|| `c`", "b i s x c", ["bold", "italic", "strike", "spoiler", "code"]),
        ("```a\nb```", "a\nb", ["pre"]),
        ("**__x__**", "x", ["bold", "italic"]),
        ("`**x**`", "**x**", ["code"]),
        ("2 ** 3", "2 ** 3", []),
        ("****", "****", []),
        ("[**x**](https://a.example)", "**x**", ["text_link"]),
        ("[x] (y)", "[x] (y)", []),
    ],
)
def test_marks_become_spans(source: str, plain_text: str, kinds: list[str]) -> None:
    result = parse_formatting(source)

    assert result.plain == plain_text
    assert [span.kind.value for span in result.spans] == kinds


def test_too_much_formatting_is_refused_early() -> None:
    with pytest.raises(UserInputError, match="formatting"):
        parse_formatting("**a**" * (MAX_SPANS + 1))


@pytest.mark.parametrize(
    ("source", "plain", "quotes"),
    [
        ("> a", "a", [(0, 1)]),
        ("x\n> a\n> b\ny", "x\na\nb\ny", [(2, 5)]),
        ("> a\n\n> b", "a\n\nb", [(0, 1), (3, 4)]),
        (">a\n>_<\na > b", ">a\n>_<\na > b", []),
        ("```> a```", "> a", []),
        ("> a\n> ", "a\n", [(0, 2)]),
    ],
)
def test_lines_that_begin_with_a_bracket_and_a_blank_are_a_quote(
    source: str, plain: str, quotes: list[tuple[int, int]]
) -> None:
    formatted = parse_formatting(source)

    assert formatted.plain == plain
    found = [(span.start, span.end) for span in formatted.spans if span.kind is EntityKind.BLOCKQUOTE]
    assert found == quotes


def test_formatting_inside_a_quote_stays_where_it_is() -> None:
    formatted = parse_formatting("> a **b**\n> ++c++")

    assert formatted.plain == "a b\nc"
    assert {(span.kind, formatted.plain[span.start : span.end]) for span in formatted.spans} == {
        (EntityKind.BOLD, "b"),
        (EntityKind.UNDERLINE, "c"),
        (EntityKind.BLOCKQUOTE, "a b\nc"),
    }
