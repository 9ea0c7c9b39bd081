"""The ledger: one line per message the sandbox accepted from an account. Proofs count from it alone.

The journal is written first, then the ledger, both in the order of acceptance. So after a kill the ledger may lack
the journal's last messages and never holds more; `reconcile` adds what is missing.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import msgspec

from core.errors import StorageCorrupt
from telegram.sandbox.appending import AppendOnlyFile
from telegram.sandbox.records import MessageSent

FILE_NAME = "ledger.jsonl"


class LedgerEntry(msgspec.Struct, frozen=True, gc=False):
    """A message accepted after de-duplication. `text_sha256` is the hash of the text in UTF-8, without formatting;
    `media_sha256` that of the photo or file it carries, "" for none. Each item of an album is an entry.
    """

    account_id: int
    peer_id: int
    random_id: int
    text_sha256: str
    message_id: int
    at_ms: int
    media_sha256: str = ""

    @property
    def at(self) -> datetime:
        """When the sandbox accepted it, by the sandbox's clock."""
        return datetime.fromtimestamp(self.at_ms / 1000, UTC)

    @classmethod
    def from_record(cls, record: MessageSent) -> "LedgerEntry":
        return cls(
            account_id=record.account_id,
            peer_id=record.peer_id,
            random_id=record.random_id,
            text_sha256=sha256(record.text.encode()).hexdigest(),
            message_id=record.message_id,
            at_ms=record.at_ms,
            media_sha256=record.media_sha256,
        )


def read_ledger(path: Path) -> list[LedgerEntry]:
    """Every whole entry, in order of acceptance; [] if there is no file. Raises StorageCorrupt for a damaged line.

    Safe while the sandbox runs: a last line that is just being written is left out.
    """
    content = path.read_bytes() if path.exists() else b""
    decoder = msgspec.json.Decoder(LedgerEntry)
    try:
        return [decoder.decode(line) for line in content[: content.rfind(b"\n") + 1].splitlines()]
    except msgspec.DecodeError as error:
        raise StorageCorrupt(title="The sandbox's ledger is damaged", detail=path.name) from error


class Ledger:
    """The writing side; the sandbox process is its only user."""

    def __init__(self, path: Path) -> None:
        self._file = AppendOnlyFile(path)
        self._encoder = msgspec.json.Encoder()

    def reconcile(self, accepted: Iterable[MessageSent]) -> int:
        """Given every message of the journal in order, add those that a kill kept out; returns how many."""
        known_count = self._file.read().count(b"\n")
        missing = list(accepted)[known_count:]
        for record in missing:
            self.add(record)
        self.commit()
        return len(missing)

    def add(self, record: MessageSent) -> None:
        """Take an accepted message; it is in the file after the next `commit`."""
        self._file.add(self._encoder.encode(LedgerEntry.from_record(record)))

    def commit(self) -> None:
        """Write what was added. The caller has committed the journal before."""
        self._file.commit()

    def close(self) -> None:
        """Close the file."""
        self._file.close()
