"""Erasing a person: from every table, every copy and the write-ahead log, but for what proves that they are suppressed."""

import asyncio
import json
import mmap
import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from campaigns.audience.contacts import Erasure, ErasurePlan
from campaigns.reasons import DeliveryReason
from campaigns.report.event_kinds import EventKind
from core.domain.change import Subject
from core.domain.ids import ContactId, ConversationId
from core.domain.search_key import fold
from core.erased_list import ErasedLists, ErasedPerson
from core.errors import UserInputError
from core.logs import current_correlation_id
from core.missing import missing
from database.backup import BACKUP_NAME
from database.connection import read_only_uri
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.contact_cards import find_contact
from database.stores.events import write_event
from database.stores.rows import to_ms
from database.stores.suppression_keys import (
    as_erased,
    attach_suppressions,
    contacts_of_erased,
    erased_people,
    keep_hashes,
    key_id,
    suppressions_by_hash,
    users_of_erased,
)
from database.stores.workspaces import get_workspace

Keys = tuple[str | None, str | None, int | None]
"""Number, name, Telegram id."""


class Who(NamedTuple):
    """One person: their contacts (none: they only wrote), all by which they are known, and under which names."""

    ids: list[int]
    keys: list[Keys]
    names: list[str]


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
FROM outgoing WHERE contact_id IN (SELECT value FROM json_each(?1))
    OR (contact_id IS NULL AND telegram_user_id IN (SELECT value FROM json_each(?2)))
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
    f"DELETE FROM webhook_delivery WHERE {_MINE}",
    f"DELETE FROM merge_offer WHERE {_MINE} OR other_id IN (SELECT value FROM json_each(?1))",
    f"""DELETE FROM campaign_member WHERE {_MINE}
        AND campaign_id IN (SELECT id FROM campaign WHERE state = 'draft')""",
)
# Of rehearsals: what somebody would have read, and for whom there was no text.
_FORGET_TEXTS: Final = tuple(
    f"""
UPDATE rehearsal SET figures = json_set(figures, '$.{name}', (
    SELECT json_group_array(json(value)) FROM json_each(rehearsal.figures, '$.{name}')
    WHERE json_extract(value, '$.contact_id') NOT IN (SELECT value FROM json_each(?1))))
WHERE EXISTS (SELECT 1 FROM json_each(rehearsal.figures, '$.{name}')
    WHERE json_extract(value, '$.contact_id') IN (SELECT value FROM json_each(?1)))
"""
    for name in ("samples", "faults")
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
_FORGET_TICKETS: Final = f"""
UPDATE ticket SET message_id = NULL WHERE conversation_id IN (
    SELECT id FROM conversation WHERE {_MINE} OR telegram_user_id = ?2)
"""
_FORGET_CONVERSATIONS: Final = f"DELETE FROM conversation WHERE {_MINE} OR telegram_user_id = ?2"
_REFUSALS: Final = "SELECT id, cells FROM import_refusal WHERE id > ? ORDER BY id LIMIT 2000"
_FORGET_REFUSAL: Final = "DELETE FROM import_refusal WHERE id = ?"
_CONVERSATION: Final = "SELECT contact_id, telegram_user_id FROM conversation WHERE id = ?"
_PEERS: Final = "SELECT username, name FROM peer WHERE user_id = ?"
_KNOWS: Final = "SELECT EXISTS (SELECT 1 FROM contact WHERE telegram_user_id = ?1)"


class ErasureStore:
    """Erasing is for good. `backups`: the folder with copies of the database; `lists`: who was erased, outside of it."""

    def __init__(self, database: Database, backups: Path, lists: ErasedLists | None = None) -> None:
        self._database = database
        self._backups = backups
        self._lists = lists

    async def plan(self, contact_id: ContactId) -> ErasurePlan:
        """What it will reach. Raises UserInputError when there is no such person."""

        def read_plan(raw: sqlite3.Connection) -> tuple[tuple[int, int, int], list[Keys]]:
            who = _contact(raw, contact_id)
            return _counts(raw, who), who.keys

        (deliveries, open_tries, planned), keys = await self._database.read(read_plan)
        backups = await asyncio.to_thread(_backups_with, self._backups, keys)
        return ErasurePlan(deliveries=deliveries, open_tries=open_tries, planned=planned, backups=len(backups))

    async def erase(self, contact_id: ContactId, *, actor: str, now: datetime) -> Erasure:
        """Erase this person, with contacts merged into them; all of the database in one unit, then copies, then the log.

        They stay suppressed by keyed hashes of number, name and Telegram id. What was sent stays counted, without whom
        and what, under a row of the contact in which nothing stands; where nothing was planned for them there is no row.
        Copies of the database that hold them are deleted, and backups elsewhere do not bring them back. Raises
        UserInputError when there is no such person, and while a message to them is on its way.
        """
        return await self._erase(lambda raw: _contact(raw, contact_id), actor, now)

    async def erase_writer(self, conversation_id: ConversationId, *, actor: str, now: datetime) -> Erasure:
        """As `erase`, the person of this conversation, who may be no contact."""
        return await self._erase(lambda raw: _writer(raw, conversation_id), actor, now)

    async def _erase(self, find: Callable[[sqlite3.Connection], Who], actor: str, now: datetime) -> Erasure:
        correlation_id = current_correlation_id()
        # The lists first: should this process die in between, a backup brings nobody back who was to be erased.
        missed = await self._write_lists(find, to_ms(now))

        def erase_person(work: UnitOfWork) -> tuple[int, list[Keys]]:
            raw = work.connection
            who = find(raw)
            deliveries, open_tries, _ = _counts(raw, who)
            _refuse_open(open_tries)
            _erase_rows(raw, who, actor, to_ms(now))
            for subject in (Subject.CONTACT, Subject.CAMPAIGN, Subject.CONVERSATION, Subject.WEBHOOK):
                work.touch(subject, 0)
            write_event(
                work,
                EventKind.PERSON_ERASED,
                at=to_ms(now),
                actor=actor,
                correlation_id=correlation_id,
                data={"deliveries": deliveries},
            )
            return deliveries, who.keys

        deliveries, keys = await self._database.write(erase_person)
        backups = await asyncio.to_thread(_delete_backups, self._backups, keys)
        is_log_empty = await self._empty_log()
        return Erasure(deliveries=deliveries, backups=backups, is_log_empty=is_log_empty, missed=tuple(missed))

    async def _write_lists(self, find: Callable[[sqlite3.Connection], Who], now: int) -> Sequence[Path]:
        def read(raw: sqlite3.Connection) -> tuple[str, str, list[ErasedPerson]]:
            who = find(raw)
            _refuse_open(_counts(raw, who)[1])
            people = [*erased_people(raw), as_erased(raw, who.keys, now)]
            return get_workspace(raw).workspace_id, key_id(raw), people

        if self._lists is None:
            return ()
        return await asyncio.to_thread(self._lists.add, *await self._database.read(read))

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
        attach_suppressions(raw, contact_id, contact_id)
        count += _erase_unless_open(raw, _contact(raw, ContactId(contact_id)), actor, now)
    for user_id in users_of_erased(raw):
        count += _erase_unless_open(raw, _user(raw, user_id), actor, now)
    return count


def _erase_unless_open(raw: sqlite3.Connection, who: Who, actor: str, now: int) -> bool:
    if _counts(raw, who)[1]:
        return False
    _erase_rows(raw, who, actor, now)
    return True


def _refuse_open(open_tries: int) -> None:
    if open_tries:
        raise UserInputError(
            "A message to this person is on its way, and nobody knows yet whether it arrived.",
            title="This person cannot be erased yet",
            hint="Try again when the worker has found that out.",
        )


def _counts(raw: sqlite3.Connection, who: Who) -> tuple[int, int, int]:
    users = [user_id for _, _, user_id in who.keys if user_id]
    found: tuple[int, int, int] = raw.execute(_COUNTS, (json.dumps(who.ids), json.dumps(users))).fetchone()
    return found


def _contact(raw: sqlite3.Connection, contact_id: ContactId) -> Who:
    """A contact with those merged into them: by what they are known, here and on the suppression list."""
    find_contact(raw, contact_id)
    ids = [row[0] for row in raw.execute(_IDS, (contact_id,)).fetchall()]
    keys: list[Keys] = []
    names: list[str] = []
    for each in ids:
        phone, username, user_id, name, fields = raw.execute(_KEYS, (each,)).fetchone()
        values = json.loads(fields)
        keys += [(phone, username, user_id), (values.get("other_phone"), values.get("other_username"), None)]
        keys += raw.execute(_SUPPRESSION_KEYS, (json.dumps(ids), user_id)).fetchall()
        names.append(name)
    return _who(ids, keys, names)


def _writer(raw: sqlite3.Connection, conversation_id: ConversationId) -> Who:
    row = raw.execute(_CONVERSATION, (conversation_id,)).fetchone()
    if row is None:
        raise missing("conversation", conversation_id)
    contact_id, user_id = row
    return _user(raw, user_id) if contact_id is None else _contact(raw, contact_id)


def _user(raw: sqlite3.Connection, user_id: int) -> Who:
    """Somebody who is no contact: by what accounts know them."""
    peers = raw.execute(_PEERS, (user_id,)).fetchall()
    keys: list[Keys] = [(None, None, user_id), *((None, username, None) for username, _ in peers)]
    keys += raw.execute(_SUPPRESSION_KEYS, ("[]", user_id)).fetchall()
    return _who([], keys, [name for _, name in peers])


def _who(ids: list[int], keys: list[Keys], names: Sequence[str | None]) -> Who:
    return Who(ids, [key for key in dict.fromkeys(keys) if any(key)], [name for name in names if name])


def _erase_rows(raw: sqlite3.Connection, who: Who, actor: str, now: int) -> None:
    wanted = json.dumps(who.ids)
    _keep_suppression(raw, wanted, who.keys, actor, now)
    raw.execute(_CONTACT, (wanted, now))
    raw.execute(_SKIP, (wanted, now))
    for sql in (*_FORGET, *_FORGET_TEXTS):
        raw.execute(sql, (wanted,))
    raw.execute(_FORGET_ANSWERS)
    for _, username, user_id in who.keys:
        raw.execute(_FORGET_PEER, (user_id, username))
        raw.execute(_FORGET_READ, (user_id,))
        raw.execute(_FORGET_MARKS, (user_id,))
        raw.execute(_FORGET_REPLIES, (user_id,))
        raw.execute(_FORGET_TICKETS, (wanted, user_id))
        raw.execute(_FORGET_CONVERSATIONS, (wanted, user_id))
    _forget_refusals(raw, who.keys, who.names)
    for merged in ("NOT", ""):
        raw.execute(_REMOVE.format(merged), (wanted,))


def _keep_suppression(raw: sqlite3.Connection, wanted: str, keys: list[Keys], actor: str, now: int) -> None:
    user_id = next((key[2] for key in keys if key[2]), None)
    found = [row[0] for row in raw.execute(_SUPPRESSIONS, (wanted, user_id)).fetchall()]
    found += [each for each in suppressions_by_hash(raw, keys) if each not in found]
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
