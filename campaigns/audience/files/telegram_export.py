"""The contacts of a Telegram Desktop data export (result.json, or the part with the contacts). Streams."""

from collections.abc import Iterator
from typing import BinaryIO, Final

from campaigns.audience.files.opening import unreadable
from campaigns.audience.files.table import FileForm, PartRead, Row, Table, broken, clean
from core.errors import UserInputError

HEADINGS: Final = ("first_name", "last_name", "phone", "username", "telegram_date")
_KEYS: Final = ("first_name", "last_name", "phone_number", "username", "date")
_WHERE: Final = "contacts.list.item"
_END: Final = object()  # None is an entry that a file may hold


def read_export(file: BinaryIO, part_read: PartRead) -> Table:
    """One row an entry. Raises UserInputError where there are no contacts in it."""
    rows = _read_rows(file)
    first = next(rows, None)
    if first is None:
        raise UserInputError(
            "This JSON file holds no contacts, or not as Telegram Desktop exports them.",
            title="There are no contacts in this file",
            hint='Export with "Contacts list" ticked, as machine-readable JSON.',
        )

    def again() -> Iterator[Row]:
        yield first
        yield from rows

    return Table(
        form=FileForm.TELEGRAM,
        detail="JSON",
        headings=HEADINGS,
        rows=again(),
        part_read=part_read,
    )


def _read_rows(file: BinaryIO) -> Iterator[Row]:
    import ijson  # for those who have such a file

    entries = ijson.items(file, _WHERE)
    number = 0
    while True:
        try:
            entry = next(entries, _END)
        except (ijson.JSONError, UnicodeError, ValueError, RecursionError, OverflowError) as error:
            raise broken(FileForm.TELEGRAM, error) from error
        except OSError as error:
            raise unreadable(error) from error
        if entry is _END:
            return
        number += 1
        if isinstance(entry, dict):
            yield Row(number, tuple(_text(entry.get(key)) for key in _KEYS))
        else:
            yield Row(number, problem="This entry is no contact.")


def _text(value: object) -> str:
    return clean(value) if isinstance(value, str) else ""
