"""Keeps rows ready for the slots of a lane, and says what the lane waits for when there are none."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from campaigns.dispatch.lane_work import IDLE_LOOK_S, QUIET_LOOK_S, LaneWork, wait_for
from campaigns.dispatch.preparing import Preparing
from campaigns.dispatch.restored import RestoredRows
from campaigns.plan.lane_order import take_turns
from campaigns.ports import Candidate, LaneStatus, Outcome
from campaigns.reasons import SENTENCES, DeliveryReason
from core.domain.account import Account, AccountState
from core.domain.ids import CampaignId
from core.errors import AppError, CampaignError, RecipientError

ROWS_A_TURN = 16
"""How many rows are made ready before others have their turn: about 0.3 ms of work. One by one each of them costs three
times as much, because what others do in between has thrown the code and the data of rendering out of the processor."""

FATE_SENTENCE = "It finds out what became of messages whose answer was lost."


class Feeding:
    """Reads rows ahead without writing, prepares them, and rests until something changes or is due."""

    def __init__(
        self,
        work: LaneWork,
        *,
        refused: Callable[[Candidate, Outcome, RecipientError], Awaitable[None]],
        halted: Callable[[CampaignId, CampaignError], Awaitable[None]],
    ) -> None:
        """`refused` is told of a person who cannot be addressed, `halted` of a campaign none of which can be sent."""
        self._work = work
        self._parts = parts = work.parts
        self._preparing = Preparing(
            lease=parts.lease,
            link=parts.link,
            store=parts.deliveries,
            rendering=parts.rendering,
            time=parts.time,
            profile=parts.profile,
            uploading=parts.uploading,
            refused=refused,
            halted=halted,
            restored=RestoredRows(
                kind=work.account.kind,
                lease=parts.lease,
                link=parts.link,
                store=parts.deliveries,
                time=parts.time,
                media_ids=lambda media: parts.uploads.media_ids(work.account.id, media),
            ),
        )

    async def run(self) -> None:
        work = self._work
        try:
            while not work.is_ending:
                if not self._parts.time.is_confirmed:
                    await self._parts.confirm_time()
                    work.to_send.set()
                if work.is_stale:
                    await self.refresh()
                rest_s = await self._feed_once()
                if rest_s > 0 and not work.is_stale:
                    await wait_for(work.to_read, rest_s)
        except AppError as error:
            work.fail(error)

    async def refresh(self) -> None:
        """Read the account and its campaigns again; forget rows of campaigns that stand still."""
        work, parts = self._work, self._parts
        work.is_stale = False
        work.waits.forget()
        before = work.account
        work.account = await parts.accounts.get(before.id)
        if _way_of_working(work.account) != _way_of_working(before):
            work.end()  # the lane goes on with the new limits, or the worker with the new session
        work.active = {c.id: c for c in await parts.campaigns.list_for_lane(before.id)}
        for campaign in work.active.values():
            parts.rendering.learn(campaign)
        cooldown = work.account.send_cooldown_until
        if cooldown is not None and cooldown > parts.time.now():
            work.hold_until(cooldown, SENTENCES[DeliveryReason.COOLDOWN])
        work.slow_until(work.account.slowed_until)
        work.give_back(keep=work.running() if work.account.state is AccountState.READY else ())
        work.to_settle.set()

    async def _feed_once(self) -> float:
        """Returns how long to rest, in seconds, unless something changes before."""
        work = self._work
        now = self._parts.time.now()
        if work.account.state is not AccountState.READY:
            self._tell_account_state()
            return QUIET_LOOK_S
        if work.hold is not None:
            until, why = work.hold
            if until > now:
                self._parts.tell(LaneStatus.WAITING, why, until)
                return (until - now).total_seconds()
            work.hold = None
            work.to_send.set()
        work.is_dry = False  # whatever woke it, something may have come due
        if not work.is_low:
            self._tell_work()
            return IDLE_LOOK_S
        fresh = await self._read_more(now)
        work.is_dry = len(fresh) < self._parts.read_ahead
        for number, candidate in enumerate(fresh, start=1):
            row = await self._preparing.prepare(candidate)
            if row is not None:
                work.held.add(candidate.id)
                work.ready.append(row)
                work.to_send.set()
            if number % ROWS_A_TURN == 0:
                await asyncio.sleep(0)  # what others have to do goes between
            if work.is_ending or work.is_stale:
                return 0.0  # e.g. the campaign was paused, so the others are not looked up any more
        if work.ready or work.trying:
            self._tell_work()
            return 0.0 if fresh else IDLE_LOOK_S
        return await self._rest_until_due(now)

    async def _read_more(self, now: datetime) -> Sequence[Candidate]:
        work, limit = self._work, self._parts.read_ahead
        rows = await self._parts.deliveries.read_ahead(
            work.account.id, work.claimable(), now=now, limit=limit, without=work.held | work.trying
        )
        by_campaign: dict[CampaignId, list[Candidate]] = {}
        for row in rows:
            by_campaign.setdefault(row.campaign_id, []).append(row)
        return take_turns(by_campaign, limit)

    # ------------------------------------------------------------------------------------------------ waits

    async def _rest_until_due(self, now: datetime) -> float:
        work, tell = self._work, self._parts.tell
        running = work.running()
        due = await self._parts.deliveries.next_due(work.account.id, work.claimable())
        wait = work.waits.first_to_end()
        if wait is not None and (due is None or (wait.until is not None and wait.until < due)):
            tell(LaneStatus.WAITING, wait.why, wait.until)
            return IDLE_LOOK_S if wait.until is None else max((wait.until - now).total_seconds(), 0.05)
        if due is None and work.settle_due is not None:
            tell(LaneStatus.SETTLING, FATE_SENTENCE, work.settle_due)
            return IDLE_LOOK_S
        if due is None:
            tell(LaneStatus.IDLE)
            return IDLE_LOOK_S if running else QUIET_LOOK_S
        tell(LaneStatus.WAITING, "Its next message is deferred.", due)
        return max((due - now).total_seconds(), 0.05)

    def _tell_work(self) -> None:
        work = self._work
        if work.trying or work.may_claim():
            self._parts.tell(LaneStatus.SENDING)
        elif work.open:
            self._parts.tell(LaneStatus.SETTLING, FATE_SENTENCE, work.settle_due)

    def _tell_account_state(self) -> None:
        account = self._work.account
        if account.state is AccountState.PAUSED:
            self._parts.tell(LaneStatus.PAUSED, "Paused by you.")
        else:
            self._parts.tell(LaneStatus.NEEDS_YOU, account.state_reason or "This account needs you.")


def _way_of_working(account: Account) -> tuple[object, ...]:
    """What a lane is built on: when it changes, the lane connects again."""
    return account.session_secret, account.limit_profile, account.limits
