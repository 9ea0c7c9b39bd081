"""What only the console shows: a campaign's monitor at one moment, and the questions that its long lists ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from campaigns.campaign import Campaign
from campaigns.delivery import DeliveryState
from campaigns.reasons import DeliveryReason
from campaigns.report.event_kinds import EventKind
from campaigns.report.views import CampaignProgress, FeedItem, LaneView
from campaigns.schedule.repeat import Repeat
from core.domain.ids import AccountId, CampaignId


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorView:
    """One campaign at one moment: what is read ten times a second while somebody watches."""

    progress: CampaignProgress
    lanes: Sequence[LaneView]
    feed: Sequence[FeedItem]


@dataclass(frozen=True, slots=True, kw_only=True)
class LanePace:
    """How fast a lane sends while it sends, and what its quotas have left: what a forecast needs."""

    account_id: AccountId
    per_hour: int | None  # its quotas, as they hold for it now
    per_day: int | None
    tries_per_s: float | None  # over its last minute of sending, for all its campaigns; None: too few to say
    campaigns: int  # running campaigns that have work in this lane; they take turns
    tried_last_hour: int  # counted only where it has a quota
    tried_last_day: int
    last_due: datetime | None  # the latest moment to which a delivery of this campaign is put off


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignDetails:
    """What a campaign says, from whom to how many, and who approved it."""

    campaign: Campaign
    repeat: Repeat | None  # None: it runs once
    approved_at: datetime | None
    approval_comment: str | None
    account_titles: Sequence[str]
    members: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedRuns:
    """Moments of a series that did not take place: so many, the last of them, and why."""

    count: int
    until: datetime
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesRuns:
    """What became of the moments of a series, newest first."""

    runs: Sequence[CampaignProgress]
    skipped: Sequence[SkippedRuns]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerRun:
    """One worker's life; `ended_at` None: it runs, or it died after `heartbeat_at`."""

    started_at: datetime
    heartbeat_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Something that explains the rate of a campaign."""

    at: datetime
    kind: EventKind
    actor: str
    account_title: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleQuestion:
    """Which deliveries of a campaign: everybody, one state, some of its reasons, or a name."""

    campaign_id: CampaignId
    state: DeliveryState | None = None
    reason: DeliveryReason | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventQuestion:
    """Which lines of Activity. `kinds` empty: all. `text` is looked for in what is about whom, and in `text_kinds`."""

    kinds: frozenset[EventKind] = frozenset()
    levels: frozenset[str] = frozenset()
    by_worker: bool | None = None  # None: whoever did it
    text: str = ""
    text_kinds: frozenset[EventKind] = frozenset()  # kinds whose words hold the text
    after_id: int = 0  # only what came after this line
    account_id: AccountId | None = None  # only what happened to this account
