"""Places in a text: those of a template count signs, those of a document UTF-16 units. Pure."""

from dataclasses import dataclass

from core.domain.message import utf16_length


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mistake is: line and column of the source, both from 1."""

    line: int
    column: int
    message: str


def alike(one: str, other: str) -> int:
    """How many signs both begin with."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def in_units(text: str, span: tuple[int, int]) -> tuple[int, int]:
    return utf16_length(text[: span[0]]), utf16_length(text[: span[1]])


def index_of(text: str, units: int) -> int:
    """Positions of a document are UTF-16 units; the same place in a Python text."""
    if utf16_length(text) == len(text):
        return units
    return len(text.encode("utf-16-le", "surrogatepass")[: 2 * units].decode("utf-16-le", "replace"))
