"""Tickets: conversations with a number of their own that stay in sight until somebody closes them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType, Protocol

from core.clock import Clock
from core.domain.ids import ConversationId

TicketNumber = NewType("TicketNumber", int)


class TicketState(StrEnum):
    """A closed one stays closed: what comes later is another ticket."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One ticket of a conversation, of which one at a time is open."""

    number: TicketNumber
    state: TicketState
    message_id: int | None  # Telegram's number of the message it is about
    opened_at: datetime
    opened_by: str  # an operator, or by a reaction "the person" or "another device"
    closed_at: datetime | None
    closed_by: str


class TicketDesk(Protocol):
    """See database.stores.tickets."""

    async def open(
        self, conversation_id: ConversationId, message_id: int | None, *, actor: str, now: datetime
    ) -> TicketNumber: ...
    async def close(self, conversation_id: ConversationId, *, actor: str, now: datetime) -> TicketNumber | None: ...


class Tickets:
    """The use cases. Every method raises UserInputError for a conversation that is gone."""

    def __init__(self, desk: TicketDesk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    async def open(
        self, conversation_id: ConversationId, message_id: int | None = None, *, actor: str
    ) -> TicketNumber:
        """Its number; of the one that is open already, where there is one. It is about `message_id`, else about the
        person's newest message. Raises UserInputError for a message that is not part of the conversation.
        """
        return await self._desk.open(conversation_id, message_id, actor=actor, now=self._clock.now())

    async def close(self, conversation_id: ConversationId, *, actor: str) -> TicketNumber | None:
        """The number of the one that was open; None: none was."""
        return await self._desk.close(conversation_id, actor=actor, now=self._clock.now())
