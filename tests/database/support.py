"""A small throw-away schema, and child processes that use the database as the program does."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import Awaitable
from pathlib import Path
from typing import TypeVar

from database.database import Database
from database.lock_handler import UnitOfWork

T = TypeVar("T")

ROOT = Path(__file__).parents[2]

TABLES = """
CREATE TABLE item (id INTEGER PRIMARY KEY, value INTEGER NOT NULL CHECK (value >= 0), text TEXT NOT NULL DEFAULT '')
STRICT;
CREATE TABLE change (
    kind TEXT NOT NULL, subject_id INTEGER NOT NULL, seq INTEGER NOT NULL UNIQUE, PRIMARY KEY (kind, subject_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE change_counter (id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL) STRICT;
INSERT INTO change_counter VALUES (1, 0);
"""


def write_tables(folder: Path) -> Path:
    """Make `folder` hold the one migration of the throw-away schema, unless it is there."""
    folder.mkdir(exist_ok=True)
    file = folder / "0001_tables.sql"
    if not file.exists():
        file.write_text(TABLES)
    return folder


async def open_in(folder: Path, *, patience_s: float = 30.0) -> Database:
    """The database of the throw-away schema in `folder`."""
    return await Database.open(
        folder / "test.db",
        backups=folder / "backups",
        migrations=write_tables(folder / "migrations"),
        patience_s=patience_s,
    )


def put(item_id: int, value: int = 0):
    """A unit that adds an item."""

    def put_item(work: UnitOfWork) -> int:
        work.connection.execute("INSERT INTO item (id, value) VALUES (?, ?)", (item_id, value))
        work.touch("item", item_id)
        return item_id

    return put_item


def start(answer: Awaitable[T]) -> "asyncio.Task[T]":
    """A task that its test awaits."""

    async def wait() -> T:
        return await answer

    return asyncio.get_running_loop().create_task(wait())


def all_items(raw: sqlite3.Connection) -> dict[int, int]:
    return dict(raw.execute("SELECT id, value FROM item ORDER BY id").fetchall())


def rows_on_disk(path: Path, sql: str) -> list[tuple]:
    """What another program sees in the file."""
    raw = sqlite3.connect(path)
    try:
        return raw.execute(sql).fetchall()
    finally:
        raw.close()


def start_child(what: str, *arguments: object, **options) -> subprocess.Popen[str]:
    """Run `child.py what arguments…`; its lines come on standard output."""
    return subprocess.Popen(
        [sys.executable, "-u", str(Path(__file__).with_name("child.py")), what, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        **options,
    )


def end_child(child: subprocess.Popen[str], *, expected: int = 0) -> str:
    """Wait for the child and return what it still said."""
    try:
        said, _ = child.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        raise
    assert child.returncode == expected, said
    return said
