"""The table from SQLite's result codes to our errors."""

import sqlite3

import pytest

from core.errors import AppError, StorageCorrupt, StorageError, StorageFull, StorageLocked, StorageReadOnly
from database.errors import in_our_words, storage_errors


def sqlite_error(kind: type[sqlite3.Error], name: str) -> sqlite3.Error:
    error = kind(f"what SQLite says about {name}")
    error.sqlite_errorcode = getattr(sqlite3, name)
    error.sqlite_errorname = name
    return error


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        (sqlite3.OperationalError, "SQLITE_FULL", StorageFull),
        (sqlite3.OperationalError, "SQLITE_IOERR_SHMSIZE", StorageFull),
        (sqlite3.OperationalError, "SQLITE_READONLY", StorageReadOnly),
        (sqlite3.OperationalError, "SQLITE_READONLY_DIRECTORY", StorageReadOnly),
        (sqlite3.OperationalError, "SQLITE_PERM", StorageReadOnly),
        (sqlite3.OperationalError, "SQLITE_CANTOPEN", StorageReadOnly),
        (sqlite3.OperationalError, "SQLITE_CANTOPEN_ISDIR", StorageReadOnly),
        (sqlite3.OperationalError, "SQLITE_BUSY", StorageLocked),
        (sqlite3.OperationalError, "SQLITE_BUSY_RECOVERY", StorageLocked),
        (sqlite3.OperationalError, "SQLITE_LOCKED", StorageLocked),
        (sqlite3.OperationalError, "SQLITE_PROTOCOL", StorageLocked),
        (sqlite3.DatabaseError, "SQLITE_CORRUPT", StorageCorrupt),
        (sqlite3.DatabaseError, "SQLITE_CORRUPT_INDEX", StorageCorrupt),
        (sqlite3.DatabaseError, "SQLITE_NOTADB", StorageCorrupt),
        (sqlite3.OperationalError, "SQLITE_IOERR", StorageError),
        (sqlite3.OperationalError, "SQLITE_IOERR_WRITE", StorageError),
        (sqlite3.OperationalError, "SQLITE_IOERR_FSYNC", StorageError),
    ],
)
def test_trouble_of_the_machine_becomes_an_error_in_words(
    kind: type[sqlite3.Error], name: str, expected: type[StorageError]
) -> None:
    original = sqlite_error(kind, name)

    with pytest.raises(StorageError) as caught, storage_errors:
        raise original

    assert type(caught.value) is expected
    assert caught.value.__cause__ is original
    assert caught.value.detail == name
    assert caught.value.title
    assert caught.value.message
    assert caught.value.hint
    assert "SQL" not in str(caught.value)


@pytest.mark.parametrize(
    "bug",
    [
        sqlite_error(sqlite3.OperationalError, "SQLITE_ERROR"),
        sqlite_error(sqlite3.IntegrityError, "SQLITE_CONSTRAINT_UNIQUE"),
        sqlite_error(sqlite3.IntegrityError, "SQLITE_MISMATCH"),
        sqlite_error(sqlite3.InterfaceError, "SQLITE_MISUSE"),
        sqlite3.ProgrammingError("Cannot operate on a closed database."),
        ValueError("not about the database at all"),
    ],
)
def test_a_bug_passes_as_it_is(bug: Exception) -> None:
    with pytest.raises(type(bug)) as caught, storage_errors:
        raise bug

    assert caught.value is bug
    assert not isinstance(caught.value, AppError)


def test_the_same_table_speaks_without_raising() -> None:
    full = sqlite_error(sqlite3.OperationalError, "SQLITE_FULL")
    read_only = sqlite_error(sqlite3.OperationalError, "SQLITE_READONLY")

    told = in_our_words(full)
    assert type(told) is StorageFull
    assert told.__cause__ is full
    assert type(in_our_words(read_only)) is StorageReadOnly
    assert in_our_words(read_only, bug_code=sqlite3.SQLITE_READONLY) is read_only
    assert isinstance(in_our_words(ValueError("a bug")), ValueError)
