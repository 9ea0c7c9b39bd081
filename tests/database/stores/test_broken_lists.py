"""Broken files all the way into the database: every row is accounted for, and the same file again gives the same people."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from campaigns.audience.import_file import FileImport
from campaigns.audience.imports import ImportOptions, ImportState, ImportView
from core.errors import AppError, UserInputError
from core.locks import OsLock
from tests.campaigns.audience.broken import ANY_FILE
from tests.campaigns.audience.reading import read_people
from tests.database.stores.world import NOW, World
from tests.fake_clock import FakeClock

PEOPLE = (
    "SELECT name, username, phone, language, time_zone, fields,"
    " (SELECT group_concat(basis || given_at || source || evidence) FROM consent WHERE contact_id = k.id) AS consents"
    " FROM contact AS k ORDER BY id"
)
SUPPRESSED = "SELECT contact_id, username, phone, at FROM suppression ORDER BY id"


class Importer:
    """One workspace that is emptied for each file."""

    def __init__(self, folder: Path) -> None:
        self._runner = asyncio.Runner()
        self._file = folder / "people"
        self._world = self._runner.run(World.make(folder))
        self._imports = FileImport(self._world.imports, FakeClock(NOW), OsLock(folder / "lock"))

    def close(self) -> None:
        self._runner.run(self._world.database.close())
        self._runner.close()

    def check(self, content: bytes) -> None:
        self._file.write_bytes(content)
        try:
            rows = len(list(read_people(self._file, now=NOW)))
        except UserInputError:
            rows = 0
        self._runner.run(self._check(rows))

    async def _check(self, rows: int) -> None:
        for table in ("suppression", "import_change", "contact", "import"):
            await self._world.execute(f"DELETE FROM {table}")
        first = await self._import()
        people = [await self._world.rows(PEOPLE), await self._world.rows(SUPPRESSED)]
        again = await self._import()

        if not rows:
            assert first.state is again.state is ImportState.FAILED
            assert people == [[], []], "nothing is left of a file that cannot be read to its end"
            return
        assert first.state is again.state is ImportState.DONE
        assert first.rows == again.rows == rows
        assert first.added == len(people[0])
        assert (again.added, again.refused, again.said_no) == (0, first.refused, first.said_no)
        assert [await self._world.rows(PEOPLE), await self._world.rows(SUPPRESSED)] == people

    async def _import(self) -> ImportView:
        import_id = await self._imports.create(self._file, ImportOptions(), actor="ann")
        told = ""
        try:
            await self._imports.run(import_id, self._file)
        except AppError as error:
            told = error.title
        view = await self._world.imports.get(import_id)
        assert told == ("" if view.problem is None else view.problem.title)
        return view


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(content=ANY_FILE)
def test_a_broken_file_is_accounted_for_in_the_database(importer: Importer, content: bytes) -> None:
    importer.check(content)


@pytest.mark.proof
@pytest.mark.timeout(1_800)
@settings(max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(content=ANY_FILE)
def test_ten_thousand_broken_files_are_accounted_for_in_the_database(importer: Importer, content: bytes) -> None:
    importer.check(content)


@pytest.fixture
def importer(tmp_path: Path):
    made = Importer(tmp_path)
    yield made
    made.close()
