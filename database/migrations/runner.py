"""Brings the tables up to date: numbered .sql files, forward only, each step whole or not at all."""

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.clock import Clock
from core.domain.search_key import fold, to_search_key
from core.errors import DatabaseTooNew
from database.backup import back_up
from database.errors import storage_errors
from database.lock_retry import retry_while_locked

MIGRATIONS_FOLDER: Final = Path(__file__).parent
FILE_NAME: Final = re.compile(r"(\d{4})_\w+\.sql")


@dataclass(frozen=True, slots=True)
class Migration:
    """One step: it brings the tables to the version of its number."""

    number: int
    name: str
    sql: str


def load_migrations(folder: Path = MIGRATIONS_FOLDER) -> tuple[Migration, ...]:
    """The steps of a folder in order. Raises ValueError when a number is missing or stands twice."""
    steps = []
    for file in sorted(folder.glob("*.sql")):
        match = FILE_NAME.fullmatch(file.name)
        if match is None:
            raise ValueError(f"{file.name} is not named like 0001_name.sql")
        steps.append(Migration(int(match[1]), file.stem, file.read_text(encoding="utf-8")))
    if [step.number for step in steps] != list(range(1, len(steps) + 1)):
        raise ValueError(f"the migrations in {folder} are not numbered 1, 2, 3, …")
    return tuple(steps)


def migrate(
    raw: sqlite3.Connection, *, folder: Path, path: Path, backups: Path, clock: Clock, patience_s: float
) -> int:
    """Apply the steps that are missing and return how many there were. Runs on the connection's thread.

    Any number of processes may do this at once: the version is read under the write lock, so each step is applied
    once. A database with tables is copied to `backups` first. Raises DatabaseTooNew, or StorageError from a step;
    the step that failed has changed nothing.
    """
    steps = load_migrations(folder)
    applied = 0
    # Rebuilding a table drops the old one, and with foreign keys on that deletes the rows that point to it. The
    # setting cannot be changed inside a transaction; the keys are checked before the commit instead.
    raw.execute("PRAGMA foreign_keys = OFF")
    raw.create_function("to_search_key", 3, to_search_key, deterministic=True)  # what steps need of our own code
    raw.create_function("fold", 1, fold, deterministic=True)
    try:
        with storage_errors:
            while _apply_next(raw, steps, path, backups if applied == 0 else None, clock, patience_s):
                applied += 1
    finally:
        raw.execute("PRAGMA foreign_keys = ON")
    return applied


def split_statements(sql: str) -> Iterator[str]:
    """The statements of a script; a semicolon in a text, a comment or a trigger ends none."""
    statement = ""
    for part in re.split(r"(?<=;)", sql):
        statement += part
        if sqlite3.complete_statement(statement):
            yield statement.strip()
            statement = ""
    if statement.strip():
        yield statement.strip()  # a comment at the end, or a statement without its semicolon


def too_new(version: int, newest_known: int) -> DatabaseTooNew:
    """The refusal of tables that a later program made."""
    return DatabaseTooNew(
        f"Its tables have version {version}, this Wireroom knows them up to version {newest_known}. "
        "Nothing was changed."
    )


def read_version(raw: sqlite3.Connection) -> int:
    """The version of the tables; 0 before the first step."""
    (version,) = raw.execute("PRAGMA user_version").fetchone()
    return int(version)


def _apply_next(
    raw: sqlite3.Connection,
    steps: tuple[Migration, ...],
    path: Path,
    backups: Path | None,
    clock: Clock,
    patience_s: float,
) -> bool:
    """Apply one step in one transaction; False when there is none left."""
    if read_version(raw) == len(steps):
        return False  # the usual start takes no lock
    retry_while_locked(lambda: raw.execute("BEGIN IMMEDIATE"), clock=clock, patience_s=patience_s)
    try:
        version = read_version(raw)
        if version > len(steps):
            raise too_new(version, len(steps))
        if version == len(steps):
            return False
        if backups is not None and _has_tables(raw):
            back_up(path, backups, version=version, clock=clock)
        _run_step(raw, steps[version])
        raw.execute("COMMIT")
    finally:
        if raw.in_transaction:
            raw.execute("ROLLBACK")
    return True


def _run_step(raw: sqlite3.Connection, step: Migration) -> None:
    raw.set_authorizer(_refuse_transactions)
    try:
        for statement in split_statements(step.sql):
            raw.execute(statement)
    finally:
        raw.set_authorizer(None)
    broken = raw.execute("PRAGMA foreign_key_check").fetchone()
    if broken is not None:
        raise sqlite3.IntegrityError(f"migration {step.name} leaves rows of {broken[0]} pointing to missing rows")
    raw.execute(f"PRAGMA user_version = {step.number}")


def _refuse_transactions(action: int, *_: object) -> int:
    """A step that ends our transaction could leave the tables half changed."""
    return sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_TRANSACTION else sqlite3.SQLITE_OK


def _has_tables(raw: sqlite3.Connection) -> bool:
    return raw.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone() is not None
