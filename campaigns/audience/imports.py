"""What an import is to everybody who starts, watches or takes back one, and what it needs of the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from campaigns.audience.cells import SaidNo
from campaigns.audience.people import ImportedPerson, RejectedRow, StatedBasis
from campaigns.audience.suppression_list import ListBatch
from campaigns.job_errors import JobProblem
from core.domain.ids import ImportId

LARGEST_BATCH = 40_000
"""Rows that are read before they are written, in many units of work. Two batches are in memory, some 50 MB each."""


class ImportState(StrEnum):
    """Whom an import adds counts as known only while it is done."""

    RUNNING = "running"
    DONE = "done"
    UNDOING = "undoing"  # what it brought is being removed, whatever the reason
    CANCELLED = "cancelled"  # stopped by a person; nothing is left of it
    FAILED = "failed"  # the file, or the process, broke in the middle; nothing is left of it
    UNDONE = "undone"  # taken back by a person after it was done


class ImportPurpose(StrEnum):
    """What the people of a file are."""

    PEOPLE = "people"
    SUPPRESSION = "suppression"  # whom no campaign writes to, known here or not


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """How a file is to be understood. `mapping`: heading to a column of ours, "-" or the name of a field.

    Of a suppression list only `country` counts.
    """

    purpose: ImportPurpose = ImportPurpose.PEOPLE
    mapping: Mapping[str, str] = field(default_factory=dict)
    country: str = ""  # two letters: of numbers without a country code
    stated: StatedBasis | None = None
    encoding: str = ""  # of a text; empty: found out
    delimiter: str = ""  # likewise


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRow:
    """A row that was not taken, with its cells, so that it can be mended and imported again."""

    row: RejectedRow
    cells: tuple[str, ...] = field(default=(), repr=False)
    no: SaidNo | None = None  # what is not to be mended: the person wants no messages


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Some rows of a file in their order. `cells[i]` is the row of `people[i]`, kept in case it is refused after all.

    `part_before` and `part_read`: how much of the file was read before and after them, from 0 to 1.
    """

    people: Sequence[ImportedPerson]
    cells: Sequence[tuple[str, ...]]
    refused: Sequence[RefusedRow]
    part_read: float
    part_before: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportView:
    """How an import stands. added, updated, unchanged and refused add up to `rows`.

    Of a suppression list `added` were put on it, and `unchanged` stood there.
    """

    id: ImportId
    purpose: ImportPurpose
    file_name: str
    form: str
    state: ImportState
    part_read: float
    added: int
    updated: int
    unchanged: int
    refused: int
    said_no: int  # of those refused: on the suppression list once the import is done, unless they agreed later
    without_basis: int  # of those not refused: may not be written to
    kept: int  # whom an undo could not remove
    problem: JobProblem | None
    created_by: str
    created_at: datetime
    finished_at: datetime | None

    @property
    def rows(self) -> int:
        return self.added + self.updated + self.unchanged + self.refused


class ImportStore(Protocol):
    """Writes an import so that nobody sees it before it is done; see `database.stores.imports`."""

    async def create(self, file_name: str, options: ImportOptions, *, actor: str, now: datetime) -> ImportId: ...
    async def expect_many(self) -> None: ...
    async def options(self, import_id: ImportId) -> ImportOptions: ...
    async def get(self, import_id: ImportId) -> ImportView: ...
    async def list_unfinished(self) -> Sequence[ImportId]: ...
    async def describe(self, import_id: ImportId, *, form: str, headings: Sequence[str]) -> None: ...
    async def add(self, import_id: ImportId, batch: Batch, *, now: datetime) -> bool: ...
    async def add_listed(self, import_id: ImportId, batch: ListBatch) -> bool: ...
    async def finish_some(self, import_id: ImportId, *, now: datetime) -> bool: ...
    async def take_back(
        self, import_id: ImportId, ends_as: ImportState, *, problem: JobProblem | None = None
    ) -> None: ...
    async def undo_some(self, import_id: ImportId, *, now: datetime) -> bool: ...
    async def ask_to_cancel(self, import_id: ImportId) -> None: ...
    async def headings(self, import_id: ImportId) -> Sequence[str]: ...
    async def refusals(
        self, import_id: ImportId, *, after: int = 0, limit: int = 1000
    ) -> Sequence[tuple[int, int, str, Sequence[str]]]: ...
    async def mapping_of(self, heading_key: str) -> Mapping[str, str]: ...
    async def remember_mapping(self, heading_key: str, mapping: Mapping[str, str], *, now: datetime) -> None: ...
