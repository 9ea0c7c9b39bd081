"""Conversations as the inbox shows them, and which of them a list asks for."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from campaigns.delivery import DeliveryState
from campaigns.inbox.sorting import ReplyKind, Sorting
from campaigns.inbox.tickets import Ticket, TicketNumber
from campaigns.reasons import DeliveryReason
from core.domain.ids import AccountId, CampaignId, ContactId, ConversationId, DeliveryId, TelegramUserId
from core.domain.message import OutgoingMessage


class ConversationState(StrEnum):
    """A message of the person opens a resolved conversation again."""

    OPEN = "open"
    RESOLVED = "resolved"


class MessageKind(StrEnum):
    """What a person sent."""

    TEXT = "text"
    STARTED = "started"  # pressed Start of a bot
    STOP = "stop"  # asked not to be written to
    MEDIA = "media"  # a photo, a voice message and the like, with its caption


class Box(StrEnum):
    """The lists of the inbox. All but the last four hold open conversations that are not put off."""

    OPEN = "open"
    UNREAD = "unread"
    MINE = "mine"  # assigned to whoever looks
    WAITING = "waiting"  # the person wrote last
    SNOOZED = "snoozed"
    RESOLVED = "resolved"
    TICKETS = "tickets"  # with an open ticket, however they stand
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationQuestion:
    """Which conversations, newest first. `text` is searched in names, @names, and what either side wrote."""

    box: Box = Box.OPEN
    text: str = field(default="", repr=False)
    account_id: AccountId | None = None
    campaign_id: CampaignId | None = None
    label: str = ""
    reply_kind: ReplyKind | None = None  # what the person's newest message is about


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationPlaces:
    """Of what conversations can be asked for alone: accounts and campaigns that have some, with their titles, and labels."""

    accounts: tuple[tuple[AccountId, str], ...]
    campaigns: tuple[tuple[CampaignId, str], ...]
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """The message in which words were found that somebody searched for."""

    at: datetime
    text: str = field(repr=False)  # where the words stand, in one line
    words: tuple[tuple[int, int], ...]  # begin and end of each of them in `text`
    is_ours: bool
    message_id: int | None  # Telegram's number; None: it has not left
    delivery_id: DeliveryId | None  # the row of ours that sent it; None: the person wrote it, or somebody elsewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationRow:
    """One line of the list. `name` and `username` are empty where Telegram gave none."""

    id: ConversationId
    account_id: AccountId
    account: str
    user_id: TelegramUserId
    contact_id: ContactId | None
    name: str = field(repr=False)
    username: str = field(repr=False)
    last_text: str = field(repr=False)  # of the person's newest message
    last_kind: MessageKind
    last_at: datetime
    is_answered: bool
    unread: int
    state: ConversationState
    snoozed_until: datetime | None
    assignee: str
    campaign: str  # title; empty: they wrote by themselves
    suppression: DeliveryReason | None
    labels: tuple[str, ...]
    sorting: Sorting | None = None  # of the person's newest message
    last_media: str = ""  # what that message carries, in words
    is_last_deleted: bool = False
    typing_until: datetime | None = None  # they type, as far as anybody was told
    ticket: TicketNumber | None = None  # the one that is open
    hit: SearchHit | None = None  # where it was searched for words that are not all of the name


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxCounts:
    """How many conversations are in the boxes that show a figure."""

    open: int
    unread: int
    mine: int
    waiting: int
    snoozed: int
    tickets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What became of a message after it was written. Telegram does not say who deleted it."""

    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    theirs: str = ""  # the person's reactions: emoji with spaces between
    ours: str = ""

    @property
    def reactions(self) -> str:
        """Of both, each emoji once."""
        return " ".join(dict.fromkeys(f"{self.theirs} {self.ours}".split()))


NO_MARKS = Marks()


@dataclass(frozen=True, slots=True, kw_only=True)
class TheirMessage:
    """What the person wrote, as it reads now; empty when it was deleted."""

    message_id: int
    at: datetime
    kind: MessageKind
    text: str = field(repr=False)
    sorting: Sorting | None = None
    media: str = ""  # what it carries, in words: "photo", "voice message 0:12"
    marks: Marks = NO_MARKS
    album_id: int = 0  # items that were sent together have the same; see `albums`
    items: tuple[int, ...] = ()  # of an album: Telegram's numbers of all of it


class ChangeKind(StrEnum):
    """What we do to a message that was sent, as its row names it. Both may be repeated without harm."""

    EDIT = "edit"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOfMessage:
    """The newest change of a message that somebody asked for here, and what became of it."""

    id: DeliveryId
    kind: ChangeKind
    state: DeliveryState
    reason: DeliveryReason | None
    not_before: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OurMessage:
    """What we sent, or are about to. `message` None: its text is not kept any more.

    `is_elsewhere`: somebody wrote it on another device of the account; no row of ours sent it, and `id` is 0.
    """

    id: DeliveryId
    at: datetime  # when it was sent or last tried; for what waits, when it was asked for
    state: DeliveryState
    reason: DeliveryReason | None
    not_before: datetime | None
    message_id: int | None
    is_read: bool
    campaign_id: CampaignId | None
    campaign: str  # title; empty: it belongs to none
    variant: str
    author: str  # who wrote a reply
    is_reply: bool
    message: OutgoingMessage | None = field(repr=False)
    media: str = ""  # of one that was written elsewhere: what it carries, in words
    is_elsewhere: bool = False
    marks: Marks = NO_MARKS
    album_id: int = 0  # of one that was written elsewhere, as in TheirMessage
    items: tuple[int, ...] = ()
    change: ChangeOfMessage | None = None
    is_stop_confirmation: bool = False  # what Wireroom sent by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What the team wrote to itself. It never leaves."""

    id: int
    at: datetime
    author: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A whole conversation, oldest first, of the newest messages that were asked for."""

    row: ConversationRow
    messages: tuple[TheirMessage | OurMessage, ...]
    has_older: bool
    notes: tuple[Note, ...]
    tickets: tuple[Ticket, ...] = ()  # the newest first
