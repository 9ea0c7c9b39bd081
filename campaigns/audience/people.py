"""Rows of a list as people, each with the proof that they may be written to, or with the reason why not."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import msgspec

from campaigns.audience import cells
from campaigns.audience.cells import BadCell, SaidNo
from campaigns.audience.columns import KNOWN, Column, Header
from campaigns.audience.files.table import Row
from core.domain.consent import Consent, ConsentBasis
from core.domain.field_names import to_field_name
from core.errors import UserInputError

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_PHONE_LIKE = re.compile(r"\+[\d ()./-]+")
MAX_NAME_CHARS = 256  # Telegram: 64 each for first and last name
MAX_CELL_CHARS = 4096  # a longer value would not fit into a message
_READ = (
    Column.NAME,
    Column.FIRST_NAME,
    Column.LAST_NAME,
    Column.USERNAME,
    Column.PHONE,
    Column.LANGUAGE,
    Column.TIME_ZONE,
    Column.CONSENT_BASIS,
    Column.CONSENT_AT,
    Column.CONSENT_SOURCE,
    Column.CONSENT_WORDING,
)
"""The columns in the order in which a row is taken apart."""


class ImportedPerson(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A person of the file. At least one of username (without @) and phone (E.164) is there; empty means absent.

    `fields` holds what templates may use beyond the name: the further columns, first_name and last_name, without empty
    ones. `consent` None: this person may be kept, and not be written to. A Struct, since one is made for each row: it
    takes a fifth of a dataclass's time. Shown without what stands about the person.
    """

    line: int
    name: str
    username: str
    phone: str
    language: str
    time_zone: str
    fields: Mapping[str, str]
    consent: Consent | None

    def __repr__(self) -> str:
        return f"ImportedPerson(line={self.line})"


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
        # The place -1 means that there is no such column: behind the last cell of a row stands an empty one.
        self._at = tuple(header.known.get(column, -1) for column in _READ)
        parts = [name for name in (Column.FIRST_NAME, Column.LAST_NAME) if name in header.known]
        self._fields = [*header.fields.items(), *((name.value, header.known[name]) for name in parts)]
        self._width = header.width

    def read(self, row: Row) -> ImportedPerson:
        """Raises BadCell."""
        if row.problem:
            raise BadCell(row.problem)
        values = self._values(row)
        # What is done here is done a million times for a list of a million.
        cell = [values[place] for place in self._at]
        used = self._take_labelled(values, cell) if self._header.labelled else ()
        name, first, last, username, phone, language, time_zone, *words = cell
        if cells.says_no(words[0]):
            raise self._said_no(username, phone, words[1])
        username = cells.parse_username(_bare(username))
        phone = cells.parse_phone(_bare(phone), self._country)
        if not username and not phone:
            raise BadCell("There is neither a username nor a phone number.", Column.USERNAME, Column.PHONE)
        fields = {name: values[place] for name, place in self._fields if values[place] and place not in used}
        if self._stated is not None:
            words = [own or stated for own, stated in zip(words, self._stated, strict=True)]
        return ImportedPerson(
            line=row.line,
            name=_name(name, first, last),
            username=username,
            phone=phone,
            language=cells.parse_language(language),
            time_zone=cells.parse_time_zone(time_zone),
            fields=fields,
            consent=cells.parse_consent(*words, self._now),
        )

    def _said_no(self, username: str, phone: str, at: str) -> BadCell:
        """Whatever else is wrong with the row: what tells who said it is enough."""
        parts = []
        for parse, cell in (
            (cells.parse_username, username),
            (partial(cells.parse_phone, country=self._country), phone),
        ):
            try:
                parts.append(parse(_bare(cell)))
            except BadCell:
                parts.append("")
        if not any(parts):
            return BadCell("This person said no, and it cannot be told who it is.", Column.CONSENT_BASIS)
        bad = BadCell("This person said no. Nobody writes to them from now on.", Column.CONSENT_BASIS)
        bad.no = SaidNo(username=parts[0], phone=parts[1], at=cells.parse_no_moment(at, self._now))
        return bad

    def _values(self, row: Row) -> list[str]:
        """The cells of the row without blanks around them, as many as there are headings, and an empty one behind them."""
        width = self._width
        values = list(map(str.strip, row.cells))
        if self._header.is_escaped:
            values = [unescape(value) for value in values]
        if len(values) != width:
            if any(values[width:]):
                raise BadCell(f"This row has {len(values)} cells, the header has {width}.")
            # Spreadsheets leave out empty cells at the end of a row; the others keep their place.
            values = [*values[:width], *[""] * (width - len(values))]
        if max(map(len, values)) > MAX_CELL_CHARS:
            self._refuse_long(values)
        values.append("")
        return values

    def _take_labelled(self, values: Sequence[str], cell: list[str]) -> frozenset[int]:
        """Cells whose label names a column of ours; returns the places that are used up by it."""
        used: set[int] = set()
        for label, value in self._header.labelled:
            column = KNOWN.get(to_field_name(values[label]))
            if column is not None and not cell[_READ.index(column)]:
                cell[_READ.index(column)] = values[value]
                used |= {label, value}
        return frozenset(used)

    def _refuse_long(self, values: Sequence[str]) -> None:
        places = {column.value: place for column, place in self._header.known.items()} | dict(self._header.fields)
        too_long = [name for name, place in places.items() if len(values[place]) > MAX_CELL_CHARS]
        if too_long:
            raise BadCell(f"A cell is longer than {MAX_CELL_CHARS:,} characters.", *too_long)


def _name(name: str, first: str, last: str) -> str:
    name = " ".join((name or f"{first} {last}").split())
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
