"""A copy of the whole database at one moment, while consoles and workers go on writing."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.domain.account import WorkspaceKind
from core.files import PRIVATE_FILE, storage_errors
from database.connection import read_only_uri
from database.errors import storage_errors as database_errors
from database.migrations.runner import read_version
from database.stores.workspaces import get_workspace

STEP_PAGES: Final = 1_000
"""4 MB: some 5 ms each, so that whoever waits to cancel does not wait long."""


@dataclass(frozen=True, slots=True)
class CopiedDatabase:
    """What the copy says about itself."""

    workspace_id: str
    kind: WorkspaceKind
    generation: int
    schema: int  # the version of its tables


def copy_database(path: Path, target: Path, tell: Callable[[float], None]) -> CopiedDatabase:
    """Write the committed state of this moment into a new file that only its owner can read. Blocks.

    SQLite's online backup, in steps, over a read transaction that stays open: writers are not held up, and nothing they
    commit meanwhile makes it begin again (a copy without one starts over with each commit of another process). Only the
    write-ahead log cannot shrink until it is done. `tell` hears how much is done, 0 to 1; what it raises ends the copy.
    Raises StorageError, WorkspaceError.
    """
    with storage_errors(target):
        target.unlink(missing_ok=True)
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE))
    with database_errors, closing(sqlite3.connect(read_only_uri(path), uri=True, isolation_level=None)) as source:
        source.execute("BEGIN")
        row = get_workspace(source)  # the first read fixes the moment
        with closing(sqlite3.connect(target, isolation_level=None)) as copy:
            source.backup(copy, pages=STEP_PAGES, progress=lambda _, left, whole: tell(1 - left / max(whole, 1)))
        found = CopiedDatabase(row.workspace_id, row.kind, row.generation, read_version(source))
        source.execute("ROLLBACK")
    return found
