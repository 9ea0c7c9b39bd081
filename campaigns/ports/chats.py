"""What people do in their chats with an account, and what they are to see of us beside messages."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from campaigns.inbox.reaction_rules import ReactionRules
from campaigns.inbox.stop_confirmation import StopConfirmations
from core.domain.account import Lease, UpdateState
from core.domain.ids import AccountId, ConversationId, TelegramUserId
from core.domain.peer import Peer


class IncomingKind(StrEnum):
    MESSAGE = "message"  # a person wrote to the account
    STARTED = "started"  # a person pressed Start of a bot
    BLOCKED = "blocked"  # a person blocked the bot
    READ = "read"  # a person read up to a message of ours
    TYPING = "typing"  # a person types; told again every few seconds
    EDITED = "edited"  # a message of either side says something else
    DELETED = "deleted"  # a message is gone for both; by whom and in whose chat is not told, so `user_id` is NOBODY
    REACTED = "reacted"  # what reactions a message of either side has now
    OWN = "own"  # the account wrote, mostly on another device
    OWN_READ = "own_read"  # the account read up to a message of the person, on another device


NOBODY = TelegramUserId(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """Something a person did, or the account on another device. `text` is never logged."""

    kind: IncomingKind
    user_id: TelegramUserId  # whose chat it is
    at: datetime
    message_id: int = 0  # of the message; for READ and OWN_READ the newest message read
    text: str = field(default="", repr=False)
    media: str = ""  # what it carries, in words: "photo", "voice message 0:12"
    is_own: bool = False  # for EDITED: a message of the account
    album_id: int = 0  # of a message: items that were sent together have the same; 0: it is no such item
    album_media_id: int = 0  # for OWN: Telegram's number of what an item of an album shows
    theirs: str | None = None  # for REACTED: the person's emoji with spaces between; None: not told
    ours: str | None = None  # for REACTED: the account's


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingBatch:
    """What happened since the last batch, the peers learned with it, and how far the account has read now."""

    items: tuple[Incoming, ...]
    peers: tuple[Peer, ...]
    state: UpdateState | None  # None: not known from this batch


IncomingHandler = Callable[[IncomingBatch], Awaitable[None]]
"""Returns when the batch is committed. The link counts the batch as read only then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatSign:
    """What a person is to see of us beside messages."""

    conversation_id: ConversationId
    peer: Peer
    read_to: int | None  # what they wrote was read up to this message; None: Telegram knows
    typing_at: datetime | None  # somebody types


class ChatSignStore(Protocol):
    async def waiting(self, account_id: AccountId, *, limit: int) -> Sequence[ChatSign]:
        """What Telegram is to be told by this account."""
        ...

    async def told(self, lease: Lease, sign: ChatSign) -> None:
        """Telegram knows it, or it came too late, or cannot be told."""
        ...


class IncomingStore(Protocol):
    async def commit(
        self,
        lease: Lease,
        batch: IncomingBatch,
        stops: Sequence[Incoming],
        rules: ReactionRules,
        confirmations: StopConfirmations | None = None,
    ) -> None:
        """Peers, update state, suppressions and events of a batch in one unit.

        `stops` are those messages of the batch that say STOP, also after an edit; who blocked is suppressed as well.
        `confirmations`: what is sent, once, to who says STOP.
        """
        ...
