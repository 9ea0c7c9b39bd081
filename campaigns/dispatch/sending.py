"""The slots of a lane: each claims a row in one unit with the previous result, sends it, and records what came of it."""

import asyncio
from datetime import timedelta

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.dispatch import outcomes
from campaigns.dispatch.handing_over import hand_over
from campaigns.dispatch.lane_work import LaneWork, wait_for
from campaigns.dispatch.preparing import ReadyRow
from campaigns.plan.eligibility import Claim, ClaimAnswer
from campaigns.ports import Candidate, ClaimOrder, LaneStatus, Outcome
from campaigns.reasons import SENTENCES, DeliveryReason
from core.domain.ids import NO_CAMPAIGN, CampaignId
from core.errors import (
    AppError,
    CampaignError,
    CooldownError,
    LeaseLost,
    MediaExpired,
    MediaUnavailable,
    RecipientError,
)

CLAIM_HOLDS_S = 0.1
"""How long a claimed row may wait for its turn to leave; then it goes back, and everything is checked again."""


class Sending:
    """Sends the rows that are ready. `run_slot` is run as often as sends may be in flight, and once more."""

    def __init__(self, work: LaneWork) -> None:
        self._work = work
        self._parts = parts = work.parts
        self._network = asyncio.Semaphore(parts.in_flight)  # a place for each send under way

    async def run_slot(self) -> None:
        """Claim and send one row after the other. The result of one travels with the claim of the next."""
        work = self._work
        outcome: Outcome | None = None
        try:
            while not work.is_ending:
                if not self._parts.is_ours():
                    work.fail(LeaseLost())
                    break
                may_claim = work.may_claim(outcome)
                delay_s = self._send_delay_s() if may_claim else 0.0
                if outcome is not None and (not may_claim or delay_s > 0):
                    await self._finish(outcome)
                    outcome = None
                elif not may_claim:
                    await wait_for(work.to_send)
                elif delay_s > 0:
                    await self._rest(delay_s)
                else:
                    outcome = await self._claim_and_send(outcome)
            if outcome is not None:
                await self._finish(outcome)
        except AppError as error:
            work.fail(error)

    async def count_failure(self, candidate: Candidate, outcome: Outcome, error: AppError) -> None:
        """A person could not be written to: after several in a row the campaign is paused."""
        if candidate.campaign_id != NO_CAMPAIGN and self._parts.breaker.trips(candidate.campaign_id, outcome):
            await self._stop_campaign(
                candidate.campaign_id,
                CampaignState.PAUSED,
                f"Several messages in a row were refused: {error.title.lower()}. Look at the list and resume.",
            )

    async def halt(self, campaign_id: CampaignId, error: CampaignError) -> None:
        """Every send of a campaign would fail alike. A file that is missing can be put back, so that only pauses."""
        state = CampaignState.PAUSED if isinstance(error, MediaUnavailable) else CampaignState.FAILED
        await self._stop_campaign(campaign_id, state, str(error))

    async def _renews(self, row: ReadyRow, error: MediaExpired) -> bool:
        """Whether the row can be sent with new uploads. What was read ahead has the old ones, so it is read again."""
        if not await self._parts.uploading.renew(row.message.message.media, row.uploads, error.item):
            return False
        self._work.give_back()
        self._work.to_read.set()
        return True

    async def _claim_and_send(self, previous: Outcome | None) -> Outcome | None:
        """One turn of a slot. Returns the result that is still to be recorded."""
        work, parts = self._work, self._parts
        row = work.ready.popleft()
        if work.is_low:
            work.to_read.set()
        parts.limiter.take_send(parts.time.clock.monotonic(), row.peer.user_id, items=row.message.message.item_count)
        work.trying.add(row.candidate.id)
        order = ClaimOrder(
            delivery_id=row.candidate.id,
            text_hash=row.message.text_hash,
            key_fingerprint=parts.link.key_fingerprint,
            profile=parts.profile,
            now=parts.time.now(),
        )
        work.replaced += previous is not None
        ordered_s = parts.time.clock.monotonic()
        claim = await parts.deliveries.record_and_claim(parts.lease, previous, order)
        if previous is not None:
            work.replaced -= 1
            work.trying.discard(previous.delivery_id)
        assert claim is not None, "an order gets an answer"
        work.held.discard(row.candidate.id)
        if claim.answer is not ClaimAnswer.CLAIMED:
            work.trying.discard(row.candidate.id)
            self._not_claimed(row, claim)
            return None
        return await self._send(row, ordered_s)

    async def _send(self, row: ReadyRow, ordered_s: float) -> Outcome | None:
        """Send a row that was ordered at that moment. None: its fate is unknown, it stays `sending` and is settled."""
        work, time = self._work, self._parts.time
        candidate = row.candidate
        claimed_s, reading = time.clock.monotonic(), work.reading
        async with self._network:
            if not self._parts.is_ours():
                # The machine slept or the database was out of reach: the right to send may be somebody else's now. If
                # it still is ours, the row goes back unsent.
                work.fail(LeaseLost())
            is_old = time.clock.monotonic() - claimed_s > CLAIM_HOLDS_S or work.reading != reading
            if work.is_ending or is_old or self._parts.said_no.has_since(row.peer.user_id, ordered_s):
                return Outcome(delivery_id=candidate.id, state=DeliveryState.PLANNED, at=time.now())
            try:
                sent = await hand_over(self._parts.link, candidate, row.peer, row.message.message, row.uploads)
            except AppError as error:
                return await self._refused(row, error)
        if sent.at is not None:
            time.observe(sent.at)
        outcome = outcomes.delivered(candidate, sent, now=time.now())
        self._parts.breaker.trips(candidate.campaign_id, outcome)
        return outcome

    async def _refused(self, row: ReadyRow, error: AppError) -> Outcome | None:
        work, parts, candidate = self._work, self._parts, row.candidate
        if not error.is_definite:
            work.trying.discard(candidate.id)
            work.open.add(candidate.id)
            if parts.link.is_closed:
                work.fail(error)
            work.to_settle.set()
            return None
        if isinstance(error, MediaExpired) and row.uploads:
            if await self._renews(row, error):
                return Outcome(delivery_id=candidate.id, state=DeliveryState.PLANNED, at=parts.time.now())
            error = MediaExpired(SENTENCES[DeliveryReason.MEDIA_EXPIRED], detail=error.detail)
        outcome = outcomes.refused_first_try(candidate, error, parts.profile, now=parts.time.now())
        if isinstance(error, CooldownError):
            work.cool_down(outcome)
        elif isinstance(error, CampaignError):
            await self._finish(outcome)
            if candidate.campaign_id != NO_CAMPAIGN:
                await self.halt(candidate.campaign_id, error)
            return None
        elif not isinstance(error, RecipientError):
            # The account stands still; its row is untouched and stays with it.
            await self._finish(outcome)
            work.fail(error)
            return None
        await self.count_failure(candidate, outcome, error)
        return outcome

    async def _finish(self, outcome: Outcome) -> None:
        await self._parts.deliveries.record_and_claim(self._parts.lease, outcome, None)
        self._work.trying.discard(outcome.delivery_id)
        if not self._work.ready:
            self._work.to_read.set()  # it may have been the last: the lane waits for something else now

    async def _stop_campaign(self, campaign_id: CampaignId, state: CampaignState, reason: str) -> None:
        await self._parts.campaigns.stop_running(campaign_id, state, reason, now=self._parts.time.now())
        self._work.poke()

    def _not_claimed(self, row: ReadyRow, claim: Claim) -> None:
        work = self._work
        if claim.answer is not ClaimAnswer.HELD:
            self._parts.limiter.give_back(
                row.peer.user_id, items=row.message.message.item_count
            )  # who is put off takes nobody's turn
        if claim.answer is ClaimAnswer.CAMPAIGN_HELD:
            work.waits.hold(row.candidate.campaign_id, claim)
            work.give_back(keep=work.claimable())
            work.to_read.set()
        elif claim.answer is not ClaimAnswer.HELD:
            work.to_read.set()  # that row ended or waits, and no other one with it
        elif claim.until is not None and claim.reason is not None:
            work.hold_until(claim.until, SENTENCES[claim.reason])
        else:
            work.poke()

    def _send_delay_s(self) -> float:
        """How long the row that is next must wait for the pace of the account and of its chat."""
        now_s = self._parts.time.clock.monotonic()
        return self._parts.limiter.send_delay_s(now_s, self._work.ready[0].peer.user_id)

    async def _rest(self, delay_s: float) -> None:
        """Wait for the pace, but end at once when the lane ends."""
        if delay_s > 1 and not self._work.is_ending:
            # Whole seconds, so that the slots say the same and the lane's row is not written again and again.
            until = (self._parts.time.now() + timedelta(seconds=delay_s + 1)).replace(microsecond=0)
            self._parts.tell(LaneStatus.SENDING, "It keeps its pace.", until)
        await self._parts.time.clock.sleep(min(delay_s, 0.5))
