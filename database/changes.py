"""Which subjects changed, in the order of commits: how console and worker notice what the other one did.

Tables (made by the migrations): `change(seq, kind, subject_id)`, one row per (kind, subject_id), and
`change_counter(seq)` with its only row.
"""

import json
import sqlite3
from collections.abc import Collection
from typing import Final

from core.domain.change import Change
from database.connection import Connection
from database.errors import storage_errors

PAGE_ROWS: Final = 1_000

# The next numbers. A write transaction takes them, so no later commit ever has a smaller one.
_TAKE_NUMBERS = "UPDATE change_counter SET seq = seq + ? RETURNING seq"
# One row per subject, in the order of the list: only its latest change counts.
_RECORD_CHANGE = """
INSERT INTO change (seq, kind, subject_id) SELECT ? + key, json_extract(value, '$[0]'), json_extract(value, '$[1]')
FROM json_each(?) WHERE true
ON CONFLICT (kind, subject_id) DO UPDATE SET seq = excluded.seq
"""
# Where the numbers stand.
_LAST_NUMBER = "SELECT seq FROM change_counter"
# What changed after a number, oldest first.
_CHANGES_AFTER = "SELECT kind, subject_id, seq FROM change WHERE seq > ? ORDER BY seq LIMIT ?"
# Another number whenever another connection has committed: the cheap question.
_DATA_VERSION = "PRAGMA data_version"


def record_changes(raw: sqlite3.Connection, subjects: Collection[tuple[str, int]]) -> None:
    """Write the subjects of the transaction that is about to commit, one number each, in their order."""
    (last,) = raw.execute(_TAKE_NUMBERS, (len(subjects),)).fetchone()
    raw.execute(_RECORD_CHANGE, (last - len(subjects) + 1, json.dumps(list(subjects))))


class ChangeFeed:
    """What changed since the last poll, seen from one connection.

    On the writer's connection only commits of other processes wake it, on a reader's connection those of this
    process too. Subjects of this process may be among the changes either way: a row holds only the latest change of
    its subject, so leaving them out could hide one of the other process.
    """

    def __init__(self, connection: Connection, *, after_seq: int) -> None:
        """`after_seq`: the last change that is known already; 0 for everything."""
        self._connection = connection
        self._seq = after_seq
        self._data_version: int | None = None

    @classmethod
    async def from_now(cls, connection: Connection) -> "ChangeFeed":
        """A feed of what changes from this moment on. Make it first, then read the state that it keeps fresh."""
        return cls(connection, after_seq=await connection.run(_read_last_number))

    async def poll(self) -> list[Change]:
        """The subjects changed since the last poll, at most 1,000, oldest first. Cheap when nothing is new."""
        data_version, changes = await self._connection.run(self._read)
        # After a full page there may be more, whether or not somebody commits meanwhile.
        self._data_version = data_version if len(changes) < PAGE_ROWS else None
        if changes:
            self._seq = changes[-1].seq
        return changes

    def _read(self, raw: sqlite3.Connection) -> tuple[int, list[Change]]:
        with storage_errors:
            # The version first: what is committed between the two statements is read now and looked for once more.
            (data_version,) = raw.execute(_DATA_VERSION).fetchone()
            if data_version == self._data_version:
                return data_version, []
            rows = raw.execute(_CHANGES_AFTER, (self._seq, PAGE_ROWS)).fetchall()
        return data_version, [Change(kind=kind, subject_id=subject_id, seq=seq) for kind, subject_id, seq in rows]


def _read_last_number(raw: sqlite3.Connection) -> int:
    with storage_errors:
        (seq,) = raw.execute(_LAST_NUMBER).fetchone()
    return int(seq)
