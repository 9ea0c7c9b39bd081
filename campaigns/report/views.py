"""What screens and commands show: values read from the workspace, never rows and never text of messages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from campaigns.campaign import CampaignState
from campaigns.delivery import FINAL, TRIED, DeliveryState
from campaigns.ports import LaneStatus
from campaigns.reasons import DeliveryReason
from campaigns.schedule.repeat import Repeat
from core.domain.account import AccountKind, AccountState
from core.domain.ids import AccountId, CampaignId, ContactId, DeliveryId, WorkerId


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignProgress:
    """How far one campaign is, from the counters."""

    id: CampaignId
    title: str
    state: CampaignState
    state_reason: str | None
    state_by: str
    state_at: datetime
    created_at: datetime
    created_by: str
    approved_by: str | None
    approved_hash: bytes | None
    start_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    slowed_per_hour: int | None  # a person slowed it down; None: as fast as its plan says
    is_archived: bool
    repeat: Repeat | None  # it is a series, and sends nothing itself; None: it runs once
    runs: int  # of a series: so many took place or are on their way
    run_of: CampaignId | None  # the series that it is a run of
    run_at: datetime | None  # and its moment there
    counts: Mapping[DeliveryState, int]
    reasons: Mapping[tuple[DeliveryState, DeliveryReason], int]
    first_people: int | None = None  # so many get it alone, and are not done yet

    @property
    def tried(self) -> int:
        """To how many people it was sent, or tried to."""
        return sum(count for state, count in self.counts.items() if state in TRIED)

    @property
    def recipients(self) -> int:
        return sum(self.counts.values())

    @property
    def final(self) -> int:
        return sum(count for state, count in self.counts.items() if state in FINAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneView:
    """One account's lane, for all its campaigns or for one of them."""

    account_id: AccountId
    title: str
    kind: AccountKind
    account_state: AccountState
    account_reason: str | None
    status: LaneStatus
    reason: str  # what it waits for, one sentence
    until: datetime | None
    counts: Mapping[DeliveryState, int]


def without_worker(lanes: Sequence[LaneView]) -> list[LaneView]:
    """The lanes as they are while no worker runs: one that died could not say that it stopped sending.

    What needs a person, and a wait that Telegram demanded, hold without a worker too.
    """
    stand_still = (LaneStatus.NEEDS_YOU, LaneStatus.PAUSED, LaneStatus.WAITING)
    return [
        lane if lane.status in stand_still else replace(lane, status=LaneStatus.OFFLINE, reason="", until=None)
        for lane in lanes
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedItem:
    """A delivery that ended or was put off, newest first."""

    id: DeliveryId
    at: datetime
    state: DeliveryState
    reason: DeliveryReason | None
    person: str
    account_title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientRow:
    """One person of a report."""

    contact_id: ContactId
    name: str
    username: str | None
    account_title: str
    state: DeliveryState
    reason: DeliveryReason | None
    detail: str | None
    finished_at: datetime | None
    message_id: int | None
    variant: str
    language: str  # of the text; '': nobody named one
    tried_at: datetime | None  # the first try
    read_at: datetime | None  # when it was learned; None: not, or it cannot be known
    replied_at: datetime | None  # the first reply
    opted_out_at: datetime | None  # said STOP, or blocked the account, after this message


@dataclass(frozen=True, slots=True, kw_only=True)
class EventView:
    """One line of Activity."""

    id: int
    at: datetime
    level: str
    kind: str
    actor: str
    account_title: str | None
    campaign_title: str | None
    person: str | None
    correlation_id: str
    data: Mapping[str, str | int]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilter:
    """Which lines of Activity to show; None: whatever it is."""

    level: str | None = None
    area: str | None = None  # what stands before the dot of a kind, e.g. "campaign"
    account_id: AccountId | None = None
    campaign_id: CampaignId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerView:
    """A worker of the workspace. Whether it runs is decided with its OS lock and the heartbeat's age."""

    worker_id: WorkerId
    pid: int
    started_at: datetime
    heartbeat_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTotals:
    """What happened since a moment (usually local midnight)."""

    delivered: int
    failed: int
    uncertain: int
    replies: int  # to campaigns
    stops: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RatePoint:
    """Messages delivered in the bucket that begins at `at`."""

    at: datetime
    delivered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterDifference:
    """A counter that does not hold what a count of the rows gives: a defect. `reason` is empty where there is none."""

    campaign_id: CampaignId
    account_id: AccountId
    state: DeliveryState
    reason: str
    counter: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewView:
    """Everything the first page shows, read in one go."""

    today: DayTotals
    campaigns: Sequence[CampaignProgress]
    lanes: Sequence[LaneView]
    replies_by_campaign: Mapping[CampaignId, int]
