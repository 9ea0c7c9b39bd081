"""What a screen shows of the accounts: the row of a list, everything about one, and the questions that are asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from campaigns.accounts.health_score import HealthScore
from campaigns.delivery import DeliveryState
from campaigns.ports import LaneStatus
from core.domain.account import AccountKind, AccountState
from core.domain.ids import AccountId, ProxyId
from core.domain.proxy import ProxyFailure, ProxyKind


class AccountCondition(StrEnum):
    """Where an account stands for the person who looks, in the order in which they want to see it."""

    NEEDS_YOU = "needs_you"  # stands still until a person acts
    WAITING = "waiting"  # goes on by itself at a known time
    SENDING = "sending"
    READY = "ready"  # online, nothing to do
    PAUSED = "paused"
    OFFLINE = "offline"  # no worker has it


class Route(StrEnum):
    """Which way out, as a filter."""

    PROXY = "proxy"
    DIRECT = "direct"
    FAILING = "failing"  # its proxy is in quarantine
    MISSING = "missing"  # set to use a proxy, and has none


class AccountOrder(StrEnum):
    """How a list is sorted."""

    NEED = "need"
    TITLE = "title"
    HEALTH = "health"
    TODAY = "today"
    UNTIL = "until"
    PROXY = "proxy"
    SEEN = "seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountQuestion:
    """Which accounts. None and empty: whichever. `text` is looked for in title, username, label and proxy."""

    condition: AccountCondition | None = None
    label: str | None = None
    route: Route | None = None
    text: str = ""
    order: AccountOrder = AccountOrder.NEED
    is_descending: bool = False

    @property
    def is_filtered(self) -> bool:
        return self.condition is not None or self.label is not None or self.route is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyView:
    """The proxy of an account, and how its last check went."""

    id: ProxyId
    kind: ProxyKind
    host: str
    port: int
    label: str
    failure: ProxyFailure | None
    quarantined_until: datetime | None
    telegram_ms: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """One account at one moment."""

    id: AccountId
    kind: AccountKind
    title: str
    username: str | None
    state: AccountState
    state_reason: str | None
    state_at: datetime
    condition: AccountCondition
    lane: LaneStatus  # offline without a worker, whatever its last word was
    lane_reason: str
    until: datetime | None  # what it waits for ends then
    send_cooldown_until: datetime | None
    look_up_cooldown_until: datetime | None
    slowed_until: datetime | None
    limit_profile: str
    tried_hour: int
    tried_day: int
    per_day: int | None
    uses_proxy: bool
    may_move: bool  # to another proxy, should this one fail
    proxy: ProxyView | None
    labels: tuple[str, ...]
    is_online: bool
    seen_at: datetime | None  # last known to be online; None: never
    signed_in_at: datetime
    queue: Mapping[DeliveryState, int]  # its deliveries by state
    health: HealthScore

    @property
    def waiting_deliveries(self) -> int:
        """Deliveries that have not ended."""
        open_states = (DeliveryState.PLANNED, DeliveryState.DEFERRED, DeliveryState.SENDING)
        return sum(self.queue.get(state, 0) for state in open_states)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountCounts:
    """How many accounts there are, and of which kinds."""

    total: int = 0
    bots: int = 0
    online: int = 0
    newest: int = 0  # the greatest id: with `total` it tells whether any came or went
    by_condition: Mapping[AccountCondition, int] = field(default_factory=dict)
    by_label: Mapping[str, int] = field(default_factory=dict)
    by_route: Mapping[Route, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountTally:
    """Some accounts, counted."""

    states: Mapping[AccountState, int]
    labels: Mapping[str, int]  # how many of them have each label
    waiting: int  # deliveries that have not ended

    @property
    def total(self) -> int:
        return sum(self.states.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitUse:
    """How much of its limits an account has used."""

    tried_hour: int
    tried_day: int
    look_ups_day: int
