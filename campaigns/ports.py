"""What the engine needs from outside: Telegram and the stores. Adapters match these protocols by shape.

Every store method that writes is one unit of work: it is committed when the coroutine returns, or nothing of it is.
Errors are those of core.errors; a write that carries a lease raises LeaseLost when the epoch has changed.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import msgspec

from campaigns.campaign import Campaign, CampaignState
from campaigns.delivery import DeliveryState
from campaigns.inbox.conversations import ChangeKind
from campaigns.inbox.reaction_rules import ReactionRules
from campaigns.inbox.stop_confirmation import StopConfirmations
from campaigns.message.variants import Choice
from campaigns.plan.eligibility import Claim
from campaigns.plan.limits import LimitProfile, QuotaWait
from campaigns.reasons import DeliveryReason
from campaigns.requests import Request, RequestState
from core.domain.account import Account, AccountState, Freeze, Lease, UpdateState
from core.domain.change import Change
from core.domain.device import Device
from core.domain.ids import AccountId, CampaignId, ContactId, ConversationId, DeliveryId, TelegramUserId, WorkerId
from core.domain.media import Media, UploadedMedia
from core.domain.message import OutgoingMessage
from core.domain.peer import Address, Peer

# ------------------------------------------------------------------------------------------------- Telegram


class SentMessage(msgspec.Struct, frozen=True, kw_only=True):
    """Telegram's definite yes. `message_id` is None when it only said that it has this random_id already."""

    message_id: int | None
    at: datetime | None  # Telegram's time of the message


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryMessage:
    """A message of our own found in a chat."""

    message_id: int
    at: datetime
    text_hash: bytes  # core.domain.message.content_hash of its text and entities
    media_id: int = 0  # Telegram's number of the photo or file it carries; 0: none
    group_id: int = 0  # the items of one album have the same; 0: no album


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


class Link(Protocol):
    """One connected account. After `closed` is set nothing of it may be used, and nothing goes out later."""

    key_fingerprint: bytes  # names the auth key without giving it away

    @property
    def is_closed(self) -> bool: ...

    async def wait_closed(self) -> None:
        """Return once the link has ended, for whatever reason."""
        ...

    async def server_time(self) -> datetime:
        """Ask Telegram what time it is."""
        ...

    async def catch_up(self) -> None:
        """Hand everything missed to the handler, and return when all of it is committed.

        When the gap is too long for Telegram's difference, dialogs with unread messages are read instead.
        """
        ...

    async def resolve(self, address: Address) -> Peer:
        """Find a person over the network. Raises RecipientNotFound, RecipientUnreachable, CooldownError, NetworkError."""
        ...

    async def upload(self, media: Media, path: Path, progress: Callable[[int], None]) -> UploadedMedia:
        """Upload the content of a file, so that `send` can send it. No message comes of it, and no harm of a repeat.

        `progress` is told how many bytes have been sent; what it raises ends the upload between two parts. Raises
        MediaUnavailable when the file is not that of `media`, MessageRejected, CooldownError, AccountError, NetworkError.
        """
        ...

    async def send(
        self, peer: Peer, message: OutgoingMessage, *, random_id: int, uploads: Sequence[UploadedMedia] = ()
    ) -> SentMessage:
        """Send once with this random_id; no retry, no wait of its own. `uploads` are the message's media, in order.

        Of an album each item leaves under an id of its own (core.domain.media.item_random_ids), and the answer is yes
        only when every item has arrived: one that the answer leaves out is asked about alone, once.

        A definite refusal raises its AppError with `is_definite`; MediaExpired when an upload is not taken any more.
        PartlySent means that something of an album has arrived and something was refused. NetworkError means that the
        fate is unknown; after ConnectionLost or TimedOut the link is closed.
        """
        ...

    async def edit(self, peer: Peer, message_id: int, message: OutgoingMessage) -> None:
        """Give a message of ours another text or caption; its photo or file stays. One that says it already is done.

        Raises as `send`, and MessageGone, EditTooLate.
        """
        ...

    async def delete(self, message_id: int) -> None:
        """Delete a message of a private chat for both sides. One that is gone already is done. Raises DeleteForbidden."""
        ...

    async def mark_read(self, peer: Peer, message_id: int) -> None:
        """What this person wrote was read, up to this message. User accounts only; a repeat changes nothing."""
        ...

    async def tell_typing(self, peer: Peer) -> None:
        """Let this person see for six seconds that somebody types."""
        ...

    async def find_own_messages(self, peer: Peer, *, since: datetime) -> Sequence[HistoryMessage]:
        """Our own messages to this person from `since` on, newest first, at most 100. User accounts only."""
        ...

    async def list_devices(self) -> Sequence[Device]:
        """Where the account is signed in; ours first, then by last activity. User accounts only."""
        ...

    async def end_device(self, device_hash: str) -> None:
        """End another session. Raises RequestFailed: there is none of this number, or ours is too young to end others."""
        ...

    async def end_other_devices(self) -> None:
        """End every session but ours. Raises RequestFailed as `end_device`."""
        ...

    async def log_out(self) -> None:
        """End our own session. After a definite answer its key is worth nothing any more."""
        ...

    async def close(self) -> None:
        """End the link; returns when no byte can leave any more."""
        ...


class Gateway(Protocol):
    """Opens links. The auth key comes from the secret store; nothing else of the account is secret."""

    async def connect(self, account: Account, state: UpdateState | None, on_incoming: IncomingHandler) -> Link:
        """Connect and prove that the session is still this account's (the same Telegram user id).

        Raises AccountError (signed out, banned, frozen ...), NetworkError, SecretStoreError, WorkspaceKindMismatch.
        """
        ...

    async def log_out(self, account: Account) -> None:
        """Connect for nothing but to end the session at Telegram; a frozen account too. Raises as `connect`: without
        `is_definite` nobody knows whether it was ended.
        """
        ...


# --------------------------------------------------------------------------------------------------- Stores


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageChange:
    """A row that sends nothing new. `message_id` is Telegram's number of the message."""

    kind: ChangeKind
    message_id: int


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A row that a lane may claim, read ahead without writing."""

    id: DeliveryId
    campaign_id: CampaignId  # NO_CAMPAIGN: it is no delivery
    contact_id: ContactId | None  # None: the account itself
    random_id: int
    telegram_user_id: TelegramUserId | None  # None: not resolved yet
    username: str | None
    peer: Peer | None  # from the account's cache, when known
    choice: Choice  # which text of the campaign's message, decided when the row was planned
    inputs: Mapping[str, str]  # copy of the values for the template, made when the row was planned
    text_hash: bytes | None  # of the first try, when there was one
    content: OutgoingMessage | None = None  # the whole message, of what is no delivery of a campaign
    change: MessageChange | None = None  # of a message that was sent; None: the row sends one
    restored: "Restored | None" = None  # it came back with a backup, and may have left after it


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A row of a campaign that came back with a backup; somebody chose to look before each message is sent."""

    since: datetime  # the moment of the backup
    keeps_random_id: bool  # it was planned by then, so what left after the backup left under its random_id


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTry:
    """A row in `sending`: a send whose fate is unknown."""

    candidate: Candidate
    campaign_state: CampaignState
    unknown_since: datetime
    not_before: datetime | None  # a refused repeat set it
    key_fingerprint: bytes  # of the auth key that made the try
    tries: int  # since the row was last proved unsent; 1: the first is the only one
    forbidden: (
        DeliveryReason | None
    )  # why nobody may write to the person meanwhile: said STOP, blocked us, no consent


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an open try. The store checks the change of state and writes all of it in one unit."""

    delivery_id: DeliveryId
    state: DeliveryState
    at: datetime
    reason: DeliveryReason | None = None
    detail: str = ""  # Telegram's name for a refusal; never a message body
    message_id: int | None = None
    not_before: datetime | None = None  # for DEFERRED, and for SENDING after a refused repeat
    suppress: bool = False  # nobody may write to this person again
    cooldown_until: datetime | None = None  # the account waits for sending until then
    slowed_until: datetime | None = None  # the account sends at half rate until then


class ClaimOrder(msgspec.Struct, frozen=True, kw_only=True):
    """Move this row to `sending`, if everything still allows it."""

    delivery_id: DeliveryId
    text_hash: bytes
    key_fingerprint: bytes
    profile: LimitProfile
    now: datetime


class DeliveryStore(Protocol):
    async def read_ahead(
        self,
        account_id: AccountId,
        campaign_ids: Sequence[CampaignId],
        *,
        now: datetime,
        limit: int,
        without: Collection[DeliveryId] = (),
    ) -> Sequence[Candidate]:
        """Rows of these campaigns that are planned, or deferred and due, but for `without`; at most `limit` of each."""
        ...

    async def next_due(self, account_id: AccountId, campaign_ids: Sequence[CampaignId]) -> datetime | None:
        """When the next deferred row of these campaigns is due; None: there is none."""
        ...

    async def bind_person(self, lease: Lease, delivery_id: DeliveryId, peer: Peer, *, now: datetime) -> bool:
        """Store peer, and its Telegram id on contact and row.

        False: another row of the campaign has this person already; this one is `skipped` (same person) now.
        """
        ...

    async def settle_untried(self, lease: Lease, outcome: Outcome) -> None:
        """A row that never was tried ends or waits (`failed`, `skipped`, `deferred`), e.g. when nobody has this name."""
        ...

    async def record_and_claim(self, lease: Lease, outcome: Outcome | None, order: ClaimOrder | None) -> Claim | None:
        """Record the previous result and claim the next row, in one unit. One of both may be None.

        The claim checks campaign, consent, suppression, account, cooldown and quota again inside the unit
        (campaigns.plan.eligibility.decide) and moves the row by compare-and-swap.
        """
        ...

    async def open_tries(self, account_id: AccountId) -> Sequence[OpenTry]:
        """All rows in `sending` of this account, oldest first."""
        ...

    async def begin_repeat(self, lease: Lease, delivery_id: DeliveryId, *, now: datetime) -> bool:
        """Count one more open try, committed before a repeat leaves.

        False: it may not leave. The row is not `sending` any more, its campaign or account stands still or waits, or
        the person may not be written to any more.
        """
        ...

    async def begin_look_up(self, lease: Lease, *, per_day: int | None, now: datetime) -> QuotaWait | None:
        """Count one more look-up of a person, committed before it leaves; or what it has to wait for, and until when."""
        ...

    async def hold_look_ups(self, lease: Lease, *, until: datetime) -> None:
        """Telegram demanded a wait for looking people up: none leaves before, by whichever worker."""
        ...

    async def settle_restored(
        self, lease: Lease, candidate: Candidate, found: HistoryMessage | None, *, now: datetime
    ) -> None:
        """A row that came back with a backup left after it (`found`), or may have (None): `sent` or `uncertain`."""
        ...

    async def bound_message_ids(self, account_id: AccountId, user_id: TelegramUserId) -> frozenset[int]:
        """Ids of messages to this person that are bound to a row already."""
        ...


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


class UploadStore(Protocol):
    """What an account has uploaded."""

    async def find(self, account_id: AccountId, media: Media) -> UploadedMedia | None:
        """The newest upload that Telegram still takes."""
        ...

    async def add(self, lease: Lease, media: Media, uploaded: UploadedMedia, *, now: datetime) -> None: ...

    async def end(self, lease: Lease, media_ids: Sequence[int]) -> None:
        """Telegram does not take these any more; by them the history still shows what was sent."""
        ...

    async def media_ids(self, account_id: AccountId, media: Media) -> frozenset[int]:
        """Under which numbers the account has ever uploaded it."""
        ...


class CampaignStore(Protocol):
    async def list_for_lane(self, account_id: AccountId) -> Sequence[Campaign]:
        """Campaigns of this account that are running, or have an open try of it."""
        ...

    async def start_due(self, now: datetime) -> Sequence[CampaignId]:
        """Move scheduled campaigns whose moment has come to `running`; returns them."""
        ...

    async def finish_done(self, now: datetime) -> Sequence[CampaignId]:
        """Move running campaigns with every row final to `finished`; returns them."""
        ...

    async def cancel_rest(self, now: datetime, *, limit: int) -> int:
        """Cancel planned and deferred rows of cancelled and failed campaigns, at most `limit`; returns how many."""
        ...

    async def end_due(self, now: datetime, *, limit: int) -> int:
        """Skip planned and deferred rows of campaigns whose end has come, at most `limit`; returns how many."""
        ...

    async def judge_canaries(self, now: datetime) -> Sequence[CampaignId]:
        """Let campaigns go on, or pause them, whose first people are done; returns them. Each is judged once."""
        ...

    async def stop_running(
        self, campaign_id: CampaignId, target: CampaignState, reason: str, *, now: datetime
    ) -> None:
        """The engine pauses or fails a running campaign, with its event; nothing happens if it does not run any more."""
        ...


class AccountStore(Protocol):
    async def list_accounts(self) -> Sequence[Account]: ...

    async def get(self, account_id: AccountId) -> Account: ...

    async def stop(
        self,
        lease: Lease,
        state: AccountState,
        reason: str,
        *,
        now: datetime,
        code: str | None = None,
        freeze: Freeze | None = None,
    ) -> None:
        """The account stands still until a person acts; `code` is that of the error."""
        ...

    async def log_out(self, account_id: AccountId, *, lease: Lease | None = None, actor: str, now: datetime) -> None:
        """A person had its session ended: it is signed out, and its deliveries stay with it."""
        ...

    async def update_state(self, account_id: AccountId) -> UpdateState | None: ...


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


class RequestStore(Protocol):
    """The worker's side of requests."""

    async def list_open(self, *, now: datetime) -> Sequence[Request]:
        """What waits to be taken, oldest first. What is past its deadline expires."""
        ...

    async def begin(self, request: Request, lease: Lease, worker_id: WorkerId, *, now: datetime) -> bool:
        """Take it, committed before anything is done. False: somebody has, or it expired."""
        ...

    async def finish(
        self, request: Request, worker_id: WorkerId, state: RequestState, answer: str, *, now: datetime
    ) -> None: ...

    async def give_back(self, request: Request) -> None:
        """Its link was lost and it may simply be asked again: whoever owns the account next takes it."""
        ...

    async def recover(self, lease: Lease, *, now: datetime) -> None:
        """After the account was taken: what a worker of before had begun is asked again, or its fate is unknown."""
        ...


class LaneStatus(StrEnum):
    """What a lane does now, for the screen."""

    SENDING = "sending"
    IDLE = "idle"  # nothing to do
    CONNECTING = "connecting"
    SETTLING = "settling"  # asks what became of open tries
    WAITING = "waiting"  # goes on by itself at a known time
    NEEDS_YOU = "needs_you"  # stands still until a person acts
    PAUSED = "paused"
    OFFLINE = "offline"  # no worker holds it


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneReport:
    account_id: AccountId
    status: LaneStatus
    reason: str = ""  # one sentence: what it waits for
    until: datetime | None = None


class LeaseStore(Protocol):
    async def take(self, account_id: AccountId, worker_id: WorkerId, *, until: datetime) -> Lease:
        """Take the account for this worker and raise the epoch. The caller holds the account's OS lock."""
        ...

    async def renew(self, leases: Sequence[Lease], *, until: datetime) -> Sequence[Lease]:
        """Prolong; returns those that are still ours."""
        ...

    async def release(self, lease: Lease) -> None: ...

    async def is_held(self, account_id: AccountId, *, now: datetime) -> bool:
        """Whether some worker has a lease that has not ended."""
        ...

    async def report(self, reports: Sequence[LaneReport], *, now: datetime) -> None:
        """What lanes do now; written only when it changed."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerStart:
    worker_id: WorkerId
    pid: int
    started_at: datetime


class WorkerStore(Protocol):
    async def begin(self, start: WorkerStart) -> int:
        """Register this start and raise the workspace's generation; returns the new generation."""
        ...

    async def beat(self, worker_id: WorkerId, *, now: datetime) -> bool:
        """Heartbeat; True when somebody asked this worker to stop."""
        ...

    async def end(self, worker_id: WorkerId, *, now: datetime) -> None: ...

    async def newest_time(self) -> datetime | None:
        """The greatest moment at which a row was tried or ended."""
        ...


class ChangeSource(Protocol):
    async def poll(self) -> Sequence[Change]:
        """What other processes changed since the last poll; cheap when nothing is new."""
        ...


class EventStore(Protocol):
    async def add(
        self,
        kind: str,
        *,
        at: datetime,
        actor: str,
        level: str = "info",
        account_id: AccountId | None = None,
        campaign_id: CampaignId | None = None,
        data: Mapping[str, str | int] | None = None,
    ) -> None:
        """One line of Activity. `data` holds no message text, no phone number and no secret."""
        ...
