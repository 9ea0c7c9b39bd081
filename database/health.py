"""What must hold for the database, for `doctor`: each check opens the file for itself and changes nothing."""

import sqlite3
from functools import partial
from pathlib import Path
from typing import Final

from core.health import HealthCheck, HealthResult, ok, warn
from core.workspace import Workspace
from database.connection import WAL_LIMIT_BYTES, check_sound, check_sqlite_version, read_only_uri
from database.errors import storage_errors
from database.migrations.runner import load_migrations, read_version, too_new

MEGABYTE: Final = 1_000_000


def database_checks(workspace: Workspace) -> list[HealthCheck]:
    """The checks of this package; they may run beside open consoles and workers."""
    return [
        HealthCheck("SQLite", check_sqlite),
        HealthCheck("Database", partial(check_database, workspace.database_path)),
        HealthCheck("Database log", partial(check_log, workspace.database_path)),
    ]


def check_sqlite() -> HealthResult:
    """Whether this Python's SQLite has what our tables need; raises ConfigurationError."""
    check_sqlite_version()
    return ok(f"SQLite {sqlite3.sqlite_version}.")


def check_database(path: Path) -> HealthResult:
    """Whether the file opens, is sound, and has tables that this program knows; raises StorageError."""
    if not path.exists():
        return ok("There is no database yet; the first start makes it.")
    newest = len(load_migrations())
    with storage_errors:
        raw = sqlite3.connect(read_only_uri(path), uri=True)
        try:
            version = read_version(raw)
            if version > newest:
                raise too_new(version, newest)
            check_sound(raw)
        finally:
            raw.close()
    later = "" if version == newest else f" The next start brings them to version {newest}."
    return ok(f"The database is sound: {path.stat().st_size / MEGABYTE:,.1f} MB, tables of version {version}.{later}")


def check_log(path: Path) -> HealthResult:
    """Whether the write-ahead log is emptied as it should be."""
    log = path.with_name(f"{path.name}-wal")
    size = log.stat().st_size if log.exists() else 0
    if size > WAL_LIMIT_BYTES:
        return warn(
            f"The write-ahead log has grown to {size / MEGABYTE:,.0f} MB: some program reads the database without end.",
            "Close other programs that have the database open, then start Wireroom again.",
        )
    return ok(f"The write-ahead log holds {size / MEGABYTE:,.1f} MB.")
