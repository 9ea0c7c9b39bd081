"""What each account has uploaded. The newest upload is sent; older ones show what an earlier try sent."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from core.domain.account import Lease
from core.domain.ids import AccountId
from core.domain.media import Media, UploadedMedia
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.lease_check import check_lease
from database.stores.rows import Row, to_ms

_FIND: Final = """
SELECT media_id, access_hash, file_reference FROM upload
WHERE account_id = ? AND sha256 = ? AND kind = ? AND name = ? AND file_reference IS NOT NULL ORDER BY id DESC LIMIT 1
"""
_ADD: Final = """
INSERT INTO upload (account_id, sha256, kind, name, media_id, access_hash, file_reference, uploaded_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_END: Final = "UPDATE upload SET file_reference = NULL WHERE account_id = ? AND media_id = ?"
_IDS: Final = "SELECT media_id FROM upload WHERE account_id = ? AND sha256 = ? AND kind = ? AND name = ?"


class UploadStore:
    """Implements `campaigns.ports.UploadStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, account_id: AccountId, media: Media) -> UploadedMedia | None:
        """The newest upload that Telegram still takes."""

        def read_row(raw: sqlite3.Connection) -> Row | None:
            row: Row | None = raw.execute(_FIND, _key(account_id, media)).fetchone()
            return row

        row = await self._database.read(read_row)
        return None if row is None else UploadedMedia(media_id=row[0], access_hash=row[1], file_reference=row[2])

    async def add(self, lease: Lease, media: Media, uploaded: UploadedMedia, *, now: datetime) -> None:
        """Raises LeaseLost when the account is somebody else's by now."""
        values = (uploaded.media_id, uploaded.access_hash, uploaded.file_reference, to_ms(now))

        def add(work: UnitOfWork) -> None:
            check_lease(work.connection, lease)
            work.connection.execute(_ADD, (*_key(lease.account_id, media), *values))

        await self._database.write(add)

    async def end(self, lease: Lease, media_ids: Sequence[int]) -> None:
        """Telegram does not take these any more; by them the history still shows what was sent."""

        def end(work: UnitOfWork) -> None:
            check_lease(work.connection, lease)
            work.connection.executemany(_END, [(lease.account_id, media_id) for media_id in media_ids])

        await self._database.write(end)

    async def media_ids(self, account_id: AccountId, media: Media) -> frozenset[int]:
        """Under which numbers the account has ever uploaded it."""

        def read_ids(raw: sqlite3.Connection) -> frozenset[int]:
            return frozenset(row[0] for row in raw.execute(_IDS, _key(account_id, media)).fetchall())

        return await self._database.read(read_ids)


def _key(account_id: AccountId, media: Media) -> tuple[int, str, str, str]:
    return account_id, media.sha256, media.kind.value, media.name
