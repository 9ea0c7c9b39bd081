"""People of a suppression list that is imported: held back until all of it was read; an undo takes exactly that back."""

import json
import sqlite3
from collections.abc import Sequence
from typing import Final

from campaigns.audience.suppression_list import ListedPerson
from campaigns.reasons import DeliveryReason
from core.domain.change import Subject
from core.domain.ids import ImportId
from core.domain.webhook import HookEvent
from core.errors import Cancelled
from database.lock_handler import UnitOfWork
from database.stores.rows import from_ms, to_json, to_ms
from database.stores.suppression_keys import stands_by_hash
from database.stores.webhook_events import tell_webhooks

CHUNK: Final = 500
"""People a unit: each is looked up."""

_HOLD_BACK: Final = """
INSERT INTO import_listed (import_id, username, phone, reason, since, note)
SELECT ?1, j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4 FROM json_each(?2) AS j
"""
_HELD: Final = """
SELECT id, username, phone, reason, since, note FROM import_listed WHERE import_id = ? AND effect IS NULL
ORDER BY id LIMIT ?
"""
_LAST_HELD: Final = "SELECT max(id) FROM import_listed WHERE import_id = ? AND effect IS NULL"
_EFFECT: Final = "UPDATE import_listed SET effect = ?, username = NULL, phone = NULL, note = '' WHERE id = ?"
_FORGET: Final = "DELETE FROM import_listed WHERE id = ?"
_IMPORT: Final = "SELECT added + unchanged, is_cancel_asked FROM import WHERE id = ?"
_COUNT: Final = "UPDATE import SET added = added + ?, unchanged = unchanged + ?, part_read = ? WHERE id = ?"
_ALL: Final = "SELECT id, effect FROM import_listed WHERE import_id = ? ORDER BY id LIMIT ?"
# What became of it since is not of this import: a STOP of their own, a person who was erased.
_LIFT: Final = "DELETE FROM suppression WHERE id = ? AND at = ? AND reason = ? AND erased_at IS NULL"

_CONTACT: Final = "SELECT id, telegram_user_id FROM contact WHERE phone = ? OR username = ? ORDER BY phone IS NOT ?"
_KNOWN: Final = """
SELECT id FROM suppression WHERE contact_id = ?1 OR telegram_user_id = ?2 OR phone = ?3 OR username = ?4 LIMIT 1
"""
_HAS_ONE: Final = "SELECT EXISTS (SELECT 1 FROM suppression WHERE contact_id = ?)"
_ADD: Final = """
INSERT INTO suppression (contact_id, telegram_user_id, phone, username, reason, at, added_by, note)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
# Whoever stands on the list already gets the keys that were not known, and a STOP where one is told.
_LEARN: Final = """
UPDATE OR IGNORE suppression SET contact_id = ifnull(contact_id, ?), phone = ifnull(phone, ?),
    username = ifnull(username, ?), reason = CASE WHEN ? = 'said_stop' THEN 'said_stop' ELSE reason END WHERE id = ?
"""


def hold_back(raw: sqlite3.Connection, import_id: ImportId, people: Sequence[ListedPerson]) -> None:
    """Nobody of them is suppressed yet."""
    rows = [
        (person.username or None, person.phone or None, person.reason.value, to_ms(person.since), person.note)
        for person in people
    ]
    raw.execute(_HOLD_BACK, (import_id, to_json(rows)))


def let_listed_hold(work: UnitOfWork, import_id: ImportId, actor: str, *, now: int) -> bool:
    """Put some of them on the list; contacts of theirs are suppressed at once. False when there are none left.

    Raises Cancelled where somebody asked for it.
    """
    raw, added = work.connection, 0
    rows = raw.execute(_HELD, (import_id, CHUNK)).fetchall()
    if not rows:
        return False
    done, is_cancel_asked = raw.execute(_IMPORT, (import_id,)).fetchone()
    if is_cancel_asked:
        raise Cancelled
    for number, username, phone, reason, since, note in rows:
        person = ListedPerson(
            username=username or "",
            phone=phone or "",
            reason=DeliveryReason(reason),
            since=from_ms(since),
            note=note,
        )
        effect = _put_on_list(raw, person, actor, now)
        if effect:
            raw.execute(_EFFECT, (to_json(effect), number))
        else:
            raw.execute(_FORGET, (number,))
        added += bool(effect)
    done += len(rows)
    last = raw.execute(_LAST_HELD, (import_id,)).fetchone()[0]
    left = 0 if last is None else last - rows[-1][0]
    raw.execute(_COUNT, (added, len(rows) - added, 0.5 + 0.5 * done / (done + left), import_id))
    work.touch(Subject.IMPORT, import_id)
    work.touch(Subject.CONTACT, 0)
    if added:
        tell_webhooks(work, HookEvent.SUPPRESSION_ADDED, at=now, data={"reason": "list", "people": added})
    return True


def undo_listed(raw: sqlite3.Connection, import_id: ImportId) -> bool:
    """Take back what some of them brought; False when there are none left."""
    rows = raw.execute(_ALL, (import_id, CHUNK)).fetchall()
    for number, effect in rows:
        raw.executemany(_LIFT, json.loads(effect or "[]"))
        raw.execute(_FORGET, (number,))
    return bool(rows)


def _put_on_list(
    raw: sqlite3.Connection, person: ListedPerson, actor: str, now: int
) -> list[tuple[int, int, DeliveryReason]]:
    """Number, moment and reason of each suppression that was added; none: they stood there."""
    phone, username = person.phone or None, person.username or None
    contacts = raw.execute(_CONTACT, (phone, username, phone)).fetchall() or [(None, None)]
    if contacts == [(None, None)] and stands_by_hash(raw, phone, username):
        return []  # erased: neither name nor number is to stand here again
    added = []
    at = now if person.since is None else to_ms(person.since)
    for contact_id, user_id in contacts:
        known = raw.execute(_KNOWN, (contact_id, user_id, phone, username)).fetchone()
        if known is not None:
            raw.execute(_LEARN, (contact_id, phone, username, person.reason, known[0]))
            if contact_id is None or raw.execute(_HAS_ONE, (contact_id,)).fetchone()[0]:
                continue
            phone = username = None  # they stand in the row that is known; this contact has one of its own
        row = (contact_id, user_id, phone, username, person.reason, at, actor, person.note)
        added.append((raw.execute(_ADD, row).lastrowid or 0, at, person.reason))
    return added
