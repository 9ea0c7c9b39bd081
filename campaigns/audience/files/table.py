"""What every form of list becomes: headings, and rows of cells with the place in the file where each begins."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from core.errors import UserInputError

MAX_COLUMNS = 500
"""A list of people has a few dozen columns; a file of noise easily has thousands."""


PartRead = Callable[[], float]


class FileForm(StrEnum):
    """What kind of file it is. The value is what a person is told."""

    DELIMITED = "CSV"
    PLAIN = "list"  # @names and phone numbers, no headings
    WORKBOOK = "Excel"
    VCARD = "vCard"
    TELEGRAM = "Telegram export"


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row and the line it begins in (of a workbook its row, of an export its entry, from 1).

    `problem` says why there are no cells.
    """

    line: int
    cells: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A file being read. `rows` streams, and raises UserInputError where the rest cannot be told apart.

    `detail` says how the file was understood: its encoding and delimiter, or the sheet. `part_read` is how much of the
    file has been read, from 0 to 1. `encoding` of a text, and `delimiter` of one with columns, are empty elsewhere.
    """

    form: FileForm
    detail: str
    headings: tuple[str, ...]
    rows: Iterator[Row]
    part_read: PartRead
    encoding: str = ""
    delimiter: str = ""


def clean(text: str) -> str:
    """Without halves of letters and NULs, which escapes in a file can make and no database takes."""
    return text.encode("utf-8", "replace").decode().replace("\0", "").strip()


def not_known() -> float:
    """For a form that is not read front to back."""
    return 0.0


def broken(form: FileForm, error: Exception) -> UserInputError:
    """A file that its own library cannot read."""
    return UserInputError(
        f"It looks like {form.value}, but it is damaged or was cut off.",
        title="This file cannot be read to its end",
        hint="Save or export it again, and choose the new file.",
        detail=type(error).__name__,
    )
