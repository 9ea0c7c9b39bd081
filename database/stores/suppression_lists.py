"""The suppression list: who is on it, and people put on it from a file, also those who are no contacts yet."""

import json
import sqlite3
from array import array
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final

from campaigns.audience.suppression_list import ListRow
from campaigns.reasons import DeliveryReason
from core.domain.search_key import search_terms
from database.database import Database
from database.stores.contact_lists import Ids
from database.stores.rows import Row, from_ms

_ROWS: Final = """
SELECT s.id, s.contact_id, ifnull(k.name, ''), ifnull(k.username, ifnull(s.username, '')),
    ifnull(k.phone, ifnull(s.phone, '')), s.telegram_user_id, s.reason, s.at, s.added_by, s.note, ifnull(a.title, ''),
    s.erased_at IS NOT NULL
FROM suppression AS s LEFT JOIN contact AS k ON k.id = s.contact_id LEFT JOIN account AS a ON a.id = s.account_id
"""
ROWS: Final = f"{_ROWS} WHERE s.id IN (SELECT value FROM json_each(?))"
_PAGE: Final = f"{_ROWS} WHERE s.id > ? ORDER BY s.id LIMIT ?"
_IDS: Final = """
SELECT s.id FROM suppression AS s LEFT JOIN contact AS k ON k.id = s.contact_id WHERE {} ORDER BY s.id DESC LIMIT ?
"""
_KEY: Final = "instr(ifnull(k.search_key, ifnull(lower(s.username), '') || ' ' || ifnull(s.phone, '')), ?)"
_COUNT: Final = "SELECT count(*) FROM suppression"
PAGE_ROWS: Final = 1_000


class SuppressionListStore:
    """Who is never written to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self) -> int:
        return await self._database.read(lambda raw: int(raw.execute(_COUNT).fetchone()[0]))

    async def ids(self, text: str = "", *, limit: int = -1) -> Ids:
        """The newest first; with a text those whose name, @name or number holds it."""
        terms = search_terms(text)
        where = " AND ".join([_KEY] * len(terms)) or "1"

        def read_ids(raw: sqlite3.Connection) -> Ids:
            return array("q", (row[0] for row in raw.execute(_IDS.format(where), (*terms, limit))))

        return await self._database.read(read_ids, is_long=True)

    async def rows(self, ids: Sequence[int]) -> Mapping[int, ListRow]:
        """These lines as they are now."""
        wanted = json.dumps(list(ids))
        return await self._database.read(
            lambda raw: {row[0]: _row(row) for row in raw.execute(ROWS, (wanted,)).fetchall()}
        )

    async def pages(self) -> AsyncIterator[Sequence[ListRow]]:
        """The whole list, oldest first."""
        after = 0

        def read_page(raw: sqlite3.Connection) -> list[ListRow]:
            return [_row(row) for row in raw.execute(_PAGE, (after, PAGE_ROWS)).fetchall()]

        while page := await self._database.read(read_page):
            yield page
            after = page[-1].id


def _row(row: Row) -> ListRow:
    return ListRow(
        id=row[0],
        contact_id=row[1],
        name=row[2],
        username=row[3],
        phone=row[4],
        telegram_user_id=row[5],
        reason=DeliveryReason(row[6]),
        at=from_ms(row[7]),
        added_by=row[8],
        note=row[9],
        account_title=row[10],
        is_of_erased=bool(row[11]),
    )
