"""The suppression list: who is on it, and people put on it from a file, also those who are no contacts yet."""

import json
import sqlite3
from array import array
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from campaigns.audience.suppression_list import ListedPerson, ListRow
from campaigns.reasons import DeliveryReason
from campaigns.report.event_kinds import EventKind
from core.domain.change import Subject
from core.domain.search_key import search_terms
from core.domain.webhook import HookEvent
from core.logs import current_correlation_id
from database.database import Database
from database.giving_way import PatientWriter
from database.lock_handler import UnitOfWork
from database.stores.contact_lists import Ids
from database.stores.events import write_event
from database.stores.rows import Row, from_ms, to_ms
from database.stores.suppression_keys import stands_by_hash
from database.stores.webhook_events import tell_webhooks

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
_CONTACT: Final = "SELECT id, telegram_user_id FROM contact WHERE phone = ? OR username = ? ORDER BY phone IS NOT ?"
_KNOWN: Final = """
SELECT id FROM suppression WHERE contact_id = ?1 OR telegram_user_id = ?2 OR phone = ?3 OR username = ?4 LIMIT 1
"""
_ADD: Final = """
INSERT INTO suppression (contact_id, telegram_user_id, phone, username, reason, at, added_by, note)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
# Whoever stands on the list already gets the keys that were not known, and a STOP where one is told.
_LEARN: Final = """
UPDATE OR IGNORE suppression SET contact_id = ifnull(contact_id, ?), phone = ifnull(phone, ?),
    username = ifnull(username, ?), reason = CASE WHEN ? = 'said_stop' THEN 'said_stop' ELSE reason END WHERE id = ?
"""
PAGE_ROWS: Final = 1_000


@dataclass(frozen=True, slots=True)
class ListTally:
    """What became of some people of a file."""

    added: int = 0
    known: int = 0


class SuppressionListStore:
    """Who is never written to."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._writer = PatientWriter(database)

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

    async def add(self, people: Sequence[ListedPerson], *, actor: str, now: datetime) -> ListTally:
        """Put them on the list in one unit, at most some hundred; contacts of theirs are suppressed at once."""

        def add_all(work: UnitOfWork) -> ListTally:
            added = sum(_add_one(work.connection, person, actor, to_ms(now)) for person in people)
            work.touch(Subject.CONTACT, 0)
            if added:
                data: Mapping[str, str | int | None] = {"reason": "list", "people": added}
                tell_webhooks(work, HookEvent.SUPPRESSION_ADDED, at=to_ms(now), data=data)
            return ListTally(added, len(people) - added)

        return await self._writer.write(add_all)

    async def tell_import(self, *, added: int, known: int, refused: int, actor: str, now: datetime) -> None:
        """The line of Activity of a whole file."""
        correlation_id = current_correlation_id()

        def tell(work: UnitOfWork) -> None:
            data = {"added": added, "known": known, "refused": refused}
            write_event(
                work,
                EventKind.SUPPRESSIONS_IMPORTED,
                at=to_ms(now),
                actor=actor,
                correlation_id=correlation_id,
                data=data,
            )

        await self._database.write(tell)


def _add_one(raw: sqlite3.Connection, person: ListedPerson, actor: str, now: int) -> bool:
    phone, username = person.phone or None, person.username or None
    contacts = raw.execute(_CONTACT, (phone, username, phone)).fetchall() or [(None, None)]
    if contacts == [(None, None)] and stands_by_hash(raw, phone, username):
        return False  # erased: neither name nor number is to stand here again
    is_new = False
    for contact_id, user_id in contacts:
        known = raw.execute(_KNOWN, (contact_id, user_id, phone, username)).fetchone()
        if known is not None:
            raw.execute(_LEARN, (contact_id, phone, username, person.reason, known[0]))
            is_held = (
                contact_id is None
                or raw.execute(
                    "SELECT EXISTS (SELECT 1 FROM suppression WHERE contact_id = ?)", (contact_id,)
                ).fetchone()[0]
            )
            if is_held:
                continue
            phone = username = None  # they stand in the row that is known; this contact has one of its own
        at = now if person.since is None else to_ms(person.since)
        raw.execute(_ADD, (contact_id, user_id, phone, username, person.reason, at, actor, person.note))
        is_new = True
    return is_new


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
