"""Copies of the database file, made before its tables change."""

import os
import re
import sqlite3
from pathlib import Path
from typing import Final

from core.clock import Clock
from database.connection import read_only_uri
from database.errors import storage_errors

KEPT_BACKUPS: Final = 10
BACKUP_NAME: Final = re.compile(r"\d{8}T\d{6}\.\d{6}Z-version-\d+\.db")


def back_up(path: Path, folder: Path, *, version: int, clock: Clock) -> Path:
    """Write the committed state of the database at `path` to a new file in `folder`; the newest 10 stay.

    Blocks. The file appears under its name only when it is whole, readable by nobody else. Raises StorageError.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / f"{clock.now():%Y%m%dT%H%M%S.%fZ}-version-{version}.db"
    partial = target.with_suffix(".partial")
    with storage_errors:
        # A connection of its own, because VACUUM cannot run inside the transaction that holds the write lock.
        source = sqlite3.connect(read_only_uri(path), uri=True, isolation_level=None)
        try:
            source.execute("VACUUM INTO ?", (str(partial),))
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        finally:
            source.close()
    partial.chmod(0o600)
    partial.replace(target)
    _prune(folder)
    return target


def _prune(folder: Path) -> None:
    """Keep the newest; the names sort by time. What others put there stays."""
    ours = sorted(name for name in os.listdir(folder) if BACKUP_NAME.fullmatch(name))
    for name in ours[:-KEPT_BACKUPS]:
        (folder / name).unlink(missing_ok=True)
