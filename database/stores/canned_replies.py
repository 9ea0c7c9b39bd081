"""Canned replies, and whose fields come into them."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from campaigns.inbox.canned import CannedReply, CannedText, Imported
from campaigns.inbox.canned_text import PersonFields
from core.domain.change import Subject
from core.domain.ids import CannedReplyId, ConversationId
from core.errors import UserInputError
from core.missing import missing
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.draft_people import DraftPeople
from database.stores.planning import values_of
from database.stores.rows import Row, from_ms, to_ms

_COLUMNS: Final = "id, shortcut, title, text, language, updated_at, updated_by, used_count, last_used_at"
_LIST: Final = f"SELECT {_COLUMNS} FROM canned_reply ORDER BY shortcut"
_GET: Final = f"SELECT {_COLUMNS} FROM canned_reply WHERE id = ?"
_HOLDER: Final = f"SELECT {_COLUMNS} FROM canned_reply WHERE shortcut = ?"
_ADD: Final = """
INSERT INTO canned_reply (shortcut, title, text, language, updated_at, updated_by) VALUES (?, ?, ?, ?, ?, ?) RETURNING id
"""
_RESTORE: Final = f"INSERT INTO canned_reply ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_EDIT: Final = """
UPDATE canned_reply SET shortcut = ?, title = ?, text = ?, language = ?, updated_at = ?, updated_by = ? WHERE id = ?
"""
_REMOVE: Final = "DELETE FROM canned_reply WHERE id = ?"
_USE: Final = "UPDATE canned_reply SET used_count = used_count + 1, last_used_at = ? WHERE id = ?"
# What the team knows of the person, and what Telegram calls them.
_PERSON: Final = """
SELECT k.id, k.name, k.username, k.language, k.fields, ifnull(p.name, ''), ifnull(p.username, '')
FROM conversation AS v LEFT JOIN contact AS k ON k.id = v.contact_id
LEFT JOIN peer AS p ON p.account_id = v.account_id AND p.user_id = v.telegram_user_id WHERE v.id = ?
"""


class CannedReplyStore:
    """Implements `campaigns.inbox.canned.CannedDesk`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._people = DraftPeople(database)

    async def list_all(self) -> Sequence[CannedReply]:
        """By shortcut."""
        return await self._database.read(lambda raw: [_from_row(row) for row in raw.execute(_LIST).fetchall()])

    async def add(self, said: CannedText, *, actor: str, now: datetime) -> CannedReplyId:
        """Raises UserInputError when the shortcut is taken."""

        def add(work: UnitOfWork) -> CannedReplyId:
            _demand_free(work.connection, said.shortcut)
            return _add(work, said, actor, now)

        return await self._database.write(add)

    async def edit(self, reply_id: CannedReplyId, said: CannedText, *, actor: str, now: datetime) -> None:
        """Raises UserInputError when the shortcut is taken, or it is gone."""

        def edit(work: UnitOfWork) -> None:
            _demand_free(work.connection, said.shortcut, reply_id)
            if _get(work.connection, reply_id).said != said:
                _edit(work, reply_id, said, actor, now)

        await self._database.write(edit)

    async def remove(self, reply_id: CannedReplyId) -> CannedReply:
        """What was removed. Raises UserInputError when it is gone."""

        def remove(work: UnitOfWork) -> CannedReply:
            removed = _get(work.connection, reply_id)
            work.connection.execute(_REMOVE, (reply_id,))
            work.touch(Subject.CANNED_REPLY, reply_id)
            return removed

        return await self._database.write(remove)

    async def restore(self, reply: CannedReply) -> None:
        """As it was, with a number of its own where another took it. Raises UserInputError when its shortcut is taken."""

        def restore(work: UnitOfWork) -> None:
            _demand_free(work.connection, reply.said.shortcut)
            is_taken = work.connection.execute(_GET, (reply.id,)).fetchone() is not None
            values = (*_said(reply.said), to_ms(reply.updated_at), reply.updated_by)
            uses = (reply.used_count, to_ms(reply.last_used_at))
            work.connection.execute(_RESTORE, (None if is_taken else reply.id, *values, *uses))
            work.touch(Subject.CANNED_REPLY, reply.id)

        await self._database.write(restore)

    async def merge(self, texts: Sequence[CannedText], *, actor: str, now: datetime) -> Imported:
        """Add what is new; what has a known shortcut takes its place. All of them or none."""

        def merge(work: UnitOfWork) -> Imported:
            went: dict[str, list[str]] = {"added": [], "changed": [], "same": []}
            for said in texts:
                row = work.connection.execute(_HOLDER, (said.shortcut,)).fetchone()
                if row is None:
                    _add(work, said, actor, now)
                elif _from_row(row).said != said:
                    _edit(work, CannedReplyId(row[0]), said, actor, now)
                kind = "added" if row is None else "same" if _from_row(row).said == said else "changed"
                went[kind].append(said.shortcut)
            return Imported(**{kind: tuple(shortcuts) for kind, shortcuts in went.items()})

        return await self._database.write(merge)

    async def count_use(self, reply_id: CannedReplyId, *, now: datetime) -> None:
        """One that is gone changes nothing."""

        def count_use(work: UnitOfWork) -> None:
            if work.connection.execute(_USE, (to_ms(now), reply_id)).rowcount:
                work.touch(Subject.CANNED_REPLY, reply_id)

        await self._database.write(count_use)

    async def person(self, conversation_id: ConversationId) -> PersonFields:
        """Whom an answer there goes to. Raises UserInputError when the conversation is gone."""

        def read_person(raw: sqlite3.Connection) -> PersonFields:
            row = raw.execute(_PERSON, (conversation_id,)).fetchone()
            if row is None:
                raise missing("conversation", conversation_id)
            contact_id, name, username, language, fields, peer_name, peer_username = row
            values = {} if contact_id is None else values_of(name, username, language, fields)
            values["name"] = values.get("name") or peer_name
            values["username"] = values.get("username") or peer_username
            return PersonFields(name=values["name"], language=language or "", values=values)

        return await self._database.read(read_person)

    async def fields(self) -> Sequence[str]:
        """The fields that people have, see `DraftPeople.fields`."""
        return await self._people.fields()


def _add(work: UnitOfWork, said: CannedText, actor: str, now: datetime) -> CannedReplyId:
    (number,) = work.connection.execute(_ADD, (*_said(said), to_ms(now), actor)).fetchone()
    work.touch(Subject.CANNED_REPLY, number)
    return CannedReplyId(number)


def _edit(work: UnitOfWork, reply_id: CannedReplyId, said: CannedText, actor: str, now: datetime) -> None:
    work.connection.execute(_EDIT, (*_said(said), to_ms(now), actor, reply_id))
    work.touch(Subject.CANNED_REPLY, reply_id)


def _get(raw: sqlite3.Connection, reply_id: CannedReplyId) -> CannedReply:
    row = raw.execute(_GET, (reply_id,)).fetchone()
    if row is None:
        raise UserInputError("This canned reply is gone.", hint="Look at the list again.")
    return _from_row(row)


def _demand_free(raw: sqlite3.Connection, shortcut: str, own: CannedReplyId | None = None) -> None:
    row = raw.execute(_HOLDER, (shortcut,)).fetchone()
    if row is not None and row[0] != own:
        raise UserInputError(
            f'/{shortcut} is "{row[2]}" already.', title="The shortcut is taken", hint="Choose another one."
        )


def _said(said: CannedText) -> tuple[str, str, str, str]:
    return said.shortcut, said.title, said.text, said.language


def _from_row(row: Row) -> CannedReply:
    number, shortcut, title, text, language, updated_at, updated_by, used_count, last_used_at = row
    return CannedReply(
        id=CannedReplyId(number),
        said=CannedText(shortcut=shortcut, title=title, text=text, language=language),
        updated_at=from_ms(updated_at),
        updated_by=updated_by,
        used_count=used_count,
        last_used_at=from_ms(last_used_at),
    )
