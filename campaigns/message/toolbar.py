"""What the buttons above an editor do to the source of a text: put formatting on and take it off again.

Pure. Positions count UTF-16 units, as Qt's cursors and Telegram's entities do. Fields and blocks (`{{ … }}`, `{% … %}`)
are passed over whole: a mark inside them is no formatting.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from campaigns.message.formatting import LITERAL_KINDS, MARKS, QUOTE
from core.domain.message import EntityKind, utf16_length

_MARK_OF = {kind: mark for mark, kind in MARKS.items()}
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_LINK = re.compile(r"\[([^\]]*)\]\(([^)]*)\)")
_BEGIN = re.compile("|".join([*map(re.escape, MARKS), r"\["]))  # of anything that may be formatting
_WORD = re.compile(r"[\w’'-]+")


@dataclass(frozen=True, slots=True)
class Edited:
    """A source with a selection in it; an empty selection is the cursor."""

    source: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Marked:
    """Formatting in a source, in characters: `outer` with its marks, `inner` without. Quotes are not among them."""

    kind: EntityKind
    outer: tuple[int, int]
    inner: tuple[int, int]


def toggle(edited: Edited, kind: EntityKind) -> Edited:
    """Put this formatting on the selection (or the word at the cursor), or take it off where it is already.

    Blanks at the ends of the selection stay outside. A quote takes whole lines.
    """
    source, start, end = _to_characters(edited)
    if kind is EntityKind.BLOCKQUOTE:
        return _toggle_quote(source, start, end)
    start, end = _without_blanks(source, *(_word_at(source, start) if start == end else (start, end)))
    around = _around(source, start, end, kind)
    if around is not None:
        return _unwrap(source, start, end, around)
    mark = _MARK_OF[kind]
    return _to_units(source[:start] + mark + source[start:end] + mark + source[end:], start, end, len(mark))


def active_kinds(edited: Edited) -> frozenset[EntityKind]:
    """The formatting that `toggle` would take off: what the toolbar shows as pressed."""
    source, start, end = _to_characters(edited)
    lines = _line_starts(source, start, end)
    kinds = {each.kind for each in find_marked(source) if _holds(each, *_without_blanks(source, start, end))}
    if lines and all(source.startswith(QUOTE, at) for at in lines):
        kinds.add(EntityKind.BLOCKQUOTE)
    return frozenset(kinds)


def _toggle_quote(source: str, start: int, end: int) -> Edited:
    lines = _line_starts(source, start, end)
    stop = source.find("\n", max(lines[-1], end - 1))
    stop = len(source) if stop < 0 else stop
    block = source[lines[0] : stop].split("\n")
    if all(line.startswith(QUOTE) for line in block):
        changed = [line.removeprefix(QUOTE) for line in block]
    else:
        changed = [line if line.startswith(QUOTE) else QUOTE + line for line in block]
    text = "\n".join(changed)
    return _to_units(source[: lines[0]] + text + source[stop:], lines[0], lines[0] + len(text))


def _line_starts(source: str, start: int, end: int) -> list[int]:
    """Where the lines begin that the selection touches."""
    first = source.rfind("\n", 0, start) + 1
    last = max(start, end - 1) if end > start else start
    return [first, *(at + 1 for at in range(first, last) if source[at] == "\n")]


def _unwrap(source: str, start: int, end: int, around: Marked) -> Edited:
    (outer_start, outer_end), (inner_start, inner_end) = around.outer, around.inner
    source = source[:outer_start] + source[inner_start:inner_end] + source[outer_end:]
    cut = inner_start - outer_start
    inner_length = inner_end - inner_start
    moved = (min(max(at - inner_start, 0), inner_length) + inner_start - cut for at in (start, end))
    return _to_units(source, *moved)


def _around(source: str, start: int, end: int, kind: EntityKind) -> Marked | None:
    """The smallest formatting of this kind in which the selection lies, with or without its marks."""
    found = [each for each in find_marked(source) if each.kind is kind and _holds(each, start, end)]
    return min(found, key=lambda each: each.outer[1] - each.outer[0], default=None)


def _holds(each: Marked, start: int, end: int) -> bool:
    return (
        each.outer[0] <= start and end <= each.outer[1] and (start < end or each.inner[0] <= start <= each.inner[1])
    )


def find_marked(source: str) -> Iterator[Marked]:
    """Formatting as `parse_formatting` pairs it: the nearest partner counts, nothing in code or a label is formatting."""
    # What a tag holds is no mark; signs of its length stand in its place, so that positions stay.
    text = _TAG.sub(lambda tag: "\ufdd0" * len(tag[0]), source)
    taken: set[int] = set()  # where marks stand that close something
    at = 0
    while (begin := _BEGIN.search(text, at)) is not None:
        at = begin.start()
        mark = begin if begin[0] in MARKS else None
        if at in taken and mark is not None:
            at = mark.end()
        elif mark is not None:
            closing = text.find(mark[0], mark.end() + 1)
            while closing in taken:
                closing = text.find(mark[0], closing + 1)
            if closing < 0:
                at += 1
                continue
            kind = MARKS[mark[0]]
            yield Marked(kind, (at, closing + len(mark[0])), (mark.end(), closing))
            taken.add(closing)
            at = closing + len(mark[0]) if kind in LITERAL_KINDS else mark.end()
        elif (link := _LINK.match(text, at)) is not None:
            yield Marked(EntityKind.TEXT_LINK, link.span(), link.span(1))
            at = link.end()
        else:
            at += 1


def _word_at(source: str, at: int) -> tuple[int, int]:
    """The word that the cursor stands in or at; nothing where there is none."""
    return next((word.span() for word in _WORD.finditer(source) if word.start() <= at <= word.end()), (at, at))


def _without_blanks(source: str, start: int, end: int) -> tuple[int, int]:
    while start < end and source[start].isspace():
        start += 1
    while end > start and source[end - 1].isspace():
        end -= 1
    return start, end


def _to_characters(edited: Edited) -> tuple[str, int, int]:
    raw = edited.source.encode("utf-16-le", "surrogatepass")
    start, end = (len(raw[: at * 2].decode("utf-16-le", "ignore")) for at in sorted((edited.start, edited.end)))
    return edited.source, start, end


def _to_units(source: str, start: int, end: int, shift: int = 0) -> Edited:
    return Edited(source, utf16_length(source[: start + shift]), utf16_length(source[: end + shift]))
