"""Importing a file from its first row to its last: in batches, cancellable, and leaving nothing where it did not end.

One import of a workspace runs at a time. One whose process died is taken back before the next begins.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

from campaigns.audience import cells
from campaigns.audience.cells import BadCell
from campaigns.audience.columns import count_known, heading_key, read_header
from campaigns.audience.files.opening import open_file
from campaigns.audience.files.reading import open_table
from campaigns.audience.files.table import Table
from campaigns.audience.imports import (
    LARGEST_BATCH,
    Batch,
    ImportOptions,
    ImportPurpose,
    ImportState,
    ImportStore,
    ImportView,
    RefusedRow,
)
from campaigns.audience.people import ImportedPerson, PersonReader, RejectedRow
from campaigns.audience.suppression_list import read_listed
from campaigns.job_errors import JobProblem, problem_of
from core.clock import Clock
from core.domain.ids import ImportId
from core.errors import AppError, Cancelled, UserInputError, WorkspaceBusy

_CUT_OFF = JobProblem(
    code=AppError.code,
    title="The import was cut off",
    message="Its process ended in the middle. Nothing of it was kept.",
    hint="Import the file again.",
)


class HeldLock(Protocol):
    def acquire(self) -> bool: ...
    def release(self) -> None: ...


class FileImport:
    """The one way in which people of a file get into a workspace."""

    def __init__(self, store: ImportStore, clock: Clock, lock: HeldLock) -> None:
        """`lock`: held by the process that imports; free at once when it dies."""
        self._store = store
        self._clock = clock
        self._lock = lock

    async def create(self, path: Path, options: ImportOptions, *, actor: str) -> ImportId:
        """Note the import of a file; `run` does it, here or in another process.

        Raises UserInputError, and then nothing is noted: a file that is not there or cannot be read was never imported.
        """
        cells.check_country(options.country)
        await asyncio.to_thread(lambda: open_file(path).close())
        return await self._store.create(path.name, options, actor=actor, now=self._clock.now())

    async def run(self, import_id: ImportId, path: Path) -> ImportView:
        """Import all of the file, or nothing: when it is cancelled or cannot be read to its end, what came before is
        taken back first.

        Raises UserInputError (no list of people), Cancelled, WorkspaceBusy (another import runs), StorageError.
        """
        try:
            async with self._alone(except_for=import_id):
                await self._run(import_id, path)
        except WorkspaceBusy as error:  # before its first row
            await self._take_back(import_id, ImportState.FAILED, problem_of(error))
            raise
        return await self._store.get(import_id)

    async def _run(self, import_id: ImportId, path: Path) -> None:
        try:
            await self._read(import_id, path)
            while await self._store.finish_some(import_id, now=self._clock.now()):
                pass
        except Cancelled:
            await self._take_back(import_id, ImportState.CANCELLED)
            raise
        except AppError as error:
            await self._take_back(import_id, ImportState.FAILED, problem_of(error))
            raise

    async def undo(self, import_id: ImportId) -> ImportView:
        """Take a whole import back: whom it added goes, whom it changed is as before unless changed again since.

        Who got a message meanwhile, or is suppressed, stays without the consent that the import brought (`kept`).
        """
        async with self._alone(except_for=import_id):
            view = await self._store.get(import_id)
            if view.state not in (ImportState.DONE, ImportState.UNDOING):
                raise UserInputError(
                    f"It is {view.state}, so there is nothing to take back.", title="This import cannot be undone"
                )
            await self._take_back(import_id, ImportState.UNDONE)
        return await self._store.get(import_id)

    async def clean_up(self) -> None:
        """Take back what a dead process left. Does nothing while an import runs."""
        try:
            async with self._alone():
                pass
        except WorkspaceBusy:
            return

    @asynccontextmanager
    async def _alone(self, *, except_for: ImportId | None = None) -> AsyncIterator[None]:
        if not self._lock.acquire():
            raise WorkspaceBusy(
                "It has to end first.", title="Another import runs", hint="Wait for it, or cancel it."
            )
        try:
            for left in await self._store.list_unfinished():
                if left != except_for:
                    await self._take_back(left, ImportState.FAILED, _CUT_OFF)
            yield
        finally:
            self._lock.release()

    async def _take_back(self, import_id: ImportId, ends_as: ImportState, problem: JobProblem | None = None) -> None:
        await self._store.take_back(import_id, ends_as, problem=problem)
        while await self._store.undo_some(import_id, now=self._clock.now()):
            pass

    async def _read(self, import_id: ImportId, path: Path) -> None:
        options = await self._store.options(import_id)
        if options.purpose is ImportPurpose.SUPPRESSION:
            await self._read_list(import_id, path, options)
            return
        now = self._clock.now()
        with open_table(path, count_known, encoding=options.encoding, delimiter=options.delimiter) as table:
            reader = await self._reader(import_id, table, options)
            await self._store.expect_many()
            batches = read_batches(table, reader)
            batch = await asyncio.to_thread(next, batches, None)
            while batch is not None:
                # The next rows are parsed while these are written.
                following, goes_on = await asyncio.gather(
                    asyncio.to_thread(next, batches, None), self._store.add(import_id, batch, now=now)
                )
                if not goes_on:
                    raise Cancelled
                batch = following

    async def _read_list(self, import_id: ImportId, path: Path, options: ImportOptions) -> None:
        """Hold back everybody of a suppression list, so that a list that breaks in the middle brings nobody."""
        with open_table(path, count_known) as table:
            await self._describe(import_id, table)
            batches = read_listed(table, country=options.country, now=self._clock.now())
            while (batch := await asyncio.to_thread(next, batches, None)) is not None:
                if not await self._store.add_listed(import_id, batch):
                    raise Cancelled

    async def _describe(self, import_id: ImportId, table: Table) -> None:
        await self._store.describe(import_id, form=f"{table.form} ({table.detail})", headings=table.headings)

    async def _reader(self, import_id: ImportId, table: Table, options: ImportOptions) -> PersonReader:
        """With the mapping that was chosen now, or the last time for these headings."""
        key = heading_key(table.headings)
        mapping = {**await self._store.mapping_of(key), **options.mapping}
        header = read_header(table.headings, mapping)
        if options.mapping:
            await self._store.remember_mapping(key, mapping, now=self._clock.now())
        await self._describe(import_id, table)
        country = cells.check_country(options.country)
        return PersonReader(header, now=self._clock.now(), country=country, stated=options.stated)


def read_batches(table: Table, reader: PersonReader, size: int = LARGEST_BATCH) -> Iterator[Batch]:
    """Every row that is not empty, as a person or refused. Memory does not grow with the file.

    Raises UserInputError where there is no row at all.
    """
    is_empty = True
    part_before = 0.0
    people: list[ImportedPerson] = []
    rows: list[tuple[str, ...]] = []
    refused: list[RefusedRow] = []
    for row in table.rows:
        is_empty = False
        try:
            people.append(reader.read(row))
        except BadCell as bad:
            rejected = RejectedRow(row.line, bad.reason, bad.columns)
            refused.append(RefusedRow(row=rejected, cells=row.cells, no=bad.no))
        else:
            rows.append(row.cells)
        if len(people) + len(refused) >= size:
            part = table.part_read()
            yield Batch(people=people, cells=rows, refused=refused, part_before=part_before, part_read=part)
            people, rows, refused, part_before = [], [], [], part
    if people or refused:
        yield Batch(people=people, cells=rows, refused=refused, part_before=part_before, part_read=1.0)
    if is_empty:
        raise UserInputError(
            "It has a header and nobody below it.", title="There is nobody in this file", hint="Choose another file."
        )
