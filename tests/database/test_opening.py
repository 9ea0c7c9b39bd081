"""Opening: settings, and every way in which a file cannot be used."""

import os
import shutil
import sqlite3
import tempfile
from pathlib import Path

import pytest

from core.errors import ConfigurationError, DatabaseTooNew, StorageCorrupt, StorageError, StorageReadOnly
from database.connection import check_sqlite_version
from database.database import Database
from database.soundness import needs_check
from tests.database.support import all_items, end_child, open_in, put, start_child


async def test_the_writer_has_the_settings_that_the_promises_rest_on(db: Database) -> None:
    names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "journal_size_limit", "secure_delete")
    found = await db.write(lambda work: [work.connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names])

    assert found == ["wal", 2, 1, 250, 64 * 1024 * 1024, 1]


@pytest.mark.parametrize("is_long", [False, True])
async def test_readers_are_set_to_read_only(db: Database, is_long: bool) -> None:
    assert await db.read(lambda raw: raw.execute("PRAGMA query_only").fetchone(), is_long=is_long) == (1,)


def test_an_old_sqlite_is_named_with_the_version_that_is_needed() -> None:
    with pytest.raises(ConfigurationError, match=r"3\.34\.1.*3\.38\.0"):
        check_sqlite_version((3, 34, 1))
    check_sqlite_version((3, 38, 0))


async def test_opening_twice_is_harmless(tmp_path: Path) -> None:
    for expected in ({}, {1: 1}):
        async with await open_in(tmp_path) as db:
            assert await db.read(all_items) == expected
            if not expected:
                await db.write(put(1, 1))


async def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "test.db").write_bytes(b"These are notes of somebody, not a database. " * 100)

    with pytest.raises(StorageCorrupt):
        await open_in(tmp_path)
    assert (tmp_path / "test.db").read_bytes().startswith(b"These are notes")


async def _fill(db: Database) -> None:
    for n in range(20):
        await db.write(
            lambda work, n=n: (
                work.connection.execute("INSERT INTO item (value, text) VALUES (?, ?)", (n, "x" * 3000)) and None
            )
        )


def _damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[8 * 4096 : 12 * 4096] = os.urandom(4 * 4096)
    path.write_bytes(content)


async def test_a_damaged_database_is_refused(tmp_path: Path) -> None:
    async with await open_in(tmp_path) as db:
        await _fill(db)
    _damage(tmp_path / "test.db")

    with pytest.raises(StorageCorrupt):
        await open_in(tmp_path)


async def test_a_file_that_is_as_it_was_closed_is_not_read_whole_again(tmp_path: Path) -> None:
    path = tmp_path / "test.db"
    async with await open_in(tmp_path) as db:
        await _fill(db)
    closed = path.stat()
    _damage(path)
    os.utime(path, ns=(closed.st_atime_ns, closed.st_mtime_ns))  # so that it looks untouched

    async with await open_in(tmp_path) as db:
        assert await db.read(lambda raw: raw.execute("SELECT 1").fetchone()) == (1,)


async def test_a_file_whose_process_died_and_a_copy_are_read_whole(tmp_path: Path) -> None:
    former, copy = tmp_path / "former", tmp_path / "copy"
    former.mkdir()
    async with await open_in(former) as db:
        await _fill(db)
    shutil.copytree(former, copy)  # with the mark, as somebody copies a workspace
    assert not needs_check(former / "test.db")
    assert needs_check(copy / "test.db")

    async with await open_in(former) as db:
        await db.write(put(1_000, 1))
        assert needs_check(former / "test.db"), "as it lies there when the process dies now"


async def test_a_newer_database_is_refused_with_both_versions_and_left_alone(tmp_path: Path) -> None:
    await (await open_in(tmp_path)).close()
    raw = sqlite3.connect(tmp_path / "test.db")
    raw.execute("PRAGMA user_version = 42")
    raw.close()
    before = (tmp_path / "test.db").read_bytes()

    with pytest.raises(DatabaseTooNew, match=r"version 42\b.*version 1\b"):
        await open_in(tmp_path)
    assert (tmp_path / "test.db").read_bytes() == before
    assert not list(tmp_path.glob("backups/*"))


async def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "test.db").mkdir()

    with pytest.raises(StorageError):
        await open_in(tmp_path)


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become somebody without rights")
@pytest.mark.parametrize("is_there_already", [False, True])
async def test_a_folder_that_may_not_be_written_is_a_clear_error(is_there_already: bool) -> None:
    folder = Path(tempfile.mkdtemp())  # not tmp_path: only its owner may enter that
    try:
        (folder / "migrations").mkdir()
        if is_there_already:
            await (await open_in(folder)).close()
        (folder / "migrations").chmod(0o777)
        for file in (folder / "migrations").iterdir():
            file.chmod(0o666)
        folder.chmod(0o755)

        assert end_child(start_child("open_as_nobody", folder)).strip() == StorageReadOnly.__name__
    finally:
        shutil.rmtree(folder)
