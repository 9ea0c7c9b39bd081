"""Numbered steps: each whole or not at all, once for all processes, with a copy before."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.clock import SystemClock
from database.backup import KEPT_BACKUPS, back_up
from database.connection import Connection
from database.migrations.runner import load_migrations, migrate, split_statements
from tests.database.support import end_child, open_in, put, rows_on_disk, start_child, write_tables

TRIGGERS = """
-- A comment; with a semicolon, and a quote: it's fine.
CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL DEFAULT 'a;b''c;');
/* another;
   one */
CREATE TRIGGER note_added AFTER INSERT ON note
BEGIN
    UPDATE note SET text = CASE WHEN text = ';' THEN 'semicolon' ELSE text || ';' END WHERE id = new.id;
    DELETE FROM note WHERE id = new.id - 100;
END;
INSERT INTO note (text) VALUES (';');
INSERT INTO note (text) VALUES ('x') -- the last one has no semicolon
"""


def add_step(folder: Path, number: int, sql: str) -> None:
    (folder / f"{number:04}_step.sql").write_text(sql)


def copies(folder: Path) -> list[Path]:
    return sorted((folder / "backups").glob("*"))


def test_a_script_is_split_where_its_statements_end() -> None:
    raw = sqlite3.connect(":memory:")
    statements = list(split_statements(TRIGGERS))
    for statement in statements:
        raw.execute(statement)

    assert len(statements) == 4
    assert raw.execute("SELECT text FROM note").fetchall() == [("semicolon",), ("x;",)]
    raw.close()


def test_a_comment_after_the_last_statement_is_harmless() -> None:
    raw = sqlite3.connect(":memory:")
    for statement in split_statements("CREATE TABLE a (x);\n\n-- the end\n"):
        raw.execute(statement)
    raw.close()


async def test_steps_are_applied_in_order_and_recorded(tmp_path: Path) -> None:
    folder = write_tables(tmp_path / "migrations")
    add_step(folder, 2, "CREATE TABLE log (step INTEGER); INSERT INTO log VALUES (2);")
    add_step(folder, 3, "INSERT INTO log VALUES (3);")

    await (await open_in(tmp_path)).close()

    assert rows_on_disk(tmp_path / "test.db", "PRAGMA user_version") == [(3,)]
    assert rows_on_disk(tmp_path / "test.db", "SELECT step FROM log") == [(2,), (3,)]
    assert copies(tmp_path) == []


async def test_a_database_with_tables_is_copied_before_a_step(tmp_path: Path) -> None:
    async with await open_in(tmp_path) as db:
        await db.write(put(1, 5))
    folder = tmp_path / "migrations"
    add_step(folder, 2, "DELETE FROM item;")
    add_step(folder, 3, "CREATE TABLE log (step INTEGER);")

    await (await open_in(tmp_path)).close()

    (copy,) = copies(tmp_path)
    assert copy.name.endswith("-version-1.db")
    assert copy.stat().st_mode & 0o777 == 0o600
    assert rows_on_disk(copy, "SELECT id, value FROM item") == [(1, 5)]
    assert rows_on_disk(copy, "PRAGMA user_version") == [(1,)]
    assert rows_on_disk(tmp_path / "test.db", "SELECT count(*) FROM item") == [(0,)]


@pytest.mark.parametrize(
    "broken",
    [
        "CREATE TABLE log (step INTEGER); UPDATE item SET value = 9; SELECT * FROM nowhere;",
        "CREATE TABLE log (step INTEGER); UPDATE item SET value = 9; COMMIT; BEGIN;",
        "UPDATE item SET value = 9; CREATE TABLE log (step REFERENCES item (id)); INSERT INTO log VALUES (77);",
    ],
    ids=["an error", "ends the transaction", "rows that point nowhere"],
)
async def test_a_failing_step_changes_nothing(tmp_path: Path, broken: str) -> None:
    async with await open_in(tmp_path) as db:
        await db.write(put(1, 5))
    add_step(tmp_path / "migrations", 2, broken)

    with pytest.raises(sqlite3.Error):
        await open_in(tmp_path)

    assert rows_on_disk(tmp_path / "test.db", "PRAGMA user_version") == [(1,)]
    assert rows_on_disk(tmp_path / "test.db", "SELECT id, value FROM item") == [(1, 5)]
    assert rows_on_disk(tmp_path / "test.db", "SELECT name FROM sqlite_schema WHERE name = 'log'") == []


async def test_a_step_may_rebuild_a_table_that_others_point_to(tmp_path: Path) -> None:
    folder = write_tables(tmp_path / "migrations")
    add_step(folder, 2, "CREATE TABLE child (item_id INTEGER REFERENCES item (id) ON DELETE CASCADE);")
    async with await open_in(tmp_path) as db:
        await db.write(put(1))
        await db.write(lambda work: work.connection.execute("INSERT INTO child VALUES (1)") and None)
    add_step(
        folder,
        3,
        "CREATE TABLE new_item (id INTEGER PRIMARY KEY, value INTEGER);"
        "INSERT INTO new_item SELECT id, value FROM item;"
        "DROP TABLE item; ALTER TABLE new_item RENAME TO item;",
    )

    async with await open_in(tmp_path) as db:
        assert await db.write(lambda work: work.connection.execute("PRAGMA foreign_keys").fetchone()) == (1,)
    assert rows_on_disk(tmp_path / "test.db", "SELECT item_id FROM child") == [(1,)]


@pytest.mark.slow
async def test_of_four_processes_that_start_at_once_one_applies_each_step(tmp_path: Path) -> None:
    async with await open_in(tmp_path) as db:
        await db.write(put(1))
    add_step(tmp_path / "migrations", 2, "CREATE TABLE log (step INTEGER); INSERT INTO log VALUES (2);")
    add_step(tmp_path / "migrations", 3, "INSERT INTO log VALUES (3);")
    add_step(tmp_path / "migrations", 4, "INSERT INTO log VALUES (4);")

    children = [start_child("open_once", tmp_path) for _ in range(4)]

    assert [end_child(child).strip() for child in children] == ["4"] * 4
    assert rows_on_disk(tmp_path / "test.db", "SELECT step FROM log") == [(2,), (3,), (4,)]
    # Whoever applies a step makes a copy before its first one: the second process may come between two steps.
    assert [path.name.endswith("-version-1.db") for path in copies(tmp_path)].count(True) == 1


@pytest.mark.slow
def test_four_processes_may_make_a_new_database_at_once(tmp_path: Path) -> None:
    write_tables(tmp_path / "migrations")
    children = [start_child("open_once", tmp_path) for _ in range(4)]

    assert [end_child(child).strip() for child in children] == ["1"] * 4
    assert rows_on_disk(tmp_path / "test.db", "SELECT count(*) FROM change_counter") == [(1,)]
    assert copies(tmp_path) == []


@pytest.mark.parametrize(
    "names", [["0002_a.sql"], ["0001_a.sql", "0003_b.sql"], ["0001_a.sql", "0001_b.sql"], ["a.sql"]]
)
def test_a_gap_a_twin_or_a_bad_name_among_the_steps_is_a_bug(tmp_path: Path, names: list[str]) -> None:
    for name in names:
        (tmp_path / name).write_text("SELECT 1;")

    with pytest.raises(ValueError, match=r"named|numbered"):
        load_migrations(tmp_path)


def test_the_newest_ten_copies_stay_and_files_of_others_too(tmp_path: Path) -> None:
    class Moving(SystemClock):
        moment = datetime(2026, 11, 20, tzinfo=UTC)

        def now(self) -> datetime:
            self.moment += timedelta(minutes=1)
            return self.moment

    sqlite3.connect(tmp_path / "test.db").close()
    clock, folder = Moving(), tmp_path / "backups"
    folder.mkdir()
    (folder / "mine.db").touch()
    made = [back_up(tmp_path / "test.db", folder, version=1, clock=clock) for _ in range(12)]

    assert KEPT_BACKUPS == 10
    assert sorted(path.name for path in folder.iterdir()) == [*(path.name for path in made[2:]), "mine.db"]


async def test_nothing_to_do_takes_no_lock(tmp_path: Path) -> None:
    """A second program can be started while the first one writes for a long time."""
    await (await open_in(tmp_path)).close()
    holder = sqlite3.connect(tmp_path / "test.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

    writer = await Connection.open_writer(tmp_path / "test.db", clock=SystemClock(), patience_s=0)
    applied = await writer.run(
        lambda raw: migrate(
            raw,
            folder=tmp_path / "migrations",
            path=tmp_path / "test.db",
            backups=tmp_path / "backups",
            clock=SystemClock(),
            patience_s=0,
        )
    )
    await writer.close()
    holder.close()

    assert applied == 0
