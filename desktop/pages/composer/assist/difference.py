"""What differs between two texts, by words: fields and conditions are never cut. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from desktop.pages.composer.tags import TAG

_TOKEN: Final = re.compile(rf"(?:{TAG.pattern})|\w+|[^\w\s]+?(?=\s|\w|$|\{{)|\s+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch that is the same in both, or a change: what goes and what comes in its place."""

    old: str
    new: str

    @property
    def is_change(self) -> bool:
        return self.old != self.new


def compare(old: str, new: str) -> tuple[Piece, ...]:
    """The pieces in order: all `old` together are the one text, all `new` the other.

    Changes with nothing but a blank between them are one. Takes some 10 ms of CPU for texts as long as a message may be.
    """
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    pieces: list[Piece] = []
    for tag, low, high, start, stop in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        piece = Piece("".join(before[low:high]), "".join(after[start:stop]))
        follows = len(pieces) > 1 and pieces[-2].is_change and not pieces[-1].is_change and pieces[-1].old == " "
        if tag != "equal" and follows:
            blank, former = pieces.pop(), pieces.pop()
            piece = Piece(former.old + blank.old + piece.old, former.new + blank.new + piece.new)
        pieces.append(piece)
    return tuple(pieces)


def changes(pieces: Sequence[Piece]) -> Sequence[int]:
    """The places of those that are changes."""
    return [place for place, piece in enumerate(pieces) if piece.is_change]


def with_only(pieces: Sequence[Piece], place: int) -> str:
    """The old text with the one change at this place."""
    return "".join(piece.new if at == place else piece.old for at, piece in enumerate(pieces))
