"""A file that only grows, one line per entry, whose torn last line (a kill in the middle of a write) is cut off."""

import os
from pathlib import Path

from core.files import PRIVATE_FILE, storage_errors


class AppendOnlyFile:
    """Lines added at the end. `append` returns after the operating system has taken all of them."""

    def __init__(self, path: Path) -> None:
        """Open or create it, 0600. A last line without its end was never acknowledged: it is cut off.

        Raises StorageReadOnly, StorageFull or StorageError.
        """
        self._path = path
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

    def append(self, lines: bytes) -> None:
        """Write whole lines. Raises StorageFull or StorageError; part of them may have been written."""
        view = memoryview(lines)
        with storage_errors(self._path):
            while view:
                view = view[os.write(self._fd, view) :]

    def close(self) -> None:
        """Close the file; it may not be used afterwards."""
        os.close(self._fd)

    def _cut_torn_line(self) -> None:
        content = self.read()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            os.ftruncate(self._fd, whole)
