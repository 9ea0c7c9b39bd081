"""Writing files so that a crash leaves the old content or the new, and only the owner can read them.

Errors of the operating system become the errors of `core.errors` here.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from core.errors import StorageError, StorageFull, StorageReadOnly

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700

_FULL = {errno.ENOSPC, errno.EDQUOT}
_NOT_WRITABLE = {errno.EACCES, errno.EPERM, errno.EROFS}


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn an OSError about `path` into StorageFull, StorageReadOnly or StorageError; the cause is kept."""
    try:
        yield
    except OSError as error:
        where = f"{path} ({errno.errorcode.get(error.errno or 0, 'no code')})"
        if error.errno in _FULL:
            raise StorageFull(f"{path.name} was not saved; its former content is untouched.", detail=where) from error
        if error.errno in _NOT_WRITABLE:
            raise StorageReadOnly(f"{path} cannot be written by you.", detail=where) from error
        raise StorageError(
            f"{path} cannot be used: {error.strerror}.",
            title=f"{path.name} was not saved",
            hint="Look whether this place exists, and choose another one if it does not.",
            detail=where,
        ) from error


def make_private_folder(folder: Path) -> None:
    """Create `folder` and what lies above it; the folder itself is 0700 afterwards, also when it was there."""
    with storage_errors(folder):
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        if folder.stat().st_mode & 0o777 != PRIVATE_FOLDER:
            folder.chmod(PRIVATE_FOLDER)


def write_atomic(path: Path, content: bytes) -> None:
    """Replace `path` by `content`, mode 0600: after a crash it holds the old bytes or the new ones, both whole.

    The content is on the disk when this returns. Two writers of one path must hold a lock of their own: they
    share the temporary file (its name is fixed, so that a killed writer leaves at most one behind).
    """
    temporary = temporary_name(path)
    with storage_errors(path):
        try:
            _write_synced(temporary, content)
            os.replace(temporary, path)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


@contextmanager
def written_whole(path: Path, *, encoding: str) -> Iterator[TextIO]:
    """The text of `path`, written beside it with its line breaks as they are, and moved there at the end of the block.

    When the block raises or is cancelled, there is what was there before. An OSError becomes a StorageError. What a
    killed writer leaves beside it goes by `remove_part`.
    """
    part = _part_of(path)
    with storage_errors(path):
        try:
            with part.open("w", encoding=encoding, newline="") as file:
                yield file
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


def remove_part(path: Path) -> None:
    """Delete what a killed `written_whole` has left beside `path`, if there is any and it can be reached."""
    with suppress(OSError):
        _part_of(path).unlink()


def _part_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")


def temporary_name(path: Path) -> Path:
    """Where `write_atomic` writes before it replaces `path`."""
    return path.with_name(f".{path.name}.tmp")


def sync_folder(folder: Path) -> None:
    """Make renames and removals in `folder` survive a power cut; Windows has no such call and needs none."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_synced(path: Path, content: bytes) -> None:
    # Opened with its final mode: there is no moment at which others could read it. A left-over of a killed
    # writer is truncated, and narrowed in case it was not ours.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as file:
        if os.name != "nt":
            os.fchmod(file.fileno(), PRIVATE_FILE)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
