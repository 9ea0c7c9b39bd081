"""Whether the database file has to be read whole before it is used: not when it is exactly as it was closed in order."""

import os
import time
from contextlib import suppress
from pathlib import Path

SUFFIX = "-sound"  # beside the database, as SQLite's own "-wal"


def needs_check(path: Path) -> bool:
    """False only for the very file that `remember` saw, unchanged since, with no log of somebody who uses it or crashed.

    To be asked before the database is opened. Damage that changes no file time (a failing disk) is found by `doctor`.
    """
    with suppress(OSError):
        return _log_of(path).exists() or _mark_of(path).read_bytes() != _describe(path)
    return True


def remember(path: Path) -> None:
    """The file was sound, and is closed. Nothing is kept while another process uses it.

    The file gets a time of its own making: a write of anybody else would have to hit the same nanosecond.
    """
    with suppress(OSError):
        now_ns = time.time_ns()
        os.utime(path, ns=(now_ns, now_ns))
        seen = _describe(path)
        if not _log_of(path).exists():
            _mark_of(path).write_bytes(seen)


def _describe(path: Path) -> bytes:
    found = path.stat()
    return f"{found.st_dev} {found.st_ino} {found.st_size} {found.st_mtime_ns}".encode()


def _log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _mark_of(path: Path) -> Path:
    return path.with_name(f"{path.name}{SUFFIX}")
