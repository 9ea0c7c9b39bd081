"""A text file as rows of cells: encoding, delimiter and quoting, in bounded memory whatever the file is."""

import csv
import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path

from core.errors import UserInputError

# Characters of one row, quoted line breaks included. As large as a single cell may be for the csv module, and far more
# than a person needs: what is longer is no list of people, or a quotation mark that is never closed.
MAX_ROW_CHARS = 131_072
DELIMITERS = (",", ";", "\t")
_SAVE_AS = "Save it as CSV in UTF-8: in Excel “CSV UTF-8”, in LibreOffice “Text CSV” with the character set UTF-8."
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")  # bytes that no text of a one-byte or UTF-8 encoding has
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # xlsx and ods are zip files, old xls an OLE container
_HEAD_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row and the line it begins in. `problem` says why there are no cells."""

    line: int
    cells: tuple[str, ...] = ()
    problem: str = ""


def read_rows(path: Path, count_known: Callable[[Sequence[str]], int]) -> Iterator[Row]:
    """The rows that are not empty, the header first. Memory does not grow with the file.

    `count_known` tells how many headings of a row are known: the delimiter is the one that makes most sense of the
    header. Raises UserInputError, at the first step or in the middle, when this is no text that can be read to its end.
    """
    with _open_text(path) as text:
        lines = _Lines(text)
        delimiter = _choose_delimiter(lines, count_known)
        # Strict, so that a quotation mark which is never closed is an error and does not swallow the rows behind it.
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        while True:
            line = lines.begin_row()
            try:
                cells = next(reader, None)
            except csv.Error as error:
                if lines.is_at_end or lines.number != line:
                    raise _unclosed(line) from error
                yield Row(
                    line, problem="A quotation mark stands inside a quoted cell. Write it twice, or take it away."
                )
                continue
            if cells is None:
                return
            if any(cell.strip() for cell in cells):
                yield Row(line, tuple(cells))


class _Lines:
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

    def __iter__(self) -> "_Lines":
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
            raise _no_text()
        return line

    def _read(self) -> str:
        try:
            return self._text.readline(MAX_ROW_CHARS + 1)
        except UnicodeError as error:
            raise UserInputError(
                f"At line {self.number + 1:,} or shortly after it there are signs that are not UTF-8.",
                title="The letters of this file cannot be read",
                hint=_SAVE_AS,
            ) from error
        except OSError as error:
            raise _unreadable(error) from error


def _choose_delimiter(lines: _Lines, count_known: Callable[[Sequence[str]], int]) -> str:
    header = next((line for line in lines if line.strip()), "")
    if not header:
        raise _empty()
    # Excel writes and reads a first line that names the delimiter.
    if (named := re.fullmatch(r'"?sep=([,;\t])"?\s*', header, re.IGNORECASE)) is not None:
        return named[1]
    lines.put_back(header)

    def score(delimiter: str) -> tuple[int, int]:
        headings = next(csv.reader([header], delimiter=delimiter))
        return count_known(headings), len(headings)

    return max(DELIMITERS, key=score)


def _open_text(path: Path) -> TextIOWrapper:
    try:
        mode = path.stat().st_mode  # before it is opened: a named pipe would hold the program
        if not stat.S_ISREG(mode):
            raise UserInputError(
                "It is a folder." if stat.S_ISDIR(mode) else "It is a device or a pipe.",
                title="This is not a file",
                hint="Choose a CSV file.",
            )
        with path.open("rb") as binary:
            encoding = _find_encoding(binary.read(_HEAD_BYTES))
        return path.open(encoding=encoding, errors="strict", newline="")
    except OSError as error:
        raise _unreadable(error) from error


def _find_encoding(head: bytes) -> str:
    if not head.strip():
        raise _empty()
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if head.startswith(_SPREADSHEETS):
        raise UserInputError(
            "It is the file of a spreadsheet program or an archive.", title="This is not a CSV file", hint=_SAVE_AS
        )
    if _BINARY.search(head) is not None:
        raise _no_text()
    return "utf-8-sig"


def _empty() -> UserInputError:
    return UserInputError(
        "There is nothing in it.", title="This file is empty", hint="Choose a file with a header and people in it."
    )


def _no_text() -> UserInputError:
    return UserInputError("It holds signs that no text has.", title="This is not a text file", hint=_SAVE_AS)


def _unclosed(line: int) -> UserInputError:
    return UserInputError(
        f"A quotation mark that is opened in line {line:,} is not closed, so the people behind it cannot be told apart.",
        title="This file has an open quotation mark",
        hint="Close the quotation mark or take it away.",
    )


def _unreadable(error: OSError) -> UserInputError:
    hints = {
        FileNotFoundError: "Check the name and the folder.",
        NotADirectoryError: "Check the name and the folder.",
        PermissionError: "Give yourself the right to read it, or copy it to a folder of yours.",
    }
    is_missing = isinstance(error, FileNotFoundError | NotADirectoryError)
    return UserInputError(
        f"There is no file {error.filename}."
        if is_missing
        else f"The system does not give {error.filename} to Wireroom.",
        title="This file is not there" if is_missing else "This file cannot be read",
        hint=hints.get(type(error), "Copy it to a disk of this computer and choose the copy."),
        detail=type(error).__name__ if error.errno is None else os.strerror(error.errno),
    )
