"""What `doctor` says about the database."""

import sqlite3
from pathlib import Path

import pytest

from core.errors import DatabaseTooNew, StorageCorrupt
from core.health import HealthState, run_checks
from core.workspace import Workspace
from database.database import Database
from database.health import check_database, check_log, database_checks


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    """A database with the product's tables, closed."""
    path = Workspace(tmp_path).database_path
    async with await Database.open(path, backups=tmp_path / "backups"):
        pass
    return path


async def test_a_sound_database_passes_while_it_is_open_and_when_it_is_closed(path: Path, tmp_path: Path) -> None:
    for _ in range(2):
        reports = await run_checks(database_checks(Workspace(tmp_path)))
        assert {report.name: report.result.state for report in reports} == dict.fromkeys(
            ("SQLite", "Database", "Database log"), HealthState.OK
        )
        assert "sound" in reports[1].result.sentence

        async with await Database.open(path, backups=tmp_path / "backups"):
            assert (await run_checks(database_checks(Workspace(tmp_path))))[1].result.state is HealthState.OK


def test_no_database_yet_is_fine_and_none_is_made(tmp_path: Path) -> None:
    assert check_database(tmp_path / "wireroom.db").state is HealthState.OK
    assert list(tmp_path.iterdir()) == []


def test_a_database_of_a_newer_program_fails_with_both_versions(path: Path) -> None:
    raw = sqlite3.connect(path)
    raw.execute("PRAGMA user_version = 77")
    raw.close()

    with pytest.raises(DatabaseTooNew, match=r"version 77\b.*version \d+"):
        check_database(path)


def test_a_damaged_database_fails(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096 : 3 * 4096] = bytes(2 * 4096)
    path.write_bytes(content)

    with pytest.raises(StorageCorrupt):
        check_database(path)


def test_a_log_beyond_its_limit_is_a_warning(path: Path) -> None:
    log = path.with_name(f"{path.name}-wal")
    with log.open("wb") as file:
        file.truncate(65 * 1024 * 1024)

    result = check_log(path)

    assert result.state is HealthState.WARN
    assert "68 MB" in result.sentence
