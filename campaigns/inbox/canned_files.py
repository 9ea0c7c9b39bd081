"""Canned replies in a file: CSV with headings for spreadsheets and helpdesks, JSON for programs."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Final

import msgspec

from campaigns.inbox.canned import CannedText
from core.errors import UserInputError

_COLUMNS: Final = ("shortcut", "title", "text", "language")
_HINT: Final = "It has shortcut, title, text and, if you like, language, as `inbox canned export` writes them."


class _Entry(msgspec.Struct):
    shortcut: str
    title: str
    text: str
    language: str = ""


def write_texts(texts: Sequence[CannedText], *, is_csv: bool) -> str:
    """All of them, as `read_texts` reads them."""
    rows = [{name: str(getattr(each, name)) for name in _COLUMNS} for each in texts]
    if not is_csv:
        return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"
    out = io.StringIO()
    writer = csv.DictWriter(out, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def read_texts(source: str, *, is_csv: bool) -> list[CannedText]:
    """Raises UserInputError when it is no such file; what the texts say is checked by `CannedReplies.import_all`."""
    try:
        if is_csv:
            rows = list(csv.DictReader(io.StringIO(source.removeprefix("\ufeff")), strict=True))
            entries = msgspec.convert(
                [{k: v for k, v in row.items() if k and v is not None} for row in rows], list[_Entry]
            )
        else:
            entries = msgspec.json.decode(source.removeprefix("\ufeff"), type=list[_Entry])
    except (msgspec.MsgspecError, csv.Error) as error:
        raise UserInputError(f"It cannot be read as canned replies: {error}.", hint=_HINT) from error
    return [CannedText(shortcut=e.shortcut, title=e.title, text=e.text, language=e.language) for e in entries]
