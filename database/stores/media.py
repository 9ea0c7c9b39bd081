"""Which photos and files the workspace keeps, and who needs them. The files themselves are the business of others."""

import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from campaigns.message.variants import Message
from core.domain.media import Media
from core.errors import InvalidTransitionError
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.rows import to_ms

_NOTE: Final = """
INSERT INTO media_file (sha256, size, noted_at) VALUES (?, ?, ?)
ON CONFLICT DO UPDATE SET noted_at = max(noted_at, excluded.noted_at)
"""
# Messages name their media; of tests only those matter that are not final yet.
_UNUSED: Final = """
SELECT f.sha256 FROM media_file AS f WHERE f.noted_at < ?1 AND f.sha256 NOT IN (
    SELECT m.value ->> '$.media.sha256'
    FROM campaign AS c, json_each(iif(json_valid(c.message), c.message, '{}'), '$.media') AS m
    UNION ALL
    SELECT m.value ->> '$.media.sha256' FROM template_version AS t, json_each(t.message, '$.media') AS m
    UNION ALL
    SELECT m.value ->> '$.sha256' FROM outgoing AS o, json_each(o.content, '$.media') AS m
    WHERE o.test_of IS NOT NULL AND o.content IS NOT NULL AND o.state IN ('planned', 'deferred', 'sending'))
"""
_FORGET: Final = "DELETE FROM media_file WHERE sha256 = ?"
_IS_KEPT: Final = "SELECT EXISTS (SELECT 1 FROM media_file WHERE sha256 = ?)"


class MediaStore:
    """Implements `campaigns.message.media.MediaDesk`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, media: Sequence[Media], *, now: datetime) -> None:
        """These are kept from now on."""
        rows = [(each.sha256, each.size_bytes, to_ms(now)) for each in media]

        def note(work: UnitOfWork) -> None:
            work.connection.executemany(_NOTE, rows)

        await self._database.write(note)

    async def drop_unused(self, *, noted_before: datetime, remove: Callable[[str], None]) -> int:
        """Forget what no campaign, template or test message needs and was noted before; returns how many.

        `remove` is given each SHA-256 inside the unit, so that nobody notes it again meanwhile.
        """
        moment = to_ms(noted_before)

        def find(raw: sqlite3.Connection) -> list[str]:
            return [row[0] for row in raw.execute(_UNUSED, (moment,)).fetchall()]

        def drop(work: UnitOfWork) -> int:
            unused = find(work.connection)
            for sha256 in unused:
                work.connection.execute(_FORGET, (sha256,))
                remove(sha256)
            return len(unused)

        return await self._database.write(drop) if await self._database.read(find) else 0


def demand_kept(raw: sqlite3.Connection, message: Message) -> None:
    """Raises InvalidTransitionError while a photo or file of the message is not in the workspace."""
    for each in message.media:
        if each.path or not raw.execute(_IS_KEPT, (each.media.sha256,)).fetchone()[0]:
            raise InvalidTransitionError(
                f"{each.media.name} was attached while the campaign was being submitted.", hint="Submit it again."
            )
