"""The suppression list as a file: people whom no campaign writes to, known here or not."""

import asyncio
import csv
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from campaigns.audience import cells
from campaigns.audience.cells import BadCell
from campaigns.audience.columns import Column, read_header
from campaigns.audience.files.table import Row, Table
from campaigns.audience.people import RejectedRow, escape, unescape
from campaigns.jobs import Tell
from campaigns.reasons import DeliveryReason
from core.domain.field_names import to_field_name
from core.errors import UserInputError
from core.files import written_whole

HEADINGS = ("username", "phone", "reason", "since", "note")
REASONS = {
    DeliveryReason.SUPPRESSED: "suppressed",
    DeliveryReason.SAID_STOP: "said STOP",
    DeliveryReason.BLOCKED_US: "blocked us",
    DeliveryReason.GONE: "account is gone",
}
LARGEST_BATCH = 2_000
MAX_NOTE_CHARS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPerson:
    """Somebody of such a file; at least one of username and phone is there."""

    username: str = field(repr=False)
    phone: str = field(repr=False)
    reason: DeliveryReason
    since: datetime | None
    note: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow:
    """One line of the suppression list. Empty username and phone: only hashes of somebody erased, or a Telegram id."""

    id: int
    contact_id: int | None
    name: str = field(repr=False)
    username: str = field(repr=False)
    phone: str = field(repr=False)
    telegram_user_id: int | None
    reason: DeliveryReason
    at: datetime
    added_by: str
    note: str
    account_title: str
    is_of_erased: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListBatch:
    """Some lines of a file, and how much of it has been read by then, from 0 to 1."""

    people: Sequence[ListedPerson]
    refused: Sequence[tuple[RejectedRow, tuple[str, ...]]]  # with their cells
    part_read: float


def read_listed(table: Table, *, country: str, now: datetime) -> Iterator[ListBatch]:
    """The people of a file in any form that people are imported from, some at a time.

    Columns beyond username and phone are found by their headings: reason, since, note. Raises UserInputError, also
    where there is nobody.
    """
    reader = _LineReader(table.headings, cells.check_country(country), now)
    is_empty = True
    while rows := list(islice(table.rows, LARGEST_BATCH)):
        is_empty = False
        lines = [(reader.read(row), row.cells) for row in rows]
        yield ListBatch(
            people=[line for line, _ in lines if isinstance(line, ListedPerson)],
            refused=[(line, row) for line, row in lines if isinstance(line, RejectedRow)],
            part_read=table.part_read(),
        )
    if is_empty:
        raise UserInputError(
            "Nobody stands in it.", title="There is nobody in this file", hint="Choose another file."
        )


async def write_suppressions(path: Path, pages: AsyncIterator[Sequence[ListRow]], tell: Tell) -> tuple[int, int]:
    """Write the list as CSV; returns how many lines, and how many are known only by hash or Telegram id and left out.

    `tell` is told how many lines are written. Cancelled, there is no file, or what was there before.
    """
    written = left_out = 0
    with written_whole(path, encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        async for page in pages:
            lines = [_line(row) for row in page if row.username or row.phone]
            await asyncio.to_thread(writer.writerows, lines)
            written += len(lines)
            left_out += len(page) - len(lines)
            await tell(written)
    return written, left_out


def _line(row: ListRow) -> tuple[str, ...]:
    since = row.at.isoformat(timespec="seconds")
    # Without its sign: a spreadsheet would take @name for a formula.
    return row.username, row.phone, REASONS[row.reason], since, escape(row.note)


class _LineReader:
    def __init__(self, headings: Sequence[str], country: str, now: datetime) -> None:
        self._header = read_header(headings)
        self._country = country
        self._now = now
        self._places = {to_field_name(heading): at for at, heading in enumerate(headings)}

    def read(self, row: Row) -> ListedPerson | RejectedRow:
        if row.problem:
            return RejectedRow(row.line, row.problem)
        try:
            username = cells.parse_username(self._known(row, Column.USERNAME))
            phone = cells.parse_phone(self._known(row, Column.PHONE), self._country)
            if not username and not phone:
                return RejectedRow(row.line, "There is neither a username nor a phone number.")
            return ListedPerson(
                username=username,
                phone=phone,
                reason=_parse_reason(self._named(row, "reason")),
                since=self._since(self._named(row, "since")),
                note=unescape(self._named(row, "note"))[:MAX_NOTE_CHARS],
            )
        except BadCell as bad:
            return RejectedRow(row.line, bad.reason, bad.columns)

    def _known(self, row: Row, column: Column) -> str:
        place = self._header.known.get(column, -1)
        return row.cells[place].strip().removeprefix("'") if 0 <= place < len(row.cells) else ""

    def _named(self, row: Row, heading: str) -> str:
        place = self._places.get(heading, -1)
        return row.cells[place].strip() if 0 <= place < len(row.cells) else ""

    def _since(self, cell: str) -> datetime | None:
        if not cell:
            return None
        try:
            at = datetime.fromisoformat(cell)
        except ValueError:
            raise BadCell("This date is not understood. Write it as 2026-11-20.", "since") from None
        at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
        if at > self._now:
            raise BadCell("This date lies in the future.", "since")
        return at


def _parse_reason(cell: str) -> DeliveryReason:
    """Words that are not ours are no reason to leave somebody out: they are suppressed."""
    wanted = to_field_name(cell)
    for reason, words in REASONS.items():
        if wanted in (reason.value, to_field_name(words)):
            return reason
    return DeliveryReason.SAID_STOP if wanted in ("stop", "unsubscribed", "opt_out") else DeliveryReason.SUPPRESSED


def check_note(note: str) -> str:
    """Raises UserInputError for one that is too long."""
    if len(note) > MAX_NOTE_CHARS:
        raise UserInputError(f"A note has at most {MAX_NOTE_CHARS} characters.", title="This note is too long")
    return note.strip()
