"""The marks people know from Telegram's clients, turned into plain text and spans. Knows nothing of fields.

`**bold**`, `__italic__`, `++underline++`, `~~strike~~`, `||spoiler||`, `` `code` ``, three backticks for a block,
`[label](address)`, and `> ` at the beginning of each line of a quote.
The rules are those of Telethon's markdown: a mark without a partner stays as it is, the nearest partner counts,
nothing inside code is formatting, and a label is plain.
"""

import re
from dataclasses import dataclass

from core.domain.message import EntityKind
from core.errors import UserInputError

MAX_SPANS = 100  # a bound of ours: nobody reads more, and the work grows with its square
MARKS = {
    "```": EntityKind.PRE,
    "**": EntityKind.BOLD,
    "__": EntityKind.ITALIC,
    "++": EntityKind.UNDERLINE,
    "~~": EntityKind.STRIKE,
    "||": EntityKind.SPOILER,
    "`": EntityKind.CODE,
}
QUOTE = "> "
_BEGIN = re.compile("|".join([*map(re.escape, MARKS), r"\["]))  # of anything that may be formatting
LITERAL_KINDS = frozenset(
    {EntityKind.CODE, EntityKind.PRE, EntityKind.TEXT_LINK}
)  # nothing inside them is formatting


@dataclass(slots=True)
class Span:
    """One kind of formatting over the characters from `start` up to `end` of the plain text."""

    kind: EntityKind
    start: int
    end: int
    url: str = ""

    def forget(self, start: int, end: int) -> None:
        """The characters from `start` up to `end` have left the text."""
        self.start -= max(0, min(self.start, end) - start)
        self.end -= max(0, min(self.end, end) - start)


@dataclass(frozen=True, slots=True)
class Formatted:
    """The text without its marks, the spans in the order they begin, and the marks that found no partner."""

    plain: str
    spans: tuple[Span, ...]
    unpaired: frozenset[str]


def parse_formatting(text: str) -> Formatted:
    """Take the marks out of the text. Positions count characters; a span may be empty (`[](address)`).

    Raises UserInputError for more than MAX_SPANS spans.
    """
    spans: list[Span] = []
    unpaired: set[str] = set()
    at = 0
    while (begin := _BEGIN.search(text, at)) is not None:
        if len(spans) > MAX_SPANS:
            raise too_many_spans()
        at, mark = begin.start(), begin
        if mark[0] in MARKS:
            closing = text.find(mark[0], mark.end() + 1)  # + 1: nothing is never formatted, so **** stays
            if closing >= 0:
                kind = MARKS[mark[0]]
                text = _cut(text, closing, closing + len(mark[0]), spans)
                text = _cut(text, at, mark.end(), spans)
                end = closing - len(mark[0])
                spans.append(Span(kind, at, end))
                at = end if kind in LITERAL_KINDS else at
                continue
            unpaired.add(mark[0])
        elif (link := _find_link(text, at)) is not None:
            label_end, link_end = link
            span = Span(EntityKind.TEXT_LINK, at, label_end - 1, text[label_end + 2 : link_end - 1])
            text = _cut(text, label_end, link_end, spans)
            text = _cut(text, at, at + 1, spans)
            spans.append(span)
            at = span.end
            continue
        at += 1
    text = _take_quotes(text, spans)
    if len(spans) > MAX_SPANS:
        raise too_many_spans()
    return Formatted(text, tuple(spans), frozenset(unpaired))


def _take_quotes(text: str, spans: list[Span]) -> str:
    """Take `> ` away from the beginning of lines; lines that follow each other are one quote. Not inside code."""
    literal = [span for span in spans if span.kind in LITERAL_KINDS]
    quote: Span | None = None
    at = 0
    while at <= len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        is_quoted = text.startswith(QUOTE, at) and not any(span.start <= at < span.end for span in literal)
        if is_quoted:
            text = _cut(text, at, at + len(QUOTE), spans)
            end -= len(QUOTE)
            if quote is None:
                quote = Span(EntityKind.BLOCKQUOTE, at, end)
                spans.append(quote)
            quote.end = end
        else:
            quote = None
        at = end + 1
    return text


def too_many_spans() -> UserInputError:
    """More than MAX_SPANS spans in one template."""
    return UserInputError(
        f"A message can hold {MAX_SPANS} formatted parts and links.",
        title="There is too much formatting",
        hint="Take some of it away.",
    )


def _find_link(text: str, at: int) -> tuple[int, int] | None:
    """Where the label ends and where the link ends, if a whole one begins here; a "[" does."""
    label_end = text.find("]", at)
    if label_end < 0 or not text.startswith("](", label_end):
        return None
    link_end = text.find(")", label_end + 2)
    return None if link_end < 0 else (label_end, link_end + 1)


def _cut(text: str, start: int, end: int, spans: list[Span]) -> str:
    for span in spans:
        if span.end > start:  # most are over by then
            span.forget(start, end)
    return text[:start] + text[end:]
