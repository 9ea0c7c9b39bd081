"""Imports: people added under an import that nobody sees before it is done, and taken back as a whole."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from campaigns.audience.imports import (
    Batch,
    ImportOptions,
    ImportPurpose,
    ImportState,
    ImportView,
    RefusedRow,
)
from campaigns.audience.suppression_list import ListBatch
from campaigns.job_errors import JobProblem
from campaigns.report.event_kinds import EventKind
from core.domain.change import Subject
from core.domain.ids import ImportId
from core.logs import current_correlation_id
from database.database import Database
from database.giving_way import PatientWriter
from database.lock_handler import UnitOfWork
from database.stores.events import write_event
from database.stores.import_batches import GOES_ON, BatchWriter
from database.stores.import_listed import hold_back, let_listed_hold
from database.stores.import_nos import let_nos_hold
from database.stores.import_rows import write_refusals
from database.stores.import_undo import hold_back_ends, undo_chunk
from database.stores.rows import Row, from_ms, get_row, to_json, to_ms

_FOR_MANY: Final = ("PRAGMA cache_size = -98304", "PRAGMA wal_autocheckpoint = 16384")  # 96 MiB; pages, 64 MiB
_COLUMNS: Final = (
    "id, file_name, form, state, part_read, added, updated, unchanged, refused, said_no, without_basis, kept,"
    " problem, created_by, created_at, finished_at, options ->> '$.purpose'"
)
_CREATE: Final = "INSERT INTO import (file_name, options, created_by, created_at) VALUES (?, ?, ?, ?)"
_GET: Final = f"SELECT {_COLUMNS} FROM import WHERE id = ?"
_LIST: Final = f"SELECT {_COLUMNS} FROM import ORDER BY id DESC LIMIT ?"
_UNFINISHED: Final = "SELECT id FROM import WHERE state IN ('running', 'undoing') ORDER BY id"
_OPTIONS: Final = "SELECT options FROM import WHERE id = ?"
_DESCRIBE: Final = "UPDATE import SET form = ?, headings = ? WHERE id = ?"
_DONE: Final = "UPDATE import SET state = 'done', part_read = 1, finished_at = ? WHERE id = ? AND state = 'running'"
_ASK_CANCEL: Final = "UPDATE import SET is_cancel_asked = 1 WHERE id = ? AND state = 'running'"
# Where one was being taken back already, it ends as it was to end.
_TAKE_BACK: Final = """
UPDATE import SET state = 'undoing', ends_as = ?, problem = ? WHERE id = ? AND state IN ('running', 'done')
"""
_MAPPING: Final = "SELECT mapping FROM import_mapping WHERE heading_key = ?"
_REMEMBER: Final = """
INSERT INTO import_mapping (heading_key, mapping, used_at) VALUES (?, ?, ?)
ON CONFLICT DO UPDATE SET mapping = excluded.mapping, used_at = excluded.used_at
"""
_COUNT_LISTED: Final = "UPDATE import SET refused = refused + ?, part_read = ? WHERE id = ?"
_HEADINGS: Final = "SELECT headings FROM import WHERE id = ?"
_REFUSALS: Final = """
SELECT id, line, reason, cells FROM import_refusal WHERE import_id = ? AND id > ? ORDER BY id LIMIT ?
"""


class ImportStore:
    """Implements `campaigns.audience.imports.ImportStore`, and reads what pages and commands show."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._writer = PatientWriter(database)

    async def create(self, file_name: str, options: ImportOptions, *, actor: str, now: datetime) -> ImportId:
        """A running import without rows."""
        row = (file_name, msgspec.json.encode(options).decode(), actor, to_ms(now))

        def create_import(work: UnitOfWork) -> ImportId:
            import_id = ImportId(work.connection.execute(_CREATE, row).lastrowid or 0)
            work.touch(Subject.IMPORT, import_id)
            return import_id

        return await self._database.write(create_import)

    async def expect_many(self) -> None:
        """Rows come in by the thousand, in no order: this process keeps more of the tables in memory from now on, and
        moves what was committed into the database file less often. Without it each unit reads most of two indexes
        from the file again.
        """

        def widen(work: UnitOfWork) -> None:
            for pragma in _FOR_MANY:
                work.connection.execute(pragma)

        await self._database.write(widen)

    async def options(self, import_id: ImportId) -> ImportOptions:
        """As they were given to `create`. Raises UserInputError if there is no such import."""
        text = await self._database.read(lambda raw: get_row(raw, _OPTIONS, "import", import_id)[0])
        return msgspec.json.decode(str(text), type=ImportOptions)

    async def get(self, import_id: ImportId) -> ImportView:
        """Raises UserInputError if there is no such import."""
        return await self._database.read(lambda raw: _view(get_row(raw, _GET, "import", import_id)))

    async def list_recent(self, limit: int = 100) -> Sequence[ImportView]:
        """The newest first."""
        return await self._database.read(lambda raw: [_view(row) for row in raw.execute(_LIST, (limit,)).fetchall()])

    async def list_unfinished(self) -> Sequence[ImportId]:
        """Those that run, and those that are being taken back."""
        return await self._database.read(
            lambda raw: [ImportId(row[0]) for row in raw.execute(_UNFINISHED).fetchall()]
        )

    async def describe(self, import_id: ImportId, *, form: str, headings: Sequence[str]) -> None:
        """How the file was understood."""
        await self._change(import_id, _DESCRIBE, (form, to_json(list(headings)), import_id))

    async def add(self, import_id: ImportId, batch: Batch, *, now: datetime) -> bool:
        """Take some rows in, with their counts, in units of work. False: it was cancelled, and nothing more was written.

        A person is found by username or phone. What the row leaves empty stays as it is; a consent in force stays, one
        that was withdrawn after the row's date is not restored. A row whose username and phone belong to two people, or
        contradict the contact that it names, is refused. Somebody who stands in the file twice is one person: the later
        row adds to the first, and wins where both say something.
        """

        return await BatchWriter(self._database, self._writer, import_id, batch, to_ms(now)).run()

    async def add_listed(self, import_id: ImportId, batch: ListBatch) -> bool:
        """Hold people of a suppression list back, and keep the rows that were refused. False: it was cancelled."""

        def add(work: UnitOfWork) -> bool:
            raw = work.connection
            row = raw.execute(GOES_ON, (import_id,)).fetchone()
            if row is None or not row[0]:
                return False
            hold_back(raw, import_id, batch.people)
            refused = [RefusedRow(row=rejected, cells=cells) for rejected, cells in batch.refused]
            write_refusals(raw, import_id, refused)
            raw.execute(
                _COUNT_LISTED, (len(refused), batch.part_read / 2, import_id)
            )  # the half: all are looked up yet
            work.touch(Subject.IMPORT, import_id)
            return True

        return await self._writer.write(add)

    async def finish_some(self, import_id: ImportId, *, now: datetime) -> bool:
        """Write what was held back; when there is nothing left the import is done, and False.

        Raises Cancelled where somebody cancelled the import of a suppression list.
        """
        correlation_id = current_correlation_id()

        def finish(work: UnitOfWork) -> bool:
            if hold_back_ends(work.connection, import_id, to_ms(now)):
                return True
            actor = _view(get_row(work.connection, _GET, "import", import_id)).created_by
            if let_nos_hold(work, import_id, actor, now=to_ms(now)):
                return True
            if let_listed_hold(work, import_id, actor, now=to_ms(now)):
                return True
            work.connection.execute(_DONE, (to_ms(now), import_id))
            work.touch(Subject.IMPORT, import_id)
            work.touch(Subject.CONTACT, 0)
            view = _view(get_row(work.connection, _GET, "import", import_id))
            if view.purpose is ImportPurpose.SUPPRESSION:
                listed = {"added": view.added, "known": view.unchanged, "refused": view.refused}
                _tell(work, EventKind.SUPPRESSIONS_IMPORTED, view, listed, correlation_id, now)
                return False
            counts = {
                "added": view.added,
                "updated": view.updated,
                "unchanged": view.unchanged,
                "refused": view.refused,
                "said_no": view.said_no,
            }
            _tell(work, EventKind.PEOPLE_IMPORTED, view, counts, correlation_id, now)
            return False

        return await self._writer.write(finish)

    async def ask_to_cancel(self, import_id: ImportId) -> None:
        """The process that imports notices with its next batch."""
        await self._change(import_id, _ASK_CANCEL, (import_id,))

    async def take_back(
        self, import_id: ImportId, ends_as: ImportState, *, problem: JobProblem | None = None
    ) -> None:
        """From now on nobody sees what it brought; `undo_some` removes it."""
        text = "" if problem is None else msgspec.json.encode(problem).decode()

        def begin_undo(work: UnitOfWork) -> None:
            work.connection.execute(_TAKE_BACK, (ends_as.value, text, import_id))
            work.touch(Subject.IMPORT, import_id)
            work.touch(Subject.CONTACT, 0)

        await self._database.write(begin_undo)

    async def undo_some(self, import_id: ImportId, *, now: datetime) -> bool:
        """Remove a bounded part; False once nothing is left and the import has ended."""
        correlation_id = current_correlation_id()

        def undo(work: UnitOfWork) -> bool:
            goes_on = undo_chunk(work.connection, import_id, to_ms(now))
            if not goes_on:
                work.touch(Subject.IMPORT, import_id)
                view = _view(get_row(work.connection, _GET, "import", import_id))
                if view.state is ImportState.UNDONE:
                    _tell(work, EventKind.IMPORT_UNDONE, view, {"kept": view.kept}, correlation_id, now)
            return goes_on

        return await self._writer.write(undo)

    async def mapping_of(self, heading_key: str) -> Mapping[str, str]:
        """As it was last chosen for these headings; empty: never."""

        def read_mapping(raw: sqlite3.Connection) -> Mapping[str, str]:
            row = raw.execute(_MAPPING, (heading_key,)).fetchone()
            return {} if row is None else msgspec.json.decode(row[0], type=dict[str, str])

        return await self._database.read(read_mapping)

    async def remember_mapping(self, heading_key: str, mapping: Mapping[str, str], *, now: datetime) -> None:
        """For the next file with these headings."""
        row = (heading_key, to_json(mapping), to_ms(now))

        def remember(work: UnitOfWork) -> None:
            work.connection.execute(_REMEMBER, row)

        await self._database.write(remember)

    async def headings(self, import_id: ImportId) -> Sequence[str]:
        """Of the file."""
        text = await self._database.read(lambda raw: get_row(raw, _HEADINGS, "import", import_id)[0])
        return msgspec.json.decode(str(text), type=list[str])

    async def refusals(
        self, import_id: ImportId, *, after: int = 0, limit: int = 1000
    ) -> Sequence[tuple[int, int, str, Sequence[str]]]:
        """A page of refused rows: number (to go on after), line, reason, cells."""

        def read_refusals(raw: sqlite3.Connection) -> list[tuple[int, int, str, Sequence[str]]]:
            rows = raw.execute(_REFUSALS, (import_id, after, limit)).fetchall()
            return [(row[0], row[1], row[2], msgspec.json.decode(row[3], type=list[str])) for row in rows]

        return await self._database.read(read_refusals)

    async def _change(self, import_id: ImportId, sql: str, values: Row) -> None:
        def change(work: UnitOfWork) -> None:
            work.connection.execute(sql, values)
            work.touch(Subject.IMPORT, import_id)

        await self._database.write(change)


def _tell(
    work: UnitOfWork,
    kind: EventKind,
    view: ImportView,
    counts: Mapping[str, int],
    correlation_id: str,
    now: datetime,
) -> None:
    data = {"import": int(view.id), **counts}
    write_event(work, kind, at=to_ms(now), actor=view.created_by, correlation_id=correlation_id, data=data)


def _view(row: Row) -> ImportView:
    return ImportView(
        id=ImportId(row[0]),
        file_name=row[1],
        form=row[2],
        state=ImportState(row[3]),
        part_read=row[4],
        added=row[5],
        updated=row[6],
        unchanged=row[7],
        refused=row[8],
        said_no=row[9],
        without_basis=row[10],
        kept=row[11],
        problem=msgspec.json.decode(row[12], type=JobProblem) if row[12] else None,
        created_by=row[13],
        created_at=from_ms(row[14]),
        finished_at=from_ms(row[15]),
        purpose=ImportPurpose(row[16] or ImportPurpose.PEOPLE),
    )
