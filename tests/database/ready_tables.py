"""Gives a new database the tables of today at once: the real steps make them once a process, and tests get a copy."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from core.clock import Clock
from database.migrations import runner


class ReadyTables:
    """Stands before `runner.migrate`, which still runs at every opening and finds an empty database up to date.

    Making all tables takes twenty times as long as copying them. Any other folder of steps, and a file with tables of
    any version, is left to the runner alone.
    """

    def __init__(self, folder: Path) -> None:
        self._made = folder / "tables.db"
        self._lock = threading.Lock()  # each database has a thread of its own

    def migrate(
        self, raw: sqlite3.Connection, *, folder: Path, path: Path, backups: Path, clock: Clock, patience_s: float
    ) -> int:
        if folder == runner.MIGRATIONS_FOLDER:
            with self._lock:
                if _is_empty(raw):
                    self._copy_into(raw, clock)
        return runner.migrate(raw, folder=folder, path=path, backups=backups, clock=clock, patience_s=patience_s)

    def _copy_into(self, raw: sqlite3.Connection, clock: Clock) -> None:
        with closing(sqlite3.connect(self._made, isolation_level=None)) as made:
            if _is_empty(made):
                made.execute("PRAGMA synchronous = OFF")
                folder = runner.MIGRATIONS_FOLDER
                runner.migrate(made, folder=folder, path=self._made, backups=folder, clock=clock, patience_s=60)
            made.backup(raw)


def _is_empty(raw: sqlite3.Connection) -> bool:
    try:
        return raw.execute("PRAGMA schema_version").fetchone() == (0,)  # no table was ever made
    except sqlite3.Error:
        return False  # what is wrong with the file is for the runner to say


@contextmanager
def ready_tables(folder: Path) -> Iterator[None]:
    """Inside the block every new database of this process gets its tables so; `folder` is kept for them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("database.database.migrate", ReadyTables(folder).migrate)
        yield
