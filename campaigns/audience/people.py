"""Rows of a list as people, each with the proof that they may be written to, or with the reason why not."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from campaigns.audience import cells
from campaigns.audience.cells import BadCell
from campaigns.audience.columns import KNOWN, Column, Header
from campaigns.audience.files.table import Row
from core.domain.consent import Consent, ConsentBasis
from core.domain.field_names import to_field_name
from core.errors import UserInputError

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_PHONE_LIKE = re.compile(r"\+[\d ()./-]+")
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


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedBasis:
    """The basis that a person states once for a whole file, with its evidence. Cells of a row go before it.

    `at` is aware: since when. Raises UserInputError for AGREED without source and evidence.
    """

    basis: ConsentBasis
    at: datetime
    source: str = ""
    evidence: str = ""

    def __post_init__(self) -> None:
        if self.basis is ConsentBasis.AGREED and not (self.source.strip() or self.evidence.strip()):
            raise UserInputError(
                "Where did they agree, or to which words?",
                title="There is no evidence for this basis",
                hint="Give a source or evidence.",
            )


class PersonReader:
    """Reads the rows of one file. `now` is aware; a consent given after it is refused."""

    def __init__(
        self, header: Header, *, now: datetime, country: str = "", stated: StatedBasis | None = None
    ) -> None:
        self._header = header
        self._now = now
        self._country = country
        self._stated = (stated.basis.value, stated.at.isoformat(), stated.source, stated.evidence) if stated else None
        self._at = {column: header.known.get(column, -1) for column in Column}
        parts = [name for name in (Column.FIRST_NAME, Column.LAST_NAME) if name in header.known]
        self._fields = [*header.fields.items(), *((name.value, header.known[name]) for name in parts)]
        self._places = header.width, header.labelled

    def read(self, row: Row) -> ImportedPerson:
        """Raises BadCell."""
        if row.problem:
            raise BadCell(row.problem)
        width, labelled = self._places
        values: Sequence[str] = [cell.strip() for cell in row.cells]
        if self._header.is_escaped:
            values = [unescape(value) for value in values]
        if len(values) != width:
            if any(values[width:]):
                raise BadCell(f"This row has {len(values)} cells, the header has {width}.")
            # Spreadsheets leave out empty cells at the end of a row; the others keep their place.
            values = [*values[:width], *[""] * (width - len(values))]
        if max(map(len, values)) > MAX_CELL_CHARS:
            self._refuse_long(values)
        at = self._at
        # The place -1 means that there is no such column.
        cell = {column: values[place] if place >= 0 else "" for column, place in at.items()}
        used = self._take_labelled(values, labelled, cell) if labelled else ()
        fields = {name: values[place] for name, place in self._fields if values[place] and place not in used}
        username = cells.parse_username(_bare(cell[Column.USERNAME]))
        phone = cells.parse_phone(_bare(cell[Column.PHONE]), self._country)
        if not username and not phone:
            raise BadCell("There is neither a username nor a phone number.", Column.USERNAME, Column.PHONE)
        return ImportedPerson(
            line=row.line,
            name=_name(cell),
            username=username,
            phone=phone,
            language=cells.parse_language(cell[Column.LANGUAGE]),
            time_zone=cells.parse_time_zone(cell[Column.TIME_ZONE]),
            fields=fields,
            consent=self._consent(cell),
        )

    def _consent(self, cell: Mapping[Column, str]) -> Consent | None:
        words = (
            cell[Column.CONSENT_BASIS],
            cell[Column.CONSENT_AT],
            cell[Column.CONSENT_SOURCE],
            cell[Column.CONSENT_WORDING],
        )
        if self._stated is not None:
            basis, at, source, wording = (own or stated for own, stated in zip(words, self._stated, strict=True))
            return cells.parse_consent(basis, at, source, wording, self._now)
        return cells.parse_consent(*words, self._now)

    def _take_labelled(
        self, values: Sequence[str], labelled: Sequence[tuple[int, int]], cell: dict[Column, str]
    ) -> frozenset[int]:
        """Cells whose label names a column of ours; returns the places that are used up by it."""
        used: set[int] = set()
        for label, value in labelled:
            column = KNOWN.get(to_field_name(values[label]))
            if column is not None and not cell[column]:
                cell[column] = values[value]
                used |= {label, value}
        return frozenset(used)

    def _refuse_long(self, values: Sequence[str]) -> None:
        places = {column.value: place for column, place in self._header.known.items()} | dict(self._header.fields)
        too_long = [name for name, place in places.items() if len(values[place]) > MAX_CELL_CHARS]
        if too_long:
            raise BadCell(f"A cell is longer than {MAX_CELL_CHARS:,} characters.", *too_long)


def _name(cell: Mapping[Column, str]) -> str:
    name = cell[Column.NAME] or f"{cell[Column.FIRST_NAME]} {cell[Column.LAST_NAME]}"
    name = " ".join(name.split())
    if len(name) > MAX_NAME_CHARS:
        raise BadCell(f"The name is longer than {MAX_NAME_CHARS} characters.", Column.NAME)
    return name


def escape(cell: str) -> str:
    """With an apostrophe before what a spreadsheet would run as a formula; a phone number is none."""
    return f"'{cell}" if cell[:1] in _FORMULA and not _PHONE_LIKE.fullmatch(cell) else cell


def unescape(cell: str) -> str:
    """As it was before `escape`."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in _FORMULA else cell


def _bare(cell: str) -> str:
    """Without the apostrophe by which people keep a spreadsheet from making a number of it."""
    return cell[1:] if cell[:1] == "'" else cell
