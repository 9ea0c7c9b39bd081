"""Erasing a person: from every table, every copy and the write-ahead log, but for what proves that they are suppressed."""

import asyncio
import json
import mmap
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Final

from campaigns.audience.contacts import Erasure, ErasurePlan
from campaigns.reasons import DeliveryReason
from campaigns.report.event_kinds import EventKind
from core.domain.change import Subject
from core.domain.ids import ContactId
from core.domain.search_key import fold
from core.errors import UserInputError
from core.logs import current_correlation_id
from database.backup import BACKUP_NAME
from database.connection import read_only_uri
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.contact_cards import find_contact
from database.stores.events import write_event
from database.stores.rows import to_ms
from database.stores.suppression_keys import attach_suppressions, contacts_of_erased, keep_hashes

Keys = tuple[str | None, str | None, int | None]
"""Number, name, Telegram id."""

LOG_TRIES: Final = 20
LOG_PAUSE_S: Final = 0.1
NUMBER_TAIL: Final = 8  # digits of a number that stay the same however it is written

_IDS: Final = "SELECT id FROM contact WHERE id = ?1 OR merged_into = ?1"
_KEYS: Final = "SELECT phone, username, telegram_user_id, name, fields FROM contact WHERE id = ?"
_OF_PERSON: Final = "(contact_id IN (SELECT value FROM json_each(?1)) OR telegram_user_id = ?2)"
_SUPPRESSION_KEYS: Final = f"SELECT phone, username, telegram_user_id FROM suppression WHERE {_OF_PERSON}"
_SUPPRESSIONS: Final = f"""
SELECT id FROM suppression WHERE {_OF_PERSON} ORDER BY reason <> 'said_stop', reason <> 'blocked_us', id
"""
_SUPPRESS: Final = f"""
INSERT INTO suppression (reason, at, added_by, erased_at) VALUES ('{DeliveryReason.SUPPRESSED}', ?, ?, ?)
"""
_KEEP_ONLY_HASHES: Final = """
UPDATE suppression SET contact_id = NULL, telegram_user_id = NULL, phone = NULL, username = NULL, note = '', erased_at = ?
WHERE id = ?
"""
_COUNTS: Final = """
SELECT count(*), ifnull(sum(state = 'sending'), 0), ifnull(sum(state IN ('planned', 'deferred')), 0)
FROM outgoing WHERE contact_id IN (SELECT value FROM json_each(?))
"""
_MINE: Final = "contact_id IN (SELECT value FROM json_each(?1))"
_CONTACT: Final = """
UPDATE contact SET name = '', username = NULL, phone = NULL, telegram_user_id = NULL, language = NULL, time_zone = NULL,
    search_key = '', fields = '{}', import_id = NULL, created_at = ?2, updated_at = ?2, erased_at = ?2
WHERE id IN (SELECT value FROM json_each(?1))
"""
_SKIP: Final = f"""
UPDATE outgoing SET state = 'skipped', reason = '{DeliveryReason.ERASED}', not_before = NULL, settled_at = ?2
WHERE {_MINE} AND state IN ('planned', 'deferred')
"""
_FORGET: Final = (
    f"UPDATE outgoing SET inputs = '{{}}', content = NULL, telegram_user_id = NULL, text_hash = NULL, message_id = NULL, "
    f"detail = NULL "
    f"WHERE {_MINE}",
    f"UPDATE event SET contact_id = NULL WHERE {_MINE}",
    f"DELETE FROM consent WHERE {_MINE}",
    f"DELETE FROM contact_tag WHERE {_MINE}",
    f"DELETE FROM audience_member WHERE {_MINE}",
    f"DELETE FROM rehearsal_skip WHERE {_MINE}",
    f"DELETE FROM suppression_lift WHERE {_MINE}",
    f"DELETE FROM import_change WHERE {_MINE}",
    f"DELETE FROM merge_offer WHERE {_MINE} OR other_id IN (SELECT value FROM json_each(?1))",
    f"""DELETE FROM campaign_member WHERE {_MINE}
        AND campaign_id IN (SELECT id FROM campaign WHERE state = 'draft')""",
)
# Deliveries, and people of a campaign that was approved, name a contact for good. Merged ones go before whom they became.
_IS_NAMED: Final = """
EXISTS (SELECT 1 FROM outgoing WHERE contact_id = contact.id)
    OR EXISTS (SELECT 1 FROM campaign_member WHERE contact_id = contact.id)
    OR EXISTS (SELECT 1 FROM contact AS merged WHERE merged.merged_into = contact.id)
"""
_REMOVE: Final = f"""
DELETE FROM contact WHERE id IN (SELECT value FROM json_each(?)) AND merged_into IS {{}} NULL AND NOT ({_IS_NAMED})
"""
_FORGET_PEER: Final = "DELETE FROM peer WHERE user_id = ? OR username = ? COLLATE NOCASE"
# An answer of a text model may hold a name that somebody typed; none is kept for long, so all of them go.
_FORGET_ANSWERS: Final = "DELETE FROM ai_cache"
_FORGET_READ: Final = "DELETE FROM read_mark WHERE telegram_user_id = ?"
_FORGET_MARKS: Final = "DELETE FROM message_mark WHERE telegram_user_id = ?"
# Of whom no contact was known then: nothing of the row may change, so it goes.
_FORGET_REPLIES: Final = (
    "DELETE FROM outgoing WHERE kind NOT IN ('delivery', 'test') AND contact_id IS NULL AND telegram_user_id = ? "
    "AND state <> 'sending'"
)
_FORGET_CONVERSATIONS: Final = f"DELETE FROM conversation WHERE {_MINE} OR telegram_user_id = ?2"
_REFUSALS: Final = "SELECT id, cells FROM import_refusal WHERE id > ? ORDER BY id LIMIT 2000"
_FORGET_REFUSAL: Final = "DELETE FROM import_refusal WHERE id = ?"
_KNOWS: Final = "SELECT EXISTS (SELECT 1 FROM contact WHERE telegram_user_id = ?1)"


class ErasureStore:
    """Erasing is for good. `backups`: the folder with copies of the database."""

    def __init__(self, database: Database, backups: Path) -> None:
        self._database = database
        self._backups = backups

    async def plan(self, contact_id: ContactId) -> ErasurePlan:
        """What it will reach. Raises UserInputError when there is no such person."""

        def read_plan(raw: sqlite3.Connection) -> tuple[tuple[int, int, int], list[Keys]]:
            find_contact(raw, contact_id)
            ids = _ids(raw, contact_id)
            return raw.execute(_COUNTS, (json.dumps(ids),)).fetchone(), _keys(raw, ids)[0]

        (deliveries, open_tries, planned), keys = await self._database.read(read_plan)
        backups = await asyncio.to_thread(_backups_with, self._backups, keys)
        return ErasurePlan(deliveries=deliveries, open_tries=open_tries, planned=planned, backups=len(backups))

    async def erase(self, contact_id: ContactId, *, actor: str, now: datetime) -> Erasure:
        """Erase this person, with contacts merged into them; all of the database in one unit, then copies, then the log.

        They stay suppressed by keyed hashes of number, name and Telegram id. What was sent stays counted, without whom
        and what, under a row of the contact in which nothing stands; where nothing was planned for them there is no row.
        Copies of the database that hold them are deleted. Raises UserInputError when there is no such person, and while
        a message to them is on its way.
        """
        correlation_id = current_correlation_id()

        def erase_person(work: UnitOfWork) -> tuple[int, list[Keys]]:
            raw = work.connection
            find_contact(raw, contact_id)
            ids = _ids(raw, contact_id)
            wanted = json.dumps(ids)
            deliveries, open_tries, _ = raw.execute(_COUNTS, (wanted,)).fetchone()
            if open_tries:
                raise UserInputError(
                    "A message to this person is on its way, and nobody knows yet whether it arrived.",
                    title="This person cannot be erased yet",
                    hint="Try again when the worker has found that out.",
                )
            keys, names = _keys(raw, ids)
            _erase_rows(raw, ids, keys, names, actor, to_ms(now))
            work.touch(Subject.CONTACT, 0)
            work.touch(Subject.CAMPAIGN, 0)
            work.touch(Subject.CONVERSATION, 0)
            write_event(
                work,
                EventKind.PERSON_ERASED,
                at=to_ms(now),
                actor=actor,
                correlation_id=correlation_id,
                data={"deliveries": deliveries},
            )
            return deliveries, keys

        deliveries, keys = await self._database.write(erase_person)
        backups = await asyncio.to_thread(_delete_backups, self._backups, keys)
        return Erasure(deliveries=deliveries, backups=backups, is_log_empty=await self._empty_log())

    async def _empty_log(self) -> bool:
        for _ in range(LOG_TRIES):
            if await self._database.empty_log():
                return True
            await asyncio.sleep(LOG_PAUSE_S)  # another process is in the middle of a read
        return False


def erase_found(raw: sqlite3.Connection, *, actor: str, now: int) -> int:
    """Erase once more whoever came back with a backup though they were erased; returns how many. In the caller's unit.

    A message to them that was on its way when the backup was made keeps its row: that is settled first, and they are
    suppressed meanwhile.
    """
    count = 0
    for contact_id in contacts_of_erased(raw):
        ids = _ids(raw, ContactId(contact_id))
        attach_suppressions(raw, contact_id, contact_id)
        if raw.execute(_COUNTS, (json.dumps(ids),)).fetchone()[1]:
            continue
        keys, names = _keys(raw, ids)
        _erase_rows(raw, ids, keys, names, actor, now)
        count += 1
    return count


def _ids(raw: sqlite3.Connection, contact_id: ContactId) -> list[int]:
    return [row[0] for row in raw.execute(_IDS, (contact_id,)).fetchall()]


def _keys(raw: sqlite3.Connection, ids: list[int]) -> tuple[list[Keys], list[str]]:
    """By what this person is known, here and on the suppression list; and under which names."""
    keys: list[Keys] = []
    names: list[str] = []
    for contact_id in ids:
        phone, username, user_id, name, fields = raw.execute(_KEYS, (contact_id,)).fetchone()
        values = json.loads(fields)
        keys += [(phone, username, user_id), (values.get("other_phone"), values.get("other_username"), None)]
        keys += raw.execute(_SUPPRESSION_KEYS, (json.dumps(ids), user_id)).fetchall()
        names.append(name)
    return [key for key in dict.fromkeys(keys) if any(key)], [name for name in names if name]


def _erase_rows(
    raw: sqlite3.Connection, ids: list[int], keys: list[Keys], names: list[str], actor: str, now: int
) -> None:
    wanted = json.dumps(ids)
    _keep_suppression(raw, wanted, keys, actor, now)
    raw.execute(_CONTACT, (wanted, now))
    raw.execute(_SKIP, (wanted, now))
    for sql in _FORGET:
        raw.execute(sql, (wanted,))
    raw.execute(_FORGET_ANSWERS)
    for _, username, user_id in keys:
        raw.execute(_FORGET_PEER, (user_id, username))
        raw.execute(_FORGET_READ, (user_id,))
        raw.execute(_FORGET_MARKS, (user_id,))
        raw.execute(_FORGET_REPLIES, (user_id,))
        raw.execute(_FORGET_CONVERSATIONS, (wanted, user_id))
    _forget_refusals(raw, keys, names)
    for merged in ("NOT", ""):
        raw.execute(_REMOVE.format(merged), (wanted,))


def _keep_suppression(raw: sqlite3.Connection, wanted: str, keys: list[Keys], actor: str, now: int) -> None:
    user_id = next((key[2] for key in keys if key[2]), None)
    found = [row[0] for row in raw.execute(_SUPPRESSIONS, (wanted, user_id)).fetchall()]
    if not found:
        found = [raw.execute(_SUPPRESS, (now, actor, now)).lastrowid or 0]
    kept, *others = found
    for other in others:
        raw.execute("UPDATE suppression_hash SET suppression_id = ? WHERE suppression_id = ?", (kept, other))
        raw.execute("DELETE FROM suppression WHERE id = ?", (other,))
    raw.execute(_KEEP_ONLY_HASHES, (now, kept))
    keep_hashes(raw, kept, keys)


def _forget_refusals(raw: sqlite3.Connection, keys: list[Keys], names: list[str]) -> None:
    """Rows that an import refused stand as they were in the file: with this name, or this number in any spelling."""
    users = {username.lower() for _, username, _ in keys if username}
    tails = {phone[-NUMBER_TAIL:] for phone, _, _ in keys if phone}
    folded = {fold(name) for name in names if " " in name}
    after = 0
    while rows := raw.execute(_REFUSALS, (after,)).fetchall():
        after = rows[-1][0]
        for refusal_id, text in rows:
            if any(_is_about(str(cell), users, tails, folded) for cell in json.loads(text)):
                raw.execute(_FORGET_REFUSAL, (refusal_id,))


def _is_about(cell: str, users: set[str], tails: set[str], names: set[str]) -> bool:
    plain = cell.strip().lower()
    digits = "".join(sign for sign in cell if sign.isdigit())
    return (
        any(plain.endswith(user) for user in users)
        or any(digits.endswith(tail) for tail in tails)
        or bool(names and fold(cell.strip()) in names)
    )


def _backups_with(folder: Path, keys: list[Keys]) -> list[Path]:
    """Copies that hold somebody with one of these keys, or that cannot be read, so that nobody can tell."""
    files = [path for path in folder.glob("*.db") if BACKUP_NAME.fullmatch(path.name)] if folder.exists() else []
    texts = [text.encode() for phone, username, _ in keys for text in (phone, username) if text]
    user_ids = [user_id for _, _, user_id in keys if user_id]
    return [path for path in files if _holds(path, texts, user_ids)]


def _holds(path: Path, texts: list[bytes], user_ids: list[int]) -> bool:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if any(content.find(text) >= 0 for text in texts):
            return True
    raw = sqlite3.connect(read_only_uri(path), uri=True)
    try:
        return any(raw.execute(_KNOWS, (user_id,)).fetchone()[0] for user_id in user_ids)
    except sqlite3.DatabaseError:
        return True
    finally:
        raw.close()


def _delete_backups(folder: Path, keys: list[Keys]) -> int:
    found = _backups_with(folder, keys)
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)
