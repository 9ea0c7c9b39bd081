"""Answers: one row each, sent exactly once by the account that the person wrote to, within that account's limits."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from campaigns.message.formatting import parse_formatting
from campaigns.message.text import clean_text, is_blank
from core.clock import Clock
from core.domain.ids import ConversationId, DeliveryId
from core.domain.message import (
    ADDRESS,
    MAX_MESSAGE_UNITS,
    Entity,
    EntityKind,
    FormattedText,
    OutgoingMessage,
    utf16_length,
)
from core.errors import EmptyMessage, MessageTooLong, UserInputError


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedReply:
    """An answer that is to be sent."""

    conversation_id: ConversationId
    message: OutgoingMessage


class ReplyDesk(Protocol):
    """What answers need of the database. Each method is one unit of work."""

    async def add(self, order: OrderedReply, *, actor: str, now: datetime) -> DeliveryId:
        """Plan the row. Raises UserInputError when nobody may write to the person, or the account is gone."""
        ...

    async def take_back(self, reply_id: DeliveryId, *, now: datetime) -> bool:
        """It does not leave. False: it has left, or may have."""
        ...


class Replies:
    """The use cases. An answer leaves by the lane of its account, beside campaigns, and is never sent twice."""

    def __init__(self, desk: ReplyDesk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    async def send(self, conversation_id: ConversationId, text: str, *, actor: str) -> DeliveryId:
        """Answer with this text; marks such as **bold** become formatting, and fields mean nothing here.

        Returns once the answer is committed; a worker sends it. Raises EmptyMessage, MessageTooLong, and UserInputError
        when the person said STOP and has not written since, or the conversation or its account is gone.
        """
        message = OutgoingMessage(text=format_answer(text))
        order = OrderedReply(conversation_id=conversation_id, message=message)
        return await self._desk.add(order, actor=actor, now=self._clock.now())

    async def take_back(self, reply_id: DeliveryId) -> bool:
        """Stop an answer that still waits. False: it has left, or may have."""
        return await self._desk.take_back(reply_id, now=self._clock.now())


def format_answer(text: str) -> FormattedText:
    """What was typed, with its marks as formatting and without white space at either end, as Telegram stores it.

    Raises EmptyMessage, MessageTooLong, and UserInputError for a link whose address Telegram does not take.
    """
    formatted = parse_formatting(clean_text(text))
    whole = formatted.plain
    plain = whole.strip()
    if is_blank(plain):
        raise EmptyMessage
    if utf16_length(plain) > MAX_MESSAGE_UNITS:
        raise MessageTooLong(f"It has {utf16_length(plain):,} characters.")
    cut = len(whole) - len(whole.lstrip())
    entities: list[Entity] = []
    for span in formatted.spans:
        start, end = max(0, span.start - cut), min(len(plain), span.end - cut)
        if end <= start:
            continue
        if span.kind is EntityKind.TEXT_LINK and not ADDRESS.fullmatch(span.url):
            raise UserInputError(
                "A link needs a whole address, such as https://example.org.", title="A link is not whole"
            )
        offset, length = utf16_length(plain[:start]), utf16_length(plain[start:end])
        entities.append(Entity(kind=span.kind, offset=offset, length=length, url=span.url))
    return FormattedText(plain, tuple(entities))
