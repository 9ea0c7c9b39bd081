"""Editing and deleting what was sent: a row each, worked off by the lane of the account within its limits.

Telegram does either once however often it is asked, so a change whose answer was lost is simply asked for again.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from campaigns.delivery import DeliveryState
from campaigns.inbox.conversations import ChangeKind
from campaigns.inbox.replies import format_answer
from campaigns.reasons import SENTENCES, DeliveryReason
from core.clock import Clock
from core.domain.account import AccountKind
from core.domain.ids import AccountId, ContactId, ConversationId, DeliveryId, TelegramUserId
from core.domain.media import MAX_CAPTION_UNITS
from core.domain.message import FormattedText, OutgoingMessage, utf16_length
from core.errors import EmptyMessage, MessageTooLong, UserInputError

TIME_LIMIT: Final = timedelta(hours=48)
"""How long a user account may edit, and a bot delete (core.telegram.org: edit_time_limit of the config; Bot API)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMessageFacts:
    """What is known of a message that a row sent. `message` is what it says now; None: its text is not kept any more."""

    state: DeliveryState
    message_id: int | None
    sent_at: datetime | None
    account_id: AccountId
    account_kind: AccountKind
    user_id: TelegramUserId | None
    contact_id: ContactId | None
    conversation_id: ConversationId | None
    has_account: bool
    is_deleted: bool
    message: OutgoingMessage | None = field(repr=False)


class ChangeDesk(Protocol):
    """See database.stores.message_changes."""

    async def facts(self, message_id: DeliveryId) -> SentMessageFacts: ...
    async def add(
        self, message_id: DeliveryId, kind: ChangeKind, content: OutgoingMessage, *, actor: str, now: datetime
    ) -> DeliveryId: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOptions:
    """What may be done to a message. An empty refusal: it may be. `message` None: its text is not kept any more."""

    edit_refusal: str
    delete_refusal: str
    message: OutgoingMessage | None = field(repr=False)


class MessageChanges:
    """The use cases. `message_id` is the number of the row that sent it."""

    def __init__(self, desk: ChangeDesk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    async def edit(self, message_id: DeliveryId, text: str, *, actor: str) -> DeliveryId:
        """Let it say this; marks become formatting, its photo, buttons and preview stay. Returns once that is committed.

        Raises EmptyMessage, MessageTooLong, and UserInputError: it was not sent, is gone, is too old, says that already,
        or its person may not be written to.
        """
        options = await self.options(message_id)
        if options.edit_refusal or options.message is None:
            raise UserInputError(options.edit_refusal, title="This message cannot be edited")
        new = _text_for(options.message, text)
        if new == options.message.text:
            raise UserInputError("It says that already.", title="Nothing was changed")
        content = replace(options.message, text=new, media=(), is_silent=False)
        return await self._desk.add(message_id, ChangeKind.EDIT, content, actor=actor, now=self._clock.now())

    async def delete(self, message_id: DeliveryId, *, actor: str) -> DeliveryId:
        """Take it away for both sides. Raises UserInputError: it was not sent, is gone, is an album, or is too old."""
        options = await self.options(message_id)
        if options.delete_refusal:
            raise UserInputError(options.delete_refusal, title="This message cannot be deleted")
        nothing = OutgoingMessage(text=FormattedText(""))
        return await self._desk.add(message_id, ChangeKind.DELETE, nothing, actor=actor, now=self._clock.now())

    async def options(self, message_id: DeliveryId) -> ChangeOptions:
        """What may be done to it at this moment. Raises UserInputError when there is no such message."""
        facts = await self._desk.facts(message_id)
        refusal = _why_not(facts)
        is_old = facts.sent_at is not None and self._clock.now() - facts.sent_at > TIME_LIMIT
        edit = delete = refusal
        if not refusal and facts.message is None:
            edit = "Its text is not kept any more."
        elif not refusal and is_old and facts.account_kind is AccountKind.USER:
            edit = SENTENCES[DeliveryReason.EDIT_TOO_LATE]
        if not refusal and facts.message is not None and facts.message.item_count > 1:
            delete = "Of an album only its first item is known here. Delete it in Telegram."
        elif not refusal and is_old and facts.account_kind is AccountKind.BOT:
            delete = SENTENCES[DeliveryReason.DELETE_FORBIDDEN]
        return ChangeOptions(edit_refusal=edit, delete_refusal=delete, message=facts.message)


def _why_not(facts: SentMessageFacts) -> str:
    if facts.is_deleted:
        return SENTENCES[DeliveryReason.MESSAGE_GONE]
    if facts.state is not DeliveryState.SENT or facts.message_id is None or facts.user_id is None:
        return "Only what is known to have arrived can be changed."
    if not facts.has_account:
        return "The account that sent it was removed."
    return ""


def _text_for(message: OutgoingMessage, text: str) -> FormattedText:
    try:
        new = format_answer(text)
    except EmptyMessage:
        if not message.media:
            raise
        return FormattedText("")  # a photo needs no caption
    if message.media and utf16_length(new.text) > MAX_CAPTION_UNITS:
        raise MessageTooLong(f"Below a photo or file Telegram takes {MAX_CAPTION_UNITS:,} characters.")
    return new
