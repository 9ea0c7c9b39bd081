"""Rows that leave, and the campaigns and uploads that they belong to."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import msgspec

from campaigns.campaign import Campaign, CampaignState
from campaigns.delivery import DeliveryState
from campaigns.inbox.conversations import ChangeKind
from campaigns.message.variants import Choice
from campaigns.plan.eligibility import Claim
from campaigns.plan.limits import LimitProfile, QuotaWait
from campaigns.ports.gateway import HistoryMessage
from campaigns.reasons import DeliveryReason
from core.domain.account import Lease
from core.domain.ids import AccountId, CampaignId, ContactId, DeliveryId, TelegramUserId
from core.domain.media import Media, UploadedMedia
from core.domain.message import OutgoingMessage
from core.domain.peer import Peer


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
