"""Lanes under a simulated clock: who is sent to when, decided by the policies that dispatch uses, over ids alone.

A send takes no time here, no lookup fails and Telegram demands no wait: what comes out is how long the limits take.
"""

import heapq
import math
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.plan.eligibility import NO_PLAN, Claim, ClaimAnswer, ClaimFacts, PlanFacts, decide
from campaigns.plan.lane_order import take_turns
from campaigns.plan.limits import LimitProfile, RateLimiter, even_gap, look_up_free_at
from campaigns.plan.simulated_rows import (
    DEFERRED,
    ENDED,
    HAS_CONSENT,
    IS_BARRED,
    IS_FIRST,
    IS_KNOWN,
    IS_SHARED,
    NUMBER_OF,
    REASONS,
    SENT,
    People,
    RecentSends,
    RowQueue,
    SharedPeople,
)
from campaigns.reasons import DeliveryReason
from campaigns.schedule.campaign_plan import CampaignPlan
from campaigns.schedule.windows import Openings
from core.domain.account import Account, AccountState
from core.domain.ids import CampaignId

CLAIMS_A_SLICE: Final = 5_000
"""How much is simulated between two looks at the world: some 0.1 s."""

MILLISECOND: Final = timedelta(milliseconds=1)
EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


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
    has_canary_ahead: bool = False  # it is not scheduled yet: the size follows from how many are planned


@dataclass(slots=True, eq=False)
class SimulatedCampaign:
    """`number` in the order of all; `held_until`: no lane asks before; `canary_at`: when its first people were done."""

    number: int
    start: CampaignStart
    openings: Openings
    hour: RecentSends
    day: RecentSends
    newest: RecentSends
    tried: int
    canary_size: int | None
    is_free: bool  # its plan limits nothing
    held_until: datetime | None = None
    held_for: DeliveryReason = DeliveryReason.OUTSIDE_WINDOW
    canary_at: datetime | None = None
    waiting: "OrderedDict[int, SimulatedLane]" = field(default_factory=OrderedDict)


@dataclass(slots=True, eq=False)
class SimulatedLane:
    """One account. `waited_ms`: how long it rested for what, with something to do."""

    number: int
    start: LaneStart
    limiter: RateLimiter
    hour: RecentSends
    day: RecentSends
    look_ups: RecentSends
    firsts: RecentSends
    queues: dict[CampaignId, RowQueue] = field(default_factory=dict)
    ready: deque[int] = field(default_factory=deque)
    put_off: Counter[DeliveryReason] = field(default_factory=Counter)
    waited_ms: Counter[DeliveryReason] = field(default_factory=Counter)
    resting: tuple[int, DeliveryReason] | None = None
    last_ms: int | None = None  # of the rehearsed campaign: when its last row ended
    rehearsed: int = 0  # rows of the first campaign
    turn: int = 0  # of its entries in the order of events only the newest counts


Watch = Callable[[datetime, int, Claim], None]


class Simulation:
    """Add everybody, then `run`. The first campaign is the one that is rehearsed; others only take their share."""

    def __init__(
        self,
        lanes: Sequence[LaneStart],
        campaigns: Sequence[CampaignStart],
        people: People,
        *,
        now: datetime,
        read_ahead: int,
        watch: Watch | None = None,
    ) -> None:
        """`watch` is told of every answer to a claim: moment, row, answer."""
        self.people = people
        self.shared = SharedPeople()
        self.lanes = [_lane(number, start) for number, start in enumerate(lanes)]
        self.campaigns = [_campaign(number, start) for number, start in enumerate(campaigns)]
        self._by_id = {campaign.start.id: campaign for campaign in self.campaigns}
        self._began = now - timedelta(microseconds=now.microsecond % 1000)
        self._began_ms = (self._began - EPOCH) // MILLISECOND
        self._read_ahead = read_ahead
        self._few = max(1, read_ahead // 2)  # with fewer rows ready than this a lane reads more
        self._watch = watch
        self._events: list[tuple[int, int, int, int]] = []  # ms, order, lane or -1 - campaign, turn of the lane
        self._order = 0
        self._claims = 0
        self.now = self._began

    # ------------------------------------------------------------------------------------------------- running

    def add(self, row: int, *, not_before: datetime | None = None) -> None:
        """A row that is planned, or put off until `not_before`. Rows of one lane come in the order of their ids."""
        people = self.people
        lane = self.lanes[people.lanes[row]]
        campaign_id = self.campaigns[people.campaigns[row]].start.id
        lane.rehearsed += people.campaigns[row] == 0
        queue = lane.queues.get(campaign_id)
        if queue is None:
            queue = lane.queues[campaign_id] = RowQueue()
        if not_before is None:
            queue.add(row)
            return
        people.states[row] = DEFERRED
        lane.put_off[REASONS[people.reasons[row]]] += 1
        queue.put_off(row, not_before)

    def run(self) -> Iterator[int]:
        """Yields the number of claims now and then, until nobody is left who waits for something."""
        now_ms = 0
        for lane in self.lanes:
            self._slow_down(lane)
            if lane.start.account.state is AccountState.READY and lane.queues:
                self._push(0, lane.number, lane.turn)
        for number, campaign in enumerate(self.campaigns):
            if campaign.start.starts_at > self._began:
                self._hold(number, campaign.start.starts_at, DeliveryReason.OUTSIDE_WINDOW)
        told = 0
        while self._events:
            now_ms, _, who, turn = heapq.heappop(self._events)
            self.now = self.moment(now_ms)
            if who < 0:
                self._campaign_goes_on(-1 - who, now_ms)
            elif self.lanes[who].turn == turn:
                self._wake(self.lanes[who], now_ms)
            if self._claims - told >= CLAIMS_A_SLICE:
                told = self._claims
                yield told
        yield self._claims

    def moment(self, at_ms: int) -> datetime:
        """Simulated milliseconds as a moment."""
        return self._began + timedelta(milliseconds=at_ms)

    def _wake(self, lane: SimulatedLane, now_ms: int) -> None:
        """Let a lane do one thing after the other, as long as it comes before all others."""
        lane.turn += 1
        end = self._claims + CLAIMS_A_SLICE
        while True:
            next_ms = self._step(lane, now_ms)
            if next_ms is None:
                return
            if self._claims >= end or (self._events and self._events[0][0] <= next_ms):
                self._push(next_ms, lane.number, lane.turn)
                return
            now_ms = next_ms
            self.now = self.moment(now_ms)

    def _step(self, lane: SimulatedLane, now_ms: int) -> int | None:
        """At most one claim. Returns when it is worth looking again; None: when a campaign goes on, or never."""
        now = self.now
        if lane.resting is not None:
            since_ms, reason = lane.resting
            lane.waited_ms[reason] += now_ms - since_ms
            lane.resting = None
        if len(lane.ready) < self._few:
            self._read_more(lane, now, now_ms)
        if not lane.ready:
            return self._rest(lane, now, now_ms)
        row = lane.ready[0]
        campaign = self.campaigns[self.people.campaigns[row]]
        if campaign.held_until is not None and campaign.held_until > now:
            self._give_back(lane, but_of=campaign)
            return now_ms
        delay_s = lane.limiter.send_delay_s(now_ms / 1000, self.people.chats[row])
        if delay_s > 0:
            return now_ms + max(1, math.ceil(delay_s * 1000))
        lane.ready.popleft()
        lane.limiter.take_send(now_ms / 1000, self.people.chats[row])
        self._claims += 1
        return self._claim(lane, row, now, now_ms)

    # ------------------------------------------------------------------------------------------------ claiming

    def _claim(self, lane: SimulatedLane, row: int, now: datetime, now_ms: int) -> int:
        campaign = self.campaigns[self.people.campaigns[row]]
        claim = decide(self._facts(lane, campaign, row, now), now)
        if claim.answer is ClaimAnswer.CLAIMED:
            claim = self._put_off_first(lane, row, now) or claim
        if claim.answer not in (ClaimAnswer.CLAIMED, ClaimAnswer.HELD):
            lane.limiter.give_back(self.people.chats[row])
        if self._watch is not None:
            self._watch(now, row, claim)
        if claim.answer is ClaimAnswer.CLAIMED:
            self._sent(lane, campaign, row, now, now_ms)
        elif claim.answer is ClaimAnswer.SKIPPED:
            assert claim.reason is not None, "a skip has its reason"
            self._end(lane, row, claim.reason, now_ms)
        elif claim.answer is ClaimAnswer.DEFERRED:
            assert claim.reason is not None, "a row that waits has its reason"
            assert claim.until is not None, "and its moment"
            self._defer(lane, row, claim.reason, claim.until)
        else:
            self._queue(lane, row).give_back([row])
            return self._held(lane, campaign, claim, now, now_ms)
        return now_ms

    def _facts(self, lane: SimulatedLane, campaign: SimulatedCampaign, row: int, now: datetime) -> ClaimFacts:
        people = self.people
        flags = people.flags[row]
        return ClaimFacts(
            row_state=DeliveryState.DEFERRED if people.states[row] == DEFERRED else DeliveryState.PLANNED,
            not_before=None,  # a lane reads what is due
            campaign_state=CampaignState.RUNNING,
            account_state=AccountState.READY,
            send_cooldown_until=lane.start.account.send_cooldown_until,
            has_consent=bool(flags & HAS_CONSENT),
            suppression=REASONS[people.reasons[row]] if flags & IS_BARRED else None,
            hour_filled_at=lane.hour.filled_at,
            day_filled_at=lane.day.filled_at,
            is_same_text=True,
            plan=self._plan_facts(campaign, row, now),
        )

    def _plan_facts(self, campaign: SimulatedCampaign, row: int, now: datetime) -> PlanFacts:
        plan = campaign.start.plan
        slowed, newest_at = campaign.start.slowed_per_hour, campaign.newest.filled_at
        if campaign.is_free and slowed is None:
            return NO_PLAN
        is_own = plan.schedule.in_own_zone and bool(plan.schedule.windows)
        time_zone = self.people.zone_names[self.people.zones[row]] if is_own else None
        filled_ms = self._cap_filled_ms(plan, row)
        canary_size = campaign.canary_size
        return PlanFacts(
            opens_at=campaign.openings.next_open(now, time_zone),
            is_own_window=is_own,
            is_cap_full=plan.cap is not None
            and filled_ms > 0
            and EPOCH + filled_ms * MILLISECOND > plan.cap.counts_since(now),
            hour_filled_at=campaign.hour.filled_at,
            day_filled_at=campaign.day.filled_at,
            paced_until=None if slowed is None or newest_at is None else newest_at + even_gap(slowed),
            is_canary_full=canary_size is not None and campaign.tried >= canary_size,
        )

    def _cap_filled_ms(self, plan: CampaignPlan, row: int) -> int:
        if plan.cap is None:
            return 0
        if self.people.flags[row] & IS_SHARED:
            return self.shared.filled_ms(self.people.chats[row], plan.cap.messages)
        return self.people.filled_ms[row]

    def _put_off_first(self, lane: SimulatedLane, row: int, now: datetime) -> Claim | None:
        per_day = lane.start.profile.new_people_per_day
        if per_day is None or not self.people.flags[row] & IS_FIRST:
            return None
        reason = DeliveryReason.QUOTA_NEW_PEOPLE
        free_at = look_up_free_at(lane.firsts.all(), per_day, lane.put_off[reason], now)
        return None if free_at is None else Claim(answer=ClaimAnswer.DEFERRED, reason=reason, until=free_at)

    # ----------------------------------------------------------------------------------------------- outcomes

    def _sent(self, lane: SimulatedLane, campaign: SimulatedCampaign, row: int, now: datetime, now_ms: int) -> None:
        people = self.people
        self._leave(lane, row)
        people.states[row] = SENT
        for recent in (lane.hour, lane.day, campaign.hour, campaign.day, campaign.newest):
            recent.add(now)
        campaign.tried += 1
        if people.flags[row] & IS_FIRST:
            lane.firsts.add(now)
        if people.flags[row] & IS_SHARED:
            self.shared.add(people.chats[row], self._began_ms + now_ms)
        if people.campaigns[row] == 0:
            lane.last_ms = now_ms

    def _end(self, lane: SimulatedLane, row: int, reason: DeliveryReason, now_ms: int) -> None:
        """Not to be sent. Of a campaign whose end has come everybody is skipped at once, whenever their turn is."""
        self._leave(lane, row)
        self.people.states[row] = ENDED
        self.people.reasons[row] = NUMBER_OF[reason]
        if self.people.campaigns[row] != 0:
            return
        ends_at = self.campaigns[0].start.plan.schedule.ends_at
        if reason is DeliveryReason.CAMPAIGN_ENDED and ends_at is not None:
            now_ms = min(now_ms, max(0, (ends_at - self._began) // MILLISECOND))
        lane.last_ms = max(now_ms, lane.last_ms or 0)

    def _defer(self, lane: SimulatedLane, row: int, reason: DeliveryReason, until: datetime) -> None:
        self._leave(lane, row)
        self.people.states[row] = DEFERRED
        self.people.reasons[row] = NUMBER_OF[reason]
        lane.put_off[reason] += 1
        self._queue(lane, row).put_off(row, until)

    def _leave(self, lane: SimulatedLane, row: int) -> None:
        """Whatever it waited for, it does so no more."""
        if self.people.states[row] == DEFERRED:
            lane.put_off[REASONS[self.people.reasons[row]]] -= 1

    def _held(
        self, lane: SimulatedLane, campaign: SimulatedCampaign, claim: Claim, now: datetime, now_ms: int
    ) -> int:
        """Nothing changed for the row: the account waits, or its campaign."""
        reason = claim.reason or DeliveryReason.OUTSIDE_WINDOW
        if claim.answer is ClaimAnswer.CAMPAIGN_HELD:
            self._give_back(lane, but_of=campaign)
            if claim.until is None:
                # Its first people are done. Nobody failed, so it goes on; where a person has to say so, at once.
                campaign.canary_at, campaign.canary_size = now, None
            else:
                self._hold(campaign.number, claim.until, reason)
            return now_ms
        assert claim.until is not None, "accounts that stand still are not simulated"
        self._give_back(lane)
        lane.resting = now_ms, reason
        return self._ms(claim.until)

    # ------------------------------------------------------------------------------------------------- feeding

    def _read_more(self, lane: SimulatedLane, now: datetime, now_ms: int) -> None:
        taken: dict[CampaignId, list[int]] = {}
        for campaign_id, queue in lane.queues.items():
            held_until = self._by_id[campaign_id].held_until
            if held_until is None or held_until <= now:
                rows = queue.take(now, self._read_ahead)
                if rows:
                    taken[campaign_id] = rows
        chosen = take_turns(taken, self._read_ahead)
        if len(taken) > 1:
            kept = set(chosen)
            for campaign_id, rows in taken.items():
                lane.queues[campaign_id].give_back([row for row in rows if row not in kept])
        for row in chosen:
            if self.people.faults[row]:
                self._end_unreadable(lane, row, now_ms)
            elif self.people.flags[row] & IS_KNOWN or self._look_up(lane, row, now, now_ms):
                lane.ready.append(row)

    def _end_unreadable(self, lane: SimulatedLane, row: int, now_ms: int) -> None:
        """There is no message for this person."""
        reason = REASONS[self.people.faults[row]]
        self._end(lane, row, reason, now_ms)
        if reason is DeliveryReason.MESSAGE_TOO_LONG:  # recorded as failed, and so one that was tried
            self.campaigns[self.people.campaigns[row]].tried += 1

    def _look_up(self, lane: SimulatedLane, row: int, now: datetime, now_ms: int) -> bool:
        """Find their address within the budget for that; False: they wait for it."""
        campaign = self.campaigns[self.people.campaigns[row]]
        if campaign.start.plan.schedule.ends_at is not None and campaign.openings.next_open(now, None) is None:
            self._end(lane, row, DeliveryReason.CAMPAIGN_ENDED, now_ms)
            return False
        cooldown = lane.start.look_up_cooldown_until
        if cooldown is not None and cooldown > now:
            self._defer(lane, row, DeliveryReason.COOLDOWN, cooldown)
            return False
        per_day, reason = lane.start.profile.resolves_per_day, DeliveryReason.QUOTA_RESOLVE
        if per_day is not None:
            free_at = look_up_free_at(lane.look_ups.all(), per_day, lane.put_off[reason], now)
            if free_at is not None:
                self._defer(lane, row, reason, free_at)
                return False
            lane.look_ups.add(now)
        self.people.flags[row] |= IS_KNOWN
        return True

    def _rest(self, lane: SimulatedLane, now: datetime, now_ms: int) -> int | None:
        """Nothing can be tried: until a row is due, or a campaign goes on."""
        due: datetime | None = None
        held: SimulatedCampaign | None = None
        for campaign_id, queue in lane.queues.items():
            campaign = self._by_id[campaign_id]
            if campaign.held_until is not None and campaign.held_until > now:
                if queue.has_ready or queue.next_due is not None:
                    held = held or campaign
                    campaign.waiting[lane.number] = lane
            elif queue.next_due is not None:
                due = queue.next_due if due is None else min(due, queue.next_due)
        if held is not None:
            lane.resting = now_ms, held.held_for
        elif due is not None:
            reason = max(lane.put_off, key=lambda each: lane.put_off[each], default=DeliveryReason.OUTSIDE_WINDOW)
            lane.resting = now_ms, reason
        return None if due is None else max(now_ms, self._ms(due))

    def _give_back(self, lane: SimulatedLane, but_of: SimulatedCampaign | None = None) -> None:
        """Forget what was read ahead; with `but_of` only the rows of that campaign."""
        kept: list[int] = []
        back: dict[CampaignId, list[int]] = {}
        for row in lane.ready:
            campaign = self.campaigns[self.people.campaigns[row]]
            if but_of is None or campaign is but_of:
                back.setdefault(campaign.start.id, []).append(row)
            else:
                kept.append(row)
        lane.ready = deque(kept)
        for campaign_id, rows in back.items():
            lane.queues[campaign_id].give_back(rows)

    # ------------------------------------------------------------------------------------------------- waiting

    def _hold(self, number: int, until: datetime, reason: DeliveryReason) -> None:
        campaign = self.campaigns[number]
        campaign.held_until, campaign.held_for = until, reason
        self._push(self._ms(until), -1 - number, 0)

    def _campaign_goes_on(self, number: int, now_ms: int) -> None:
        """Its lanes go on one by one: the first may use up what has become free, and all others go on waiting."""
        campaign = self.campaigns[number]
        if campaign.held_until is not None and campaign.held_until > self.now:
            return
        if campaign.waiting:
            _, lane = campaign.waiting.popitem(last=False)
            self._push(now_ms, -1 - number, 0)
            self._wake(lane, now_ms)

    def _slow_down(self, lane: SimulatedLane) -> None:
        until = lane.start.account.slowed_until
        if until is not None:
            lane.limiter.slow_until((until - self._began).total_seconds())

    def _queue(self, lane: SimulatedLane, row: int) -> RowQueue:
        return lane.queues[self.campaigns[self.people.campaigns[row]].start.id]

    def _push(self, at_ms: int, who: int, turn: int) -> None:
        self._order += 1
        heapq.heappush(self._events, (at_ms, self._order, who, turn))

    def _ms(self, moment: datetime) -> int:
        """Rounded up: what may be done at a moment may not be done a fraction before it."""
        return -((self._began - moment) // MILLISECOND)


def _lane(number: int, start: LaneStart) -> SimulatedLane:
    profile = start.profile
    return SimulatedLane(
        number=number,
        start=start,
        limiter=RateLimiter(profile),
        hour=RecentSends(profile.per_hour, start.sends),
        day=RecentSends(profile.per_day, start.sends),
        look_ups=RecentSends(profile.resolves_per_day, start.look_ups),
        firsts=RecentSends(profile.new_people_per_day, start.first_contacts),
    )


def _campaign(number: int, start: CampaignStart) -> SimulatedCampaign:
    return SimulatedCampaign(
        number=number,
        start=start,
        openings=Openings(start.plan.schedule),
        hour=RecentSends(start.plan.per_hour, start.sends),
        day=RecentSends(start.plan.per_day, start.sends),
        newest=RecentSends(1, start.sends[-1:]),
        tried=start.tried,
        canary_size=start.canary_size,
        is_free=start.plan == CampaignPlan(),
    )
