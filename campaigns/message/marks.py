"""A formatted text as a person would type it: the other way round of `campaigns.message.formatting`."""

from collections.abc import Iterator
from typing import Final

from campaigns.message.formatting import MARKS, QUOTE, parse_formatting
from core.domain.message import Entity, EntityKind, FormattedText, utf16_length
from core.errors import UserInputError

_MARK_OF: Final = {kind: mark for mark, kind in MARKS.items()}


def write_marks(text: FormattedText) -> str:
    """The text with marks for its formatting; without, where no marks would give the same text again."""
    written = "".join(_pieces(text))
    try:
        parsed = parse_formatting(written)
    except UserInputError:
        return text.text
    found = {
        (s.kind, utf16_length(parsed.plain[: s.start]), utf16_length(parsed.plain[s.start : s.end]), s.url, "")
        for s in parsed.spans
    }
    wanted = {(e.kind, e.offset, e.length, e.url, e.language) for e in text.entities}
    return written if (parsed.plain, found) == (text.text, wanted) else text.text


def _pieces(text: FormattedText) -> Iterator[str]:
    outer_first = sorted(text.entities, key=lambda e: (e.offset, -e.length))
    at, before = 0, ""
    for sign in text.text:
        quotes = [e for e in outer_first if e.kind is EntityKind.BLOCKQUOTE and e.offset <= at < e.offset + e.length]
        if quotes and (at == quotes[0].offset or before == "\n"):
            yield QUOTE
        for entity in outer_first:
            if entity.offset == at:
                yield _opening(entity)
        yield sign
        before = sign
        at += utf16_length(sign)
        for entity in reversed(outer_first):
            if entity.offset + entity.length == at:
                yield _closing(entity)


def _opening(entity: Entity) -> str:
    return "[" if entity.kind is EntityKind.TEXT_LINK else _MARK_OF.get(entity.kind, "")


def _closing(entity: Entity) -> str:
    return f"]({entity.url})" if entity.kind is EntityKind.TEXT_LINK else _MARK_OF.get(entity.kind, "")
