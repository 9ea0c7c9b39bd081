"""Tickets of conversations, each opened and closed once, with an event each."""

import sqlite3
from datetime import datetime
from typing import Final

from campaigns.inbox.tickets import Ticket, TicketNumber, TicketState
from campaigns.report.event_kinds import EventKind
from core.domain.change import Subject
from core.domain.ids import AccountId, ContactId, ConversationId
from core.domain.webhook import HookEvent
from core.errors import UserInputError
from core.missing import missing
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.events import write_event
from database.stores.rows import from_ms, to_ms
from database.stores.webhook_events import tell_webhooks

_CONVERSATION: Final = "SELECT account_id, contact_id FROM conversation WHERE id = ?"
_OPEN_ONE: Final = "SELECT id FROM ticket WHERE conversation_id = ? AND state = 'open'"
_NEWEST: Final = "SELECT max(message_id) FROM message WHERE conversation_id = ?"
_IS_PART: Final = """
SELECT 1 FROM conversation AS v WHERE v.id = ?1 AND (
    EXISTS (SELECT 1 FROM message AS m WHERE m.conversation_id = v.id AND m.message_id = ?2)
    OR EXISTS (SELECT 1 FROM own_message AS m WHERE m.conversation_id = v.id AND m.message_id = ?2)
    OR EXISTS (SELECT 1 FROM outgoing AS o WHERE o.account_id = v.account_id AND o.message_id = ?2
               AND o.telegram_user_id = v.telegram_user_id))
"""
_ADD: Final = """
INSERT INTO ticket (conversation_id, message_id, opened_at, opened_by) VALUES (?, ?, ?, ?) RETURNING id
"""
_CLOSE: Final = """
UPDATE ticket SET state = 'closed', closed_at = ?2, closed_by = ?3 WHERE conversation_id = ?1 AND state = 'open'
RETURNING id
"""
_OF_CONVERSATION: Final = """
SELECT id, state, message_id, opened_at, opened_by, closed_at, closed_by FROM ticket WHERE conversation_id = ?
ORDER BY id DESC
"""


class TicketStore:
    """Implements `campaigns.inbox.tickets.TicketDesk`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(
        self, conversation_id: ConversationId, message_id: int | None, *, actor: str, now: datetime
    ) -> TicketNumber:
        """A new ticket, or the one that is open."""

        def open_one(work: UnitOfWork) -> TicketNumber:
            _find(work.connection, conversation_id)
            if (
                message_id is not None
                and not work.connection.execute(_IS_PART, (conversation_id, message_id)).fetchone()
            ):
                raise UserInputError(
                    f"This conversation has no message {message_id}.",
                    hint="`inbox show CONVERSATION` shows its messages with their numbers.",
                )
            return open_ticket(work, conversation_id, message_id, at=to_ms(now), actor=actor, by="team")

        return await self._database.write(open_one)

    async def close(self, conversation_id: ConversationId, *, actor: str, now: datetime) -> TicketNumber | None:
        """The number of the one that was open; None: none was."""

        def close_one(work: UnitOfWork) -> TicketNumber | None:
            account_id, contact_id = _find(work.connection, conversation_id)
            row = work.connection.execute(_CLOSE, (conversation_id, to_ms(now), actor)).fetchone()
            if row is None:
                return None
            work.touch(Subject.CONVERSATION, conversation_id)
            write_event(
                work,
                EventKind.TICKET_CLOSED,
                at=to_ms(now),
                actor=actor,
                account_id=account_id,
                contact_id=contact_id,
                data={"ticket": row[0], "conversation": conversation_id},
            )
            told: dict[str, str | int | None] = {"account_id": account_id, "ticket": row[0], "by": "team"}
            tell_webhooks(
                work,
                HookEvent.TICKET_CLOSED,
                at=to_ms(now),
                data=told,
                conversation_id=conversation_id,
                contact_id=contact_id,
            )
            return TicketNumber(row[0])

        return await self._database.write(close_one)


def open_ticket(
    work: UnitOfWork, conversation_id: ConversationId, message_id: int | None, *, at: int, actor: str, by: str
) -> TicketNumber:
    """In the caller's unit; `at` in milliseconds, `by` "team" or "person". The conversation is there."""
    raw = work.connection
    known = raw.execute(_OPEN_ONE, (conversation_id,)).fetchone()
    if known is not None:
        return TicketNumber(known[0])
    account_id, contact_id = _find(raw, conversation_id)
    about = raw.execute(_NEWEST, (conversation_id,)).fetchone()[0] if message_id is None else message_id
    (number,) = raw.execute(_ADD, (conversation_id, about, at, actor)).fetchone()
    work.touch(Subject.CONVERSATION, conversation_id)
    write_event(
        work,
        EventKind.TICKET_OPENED,
        at=at,
        actor=actor,
        account_id=account_id,
        contact_id=contact_id,
        data={"ticket": number, "conversation": conversation_id},
    )
    tell_webhooks(
        work,
        HookEvent.TICKET_OPENED,
        at=at,
        data={"account_id": account_id, "ticket": number, "message_id": about, "by": by},
        conversation_id=conversation_id,
        contact_id=contact_id,
    )
    return TicketNumber(number)


def read_tickets(raw: sqlite3.Connection, conversation_id: ConversationId) -> tuple[Ticket, ...]:
    """All of a conversation, the newest first."""
    return tuple(
        Ticket(
            number=TicketNumber(number),
            state=TicketState(state),
            message_id=message_id,
            opened_at=from_ms(opened_at),
            opened_by=opened_by,
            closed_at=from_ms(closed_at),
            closed_by=closed_by,
        )
        for number, state, message_id, opened_at, opened_by, closed_at, closed_by in raw.execute(
            _OF_CONVERSATION, (conversation_id,)
        )
    )


def _find(raw: sqlite3.Connection, conversation_id: ConversationId) -> tuple[AccountId, ContactId | None]:
    row: tuple[AccountId, ContactId | None] | None = raw.execute(_CONVERSATION, (conversation_id,)).fetchone()
    if row is None:
        raise missing("conversation", conversation_id)
    return row
