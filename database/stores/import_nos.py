"""People of a list who said no: once the import is done nobody writes to them, and an undo takes exactly that back."""

import json
import sqlite3
from typing import Final

from campaigns.reasons import DeliveryReason
from core.domain.ids import ImportId
from core.domain.webhook import HookEvent
from database.lock_handler import UnitOfWork
from database.stores.rows import to_json
from database.stores.suppression_keys import stands_by_hash
from database.stores.webhook_events import tell_webhooks

CHUNK: Final = 200
"""Of them a unit: each is looked up."""

_HELD: Final = """
SELECT refusal_id, username, phone, at FROM import_no WHERE import_id = ? AND effect IS NULL ORDER BY refusal_id LIMIT ?
"""
_CONTACTS: Final = """
SELECT id, telegram_user_id FROM contact WHERE username = ?1 UNION SELECT id, telegram_user_id FROM contact WHERE phone = ?2
"""
_WITHDRAW: Final = """
UPDATE consent SET withdrawn_at = ?1, withdrawn_by = ?2, withdrawn_why = ?3
WHERE contact_id = ?4 AND withdrawn_at IS NULL AND given_at <= ?1 RETURNING id
"""
_AGREED_LATER: Final = "SELECT EXISTS (SELECT 1 FROM consent WHERE contact_id = ? AND withdrawn_at IS NULL)"
_IS_SUPPRESSED: Final = """
SELECT EXISTS (SELECT 1 FROM suppression WHERE contact_id = ?1 OR telegram_user_id = ?2 OR phone = ?3 OR username = ?4)
"""
_SUPPRESS: Final = f"""
INSERT INTO suppression (contact_id, telegram_user_id, phone, username, reason, at, added_by, note)
VALUES (?, ?, ?, ?, '{DeliveryReason.SAID_STOP}', ?, ?, ?)
"""
_EFFECT: Final = "UPDATE import_no SET effect = ? WHERE refusal_id = ?"
_WRITTEN: Final = """
SELECT refusal_id, at, effect FROM import_no WHERE import_id = ? AND effect IS NOT NULL ORDER BY refusal_id LIMIT ?
"""
# What became of it since is not of this import: a STOP of their own, a person who was erased.
_LIFT: Final = """
DELETE FROM suppression WHERE id IN (SELECT value FROM json_each(?)) AND at = ? AND note = ? AND erased_at IS NULL
"""
_RESTORE: Final = """
UPDATE OR IGNORE consent SET withdrawn_at = NULL, withdrawn_by = '', withdrawn_why = ''
WHERE id IN (SELECT value FROM json_each(?)) AND withdrawn_at = ? AND withdrawn_why = ?
"""
_FORGET: Final = "DELETE FROM import_no WHERE refusal_id = ?"


def let_nos_hold(work: UnitOfWork, import_id: ImportId, actor: str, *, now: int) -> bool:
    """Take the consents back of some who said no, and suppress them; False when there are none left.

    A no counts against what was agreed before it: whoever agreed later is left as they are. Whoever is known by nothing
    but the list is suppressed by name and number, for the day on which they come in.
    """
    raw, added = work.connection, 0
    rows = raw.execute(_HELD, (import_id, CHUNK)).fetchall()
    for refusal_id, username, phone, at in rows:
        effect = _hold(raw, username, phone, (at, actor, _note(import_id)))
        raw.execute(_EFFECT, (to_json(effect), refusal_id))
        added += len(effect[0])
    if added:
        tell_webhooks(work, HookEvent.SUPPRESSION_ADDED, at=now, data={"reason": "list", "people": added})
    return bool(rows)


def undo_nos(raw: sqlite3.Connection, import_id: ImportId) -> bool:
    """Take back what some of them brought; False when there are none left."""
    rows = raw.execute(_WRITTEN, (import_id, CHUNK)).fetchall()
    for refusal_id, at, effect in rows:
        suppressions, consents = json.loads(effect)
        raw.execute(_LIFT, (to_json(suppressions), at, _note(import_id)))
        raw.execute(_RESTORE, (to_json(consents), at, _note(import_id)))
        raw.execute(_FORGET, (refusal_id,))
    return bool(rows)


def _hold(
    raw: sqlite3.Connection, username: str | None, phone: str | None, no: tuple[int, str, str]
) -> tuple[list[int], list[int]]:
    """The suppressions added and the consents withdrawn."""
    suppressions: list[int] = []
    consents: list[int] = []
    contacts = raw.execute(_CONTACTS, (username, phone)).fetchall()
    for contact_id, user_id in contacts:
        consents += [row[0] for row in raw.execute(_WITHDRAW, (*no, contact_id)).fetchall()]
        if not raw.execute(_AGREED_LATER, (contact_id,)).fetchone()[0]:
            suppressions += _suppress(raw, (contact_id, user_id, None, None), no)
    if not contacts and not stands_by_hash(raw, phone, username):
        suppressions += _suppress(raw, (None, None, phone, username), no)
    return suppressions, consents


def _suppress(raw: sqlite3.Connection, keys: tuple[object, ...], no: tuple[int, str, str]) -> list[int]:
    if raw.execute(_IS_SUPPRESSED, keys).fetchone()[0]:
        return []
    return [raw.execute(_SUPPRESS, (*keys, *no)).lastrowid or 0]


def _note(import_id: ImportId) -> str:
    return f"Said no in import {import_id}"
