"""What the coroutines of one lane share while it delivers over one link: its parts, and what it has in hand.

All of them run in one event loop. What is in memory here may be lost at any moment: every row says what it is.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from campaigns.campaign import Campaign, CampaignState
from campaigns.dispatch.breaker import Breaker
from campaigns.dispatch.campaign_waits import CampaignWaits
from campaigns.dispatch.engine_time import EngineTime
from campaigns.dispatch.preparing import ReadyRow
from campaigns.dispatch.rendering import Rendering
from campaigns.dispatch.said_no import SaidNo
from campaigns.dispatch.uploading import Uploading
from campaigns.plan.limits import LimitProfile, RateLimiter
from campaigns.ports import (
    AccountStore,
    CampaignStore,
    ChatSignStore,
    DeliveryStore,
    LaneStatus,
    Link,
    Outcome,
    UploadStore,
)
from campaigns.reasons import SENTENCES, DeliveryReason
from core.domain.account import Account, Lease
from core.domain.ids import NO_CAMPAIGN, CampaignId, DeliveryId
from core.errors import AppError

IDLE_LOOK_S = 5.0
"""How long to rest without news. Changes poke the lane at once; this only bounds what a lost poke could cost."""

QUIET_LOOK_S = 60.0
"""The same while no campaign of the account runs: hundreds of accounts that rest take next to nothing together."""


class Tell(Protocol):
    def __call__(self, status: LaneStatus, reason: str = "", until: datetime | None = None) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneParts:
    """What a lane works with over one link. None of it changes before the link ends."""

    lease: Lease
    profile: LimitProfile
    link: Link
    deliveries: DeliveryStore
    campaigns: CampaignStore
    accounts: AccountStore
    in_flight: int  # sends under way at once
    read_ahead: int  # rows read ahead without writing
    settle_retry_after: Callable[[int], timedelta]  # by the number of tries
    time: EngineTime
    rendering: Rendering
    breaker: Breaker
    said_no: SaidNo
    limiter: RateLimiter
    uploading: Uploading
    uploads: UploadStore
    signs: ChatSignStore
    is_ours: Callable[[], bool]  # whether the lease can still be trusted
    tell: Tell
    confirm_time: Callable[[], Awaitable[None]]


class LaneWork:
    """What a lane has in hand: rows that are ready, tries under way, tries that nobody awaits, and why it holds."""

    def __init__(self, account: Account, parts: LaneParts) -> None:
        self.account = account
        self.parts = parts
        self.ready: deque[ReadyRow] = deque()
        self.held: set[DeliveryId] = set()  # read ahead and not yet given back
        self.trying: set[DeliveryId] = set()  # claimed here; their fate is being awaited
        self.replaced = 0  # of these, how many are being recorded in the unit that claims another
        self.open: set[DeliveryId] = set()  # open tries that nobody awaits: each takes the place of a slot
        self.settle_due: datetime | None = None  # when the next of them is asked about
        self.reading = 0  # grows when what was read ahead is forgotten: what was claimed before goes back too
        self.active: dict[CampaignId, Campaign] = {}
        self.hold: tuple[datetime, str] | None = None  # nothing is claimed until then, and why
        self.waits = CampaignWaits()
        self.is_dry = False  # the last read gave all that there is: no use in the next before these are gone
        self.is_stale = True  # campaigns and account are to be read again
        self.is_ending = False
        self.failure: AppError | None = None
        self.to_send = asyncio.Event()  # the slots have something to look at
        self.to_read = asyncio.Event()  # the feeder has something to look at
        self.to_sign = asyncio.Event()  # there may be something to tell beside messages
        self.to_settle = asyncio.Event()  # the settling has something to look at

    # ------------------------------------------------------------------------------------------------ control

    def poke(self) -> None:
        """Campaigns or the account changed: look again."""
        self.is_stale = True
        self.to_read.set()
        self.to_settle.set()
        self.to_sign.set()

    def end(self) -> None:
        """Claim nothing more; what is in flight is awaited and recorded."""
        self.is_ending = True
        self.parts.uploading.end()
        for event in (self.to_send, self.to_read, self.to_settle, self.to_sign):
            event.set()

    def fail(self, error: AppError) -> None:
        """End for this reason; the first failure is what ended the run."""
        if self.failure is None:
            self.failure = error
        self.end()

    # ------------------------------------------------------------------------------------------------ what holds

    def may_claim(self, own: Outcome | None = None) -> bool:
        """Whether a slot, whose last result `own` is still to be recorded, may claim the next row.

        Never more rows are `sending` than may be in flight, and one: so the next row is claimed when a place gets
        free, and while as many tries as that are unsettled, which may last, one row at a time still goes.
        """
        if not self.ready or self.hold is not None or not self.parts.time.is_confirmed:
            return False
        others = len(self.trying) - self.replaced - (own is not None)
        return others + len(self.open) <= self.parts.in_flight

    @property
    def is_low(self) -> bool:
        """So few rows are ready that more are to be read."""
        return len(self.ready) < (1 if self.is_dry else max(1, self.parts.read_ahead // 2))

    def running(self) -> Sequence[CampaignId]:
        return [c.id for c in self.active.values() if c.state is CampaignState.RUNNING]

    def claimable(self) -> Sequence[CampaignId]:
        """The running campaigns that do not wait by their own plan, and what belongs to none."""
        return [NO_CAMPAIGN, *self.waits.without_waiting(self.running(), self.parts.time.now())]

    def cool_down(self, outcome: Outcome) -> None:
        """Telegram demanded a wait of the account."""
        if outcome.cooldown_until is not None:
            self.hold_until(outcome.cooldown_until, SENTENCES[DeliveryReason.COOLDOWN])
        self.slow_until(outcome.slowed_until)

    def slow_until(self, moment: datetime | None) -> None:
        if moment is not None:
            left_s = (moment - self.parts.time.now()).total_seconds()
            self.parts.limiter.slow_until(self.parts.time.clock.monotonic() + left_s)

    def hold_until(self, until: datetime, why: str) -> None:
        """Nothing is claimed until then."""
        if self.hold is None or until > self.hold[0]:
            self.hold = (until, why)
        self.give_back()
        self.to_read.set()

    def give_back(self, keep: Collection[CampaignId] = ()) -> None:
        """Forget what was read ahead, but for the rows of these campaigns: it is still planned."""
        self.reading += 1
        kept = [row for row in self.ready if row.candidate.campaign_id in keep]
        self.ready = deque(kept)
        self.held = {row.candidate.id for row in kept}


async def wait_for(event: asyncio.Event, timeout_s: float | None = None) -> None:
    """Wait until somebody sets the event, or the time is over; the event is clear afterwards."""
    try:
        async with asyncio.timeout(timeout_s):
            await event.wait()
    except TimeoutError:
        return
    event.clear()
