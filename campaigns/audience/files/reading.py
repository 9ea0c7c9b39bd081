"""Any list of people as a table: its form is told from what stands in it, never from its name."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO

from campaigns.audience.files.delimited import MAX_ROW_CHARS, CountKnown, read_delimited
from campaigns.audience.files.encoding import HEAD_BYTES, find_encoding
from campaigns.audience.files.opening import SAVE_AS, open_file, unreadable
from campaigns.audience.files.plain_list import looks_plain, read_plain
from campaigns.audience.files.table import Table
from campaigns.audience.files.telegram_export import read_export
from campaigns.audience.files.vcards import read_vcards
from campaigns.audience.files.workbook import read_workbook
from core.errors import UserInputError

_ARCHIVE = b"PK\x03\x04"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"  # an OLE container: xls


@contextmanager
def open_table(path: Path, count_known: CountKnown, *, encoding: str = "", delimiter: str = "") -> Iterator[Table]:
    """The table in the file, which stays open inside the block. Raises UserInputError, also while rows are read.

    `encoding` and `delimiter`: of a text, where they were told wrong; empty: to be found out.
    """
    file = open_file(path)
    with file:
        try:
            size = path.stat().st_size
            head = file.read(HEAD_BYTES)
            file.seek(0)
            is_archive = head.startswith(_ARCHIVE)
            if head.startswith(_OLD_OFFICE):
                raise UserInputError(
                    "It is a spreadsheet in the form of before 2007.",
                    title="This is not a list that Wireroom can read",
                    hint="Save it as xlsx, or as CSV in UTF-8.",
                )
            found = "" if is_archive else find_encoding(file, encoding)
            file.seek(0)
        except OSError as error:
            raise unreadable(error) from error
        part_read = partial(_part, file, max(1, size))
        if is_archive:
            yield read_workbook(path)
            return
        if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
            file.seek(3 if head.startswith(b"\xef\xbb\xbf") else 0)
            yield read_export(file, part_read)
            return
        with TextIOWrapper(file, encoding=found, errors="strict", newline="") as text:
            first = _peek(text)
            if first.upper().startswith("BEGIN:VCARD"):
                yield replace(read_vcards(text, part_read), encoding=found)
            elif looks_plain(first) and not delimiter:
                yield replace(read_plain(text, part_read), encoding=found)
            else:
                yield read_delimited(text, part_read, count_known, delimiter)


def _part(file: BinaryIO, size: int) -> float:
    return file.tell() / size


def _peek(text: TextIOWrapper) -> str:
    """The first line that is not empty, of those near the beginning; the text is then as it was."""
    first = ""
    try:
        for _ in range(100):
            line = text.readline(MAX_ROW_CHARS)
            if not line or line.strip():
                first = line.strip()
                break
        text.seek(0)
    except UnicodeError as error:
        raise UserInputError(
            f"Near its beginning there are signs that are not {text.encoding}.",
            title="The letters of this file cannot be read",
            hint=SAVE_AS,
        ) from error
    except OSError as error:
        raise unreadable(error) from error
    return first
