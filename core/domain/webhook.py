"""Webhooks: what is told to another program, to whom, and how each telling went."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from core.domain.ids import WebhookDeliveryId, WebhookId

GIVE_UP_AFTER: Final = timedelta(hours=24)
"""How long an event is tried."""

MOST_WAITING: Final = 10_000
"""Events that wait for one webhook; what happens beyond is counted and not told."""

OLD_SECRET_FOR: Final = timedelta(hours=24)
"""How long a secret that was rolled still signs, beside the new one."""


class HookEvent(StrEnum):
    """What can be told: the closed set. The data of each kind is named beside it, besides conversation_id and contact_id."""

    MESSAGE_RECEIVED = "message.received"  # account_id, campaign_id, message_id (Telegram's), message_kind
    CONVERSATION_RESOLVED = "conversation.resolved"  # by: "team", or "person" by a reaction
    CONVERSATION_REOPENED = "conversation.reopened"  # by: "team" or "person", who wrote again
    TICKET_OPENED = (
        "ticket.opened"  # account_id, ticket (its number), message_id (Telegram's); by as above, also by a reaction
    )
    TICKET_CLOSED = "ticket.closed"  # account_id, ticket; by: "team"
    CAMPAIGN_FINISHED = "campaign.finished"  # campaign_id
    SUPPRESSION_ADDED = "suppression.added"  # reason, account_id, campaign_id; people: how many, of a list
    ACCOUNT_STOPPED = "account.stopped"  # account_id, state
    TEST = "webhook.test"  # nothing; a person asked for it


CHOOSABLE: Final = tuple(event for event in HookEvent if event is not HookEvent.TEST)


class HookDeliveryState(StrEnum):
    """Where one event for one webhook stands."""

    WAITING = "waiting"  # for its turn, or for its next try
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"  # tried for GIVE_UP_AFTER; a person can send it again


@dataclass(frozen=True, slots=True, kw_only=True)
class HookWish:
    """What a person sets. `address`: None leaves the present one."""

    name: str
    events: frozenset[HookEvent]
    address: str | None = None
    with_text: bool = False  # bodies carry what the person wrote
    with_person: bool = False  # bodies carry number and @name of the person


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """One receiver. Its whole address lies with its secret, since both may open the receiver's door; `host` is shown."""

    id: WebhookId
    name: str
    host: str  # scheme, host and port
    events: frozenset[HookEvent]
    with_text: bool
    with_person: bool
    secret_name: str
    old_secret_until: datetime | None
    created_at: datetime
    paused_at: datetime | None
    paused_why: str  # '': a person paused it
    failing_since: datetime | None  # the first failure after the last success
    held_until: datetime | None  # nothing is tried before
    failures: int  # in a row, of the address
    last_problem: str  # of the last try, '': it succeeded
    last_tried_at: datetime | None
    last_ok_at: datetime | None
    waiting: int
    given_up: int
    lost: int  # events beyond MOST_WAITING


@dataclass(frozen=True, slots=True, kw_only=True)
class HookDelivery:
    """One event for one webhook, as a list shows it."""

    id: WebhookDeliveryId
    message_id: str  # the webhook-id header: the same in every try
    event: HookEvent
    event_at: datetime
    state: HookDeliveryState
    tries: int
    next_at: datetime | None  # of one that waits after a try
    status: int | None  # the last answer's HTTP status
    problem: str
    settled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HookPost:
    """One event that is to be told now. Text and person are read for this try and stand in no queue."""

    id: WebhookDeliveryId
    message_id: str
    event: HookEvent
    event_at: datetime
    data: Mapping[str, str | int | None]
    tries: int  # with this one
    first_tried_at: datetime
    workspace_id: str
    is_sandbox: bool
    text: str | None = None
    phone: str | None = None
    username: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HookResult:
    """How a try ended. `again_at` is when the next one is due; None with a problem: given up."""

    id: WebhookDeliveryId
    status: int | None = None
    problem: str = ""
    again_at: datetime | None = None
    hold_until: datetime | None = None  # the address itself failed: nothing else of this webhook is tried before
