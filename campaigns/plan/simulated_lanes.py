"""Accounts and campaigns as a simulation finds them, and what it keeps of each while it runs."""

from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from campaigns.plan.limits import LimitProfile, RateLimiter, even_gap
from campaigns.plan.simulated_rows import NUMBER_OF, REASONS, RecentSends, RowQueue
from campaigns.reasons import DeliveryReason
from campaigns.schedule.campaign_plan import CampaignPlan, FrequencyCap
from campaigns.schedule.windows import Openings
from core.domain.account import Account
from core.domain.ids import CampaignId


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneStart:
    """An account as the simulation finds it. Moments oldest first, of the last 24 hours."""

    account: Account
    profile: LimitProfile  # with what a person set for it
    sends: Sequence[datetime] = ()
    look_ups: Sequence[datetime] = ()
    first_contacts: Sequence[datetime] = ()
    look_up_cooldown_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignStart:
    """A campaign as the simulation finds it."""

    id: CampaignId
    plan: CampaignPlan
    starts_at: datetime
    sends: Sequence[datetime] = ()  # of the last 24 hours, oldest first
    tried: int = 0  # to how many people it has sent, or tried to
    canary_size: int | None = None
    slowed_per_hour: int | None = None  # a person slowed it down
    items: int = 1  # messages that Telegram makes for each person: the items of an album
    has_canary_ahead: bool = False  # it is not scheduled yet: the size follows from how many are planned


@dataclass(slots=True, eq=False)
class SimulatedCampaign:
    """`number` in the order of all; `held_until`: no lane asks before; `canary_at`: when its first people were done."""

    number: int
    id: CampaignId
    starts_at: datetime
    ends_at: datetime | None
    openings: Openings
    cap: FrequencyCap | None
    is_own_window: bool
    is_free: bool  # nothing limits it but its accounts
    gap: timedelta | None  # between two messages, where a person slowed it down
    hour: RecentSends
    day: RecentSends
    newest: RecentSends
    tried: int
    canary_size: int | None
    items: int
    held_until: datetime | None = None
    held_for: DeliveryReason = DeliveryReason.OUTSIDE_WINDOW
    canary_at: datetime | None = None
    waiting: "OrderedDict[int, SimulatedLane]" = field(default_factory=OrderedDict)

    def is_held(self, now: datetime) -> bool:
        return self.held_until is not None and self.held_until > now

    @classmethod
    def of(cls, number: int, start: CampaignStart) -> "SimulatedCampaign":
        plan, slowed = start.plan, start.slowed_per_hour
        return cls(
            number=number,
            id=start.id,
            starts_at=start.starts_at,
            ends_at=plan.schedule.ends_at,
            openings=Openings(plan.schedule),
            cap=plan.cap,
            is_own_window=plan.schedule.in_own_zone and bool(plan.schedule.windows),
            is_free=plan == CampaignPlan() and slowed is None,
            gap=None if slowed is None else even_gap(slowed),
            hour=RecentSends(plan.per_hour, start.sends),
            day=RecentSends(plan.per_day, start.sends),
            newest=RecentSends(None if slowed is None else 1, start.sends[-1:]),
            tried=start.tried,
            canary_size=start.canary_size,
            items=start.items,
        )


@dataclass(slots=True, eq=False)
class SimulatedLane:
    """One account. `waited_ms`: how long it rested for what (by its number), with something to do."""

    number: int
    start: LaneStart
    limiter: RateLimiter
    hour: RecentSends
    day: RecentSends
    look_ups: RecentSends
    firsts: RecentSends
    cooldown_until: datetime | None
    new_people_per_day: int | None
    queues: dict[CampaignId, RowQueue] = field(default_factory=dict)
    ready: deque[int] = field(default_factory=deque)
    put_off: list[int] = field(default_factory=lambda: [0] * len(REASONS))  # rows, by number of what they wait for
    waited_ms: list[int] = field(default_factory=lambda: [0] * len(REASONS))
    resting: tuple[int, DeliveryReason] | None = None
    last_ms: int | None = None  # of the rehearsed campaign: when its last row ended
    rehearsed: int = 0  # rows of the first campaign
    turn: int = 0  # of its entries in the order of events only the newest counts

    @classmethod
    def of(cls, number: int, start: LaneStart) -> "SimulatedLane":
        profile = start.profile
        return cls(
            number=number,
            start=start,
            limiter=RateLimiter(profile),
            hour=RecentSends(profile.per_hour, start.sends),
            day=RecentSends(profile.per_day, start.sends),
            look_ups=RecentSends(profile.resolves_per_day, start.look_ups),
            firsts=RecentSends(profile.new_people_per_day, start.first_contacts),
            cooldown_until=start.account.send_cooldown_until,
            new_people_per_day=profile.new_people_per_day,
        )

    def end_rest(self, now_ms: int) -> None:
        """It looks again: what it waited for gets the time."""
        if self.resting is not None:
            since_ms, reason = self.resting
            self.waited_ms[NUMBER_OF[reason]] += now_ms - since_ms
            self.resting = None

    @property
    def waits_for(self) -> DeliveryReason | None:
        """What it rested for the longest."""
        longest = max(self.waited_ms)
        return REASONS[self.waited_ms.index(longest)] if longest else None

    @property
    def most_wait_for(self) -> DeliveryReason:
        """What most of its rows that are put off wait for."""
        most = max(self.put_off)
        return REASONS[self.put_off.index(most)] if most else DeliveryReason.OUTSIDE_WINDOW
