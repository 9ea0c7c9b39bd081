"""Files that clients send in parts, and the contents that became photos or files: kept in the sandbox's folder."""

import hashlib
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from core.files import make_private_folder, storage_errors, write_atomic

FOLDER_NAME = "media"


@dataclass(slots=True)
class PartFile:
    """The parts of one file so far, in the order in which they came."""

    file: IO[bytes]
    places: dict[int, tuple[int, int]] = field(default_factory=dict)  # by part: where it begins, its length
    end: int = 0


class Uploads:
    """Parts are forgotten when the process ends, as Telegram forgets them after a while; contents are not."""

    def __init__(self) -> None:
        self.folder: Path | None = None  # None: contents are not kept
        self._files: dict[tuple[int, int], PartFile] = {}  # by account and the client's number of the file

    def save_part(self, account_id: int, file_id: int, part: int, content: bytes) -> None:
        """A part that comes again counts in its newest form."""
        known = self._files.get((account_id, file_id))
        if known is None:
            known = self._files[account_id, file_id] = PartFile(tempfile.TemporaryFile())  # noqa: SIM115 - closed by take
        known.file.seek(known.end)
        known.file.write(content)
        known.places[part] = known.end, len(content)
        known.end += len(content)

    def missing_part(self, account_id: int, file_id: int, count: int) -> int | None:
        """The first of `count` parts that has not come."""
        known = self._files.get((account_id, file_id))
        return next((part for part in range(count) if known is None or part not in known.places), None)

    def take(self, account_id: int, file_id: int, count: int) -> bytes:
        """The whole content; its parts are forgotten."""
        known = self._files.pop((account_id, file_id))
        with known.file as file:
            parts = []
            for part in range(count):
                begin, length = known.places[part]
                file.seek(begin)
                parts.append(file.read(length))
        return b"".join(parts)

    def keep(self, content: bytes) -> str:
        """Keep a content under its SHA-256, and return that."""
        name = hashlib.sha256(content).hexdigest()
        if self.folder is not None:
            make_private_folder(self.folder)
            with storage_errors(self.folder / name):
                if not (self.folder / name).exists():
                    write_atomic(self.folder / name, content)
        return name
