"""The text model in the inbox: who turned a feature on, and what is known of the person of a conversation."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from campaigns.inbox.assist import AssistSwitch
from campaigns.inbox.conversations import Conversation
from campaigns.report.event_kinds import EventKind
from core.domain.ai import AiFeature
from core.domain.change import Subject
from core.domain.ids import ConversationId
from core.logs import current_correlation_id
from core.missing import missing
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.conversations import ConversationStore
from database.stores.events import write_event
from database.stores.rows import Row, from_ms, to_ms

SWITCHES: Final = "SELECT feature, is_on, provider, address, by, at, problem, tries_again_at FROM ai_switch"
_TURN: Final = """
INSERT INTO ai_switch (feature, is_on, provider, address, by, at, after_id)
VALUES (?, ?, ?, ?, ?, ?, (SELECT ifnull(max(id), 0) FROM message))
ON CONFLICT DO UPDATE SET is_on = excluded.is_on, provider = excluded.provider, address = excluded.address,
    by = excluded.by, at = excluded.at, after_id = excluded.after_id, problem = '', tries_again_at = NULL
"""
_WHO: Final = "SELECT telegram_user_id, contact_id FROM conversation WHERE id = ?"
# Everybody who may be this person: the contact, whom it swallowed, and others of the same Telegram id.
_CONTACTS: Final = """
SELECT name, phone, username, fields FROM contact WHERE id = ?1 OR merged_into = ?1 OR telegram_user_id = ?2
"""
_PEERS: Final = "SELECT DISTINCT name, username FROM peer WHERE user_id = ?"
# What messages to them were filled with: values that have changed since still stand in the conversation.
_INPUTS: Final = "SELECT DISTINCT inputs FROM outgoing WHERE telegram_user_id = ? AND inputs <> '{}'"
_NEWEST: Final = """
SELECT v.id FROM conversation AS v
WHERE EXISTS (SELECT 1 FROM message AS m WHERE m.conversation_id = v.id AND m.kind = 'text' AND m.text <> '')
ORDER BY v.contact_id IS NULL, v.last_at DESC LIMIT 1
"""
_NOT_OF_THE_PERSON: Final = frozenset({"language"})  # which languages there are says nothing about anybody


class AssistStore:
    """Implements `campaigns.inbox.assist.AssistDesk`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._conversations = ConversationStore(database)

    async def switches(self) -> Mapping[AiFeature, AssistSwitch]:
        """What somebody has decided; a feature that is missing was never turned on."""

        def read(raw: sqlite3.Connection) -> list[AssistSwitch]:
            return [switch_from_row(row) for row in raw.execute(SWITCHES).fetchall()]

        return {switch.feature: switch for switch in await self._database.read(read)}

    async def turn(
        self, feature: AiFeature, *, on: bool, provider: str, address: str, actor: str, now: datetime
    ) -> None:
        """Write the decision, with its event."""
        correlation_id = current_correlation_id()

        def turn(work: UnitOfWork) -> None:
            work.connection.execute(_TURN, (feature.value, int(on), provider, address, actor, to_ms(now)))
            write_event(
                work,
                EventKind.AI_SWITCHED,
                at=to_ms(now),
                actor=actor,
                correlation_id=correlation_id,
                data={"feature": feature.value, "on": int(on), "provider": provider, "address": address},
            )
            work.touch(Subject.CONVERSATION, 0)

        await self._database.write(turn)

    async def known_values(self, conversation_id: ConversationId) -> Mapping[str, str]:
        """All that we know of the person, by the name of the field; a field with several values has several names.

        Raises UserInputError when the conversation is gone.
        """

        def read(raw: sqlite3.Connection) -> dict[str, str]:
            row = raw.execute(_WHO, (conversation_id,)).fetchone()
            if row is None:
                raise missing("conversation", conversation_id)
            return _named(_values(raw, user_id=row[0], contact_id=row[1]))

        return await self._database.read(read)

    async def conversation(
        self, conversation_id: ConversationId, *, before: int | None = None, limit: int = 60
    ) -> Conversation:
        """Its newest messages. Raises UserInputError when it is gone."""
        return await self._conversations.conversation(conversation_id, before=before, limit=limit)

    async def newest_conversation(self) -> ConversationId | None:
        """Where a person last wrote something; one whose person we know goes first."""

        def read(raw: sqlite3.Connection) -> ConversationId | None:
            row = raw.execute(_NEWEST).fetchone()
            return None if row is None else ConversationId(row[0])

        return await self._database.read(read, is_long=True)


def switch_from_row(row: Row) -> AssistSwitch:
    feature, is_on, provider, address, by, at, problem, tries_again_at = row
    return AssistSwitch(
        feature=AiFeature(feature),
        is_on=bool(is_on),
        provider=provider,
        address=address,
        by=by,
        at=from_ms(at),
        problem=problem,
        tries_again_at=from_ms(tries_again_at),
    )


def _values(raw: sqlite3.Connection, *, user_id: int, contact_id: int | None) -> Iterator[tuple[str, str]]:
    for name, phone, username, fields in raw.execute(_CONTACTS, (contact_id, user_id)).fetchall():
        yield from (("name", name), ("phone", phone or ""), ("username", username or ""))
        yield from json.loads(fields).items()
    for name, username in raw.execute(_PEERS, (user_id,)).fetchall():
        yield from (("name", name or ""), ("username", username or ""))
    yield "telegram_id", str(user_id)
    for (inputs,) in raw.execute(_INPUTS, (user_id,)).fetchall():
        yield from json.loads(inputs).items()


def _named(values: Iterator[tuple[str, str]]) -> dict[str, str]:
    named: dict[str, str] = {}
    known: set[str] = set()
    for field, value in values:
        text = str(value).strip()
        if not text or text in known or field in _NOT_OF_THE_PERSON:
            continue
        known.add(text)
        number = 1
        while (name := field if number == 1 else f"{field}_{number}") in named:
            number += 1
        named[name] = text
    return named
