"""What the preview of a draft asks of its people: who has an empty field, and which fields there are."""

import sqlite3
from collections.abc import Sequence
from typing import Final

from core.domain.ids import CampaignId
from database.database import Database
from database.stores.planning import values_of

_AFTER: Final = """
SELECT k.name, k.username, k.language, k.fields FROM campaign_member AS m CROSS JOIN contact AS k ON k.id = m.contact_id
WHERE m.campaign_id = ? ORDER BY m.contact_id LIMIT ? OFFSET ?
"""
_FIELDS: Final = """
SELECT DISTINCT j.key FROM (SELECT fields FROM contact ORDER BY id DESC LIMIT ?) AS k CROSS JOIN json_each(k.fields) AS j
ORDER BY j.key
"""
OWN_FIELDS: Final = ("name", "username", "language")
LOOKED_AT: Final = 20_000
"""People looked at for one with an empty field, and for the names of fields: some milliseconds on a reader."""


class DraftPeople:
    """Reads only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def with_empty_field(self, campaign_id: CampaignId, fields: frozenset[str], after: int) -> int | None:
        """The number (from 0) of the next of LOOKED_AT people for whom one of these is empty, then from the first again."""

        def find(raw: sqlite3.Connection) -> int | None:
            for start in (after + 1, 0):
                for number, row in enumerate(raw.execute(_AFTER, (campaign_id, LOOKED_AT, start)), start):
                    values = values_of(*row)
                    if any(not values.get(field, "").strip() for field in fields):
                        return number
            return None

        return await self._database.read(find, is_long=True)

    async def fields(self) -> Sequence[str]:
        """The names of fields that the newest people have, those that everybody has first."""

        def read_fields(raw: sqlite3.Connection) -> list[str]:
            found = [row[0] for row in raw.execute(_FIELDS, (LOOKED_AT,)).fetchall()]
            return [*OWN_FIELDS, *(field for field in found if field not in OWN_FIELDS)]

        return await self._database.read(read_fields, is_long=True)
