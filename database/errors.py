"""What SQLite reports, in our words: the one place where its result codes become errors that a person can read.

Trouble of the machine (full disk, locked or damaged file) becomes a StorageError. Mistakes of the program (wrong
SQL, a broken constraint, a closed cursor) pass as they are: they are bugs, and bugs keep their traceback.
"""

import sqlite3
from types import TracebackType
from typing import Final

from core.errors import StorageCorrupt, StorageError, StorageFull, StorageLocked, StorageReadOnly

PRIMARY_CODE_MASK: Final = (
    0xFF  # an extended result code holds the primary one in its low byte (sqlite.org/rescode.html)
)

_KNOWN: Final[dict[int, tuple[type[StorageError], str, str]]] = {
    sqlite3.SQLITE_FULL: (StorageFull, "The last change was not saved. Everything before it is safe.", ""),
    # A full disk shows first where SQLite grows the file shared between processes.
    sqlite3.SQLITE_IOERR_SHMSIZE: (StorageFull, "The workspace could not be opened for lack of space.", ""),
    sqlite3.SQLITE_READONLY: (StorageReadOnly, "The database of this workspace can be read but not changed.", ""),
    sqlite3.SQLITE_PERM: (StorageReadOnly, "The database of this workspace may not be changed.", ""),
    sqlite3.SQLITE_CANTOPEN: (StorageReadOnly, "The database of this workspace cannot be opened or made there.", ""),
    sqlite3.SQLITE_BUSY: (StorageLocked, "Wireroom waited for it and gave up. Nothing was changed.", ""),
    sqlite3.SQLITE_LOCKED: (StorageLocked, "Wireroom waited for it and gave up. Nothing was changed.", ""),
    sqlite3.SQLITE_PROTOCOL: (StorageLocked, "Wireroom waited for it and gave up. Nothing was changed.", ""),
    sqlite3.SQLITE_CORRUPT: (StorageCorrupt, "Parts of the file cannot be read. Nothing was changed.", ""),
    sqlite3.SQLITE_NOTADB: (StorageCorrupt, "The file is not a database, or its beginning was overwritten.", ""),
    sqlite3.SQLITE_IOERR: (
        StorageError,
        "The disk reported an error while reading or writing. Everything saved before is safe.",
        "Check that the disk is connected, has free space and is sound, then start Wireroom again.",
    ),
}


def storage_error(error: sqlite3.Error) -> StorageError | None:
    """Our error for one that SQLite reported about the machine, None for a bug of the program."""
    code = getattr(error, "sqlite_errorcode", None)  # absent on errors that the Python module itself raises
    if not isinstance(code, int):
        return None
    known = _KNOWN.get(code) or _KNOWN.get(code & PRIMARY_CODE_MASK)
    if known is None:
        return None
    kind, message, hint = known
    return kind(message, hint=hint, detail=error.sqlite_errorname)


def in_our_words(error: Exception, *, bug_code: int | None = None) -> Exception:
    """The error to give to whoever asked: the StorageError for one about the machine, any other as it is."""
    if not isinstance(error, sqlite3.Error) or getattr(error, "sqlite_errorcode", None) == bug_code:
        return error
    ours = storage_error(error)
    if ours is None:
        return error
    ours.__cause__ = error
    return ours


class StorageErrors:
    """Context manager: raises the StorageError for a SQLite error about the machine, lets everything else pass."""

    __slots__ = ()

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, sqlite3.Error):
            ours = storage_error(error)
            if ours is not None:
                raise ours from error


storage_errors: Final = StorageErrors()
