"""A request to a text model as a person reads it: what the model works on, without the marks, and what it is told. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from core.text_model import SentRequest


class Run(Enum):
    """What a piece of the text is."""

    HEADING = auto()
    PLAIN = auto()
    PLACEHOLDER = auto()


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words in one look."""

    run: Run
    text: str


_NAMES: Final = {
    "them": "The person",
    "us": "Us",
    "ready_answer": "A canned reply",
    "conversation": "",  # others stand in it
    "brief": "The brief",
    "text": "The text",
    "buttons": "Its buttons",
    "empty": "The text",
}
_MARK: Final = re.compile(r"(?P<number>\d+: )?<(?P<end>/?)(?P<name>[a-z_]+?)_*>")
_PLACEHOLDER: Final = re.compile(
    r"(⟦[^⟧\s]*⟧|⟪[^⟫\s]*⟫|〔[^〕\s]*〕|【[^】\s]*】|❲[^❳\s]*❳|\{\{[^}]*\}\}|\{%[^%]*%\})"
)


def request_pieces(sent: SentRequest) -> list[Piece]:
    """Empty when its parts are not known: then only the body can be shown."""
    pieces: list[Piece] = []
    for heading, text in (
        ("What the model works on", "\n".join(_without_marks(sent.text))),  # first: it is about people
        ("What it is told to do", sent.instructions),
    ):
        if text.strip():
            before = "\n\n" if pieces else ""
            pieces += [Piece(Run.HEADING, f"{before}{heading}\n"), *_looks(text.strip())]
    return pieces


def _without_marks(text: str) -> Iterator[str]:
    """Line by line; a mark becomes the name of whoever wrote what follows."""
    who = ""
    for line in text.split("\n"):
        mark = _MARK.fullmatch(line)
        if mark is None or mark["name"] not in _NAMES:
            yield f"{who}{line}"
            who = ""
        elif mark["end"]:
            who = ""
        else:
            name = _NAMES[mark["name"]]
            who = f"{mark['number'] or ''}{name}: " if name else ""


def _looks(text: str) -> Iterator[Piece]:
    for place, part in enumerate(_PLACEHOLDER.split(text)):
        if part:
            yield Piece(Run.PLACEHOLDER if place % 2 else Run.PLAIN, part)
