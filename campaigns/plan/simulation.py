"""Lanes under a simulated clock: who is sent to when, decided by the policies that dispatch uses, over ids alone.

A send takes no time here, no lookup fails and Telegram demands no wait: what comes out is how long the limits take.
"""

import heapq
import math
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from campaigns.plan.eligibility import Claim, ClaimAnswer
from campaigns.plan.lane_order import take_turns
from campaigns.plan.limits import look_up_free_at
from campaigns.plan.simulated_answers import EPOCH, MILLISECOND, Kind, SimulatedAnswers
from campaigns.plan.simulated_lanes import CampaignStart, LaneStart, SimulatedCampaign, SimulatedLane
from campaigns.plan.simulated_rows import (
    DEFERRED,
    ENDED,
    IS_FIRST,
    IS_KNOWN,
    IS_SHARED,
    NUMBER_OF,
    REASONS,
    SENT,
    People,
    RowQueue,
    SharedPeople,
)
from campaigns.reasons import DeliveryReason
from core.domain.account import AccountState
from core.domain.ids import CampaignId

CLAIMS_A_SLICE: Final = 5_000
"""How much is simulated between two looks at the world: some 0.1 s."""

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
        self.lanes = [SimulatedLane.of(number, start) for number, start in enumerate(lanes)]
        self.campaigns = [SimulatedCampaign.of(number, start) for number, start in enumerate(campaigns)]
        self._by_id = {campaign.id: campaign for campaign in self.campaigns}
        self._began = now - timedelta(microseconds=now.microsecond % 1000)
        self._began_ms = (self._began - EPOCH) // MILLISECOND
        self._read_ahead = read_ahead
        self._few = max(1, read_ahead // 2)  # with fewer rows ready than this a lane reads more
        self._watch = watch
        self._events: list[tuple[int, int, int, int]] = []  # ms, order, lane or -1 - campaign, turn of the lane
        self._order = 0
        self._claims = 0
        self._slice_ends = 0  # at how many claims a lane stops to let the world be looked at
        self._answers = SimulatedAnswers(people, self.shared)
        self.now = self._began

    # ------------------------------------------------------------------------------------------------- running

    def add(self, row: int, *, not_before: datetime | None = None) -> None:
        """A row that is planned, or put off until `not_before`. Rows of one lane come in the order of their ids."""
        people = self.people
        lane = self.lanes[people.lanes[row]]
        campaign_id = self.campaigns[people.campaigns[row]].id
        lane.rehearsed += people.campaigns[row] == 0
        queue = lane.queues.get(campaign_id)
        if queue is None:
            queue = lane.queues[campaign_id] = RowQueue()
        if not_before is None:
            queue.add(row)
            return
        people.states[row] = DEFERRED
        lane.put_off[people.reasons[row]] += 1
        queue.put_off(row, not_before)

    def run(self) -> Iterator[int]:
        """Yields the number of claims now and then, until nobody is left who waits for something."""
        now_ms = 0
        for lane in self.lanes:
            self._slow_down(lane)
            if lane.start.account.state is AccountState.READY and lane.queues:
                self._push(0, lane.number, lane.turn)
        for campaign in self.campaigns:
            if campaign.starts_at > self._began:
                self._hold(campaign, campaign.starts_at, DeliveryReason.OUTSIDE_WINDOW)
        told = 0
        while self._events:
            now_ms, _, who, turn = heapq.heappop(self._events)
            self.now = self.moment(now_ms)
            if who < 0:
                self._campaign_goes_on(self.campaigns[-1 - who], now_ms)
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
        lane.end_rest(now_ms)
        self._slice_ends = self._claims + CLAIMS_A_SLICE
        while True:
            self._answers.forget()
            next_ms = self._step(lane, now_ms)
            if next_ms is None:
                return
            if self._claims >= self._slice_ends or lane.resting is not None or self._is_before(next_ms):
                self._push(next_ms, lane.number, lane.turn)
                return
            now_ms = next_ms
            self.now = self.moment(now_ms)

    def _is_before(self, at_ms: int) -> bool:
        """Whether something else comes first."""
        return bool(self._events) and self._events[0][0] <= at_ms

    def _step(self, lane: SimulatedLane, now_ms: int) -> int | None:
        """Everybody up to the next who is sent to. Returns when it is worth looking again; None: when a campaign goes
        on, or never.
        """
        now = self.now
        while self._claims < self._slice_ends:
            if len(lane.ready) < self._few:
                self._read_more(lane, now, now_ms)
            if not lane.ready:
                return self._rest(lane, now, now_ms)
            row = lane.ready[0]
            campaign = self.campaigns[self.people.campaigns[row]]
            if campaign.is_held(now):
                self._give_back(lane, but_of=campaign)
                continue
            kind = self._answers.kind(campaign, row, now)
            claim = self._answers.known(kind)
            if claim is None:
                delay_s = lane.limiter.send_delay_s(now_ms / 1000, self.people.chats[row])
                if delay_s > 0:
                    return _later(now_ms, delay_s)
                claim = self._ask(lane, campaign, row, kind)
            lane.ready.popleft()
            self._claims += 1
            if self._watch is not None:
                self._watch(now, row, claim)
            if claim.answer is ClaimAnswer.CLAIMED:
                self._sent(lane, campaign, row, now, now_ms)
                return _later(now_ms, lane.limiter.send_delay_s(now_ms / 1000))
            if claim.answer is ClaimAnswer.SKIPPED:
                assert claim.reason is not None, "a skip has its reason"
                self._end(lane, row, claim.reason, now_ms)
            elif claim.answer is ClaimAnswer.DEFERRED:
                assert claim.reason is not None, "a row that waits has its reason"
                assert claim.until is not None, "and its moment"
                self._defer(lane, row, claim.reason, claim.until)
            else:
                lane.queues[campaign.id].give_back([row])
                return self._held(lane, campaign, claim, now, now_ms)
        return now_ms

    def _ask(self, lane: SimulatedLane, campaign: SimulatedCampaign, row: int, kind: Kind) -> Claim:
        """Ask the policies, with a grant of the lane's pace in hand."""
        claim = self._answers.ask(lane, campaign, row, kind, self.now)
        if claim.answer is ClaimAnswer.CLAIMED or claim.answer is ClaimAnswer.HELD:
            at_s = (self.now - self._began).total_seconds()
            lane.limiter.take_send(at_s, self.people.chats[row], items=campaign.items)
        return claim

    # ----------------------------------------------------------------------------------------------- outcomes

    def _sent(self, lane: SimulatedLane, campaign: SimulatedCampaign, row: int, now: datetime, now_ms: int) -> None:
        people = self.people
        self._leave(lane, row)
        people.states[row] = SENT
        for recent in (lane.hour, lane.day, campaign.hour, campaign.day, campaign.newest):
            recent.add(now)
        campaign.tried += 1
        flags = people.flags[row]
        if flags & IS_FIRST:
            lane.firsts.add(now)
        if flags & IS_SHARED:
            self.shared.add(people.chats[row], self._began_ms + now_ms)
        if campaign.number == 0:
            lane.last_ms = now_ms

    def _end(self, lane: SimulatedLane, row: int, reason: DeliveryReason, now_ms: int) -> None:
        """Not to be sent. Of a campaign whose end has come everybody is skipped at once, whenever their turn is."""
        self._leave(lane, row)
        self.people.states[row] = ENDED
        self.people.reasons[row] = NUMBER_OF[reason]
        if self.people.campaigns[row] != 0:
            return
        ends_at = self.campaigns[0].ends_at
        if reason is DeliveryReason.CAMPAIGN_ENDED and ends_at is not None:
            now_ms = min(now_ms, max(0, (ends_at - self._began) // MILLISECOND))
        lane.last_ms = max(now_ms, lane.last_ms or 0)

    def _defer(self, lane: SimulatedLane, row: int, reason: DeliveryReason, until: datetime) -> None:
        self._leave(lane, row)
        number = NUMBER_OF[reason]
        self.people.states[row] = DEFERRED
        self.people.reasons[row] = number
        lane.put_off[number] += 1
        lane.queues[self.campaigns[self.people.campaigns[row]].id].put_off(row, until)

    def _leave(self, lane: SimulatedLane, row: int) -> None:
        """Whatever it waited for, it does so no more."""
        if self.people.states[row] == DEFERRED:
            lane.put_off[self.people.reasons[row]] -= 1

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
                self._hold(campaign, claim.until, reason)
            return now_ms
        assert claim.until is not None, "accounts that stand still are not simulated"
        self._give_back(lane)
        lane.resting = now_ms, reason
        return self._ms(claim.until)

    # ------------------------------------------------------------------------------------------------- feeding

    def _read_more(self, lane: SimulatedLane, now: datetime, now_ms: int) -> None:
        taken: dict[CampaignId, list[int]] = {}
        for campaign_id, queue in lane.queues.items():
            if not self._by_id[campaign_id].is_held(now):
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
        if campaign.ends_at is not None and campaign.openings.next_open(now, None) is None:
            self._end(lane, row, DeliveryReason.CAMPAIGN_ENDED, now_ms)
            return False
        cooldown = lane.start.look_up_cooldown_until
        if cooldown is not None and cooldown > now:
            self._defer(lane, row, DeliveryReason.COOLDOWN, cooldown)
            return False
        per_day, reason = lane.start.profile.resolves_per_day, DeliveryReason.QUOTA_RESOLVE
        if per_day is not None:
            free_at = look_up_free_at(lane.look_ups.all(), per_day, lane.put_off[NUMBER_OF[reason]], now)
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
            if campaign.is_held(now):
                if queue.has_ready or queue.next_due is not None:
                    held = held or campaign
                    campaign.waiting[lane.number] = lane
            elif queue.next_due is not None:
                due = queue.next_due if due is None else min(due, queue.next_due)
        if held is not None:
            lane.resting = now_ms, held.held_for
        elif due is not None:
            lane.resting = now_ms, lane.most_wait_for
        return None if due is None else max(now_ms, self._ms(due))

    def _give_back(self, lane: SimulatedLane, but_of: SimulatedCampaign | None = None) -> None:
        """Forget what was read ahead; with `but_of` only the rows of that campaign."""
        kept: list[int] = []
        back: dict[CampaignId, list[int]] = {}
        for row in lane.ready:
            campaign = self.campaigns[self.people.campaigns[row]]
            if but_of is None or campaign is but_of:
                back.setdefault(campaign.id, []).append(row)
            else:
                kept.append(row)
        lane.ready = deque(kept)
        for campaign_id, rows in back.items():
            lane.queues[campaign_id].give_back(rows)

    # ------------------------------------------------------------------------------------------------- waiting

    def _hold(self, campaign: SimulatedCampaign, until: datetime, reason: DeliveryReason) -> None:
        campaign.held_until, campaign.held_for = until, reason
        self._push(self._ms(until), -1 - campaign.number, 0)

    def _campaign_goes_on(self, campaign: SimulatedCampaign, now_ms: int) -> None:
        """Its lanes go on one by one: the first may use up what has become free, and all others go on waiting."""
        if not campaign.is_held(self.now) and campaign.waiting:
            _, lane = campaign.waiting.popitem(last=False)
            self._push(now_ms, -1 - campaign.number, 0)
            self._wake(lane, now_ms)

    def _slow_down(self, lane: SimulatedLane) -> None:
        until = lane.start.account.slowed_until
        if until is not None:
            lane.limiter.slow_until((until - self._began).total_seconds())

    def _push(self, at_ms: int, who: int, turn: int) -> None:
        self._order += 1
        heapq.heappush(self._events, (at_ms, self._order, who, turn))

    def _ms(self, moment: datetime) -> int:
        """Rounded up: what may be done at a moment may not be done a fraction before it."""
        return -((self._began - moment) // MILLISECOND)


def _later(now_ms: int, delay_s: float) -> int:
    """Rounded up to the millisecond, and later wherever there is a delay."""
    return now_ms + max(1, math.ceil(delay_s * 1000)) if delay_s > 0 else now_ms
