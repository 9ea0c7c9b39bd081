"""The journal: what makes the sandbox durable. It is replayed at start; an answer leaves only after its record."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from core.errors import StorageCorrupt
from telegram.sandbox.appending import AppendOnlyFile
from telegram.sandbox.records import AnyRecord


class Journal:
    """An append-only file of records, collected during one turn of the loop and written by `commit`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = AppendOnlyFile(path)
        self._encoder = msgspec.json.Encoder()

    def replay(self) -> Iterator[AnyRecord]:
        """Every record written so far, in order. Raises StorageCorrupt for a line that is none."""
        decoder = msgspec.json.Decoder(AnyRecord)
        for number, line in enumerate(self._file.read().splitlines(), start=1):
            try:
                yield decoder.decode(line)
            except msgspec.DecodeError as error:
                raise StorageCorrupt(
                    title="The sandbox's journal is damaged",
                    message="A line in the middle of it cannot be read, so what happened after it is unknown.",
                    hint="Delete the sandbox's folder to begin a new one, or restore the file.",
                    detail=f"{self._path.name}, line {number}",
                ) from error

    def add(self, record: AnyRecord) -> None:
        """Take a record; it is durable after the next `commit`."""
        self._file.add(self._encoder.encode(record))

    def commit(self) -> None:
        """Write what was added, in one write."""
        self._file.commit()

    def close(self) -> None:
        """Close the file without writing what was added since the last commit."""
        self._file.close()
