"""A text file as rows of cells: delimiter and quoting, in bounded memory whatever the file is."""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from io import TextIOWrapper

from campaigns.audience.files.opening import SAVE_AS, empty_file, no_text, unreadable
from campaigns.audience.files.table import MAX_COLUMNS, FileForm, PartRead, Row, Table
from core.errors import UserInputError

# Characters of one row, quoted line breaks included. As large as a single cell may be for the csv module, and far more
# than a person needs: what is longer is no list of people, or a quotation mark that is never closed.
MAX_ROW_CHARS = 131_072
DELIMITERS = (",", ";", "\t", "|", "^", "~", ":")
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab"}

CountKnown = Callable[[Sequence[str]], int]
"""How many of these headings are those of columns that Wireroom understands."""


def read_delimited(text: TextIOWrapper, part_read: PartRead, count_known: CountKnown, delimiter: str = "") -> Table:
    """The header, and the rows below it that are not empty. Memory does not grow with the file.

    An empty `delimiter` is found out: the one that makes most sense of the header. Raises UserInputError, here or in the
    middle, when this is no text that can be read to its end.
    """
    lines = Lines(text)
    delimiter = _choose_delimiter(lines, count_known, delimiter)
    rows = _read_rows(lines, delimiter)
    header = next(rows, None)
    if header is None:
        raise empty_file()
    if header.problem or len(header.cells) > MAX_COLUMNS:
        raise UserInputError(
            header.problem or f"It has more than {MAX_COLUMNS} columns.",
            title="The header of this file cannot be read",
            hint="Correct the first line.",
        )
    return Table(
        form=FileForm.DELIMITED,
        detail=f"{text.encoding}, {_NAMES.get(delimiter, delimiter)}",
        headings=header.cells,
        rows=rows,
        part_read=part_read,
        encoding=text.encoding,
        delimiter=delimiter,
    )


def _read_rows(lines: "Lines", delimiter: str) -> Iterator[Row]:
    # Strict, so that a quotation mark which is never closed is an error and does not swallow the rows behind it.
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        line = lines.begin_row()
        try:
            cells = next(reader, None)
        except csv.Error as error:
            if lines.is_at_end or lines.number != line:
                raise _unclosed(line) from error
            yield Row(line, problem="A quotation mark stands inside a quoted cell. Write it twice, or take it away.")
            continue
        if cells is None:
            return
        if any(cells) and any(cell.strip() for cell in cells):
            yield Row(line, tuple(cells))


class Lines:
    """The lines of a file with their numbers, for the csv module; refuses what is too long or no text."""

    def __init__(self, text: TextIOWrapper) -> None:
        self._text = text
        self._waiting = ""
        self._chars = 0
        self._row_line = 1
        self.number = 0
        self.is_at_end = False

    def begin_row(self) -> int:
        """A row begins with the next line: its number."""
        self._chars = 0
        self._row_line = self.number + 1
        return self._row_line

    def put_back(self, line: str) -> None:
        """The line that was read last is read again."""
        self._waiting = line
        self.number -= 1

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        line = self._waiting or self._read()
        self._waiting = ""
        if not line:
            self.is_at_end = True
            raise StopIteration
        self.number += 1
        self._chars += len(line)
        if len(line) > MAX_ROW_CHARS:
            raise UserInputError(
                f"Line {self.number:,} is longer than {MAX_ROW_CHARS:,} characters.",
                title="This file has a line that is too long",
                hint="Write every person on a line of their own.",
            )
        if self._chars > MAX_ROW_CHARS:
            raise _unclosed(self._row_line)
        if "\0" in line:
            raise no_text()
        return line

    def _read(self) -> str:
        try:
            return self._text.readline(MAX_ROW_CHARS + 1)
        except UnicodeError as error:
            raise UserInputError(
                f"At line {self.number + 1:,} or shortly after it there are signs that are not {self._text.encoding}.",
                title="The letters of this file cannot be read",
                hint=SAVE_AS,
            ) from error
        except OSError as error:
            raise unreadable(error) from error


def _choose_delimiter(lines: Lines, count_known: CountKnown, chosen: str) -> str:
    if len(chosen) > 1 or chosen in ('"', "\r", "\n", " "):
        raise UserInputError("It is one sign, such as a comma.", title="This is not a delimiter")
    header = next((line for line in lines if line.strip()), "")
    if not header:
        raise empty_file()
    # Excel writes and reads a first line that names the delimiter.
    if (named := re.fullmatch(r'"?sep=([^\w\s"]|\t)"?\s*', header, re.IGNORECASE)) is not None:
        return chosen or named[1]
    lines.put_back(header)
    if chosen:
        return chosen

    def score(delimiter: str) -> tuple[int, int]:
        try:
            headings = next(csv.reader([header], delimiter=delimiter))
        except csv.Error:
            return -1, 0
        return count_known(headings), len(headings)

    return max(DELIMITERS, key=score)


def _unclosed(line: int) -> UserInputError:
    return UserInputError(
        f"A quotation mark that is opened in line {line:,} is not closed, so the people behind it cannot be told apart.",
        title="This file has an open quotation mark",
        hint="Close the quotation mark or take it away.",
    )
