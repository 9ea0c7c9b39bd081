"""A file that only grows, one line per entry, whose torn last line (a kill in the middle of a write) is cut off."""

import os
from pathlib import Path

from core.files import PRIVATE_FILE, storage_errors


class AppendOnlyFile:
    """Lines collected during one turn of the loop by `add`, and written by `commit`."""

    def __init__(self, path: Path) -> None:
        """Open or create it, 0600. A last line without its end was never acknowledged: it is cut off.

        Raises StorageReadOnly, StorageFull or StorageError.
        """
        self._path = path
        self._pending: list[bytes] = []
        with storage_errors(path):
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), PRIVATE_FILE)
            self._cut_torn_line()

    def read(self) -> bytes:
        """Everything in the file, from its start."""
        size = os.fstat(self._fd).st_size
        os.lseek(self._fd, 0, os.SEEK_SET)
        parts: list[bytes] = []
        while size > 0:
            part = os.read(self._fd, size)
            if not part:
                break
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def add(self, line: bytes) -> None:
        """Take a line; it is in the file after the next `commit`."""
        self._pending.append(line)

    def commit(self) -> None:
        """Write what was added at once; returns after the operating system has taken all of it.

        Raises StorageFull or StorageError; part of it may have been written.
        """
        if not self._pending:
            return
        self._pending.append(b"")
        view = memoryview(b"\n".join(self._pending))
        self._pending = []
        with storage_errors(self._path):
            while view:
                view = view[os.write(self._fd, view) :]

    def close(self) -> None:
        """Close the file without writing what was added since the last commit."""
        os.close(self._fd)

    def _cut_torn_line(self) -> None:
        content = self.read()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            os.ftruncate(self._fd, whole)
