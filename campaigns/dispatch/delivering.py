"""Delivering over one link: read rows ahead, claim each in one unit with the previous result, send, record, settle.

Runs several coroutines over shared state of one event loop: a feeder that reads ahead and resolves, a few slots that
claim and send, and one that settles open tries. A broken link ends all of them by their own sends; nothing is
cancelled in the middle of a write. What is in memory here may be lost at any moment: every row says what it is.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from campaigns.campaign import Campaign, CampaignState
from campaigns.delivery import DeliveryState
from campaigns.dispatch import outcomes
from campaigns.dispatch.breaker import Breaker
from campaigns.dispatch.campaign_waits import CampaignWaits
from campaigns.dispatch.engine_time import EngineTime
from campaigns.dispatch.preparing import Preparing, ReadyRow
from campaigns.dispatch.rendering import Rendering
from campaigns.dispatch.settle import Settler
from campaigns.plan.eligibility import Claim, ClaimAnswer
from campaigns.plan.lane_order import take_turns
from campaigns.plan.limits import LimitProfile, RateLimiter
from campaigns.ports import (
    AccountStore,
    CampaignStore,
    Candidate,
    ClaimOrder,
    DeliveryStore,
    LaneStatus,
    Link,
    Outcome,
)
from campaigns.reasons import SENTENCES, DeliveryReason
from core.domain.account import Account, AccountState, Lease
from core.domain.ids import CampaignId, DeliveryId
from core.errors import (
    AppError,
    CampaignError,
    ConnectionLost,
    CooldownError,
    LeaseLost,
    RecipientError,
)

IDLE_LOOK_S = 5.0
"""How long to rest without news. Changes poke the lane at once; this only bounds what a lost poke could cost."""

QUIET_LOOK_S = 60.0
"""The same while no campaign of the account runs: hundreds of accounts that rest take next to nothing together."""

CLAIM_HOLDS_S = 0.25
"""How long a claimed row may wait for its turn to leave; then it goes back, and everything is checked again."""

FATE_SENTENCE = "It finds out what became of messages whose answer was lost."


class Tell(Protocol):
    def __call__(self, status: LaneStatus, reason: str = "", until: datetime | None = None) -> None: ...


class Delivering:
    """The work of one lane over one link. `run` ends when the link has ended or `end` was called."""

    def __init__(
        self,
        *,
        account: Account,
        lease: Lease,
        profile: LimitProfile,
        link: Link,
        deliveries: DeliveryStore,
        campaigns: CampaignStore,
        accounts: AccountStore,
        in_flight: int,
        read_ahead: int,
        settle_retry_after: Callable[[int], timedelta],
        time: EngineTime,
        rendering: Rendering,
        breaker: Breaker,
        limiter: RateLimiter,
        is_ours: Callable[[], bool],
        tell: Tell,
        confirm_time: Callable[[], Awaitable[None]],
    ) -> None:
        self._account = account
        self._lease = lease
        self._profile = profile
        self._link = link
        self._deliveries = deliveries
        self._campaigns = campaigns
        self._accounts = accounts
        self._in_flight = in_flight
        self._network = asyncio.Semaphore(in_flight)  # a place for each send under way
        self._read_ahead = read_ahead
        self._few = max(1, read_ahead // 2)  # with fewer rows ready than this more are read
        self._time = time
        self._rendering = rendering
        self._breaker = breaker
        self._limiter = limiter
        self._is_ours = is_ours
        self._tell = tell
        self._confirm_time = confirm_time
        self._preparing = Preparing(
            lease=lease,
            link=link,
            store=deliveries,
            rendering=rendering,
            time=time,
            profile=profile,
            refused=self._count_failure,
        )
        self._settler = Settler(
            account=account,
            lease=lease,
            link=link,
            store=deliveries,
            rendering=rendering,
            time=time,
            profile=profile,
            retry_after=settle_retry_after,
            pace=self._pace,
            hold=self._cool_down,
            is_ours=is_ours,
            is_in_flight=lambda delivery_id: delivery_id in self._trying,
        )
        self._ready: deque[ReadyRow] = deque()
        self._held: set[DeliveryId] = set()  # read ahead and not yet given back
        self._trying: set[DeliveryId] = set()  # claimed here; their fate is being awaited
        self._replaced = 0  # of these, how many are being recorded in the unit that claims another
        self._reading = 0  # grows when what was read ahead is forgotten: what was claimed before goes back too
        self._active: dict[CampaignId, Campaign] = {}
        self._hold: tuple[datetime, str] | None = None  # nothing is claimed until then, and why
        self._waits = CampaignWaits()
        self._ending = False
        self._failure: AppError | None = None
        self._open: set[DeliveryId] = set()  # open tries that nobody awaits: each takes the place of a slot
        self._settle_due: datetime | None = None  # when the next of them is asked about
        self._work = asyncio.Event()  # the slots have something to look at
        self._hunger = asyncio.Event()  # the feeder has something to look at
        self._doubt = asyncio.Event()  # the settling has something to look at
        self._is_stale = True  # campaigns and account are to be read again

    # ------------------------------------------------------------------------------------------------ control

    def poke(self) -> None:
        """Campaigns or the account changed: look again."""
        self._is_stale = True
        self._hunger.set()
        self._doubt.set()

    def end(self) -> None:
        """Claim nothing more; what is in flight is awaited and recorded."""
        self._ending = True
        for event in (self._work, self._hunger, self._doubt):
            event.set()

    async def run(self) -> None:
        """Deliver until the link ends or `end` is called. Raises what ended it."""
        await self._refresh()
        self._tell(LaneStatus.SETTLING)
        await self._settle_now()
        async with asyncio.TaskGroup() as group:
            watch = group.create_task(self._watch_link(), name=f"lane {self._account.id} link")
            settle = group.create_task(self._keep_settling(), name=f"lane {self._account.id} settle")
            feed = group.create_task(self._feed(), name=f"lane {self._account.id} feed")
            slots = [
                group.create_task(self._slot(), name=f"lane {self._account.id} slot {n}")
                for n in range(self._in_flight + 1)  # one has its row claimed while the others send
            ]
            await asyncio.wait(slots)
            self.end()
            await asyncio.wait([feed, settle])
            watch.cancel()
        if self._failure is not None:
            raise self._failure

    def fail(self, error: AppError) -> None:
        """End for this reason; the first failure is what ended the run."""
        if self._failure is None:
            self._failure = error
        self.end()

    async def _watch_link(self) -> None:
        await self._link.wait_closed()
        if not self._ending:
            self.fail(ConnectionLost())

    # ------------------------------------------------------------------------------------------------ sending

    async def _slot(self) -> None:
        """Claim and send one row after the other. The result of one travels with the claim of the next."""
        outcome: Outcome | None = None
        try:
            while not self._ending:
                if not self._is_ours():
                    self.fail(LeaseLost())
                    break
                may_claim = self._may_claim(outcome)
                delay_s = self._send_delay_s() if may_claim else 0.0
                if outcome is not None and (not may_claim or delay_s > 0):
                    await self._finish(outcome)
                    outcome = None
                elif not may_claim:
                    await _wait_for(self._work)
                elif delay_s > 0:
                    await self._rest(delay_s)
                else:
                    outcome = await self._claim_and_send(outcome)
            if outcome is not None:
                await self._finish(outcome)
        except AppError as error:
            self.fail(error)

    def _may_claim(self, own: Outcome | None = None) -> bool:
        """Whether a slot, whose last result `own` is still to be recorded, may claim the next row.

        Never more rows are `sending` than may be in flight, and one: so the next row is claimed when a place gets
        free, and while as many tries as that are unsettled, which may last, one row at a time still goes.
        """
        if not self._ready or self._hold is not None or not self._time.is_confirmed:
            return False
        others = len(self._trying) - self._replaced - (own is not None)
        return others + len(self._open) <= self._in_flight

    async def _claim_and_send(self, previous: Outcome | None) -> Outcome | None:
        """One turn of a slot. Returns the result that is still to be recorded."""
        row = self._ready.popleft()
        if len(self._ready) < self._few:
            self._hunger.set()
        self._limiter.take_send(self._time.clock.monotonic(), row.peer.user_id)
        self._trying.add(row.candidate.id)
        order = ClaimOrder(
            delivery_id=row.candidate.id,
            text_hash=row.message.text_hash,
            key_fingerprint=self._link.key_fingerprint,
            profile=self._profile,
            now=self._time.now(),
        )
        self._replaced += previous is not None
        claim = await self._deliveries.record_and_claim(self._lease, previous, order)
        if previous is not None:
            self._replaced -= 1
            self._trying.discard(previous.delivery_id)
        assert claim is not None, "an order gets an answer"
        self._held.discard(row.candidate.id)
        if claim.answer is not ClaimAnswer.CLAIMED:
            self._trying.discard(row.candidate.id)
            self._not_claimed(row.candidate.campaign_id, claim)
            return None
        return await self._send(row)

    async def _send(self, row: ReadyRow) -> Outcome | None:
        """Send a claimed row. None: its fate is unknown, the row stays `sending` and is settled."""
        candidate = row.candidate
        claimed_s, reading = self._time.clock.monotonic(), self._reading
        async with self._network:
            if not self._is_ours():
                # The machine slept or the database was out of reach: the right to send may be somebody else's now. If
                # it still is ours, the row goes back unsent.
                self.fail(LeaseLost())
            is_old = self._time.clock.monotonic() - claimed_s > CLAIM_HOLDS_S or self._reading != reading
            if self._ending or is_old:
                return Outcome(delivery_id=candidate.id, state=DeliveryState.PLANNED, at=self._time.now())
            try:
                sent = await self._link.send_text(row.peer, row.message.text, random_id=candidate.random_id)
            except AppError as error:
                return await self._refused(candidate, error)
        if sent.at is not None:
            self._time.observe(sent.at)
        outcome = outcomes.delivered(candidate, sent, now=self._time.now())
        self._breaker.trips(candidate.campaign_id, outcome)
        return outcome

    async def _refused(self, candidate: Candidate, error: AppError) -> Outcome | None:
        if not error.is_definite:
            self._trying.discard(candidate.id)
            self._open.add(candidate.id)
            if self._link.is_closed:
                self.fail(error)
            self._doubt.set()
            return None
        outcome = outcomes.refused_first_try(candidate, error, self._profile, now=self._time.now())
        if isinstance(error, CooldownError):
            self._cool_down(outcome)
        elif isinstance(error, CampaignError):
            await self._finish(outcome)
            await self._stop_campaign(candidate.campaign_id, CampaignState.FAILED, str(error))
            return None
        elif not isinstance(error, RecipientError):
            # The account stands still; its row is untouched and stays with it.
            await self._finish(outcome)
            self.fail(error)
            return None
        await self._count_failure(candidate, outcome, error)
        return outcome

    async def _finish(self, outcome: Outcome) -> None:
        await self._deliveries.record_and_claim(self._lease, outcome, None)
        self._trying.discard(outcome.delivery_id)
        if not self._ready:
            self._hunger.set()  # it may have been the last: the lane waits for something else now

    async def _count_failure(self, candidate: Candidate, outcome: Outcome, error: AppError) -> None:
        if self._breaker.trips(candidate.campaign_id, outcome):
            await self._stop_campaign(
                candidate.campaign_id,
                CampaignState.PAUSED,
                f"Several messages in a row were refused: {error.title.lower()}. Look at the list and resume.",
            )

    async def _stop_campaign(self, campaign_id: CampaignId, state: CampaignState, reason: str) -> None:
        await self._campaigns.stop_running(campaign_id, state, reason, now=self._time.now())
        self.poke()

    def _not_claimed(self, campaign_id: CampaignId, claim: Claim) -> None:
        if claim.answer is ClaimAnswer.CAMPAIGN_HELD:
            self._waits.hold(campaign_id, claim)
            self._give_back(keep=self._claimable())
            self._hunger.set()
        elif claim.answer is not ClaimAnswer.HELD:
            self._hunger.set()  # that row ended or waits, and no other one with it
        elif claim.until is not None and claim.reason is not None:
            self._hold_until(claim.until, SENTENCES[claim.reason])
        else:
            self.poke()

    def _cool_down(self, outcome: Outcome) -> None:
        """Telegram demanded a wait of the account."""
        if outcome.cooldown_until is not None:
            self._hold_until(outcome.cooldown_until, SENTENCES[DeliveryReason.COOLDOWN])
        self._slow_until(outcome.slowed_until)

    def _slow_until(self, moment: datetime | None) -> None:
        if moment is not None:
            left_s = (moment - self._time.now()).total_seconds()
            self._limiter.slow_until(self._time.clock.monotonic() + left_s)

    def _hold_until(self, until: datetime, why: str) -> None:
        """Nothing is claimed until then."""
        if self._hold is None or until > self._hold[0]:
            self._hold = (until, why)
        self._give_back()
        self._hunger.set()

    def _give_back(self, keep: Collection[CampaignId] = ()) -> None:
        """Forget what was read ahead, but for the rows of these campaigns: it is still planned."""
        self._reading += 1
        kept = [row for row in self._ready if row.candidate.campaign_id in keep]
        self._ready = deque(kept)
        self._held = {row.candidate.id for row in kept}

    def _send_delay_s(self) -> float:
        """How long the row that is next must wait for the pace of the account and of its chat."""
        return self._limiter.send_delay_s(self._time.clock.monotonic(), self._ready[0].peer.user_id)

    async def _pace(self) -> bool:
        """Wait for the right to send one more message, for a repeat: its chat has the message, or gets its first.

        False: the lane ends.
        """
        while not self._ending:
            delay_s = self._limiter.send_delay_s(self._time.clock.monotonic())
            if delay_s <= 0:
                self._limiter.take_send(self._time.clock.monotonic())
                return True
            await self._time.clock.sleep(min(delay_s, 0.5))
        return False

    async def _rest(self, delay_s: float) -> None:
        """Wait for the pace, but end at once when the lane ends."""
        if delay_s > 1 and not self._ending:
            # Whole seconds, so that the slots say the same and the lane's row is not written again and again.
            until = (self._time.now() + timedelta(seconds=delay_s + 1)).replace(microsecond=0)
            self._tell(LaneStatus.SENDING, "It keeps its pace.", until)
        await self._time.clock.sleep(min(delay_s, 0.5))

    # ------------------------------------------------------------------------------------------------ feeding

    async def _feed(self) -> None:
        """Keep rows ready for the slots, and say what the lane waits for when there are none."""
        try:
            while not self._ending:
                if not self._time.is_confirmed:
                    await self._confirm_time()
                    self._work.set()
                if self._is_stale:
                    await self._refresh()
                rest_s = await self._feed_once()
                if rest_s > 0 and not self._is_stale:
                    await _wait_for(self._hunger, rest_s)
        except AppError as error:
            self.fail(error)

    async def _feed_once(self) -> float:
        """Returns how long to rest, in seconds, unless something changes before."""
        now = self._time.now()
        if self._account.state is not AccountState.READY:
            self._tell_account_state()
            return QUIET_LOOK_S
        if self._hold is not None:
            until, why = self._hold
            if until > now:
                self._tell(LaneStatus.WAITING, why, until)
                return (until - now).total_seconds()
            self._hold = None
            self._work.set()
        if len(self._ready) >= self._few:
            self._tell_work()
            return IDLE_LOOK_S
        fresh = await self._read_more(now)
        for candidate in fresh:
            row = await self._preparing.prepare(candidate)
            if row is not None:
                self._held.add(candidate.id)
                self._ready.append(row)
                self._work.set()
            await asyncio.sleep(0)  # what others have to do goes between
            if self._ending or self._is_stale:
                return 0.0  # e.g. the campaign was paused, so the others are not looked up any more
        if self._ready or self._trying:
            self._tell_work()
            return 0.0 if fresh else IDLE_LOOK_S
        return await self._rest_until_due(now)

    def _tell_work(self) -> None:
        if self._trying or self._may_claim():
            self._tell(LaneStatus.SENDING)
        elif self._open:
            self._tell(LaneStatus.SETTLING, FATE_SENTENCE, self._settle_due)

    async def _rest_until_due(self, now: datetime) -> float:
        running = self._running()
        claimable = self._claimable()
        due = await self._deliveries.next_due(self._account.id, claimable) if claimable else None
        wait = self._waits.first_to_end()
        if wait is not None and (due is None or (wait.until is not None and wait.until < due)):
            self._tell(LaneStatus.WAITING, wait.why, wait.until)
            return IDLE_LOOK_S if wait.until is None else max((wait.until - now).total_seconds(), 0.05)
        if due is None and self._settle_due is not None:
            self._tell(LaneStatus.SETTLING, FATE_SENTENCE, self._settle_due)
            return IDLE_LOOK_S
        if due is None:
            self._tell(LaneStatus.IDLE)
            return IDLE_LOOK_S if running else QUIET_LOOK_S
        self._tell(LaneStatus.WAITING, "Its next message is deferred.", due)
        return max((due - now).total_seconds(), 0.05)

    def _running(self) -> Sequence[CampaignId]:
        return [c.id for c in self._active.values() if c.state is CampaignState.RUNNING]

    def _claimable(self) -> Sequence[CampaignId]:
        return self._waits.without_waiting(self._running(), self._time.now())

    async def _read_more(self, now: datetime) -> Sequence[Candidate]:
        claimable = self._claimable()
        if not claimable:
            return []
        rows = await self._deliveries.read_ahead(
            self._account.id, claimable, now=now, limit=self._read_ahead, without=self._held | self._trying
        )
        by_campaign: dict[CampaignId, list[Candidate]] = {}
        for row in rows:
            by_campaign.setdefault(row.campaign_id, []).append(row)
        return take_turns(by_campaign, self._read_ahead)

    async def _refresh(self) -> None:
        """Read the account and its campaigns again; forget rows of campaigns that stand still."""
        self._is_stale = False
        self._waits.forget()
        before = self._account
        self._account = await self._accounts.get(before.id)
        if _way_of_working(self._account) != _way_of_working(before):
            self.end()  # the lane goes on with the new limits, or the worker with the new session
        self._active = {c.id: c for c in await self._campaigns.list_for_lane(self._account.id)}
        for campaign in self._active.values():
            self._rendering.learn(campaign)
        cooldown = self._account.send_cooldown_until
        if cooldown is not None and cooldown > self._time.now():
            self._hold_until(cooldown, SENTENCES[DeliveryReason.COOLDOWN])
        self._slow_until(self._account.slowed_until)
        self._give_back(keep=self._running() if self._account.state is AccountState.READY else ())
        self._doubt.set()

    def _tell_account_state(self) -> None:
        if self._account.state is AccountState.PAUSED:
            self._tell(LaneStatus.PAUSED, "Paused by you.")
        else:
            self._tell(LaneStatus.NEEDS_YOU, self._account.state_reason or "This account needs you.")

    # ----------------------------------------------------------------------------------------------- settling

    async def _keep_settling(self) -> None:
        """Ask about open tries that are not in flight, whenever one is due."""
        try:
            while not self._ending:
                await _wait_for(self._doubt, await self._settle_now())
        except AppError as error:
            self.fail(error)

    async def _settle_now(self) -> float:
        """One pass over the open tries. Returns when to look again, in seconds."""
        now = self._time.now()
        if self._account.state is not AccountState.READY or not self._is_ours():
            return QUIET_LOOK_S
        if self._hold is not None and self._hold[0] > now:
            return (self._hold[0] - now).total_seconds()
        open_tries = [
            open_try
            for open_try in await self._deliveries.open_tries(self._account.id)
            if open_try.candidate.id not in self._trying
        ]
        asked = {open_try.candidate.id for open_try in open_tries}
        self._open |= asked
        left = await self._settler.settle(open_tries)
        self._open -= asked - left.open
        self._settle_due = left.next_due
        self._work.set()
        if asked:
            self._hunger.set()
        if left.next_due is None:
            return IDLE_LOOK_S if self._running() else QUIET_LOOK_S
        return max((left.next_due - self._time.now()).total_seconds(), 0.05)


def _way_of_working(account: Account) -> tuple[object, ...]:
    """What a lane is built on: when it changes, the lane connects again."""
    return account.session_secret, account.limit_profile, account.limits


async def _wait_for(event: asyncio.Event, timeout_s: float | None = None) -> None:
    """Wait until somebody sets the event, or the time is over; the event is clear afterwards."""
    try:
        async with asyncio.timeout(timeout_s):
            await event.wait()
    except TimeoutError:
        return
    event.clear()
