"""The people of a campaign one at a time, for looking at their texts."""

import sqlite3
from typing import Final

from campaigns.message.preview import Recipient
from core.domain.ids import CampaignId, ContactId
from core.errors import UserInputError
from database.database import Database
from database.stores.planning import values_of
from database.stores.rows import Row

_COUNT: Final = "SELECT count(*) FROM campaign_member WHERE campaign_id = ?"
# The key is found by walking the primary key of the members alone: 20 to 50 ms for the last of a million (measured).
_NTH: Final = """
SELECT k.id, k.name, k.username, k.language, k.fields FROM contact AS k WHERE k.id = (
    SELECT contact_id FROM campaign_member WHERE campaign_id = ? ORDER BY contact_id LIMIT 1 OFFSET ?)
"""
_FIND: Final = """
SELECT k.id, k.name, k.username, k.language, k.fields FROM campaign_member AS m JOIN contact AS k ON k.id = m.contact_id
WHERE m.campaign_id = ? AND m.contact_id = ?
"""


class RecipientStore:
    """Implements `campaigns.message.preview.Recipients`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self, campaign_id: CampaignId) -> int:
        def read_count(raw: sqlite3.Connection) -> int:
            return int(raw.execute(_COUNT, (campaign_id,)).fetchone()[0])

        return await self._database.read(read_count, is_long=True)

    async def nth(self, campaign_id: CampaignId, number: int) -> Recipient:
        """By rising contact id, from 0. Raises UserInputError when there are not so many."""
        return await self._read(_NTH, (campaign_id, number))

    async def find(self, campaign_id: CampaignId, contact_id: ContactId) -> Recipient:
        """Raises UserInputError when the campaign does not address this person."""
        return await self._read(_FIND, (campaign_id, contact_id))

    async def _read(self, sql: str, values: tuple[int, int]) -> Recipient:
        def read_row(raw: sqlite3.Connection) -> Row | None:
            row: Row | None = raw.execute(sql, values).fetchone()
            return row

        row = await self._database.read(read_row, is_long=True)
        if row is None:
            raise UserInputError("The campaign addresses no such person.", hint="Choose another one.")
        contact_id, name, username, language, fields = row
        return Recipient(
            contact_id=ContactId(contact_id),
            name=name or username or "",
            language=language or "",
            values=values_of(name, username, language, fields),
        )
