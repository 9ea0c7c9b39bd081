"""Lists of contacts: ids by question, rows by id, counts and what can be filtered by."""

import json
import sqlite3
from array import array
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final, TypeAlias

from campaigns.audience.contacts import (
    ContactCounts,
    ContactFacets,
    ContactOrder,
    ContactQuestion,
    ContactRow,
)
from campaigns.audience.people_export import ExportedPerson
from campaigns.reasons import DeliveryReason
from core.domain.consent import ConsentBasis
from core.domain.ids import AudienceId, ContactId, ImportId
from database.database import Database
from database.stores.contact_export import exported, field_names
from database.stores.contact_questions import HAS_BASIS, SAMPLE, SUPPRESSED, ids_between_sql, ids_sql
from database.stores.contacts import VISIBLE
from database.stores.rows import Row, from_ms

Ids: TypeAlias = "array[int]"
SORTED_PARTS: Final = 8

# The basis that weighs most: what they said themselves, then what they did.
ROWS: Final = f"""
SELECT k.id, k.name, ifnull(k.username, ''), ifnull(k.phone, ''), ifnull(k.language, ''), k.created_at,
    (SELECT json_array(c.basis, c.source) FROM consent AS c WHERE c.contact_id = k.id AND c.withdrawn_at IS NULL
     ORDER BY c.basis <> 'agreed', c.basis <> 'started_bot', c.id LIMIT 1),
    EXISTS (SELECT 1 FROM consent AS c WHERE c.contact_id = k.id AND c.withdrawn_at IS NOT NULL),
    ifnull((SELECT s.reason FROM suppression AS s WHERE s.contact_id = k.id),
           (SELECT s.reason FROM suppression AS s WHERE s.telegram_user_id = k.telegram_user_id)),
    (SELECT json_group_array(tag) FROM contact_tag AS t WHERE t.contact_id = k.id),
    (SELECT count(*) FROM outgoing AS o WHERE o.contact_id = k.id AND o.state = 'sent' AND o.target_id IS NULL),
    (SELECT max(p.wrote_at) FROM peer AS p WHERE p.user_id = k.telegram_user_id)
FROM contact AS k WHERE k.id IN (SELECT value FROM json_each(?)) AND {VISIBLE}
"""
_COUNTS: Final = f"""
SELECT count(*), sum({SUPPRESSED}), sum({HAS_BASIS} AND NOT {SUPPRESSED}) FROM contact AS k WHERE {VISIBLE}
"""
_TAGS: Final = "SELECT tag, count(*) FROM contact_tag GROUP BY tag ORDER BY count(*) DESC, tag LIMIT 200"
# Not counted: that would sort a million rows beside the list.
_LANGUAGES: Final = f"SELECT DISTINCT language FROM contact WHERE language IS NOT NULL AND {VISIBLE} LIMIT 200"
_LISTS: Final = "SELECT id, title FROM audience WHERE kind = 'list' ORDER BY title LIMIT 200"
_IMPORTS: Final = (
    "SELECT id, file_name, added FROM import WHERE state = 'done' AND added > 0 ORDER BY id DESC LIMIT 30"
)


class ContactListStore:
    """Reads for lists of people; never all rows, and never by OFFSET."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ids(self, question: ContactQuestion, *, limit: int = -1) -> Ids:
        """The ids in order, 8 bytes each; a limit below 0 is none. Cancelling stops the statement."""
        if question.order is ContactOrder.NAME and limit < 0:
            return await self._database.read(lambda raw: _ids_by_name(raw, question), is_long=True)
        sql, values = ids_sql(question)

        def read_ids(raw: sqlite3.Connection) -> Ids:
            return array("q", (row[0] for row in raw.execute(sql, (*values, limit))))

        return await self._database.read(read_ids, is_long=True)

    async def rows(self, ids: Sequence[int]) -> Mapping[int, ContactRow]:
        """These people as they are now, at most some hundred; who is gone is missing."""
        wanted = json.dumps(list(ids))
        return await self._database.read(
            lambda raw: {row[0]: contact_from_row(row) for row in raw.execute(ROWS, (wanted,)).fetchall()}
        )

    async def field_names(self, ids: Sequence[int]) -> Sequence[str]:
        """Of the further fields that these people have, at most some hundred."""
        return await self._database.read(lambda raw: field_names(raw, ids))

    async def exported(self, ids: Sequence[int]) -> Sequence[ExportedPerson]:
        """These people as an export tells them, in this order, at most some hundred; who is gone is missing."""
        return await self._database.read(lambda raw: exported(raw, ids))

    async def counts(self) -> ContactCounts:
        """Of all people; half a second for a million."""

        def read_counts(raw: sqlite3.Connection) -> ContactCounts:
            total, suppressed, may = (value or 0 for value in raw.execute(_COUNTS).fetchone())
            return ContactCounts(total=total, may=may, no_basis=total - suppressed - may, suppressed=suppressed)

        return await self._database.read(read_counts, is_long=True)

    async def facets(self) -> ContactFacets:
        """What people can be filtered by."""

        def read_facets(raw: sqlite3.Connection) -> ContactFacets:
            return ContactFacets(
                tags=dict(raw.execute(_TAGS).fetchall()),
                languages=tuple(sorted(row[0] for row in raw.execute(_LANGUAGES).fetchall())),
                lists={AudienceId(row[0]): row[1] for row in raw.execute(_LISTS).fetchall()},
                imports={ImportId(row[0]): (row[1], row[2]) for row in raw.execute(_IMPORTS).fetchall()},
            )

        return await self._database.read(read_facets, is_long=True)


def _ids_by_name(raw: sqlite3.Connection, question: ContactQuestion) -> Ids:
    """Sorted in parts: a million names at once would take 70 MB, since nothing is sorted in files."""
    sample = sorted(row[0] for row in raw.execute(SAMPLE).fetchall())
    step = max(1, len(sample) // SORTED_PARTS)
    bounds: list[str | None] = ["", *(sample[step::step] if len(sample) >= SORTED_PARTS else ()), None]
    parts = list(pairwise(bounds))
    sql, values = ids_between_sql(question)
    found = array("q")
    for lower, upper in reversed(parts) if question.is_reversed else parts:
        found.extend(row[0] for row in raw.execute(sql, (*values, lower, upper, -1)))
    return found


def contact_from_row(row: Row) -> ContactRow:
    """A row of ROWS."""
    basis, source = json.loads(row[6]) if row[6] else (None, "")
    return ContactRow(
        id=ContactId(row[0]),
        name=row[1],
        username=row[2],
        phone=row[3],
        language=row[4],
        added_at=from_ms(row[5]),
        basis=None if basis is None else ConsentBasis(basis),
        source=source,
        was_withdrawn=bool(row[7]),
        suppression=None if row[8] is None else DeliveryReason(row[8]),
        tags=tuple(json.loads(row[9])),
        sent=row[10],
        wrote_at=from_ms(row[11]),
    )
