"""Contacts: the people that are known. Imports add and change them (`database.stores.imports`)."""

import sqlite3
from typing import Final

from database.database import Database

# Whom an import adds is known once it is done. Who was merged or erased left an empty row.
VISIBLE: Final = (
    "(import_id IS NULL OR import_id IN (SELECT id FROM import WHERE state = 'done'))"
    " AND merged_into IS NULL AND erased_at IS NULL"
)
_COUNT: Final = f"SELECT count(*) FROM contact WHERE {VISIBLE}"


class ContactStore:
    """The people that are known."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self) -> int:
        """How many contacts there are."""

        def count_contacts(raw: sqlite3.Connection) -> int:
            return int(raw.execute(_COUNT).fetchone()[0])

        return await self._database.read(count_contacts, is_long=True)
