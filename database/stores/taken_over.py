"""What a database that a backup replaces still knows, and the backup cannot: what was sent, and who said no.

People and deliveries of both are the same rows as long as they were there when the backup was made: a delivery is known
by its random_id, a person by number, name or Telegram id. Whatever cannot be told apart so is left to the choice that
every restored campaign waits for.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Final

from campaigns.delivery import DeliveryState, transition
from core.domain.change import Subject
from database.connection import read_only_uri
from database.database import Database
from database.errors import in_our_words
from database.lock_handler import UnitOfWork
from database.migrations.runner import read_version
from database.stores.erasure import erase_found
from database.stores.rows import Row, to_ms
from database.stores.suppression_keys import copy_hashes

CHUNK: Final = 1_000  # rows a unit
OLDEST_SCHEMA: Final = 14  # since that version the columns that are read here have been as they are

_LEFT: Final = """
SELECT id, random_id, state, reason, detail, not_before, unknown_since, first_tried_at, tries, text_hash, key_fingerprint,
    message_id, settled_at, telegram_user_id
FROM outgoing WHERE unknown_since IS NOT NULL AND id > ? ORDER BY id LIMIT ?
"""
_ROW: Final = "SELECT id, state FROM outgoing WHERE random_id = ? AND state IN ('planned', 'deferred', 'sending')"
_BIND: Final = "UPDATE OR IGNORE outgoing SET telegram_user_id = ? WHERE id = ? AND telegram_user_id IS NULL"
_TAKE: Final = """
UPDATE OR IGNORE outgoing SET state = ?1, reason = ?2, detail = ?3, not_before = ?4, unknown_since = ?5, first_tried_at = ?6,
    tries = ?7, text_hash = ?8, key_fingerprint = ?9, message_id = ?10, settled_at = ?11
WHERE id = ?12 AND (?1 <> 'sending' OR telegram_user_id IS NOT NULL)
"""
# Everyone on the list with all by which they are known: of their row, and of their contact.
_SUPPRESSED: Final = """
SELECT s.id, s.reason, s.at, s.added_by, s.note, ifnull(s.phone, k.phone), ifnull(s.username, k.username),
    ifnull(s.telegram_user_id, k.telegram_user_id)
FROM suppression AS s LEFT JOIN contact AS k ON k.id = s.contact_id
WHERE s.erased_at IS NULL AND s.id > ? ORDER BY s.id LIMIT ?
"""
_CONTACT: Final = """
SELECT id FROM contact WHERE phone = ?1 OR username = ?2 OR (?3 IS NOT NULL AND telegram_user_id = ?3)
ORDER BY phone IS NOT ?1 LIMIT 1
"""
_SUPPRESS: Final = """
INSERT OR IGNORE INTO suppression (contact_id, telegram_user_id, phone, username, reason, at, added_by, note)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE NOT EXISTS (
    SELECT 1 FROM suppression WHERE contact_id = ?1 OR telegram_user_id = ?2 OR phone = ?3 OR username = ?4)
"""
_WITHDRAWN: Final = """
SELECT id, withdrawn_at, withdrawn_by, withdrawn_why, id, contact_id, basis, given_at FROM consent
WHERE withdrawn_at IS NOT NULL AND id > ? ORDER BY id LIMIT ?
"""
_WITHDRAW: Final = """
UPDATE consent SET withdrawn_at = ?, withdrawn_by = ?, withdrawn_why = ?
WHERE id = ? AND contact_id = ? AND basis = ? AND given_at = ? AND withdrawn_at IS NULL
"""
_KEY: Final = "SELECT erasure_key FROM workspace"
_ERASED: Final = "SELECT id, reason, at, added_by, erased_at FROM suppression WHERE erased_at IS NOT NULL"
_HASHES: Final = "SELECT hash FROM suppression_hash WHERE suppression_id = ?"


async def take_over(database: Database, replaced: Path, workspace_id: str, *, actor: str, now: datetime) -> str:
    """Copy it into the database of the backup; returns what was, in a sentence, or why nothing was.

    Raises StorageError when the database of the backup cannot be written.
    """
    try:
        with closing(sqlite3.connect(read_only_uri(replaced), uri=True, check_same_thread=False)) as known:
            why_not = await asyncio.to_thread(_why_not, known, workspace_id)
            return why_not or await _take_over(database, known, actor=actor, now=now)
    except sqlite3.DatabaseError as error:
        if in_our_words(error) is error:
            raise  # a mistake of ours
        return "The workspace that was here could not be read to its end, so not everything was taken over from it."


async def _take_over(database: Database, known: sqlite3.Connection, *, actor: str, now: datetime) -> str:
    sent = await _copy(database, known, _LEFT, _take_row)
    suppressed = await _copy(database, known, _SUPPRESSED, _suppress)
    withdrawn = await _copy(database, known, _WITHDRAWN, _withdraw)
    (key,), erased = known.execute(_KEY).fetchone(), known.execute(_ERASED).fetchall()
    hashes = [(row[1:], [each[0] for each in known.execute(_HASHES, row[:1]).fetchall()]) for row in erased]

    def erase(work: UnitOfWork) -> int:
        work.touch(Subject.CONTACT, 0)
        copy_hashes(work.connection, key, hashes)
        return erase_found(work.connection, actor=actor, now=to_ms(now))

    count = await database.write(erase)
    return (
        f"From the workspace that was here: {sent:,} messages that had left, {suppressed:,} people on the suppression "
        f"list, {withdrawn:,} consents taken back, {count:,} people erased."
    )


async def _copy(
    database: Database, known: sqlite3.Connection, sql: str, take: Callable[[sqlite3.Connection, Row], int]
) -> int:
    """Everything that a statement finds, a page of rising ids at a time; returns how many made a difference."""
    count = after = 0
    while page := await asyncio.to_thread(lambda: known.execute(sql, (after, CHUNK)).fetchall()):  # noqa: B023
        after = page[-1][0]

        def take_page(work: UnitOfWork, page: Sequence[Row] = page) -> int:
            return sum(take(work.connection, row[1:]) for row in page)

        count += await database.write(take_page)
    return count


def _why_not(known: sqlite3.Connection, workspace_id: str) -> str:
    """'': it is this workspace, and this program can read it."""
    if read_version(known) < OLDEST_SCHEMA:
        return "The workspace that was here is of an older version: nothing was taken over from it."
    found = known.execute("SELECT workspace_id FROM workspace").fetchone()
    if found is None or found[0] != workspace_id:
        return "Another workspace was here: nothing was taken over from it."
    return ""


def _take_row(raw: sqlite3.Connection, row: Row) -> int:
    """1: the backup had it as not sent, or on its way, and it left."""
    random_id, *values, user_id = row
    found = raw.execute(_ROW, (random_id,)).fetchone()
    if found is None:
        return 0
    row_id, state = found
    target = DeliveryState(values[0])
    if state == target:
        return 0
    if state != DeliveryState.SENDING:
        raw.execute(_BIND, (user_id, row_id))
    transition(DeliveryState(state), target, is_restored=True)
    return raw.execute(_TAKE, (*values, row_id)).rowcount


def _suppress(raw: sqlite3.Connection, row: Row) -> int:
    reason, at, added_by, note, phone, username, user_id = row
    contact = raw.execute(_CONTACT, (phone, username, user_id)).fetchone()
    contact_id = None if contact is None else contact[0]
    if contact_id is not None:
        phone = username = None  # their contact says it
    values = (contact_id, user_id, phone, username, reason, at, added_by, note)
    return raw.execute(_SUPPRESS, values).rowcount


def _withdraw(raw: sqlite3.Connection, row: Row) -> int:
    return raw.execute(_WITHDRAW, row).rowcount
