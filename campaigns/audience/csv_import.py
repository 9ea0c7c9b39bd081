"""People from a CSV file, each with the proof that they may be written to. Reads; stores nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from campaigns.audience import cells
from campaigns.audience.cells import BadCell
from campaigns.audience.columns import Column, Header, count_known, read_header
from campaigns.audience.csv_file import Row, read_rows
from core.domain.consent import Consent
from core.errors import UserInputError

MAX_NAME_CHARS = 256  # Telegram: 64 each for first and last name
MAX_CELL_CHARS = 4096  # a longer value would not fit into a message


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedPerson:
    """A person of the file. At least one of username (without @) and phone (E.164) is there; empty means absent.

    `fields` holds what templates may use beyond the name: the further columns, first_name and last_name, without empty
    ones. `consent` None: this person may be kept, and not be written to.
    """

    line: int
    name: str
    username: str
    phone: str
    language: str
    time_zone: str
    fields: Mapping[str, str] = field(repr=False)
    consent: Consent | None


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that was not taken: the line it begins in, why, and the columns concerned (their names, never the cells)."""

    line: int
    reason: str
    columns: tuple[str, ...] = ()


def read_people(path: Path, *, now: datetime) -> Iterator[ImportedPerson | RejectedRow]:
    """Every row of the file that is not empty, in order: as a person or with the reason why not.

    Streams: memory grows only by the usernames and phones seen, which find repetitions. `now` is aware; a consent given
    after it is refused. Raises UserInputError for a file that is no list of people, at the first step, and in the middle
    where the rest cannot be told apart; what came before is then not to be kept.
    """
    rows = read_rows(path, count_known)
    first = next(rows, Row(1, problem="It names no columns."))
    if first.problem:
        raise UserInputError(
            first.problem, title="The header of this file cannot be read", hint="Correct the first line."
        )
    header = read_header(first.cells)
    seen: dict[str, int] = {}
    has_people = False
    for row in rows:
        has_people = True
        try:
            person = _read_person(row, header, now)
            _refuse_repetition(person, seen)
        except BadCell as bad:
            yield RejectedRow(row.line, bad.reason, bad.columns)
        else:
            yield person
    if not has_people:
        raise UserInputError(
            "It has a header and nobody below it.", title="There is nobody in this file", hint="Choose another file."
        )


def _read_person(row: Row, header: Header, now: datetime) -> ImportedPerson:
    if row.problem:
        raise BadCell(row.problem)
    if any(cell.strip() for cell in row.cells[header.width :]):
        raise BadCell(f"This row has {len(row.cells)} cells, the header has {header.width}.")

    # Spreadsheets leave out empty cells at the end of a row; the others keep their place.
    def cell(at: int | None) -> str:
        return row.cells[at].strip() if at is not None and at < len(row.cells) else ""

    known = {column.value: cell(header.known.get(column)) for column in Column}
    fields = {name: value for name, at in header.fields.items() if (value := cell(at))}
    fields.update((name, known[name]) for name in ("first_name", "last_name") if known[name])
    too_long = [name for name, value in {**known, **fields}.items() if len(value) > MAX_CELL_CHARS]
    if too_long:
        raise BadCell(f"A cell is longer than {MAX_CELL_CHARS:,} characters.", *too_long)
    name = known[Column.NAME] or f"{known[Column.FIRST_NAME]} {known[Column.LAST_NAME]}"
    name = " ".join(name.split())
    if len(name) > MAX_NAME_CHARS:
        raise BadCell(f"The name is longer than {MAX_NAME_CHARS} characters.", Column.NAME)
    username = cells.parse_username(known[Column.USERNAME])
    phone = cells.parse_phone(known[Column.PHONE])
    if not username and not phone:
        raise BadCell("There is neither a username nor a phone number.", Column.USERNAME, Column.PHONE)
    return ImportedPerson(
        line=row.line,
        name=name,
        username=username,
        phone=phone,
        language=cells.parse_language(known[Column.LANGUAGE]),
        time_zone=cells.parse_time_zone(known[Column.TIME_ZONE]),
        fields=fields,
        consent=cells.parse_consent(
            known[Column.CONSENT_BASIS],
            known[Column.CONSENT_AT],
            known[Column.CONSENT_SOURCE],
            known[Column.CONSENT_WORDING],
            now,
        ),
    )


def _refuse_repetition(person: ImportedPerson, seen: dict[str, int]) -> None:
    """Usernames are compared without case, as Telegram does. They begin with a letter and phones with a plus sign."""
    keys = {Column.USERNAME: person.username.lower(), Column.PHONE: person.phone}
    for column, key in keys.items():
        if key and key in seen:
            raise BadCell(f"The same {column.value} as in line {seen[key]:,}.", column)
    seen.update((key, person.line) for key in keys.values() if key)
