"""Databases that earlier programs wrote, one dump a version of the tables: each comes up to date with all it holds."""

import sqlite3
from pathlib import Path

import pytest

from database.database import Database
from database.migrations.runner import load_migrations
from tests.database.support import rows_on_disk

DUMPS = sorted(Path(__file__).with_name("dumps").glob("version_*.sql"))
SCHEMA = "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name"
HELD = {
    "account": "SELECT id, title, state, session_secret FROM account ORDER BY id",
    "outgoing": "SELECT id, state, random_id, unknown_since, message_id FROM outgoing ORDER BY id",
    "consent": "SELECT id, contact_id, basis, source, evidence, given_at, withdrawn_at FROM consent ORDER BY id",
    "event": "SELECT id, kind, actor, data FROM event ORDER BY id",
    "delivery_count": "SELECT state, count FROM delivery_count ORDER BY state",
}


def load(dump: Path, path: Path) -> None:
    raw = sqlite3.connect(path)
    raw.executescript(dump.read_text(encoding="utf-8"))
    raw.execute(f"PRAGMA user_version = {int(dump.stem.removeprefix('version_'))}")
    raw.close()


@pytest.mark.parametrize("dump", DUMPS, ids=lambda dump: dump.stem)
async def test_a_database_of_an_earlier_version_migrates_with_all_it_holds(tmp_path: Path, dump: Path) -> None:
    path = tmp_path / "old.db"
    load(dump, path)
    before = {table: rows_on_disk(path, sql) for table, sql in HELD.items()}

    await (await Database.open(path, backups=tmp_path / "backups")).close()
    await (await Database.open(tmp_path / "fresh.db", backups=tmp_path / "backups")).close()

    assert {table: rows_on_disk(path, sql) for table, sql in HELD.items()} == before
    assert all(before.values())
    assert rows_on_disk(path, "PRAGMA user_version") == [(len(load_migrations()),)]
    assert rows_on_disk(path, "PRAGMA foreign_key_check") == []
    assert rows_on_disk(path, SCHEMA) == rows_on_disk(tmp_path / "fresh.db", SCHEMA)
