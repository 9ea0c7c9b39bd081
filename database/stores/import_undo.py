"""The end of an import inside units of work: consents that were held back are written, or all of it is taken back."""

import json
import sqlite3
from typing import Final

from core.domain.ids import ImportId
from database.stores.import_listed import undo_listed
from database.stores.import_nos import undo_nos
from database.stores.import_rows import key_of, write_consents
from database.stores.rows import to_json

CHUNK: Final = 500
"""People a unit: removing so many takes some 20 ms, most of it to overwrite what stood about them."""

_HELD: Final = """
SELECT contact_id, consents FROM import_change WHERE import_id = ? AND consent_ids IS NULL LIMIT ?
"""
_WRITTEN: Final = "UPDATE import_change SET consent_ids = ? WHERE import_id = ? AND contact_id = ?"
_IS_UNDOING: Final = "SELECT state = 'undoing' FROM import WHERE id = ?"
_CHANGES: Final = """
SELECT h.contact_id, h.values_before, h.values_after, ifnull(h.consent_ids, '[]'),
    k.name, k.username, k.phone, k.language, k.time_zone, k.fields
FROM import_change AS h JOIN contact AS k ON k.id = h.contact_id WHERE h.import_id = ? LIMIT ?
"""
_RESTORE: Final = """
UPDATE contact SET name = ?, username = ?, phone = ?, language = ?, time_zone = ?, fields = ?, search_key = ?, updated_at = ?
WHERE id = ?
"""
_FORGET_CHANGE: Final = "DELETE FROM import_change WHERE import_id = ? AND contact_id = ?"
_REMOVE_CONSENTS: Final = "DELETE FROM consent WHERE id IN (SELECT value FROM json_each(?))"
# Who got a message stays with it, and so does who is suppressed by this contact alone.
_ADDED: Final = """
SELECT k.id, EXISTS (SELECT 1 FROM outgoing AS o WHERE o.contact_id = k.id)
    OR EXISTS (SELECT 1 FROM suppression AS s WHERE s.contact_id = k.id
               AND s.phone IS NULL AND s.username IS NULL AND s.erased_at IS NULL)
FROM contact AS k WHERE k.import_id = ? LIMIT ?
"""
_REMOVE: Final = "DELETE FROM contact WHERE id = ?"
_KEEP: Final = "UPDATE contact SET import_id = NULL WHERE id = ?"
_WITHDRAW: Final = (
    "UPDATE consent SET withdrawn_at = ? WHERE contact_id = ? AND withdrawn_at IS NULL AND account_id IS NULL"
)
_COUNT_KEPT: Final = "UPDATE import SET kept = kept + ? WHERE id = ?"
_REMOVE_REFUSALS: Final = """
DELETE FROM import_refusal WHERE id IN (SELECT id FROM import_refusal WHERE import_id = ? LIMIT ?)
"""
_END: Final = "UPDATE import SET state = ends_as, finished_at = ? WHERE id = ?"


def hold_back_ends(raw: sqlite3.Connection, import_id: ImportId, now: int) -> bool:
    """Write some consents that were held back; False when there are none."""
    rows = raw.execute(_HELD, (import_id, CHUNK)).fetchall()
    for contact_id, consents in rows:
        written = write_consents(raw, contact_id, json.loads(consents), now)
        raw.execute(_WRITTEN, (to_json(written), import_id, contact_id))
    return bool(rows)


def undo_chunk(raw: sqlite3.Connection, import_id: ImportId, now: int) -> bool:
    """Take a part back; False when nothing is left, and then the import has ended."""
    row = raw.execute(_IS_UNDOING, (import_id,)).fetchone()
    if row is None or not row[0]:
        return False
    if _restore_some(raw, import_id, now) or undo_nos(raw, import_id) or undo_listed(raw, import_id):
        return True
    if _remove_some(raw, import_id, now):
        return True
    if raw.execute(_REMOVE_REFUSALS, (import_id, CHUNK)).rowcount:
        return True
    raw.execute(_END, (now, import_id))
    return False


def _restore_some(raw: sqlite3.Connection, import_id: ImportId, now: int) -> bool:
    rows = raw.execute(_CHANGES, (import_id, CHUNK)).fetchall()
    for contact_id, before, after, consent_ids, *present in rows:
        # What somebody has changed since the import is theirs.
        restored = [
            old if value == new else value
            for value, old, new in zip(present, json.loads(before), json.loads(after), strict=True)
        ]
        if restored != present:
            raw.execute("SAVEPOINT restore")
            try:
                raw.execute(_RESTORE, (*restored, key_of(tuple(restored)), now, contact_id))
            except sqlite3.IntegrityError:  # the old name or number is somebody else's by now
                raw.execute("ROLLBACK TO restore")
            raw.execute("RELEASE restore")
        raw.execute(_REMOVE_CONSENTS, (consent_ids,))
        raw.execute(_FORGET_CHANGE, (import_id, contact_id))
    return bool(rows)


def _remove_some(raw: sqlite3.Connection, import_id: ImportId, now: int) -> bool:
    rows = raw.execute(_ADDED, (import_id, CHUNK)).fetchall()
    kept = [contact_id for contact_id, stays in rows if stays]
    raw.executemany(_REMOVE, [(contact_id,) for contact_id, stays in rows if not stays])
    raw.executemany(_KEEP, [(contact_id,) for contact_id in kept])
    raw.executemany(_WITHDRAW, [(now, contact_id) for contact_id in kept])
    if kept:
        raw.execute(_COUNT_KEPT, (len(kept), import_id))
    return bool(rows)
