"""A plain list: @names, t.me links and phone numbers, one a line or several with commas, semicolons or tabs between."""

import re
from collections.abc import Iterator
from io import TextIOWrapper

from campaigns.audience.files.delimited import Lines
from campaigns.audience.files.table import FileForm, PartRead, Row, Table

HEADINGS = ("username", "phone")
_BETWEEN = re.compile(r"[,;\t]")
_NAME = re.compile(r"@\w|(?:https?://)?(?:www\.)?(?:t|telegram)\.me/@?\w", re.IGNORECASE)
_PHONE = re.compile(r"[+\d(][\d\s()./\-\u00a0\u2010-\u2015]{5,}")


def looks_plain(first_line: str) -> bool:
    """Whether everything in this line is a name or a number, so that it is no header."""
    entries = _entries(first_line)
    return bool(entries) and all(_NAME.match(entry) or _PHONE.fullmatch(entry) for entry in entries)


def read_plain(text: TextIOWrapper, part_read: PartRead) -> Table:
    """One row for each name or number. What looks like neither is a name, and refused as one."""
    return Table(
        form=FileForm.PLAIN,
        detail=text.encoding,
        headings=HEADINGS,
        rows=_read_rows(Lines(text)),
        part_read=part_read,
    )


def _read_rows(lines: Lines) -> Iterator[Row]:
    while True:
        number = lines.begin_row()
        line = next(lines, None)
        if line is None:
            return
        for entry in _entries(line):
            yield Row(number, ("", entry) if _PHONE.fullmatch(entry) else (entry, ""))


def _entries(line: str) -> list[str]:
    return [entry.strip() for entry in _BETWEEN.split(line) if entry.strip()]
