"""What became of an open try? Repeat with the same random_id, or read the history; never a new random_id.

Telegram answers a repeat with the original message, or says that it has this random_id. A refusal of a repeat proves
nothing about the first try, so it only sets a later moment. What may not be repeated is looked up in the history of a
user account; a bot has none, so its fate stays unknown.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.dispatch import outcomes
from campaigns.dispatch.engine_time import REPEAT_LIMIT, EngineTime
from campaigns.dispatch.rendering import Rendering
from campaigns.plan.limits import LimitProfile
from campaigns.ports import DeliveryStore, Link, OpenTry, Outcome
from campaigns.reasons import DeliveryReason
from core.domain.account import Account, AccountKind, Lease
from core.domain.ids import DeliveryId
from core.errors import AccountError, AppError

HISTORY_MARGIN = timedelta(seconds=60)
"""Telegram's time of a message and our time of the try may differ by this much and still be the same send."""

ABSENT_AFTER = timedelta(seconds=60)
"""How long a message that Telegram says it has may be missing from the history before its fate is called unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsettled:
    """How many tries are still open after a pass, and when the next one is due to be asked about."""

    count: int = 0
    next_due: datetime | None = None

    def plus(self, other: "Unsettled") -> "Unsettled":
        dues = [due for due in (self.next_due, other.next_due) if due is not None]
        return Unsettled(count=self.count + other.count, next_due=min(dues, default=None))


class Settler:
    """Settles the open tries of one account over one link. Holds nothing that a crash could lose."""

    def __init__(
        self,
        *,
        account: Account,
        lease: Lease,
        link: Link,
        store: DeliveryStore,
        rendering: Rendering,
        time: EngineTime,
        profile: LimitProfile,
        retry_after: Callable[[int], timedelta],
        pace: Callable[[], Awaitable[None]],
        is_in_flight: Callable[[DeliveryId], bool],
    ) -> None:
        """`retry_after(tries)` is how long to wait after that many tries before asking once more.

        `pace` waits for the right to send one more; `is_in_flight` says that a slot of the lane awaits this row.
        """
        self._account = account
        self._lease = lease
        self._link = link
        self._store = store
        self._rendering = rendering
        self._time = time
        self._profile = profile
        self._retry_after = retry_after
        self._pace = pace
        self._is_in_flight = is_in_flight
        self._claimed_delivered: dict[DeliveryId, float] = {}  # when Telegram first said it has the random_id

    async def settle(self, open_tries: Sequence[OpenTry]) -> Unsettled:
        """Ask about each try that is due, oldest first.

        Raises AccountError and NetworkError as they come from the link: the lane's matter. Rows stay as they are.
        """
        left = Unsettled()
        for open_try in open_tries:
            left = left.plus(await self._settle_one(open_try))
        return left

    async def _settle_one(self, open_try: OpenTry) -> Unsettled:
        now = self._time.now()
        if self._is_in_flight(open_try.candidate.id):
            return Unsettled()
        if open_try.campaign_state is CampaignState.PAUSED:
            return Unsettled(count=1)  # settles after resume
        if open_try.not_before is not None and open_try.not_before > now:
            return Unsettled(count=1, next_due=open_try.not_before)
        try:
            if self._may_repeat(open_try):
                outcome = await self._repeat(open_try)
            else:
                outcome = await self._look_up(open_try)
        except AccountError:
            raise
        except AppError as error:
            if not error.is_definite and self._link.is_closed:
                raise
            outcome = outcomes.refused_repeat(
                open_try.candidate,
                error,
                self._profile,
                now=self._time.now(),
                retry_after=self._retry_after(open_try.tries),
            )
        if outcome is None:
            return Unsettled()
        await self._store.record_and_claim(self._lease, outcome, None)
        if outcome.state is not DeliveryState.SENDING:
            return Unsettled()
        return Unsettled(count=1, next_due=outcome.not_before)

    def _may_repeat(self, open_try: OpenTry) -> bool:
        return (
            not open_try.is_suppressed
            and open_try.campaign_state not in (CampaignState.CANCELLED, CampaignState.FAILED)
            and open_try.key_fingerprint == self._link.key_fingerprint
            and self._time.age(open_try.unknown_since) < REPEAT_LIMIT
            and self._rendering.has_same_text(open_try.candidate)
        )

    async def _repeat(self, open_try: OpenTry) -> Outcome | None:
        """Send again with the same random_id. None: somebody else settled the row meanwhile."""
        candidate = open_try.candidate
        assert candidate.peer is not None, "a row in sending has a peer"
        await self._pace()
        if not await self._store.begin_repeat(self._lease, candidate.id) or self._is_in_flight(candidate.id):
            return None
        message = self._rendering.render(candidate)
        sent = await self._link.send_text(candidate.peer, message.text, random_id=candidate.random_id)
        if sent.at is not None:
            self._time.observe(sent.at)
        if sent.message_id is None and self._account.kind is AccountKind.USER:
            return await self._find_id(open_try)
        return outcomes.delivered(candidate, sent, now=self._time.now())

    async def _find_id(self, open_try: OpenTry) -> Outcome:
        """Telegram has the random_id; the history gives the message's id."""
        found = await self._find(open_try)
        if found is not None:
            return self._sent(open_try, found)
        now_s = self._time.clock.monotonic()
        first_said_s = self._claimed_delivered.setdefault(open_try.candidate.id, now_s)
        if now_s - first_said_s >= ABSENT_AFTER.total_seconds():
            return self._end(open_try, DeliveryState.UNCERTAIN, DeliveryReason.NOT_IN_HISTORY)
        return Outcome(
            delivery_id=open_try.candidate.id,
            state=DeliveryState.SENDING,
            at=self._time.now(),
            not_before=self._time.now() + self._retry_after(open_try.tries),
        )

    async def _look_up(self, open_try: OpenTry) -> Outcome:
        """A try that may not be repeated: the history decides, and what it cannot show stays unknown."""
        if self._account.kind is AccountKind.BOT:
            return self._end(open_try, DeliveryState.UNCERTAIN, self._why_unknown(open_try))
        found = await self._find(open_try)
        if found is not None:
            return self._sent(open_try, found)
        if open_try.is_suppressed:
            return self._end(open_try, DeliveryState.SKIPPED, DeliveryReason.SUPPRESSED)
        if open_try.campaign_state in (CampaignState.CANCELLED, CampaignState.FAILED):
            return self._end(open_try, DeliveryState.SKIPPED, DeliveryReason.CAMPAIGN_STOPPED)
        return self._end(open_try, DeliveryState.UNCERTAIN, self._why_unknown(open_try))

    def _why_unknown(self, open_try: OpenTry) -> DeliveryReason:
        if self._time.age(open_try.unknown_since) >= REPEAT_LIMIT:
            return DeliveryReason.TOO_OLD_TO_REPEAT
        if not self._rendering.has_same_text(open_try.candidate):
            return DeliveryReason.CONTENT_CHANGED
        return DeliveryReason.NOT_IN_HISTORY

    async def _find(self, open_try: OpenTry) -> int | None:
        candidate = open_try.candidate
        assert candidate.peer is not None, "a row in sending has a peer"
        messages = await self._link.find_own_messages(candidate.peer, since=open_try.first_tried_at - HISTORY_MARGIN)
        bound = await self._store.bound_message_ids(self._account.id, candidate.peer.user_id)
        ids = [m.message_id for m in messages if m.text_hash == candidate.text_hash and m.message_id not in bound]
        return min(ids, default=None)  # the first try is the oldest

    def _sent(self, open_try: OpenTry, message_id: int) -> Outcome:
        return Outcome(
            delivery_id=open_try.candidate.id, state=DeliveryState.SENT, at=self._time.now(), message_id=message_id
        )

    def _end(self, open_try: OpenTry, state: DeliveryState, reason: DeliveryReason) -> Outcome:
        return Outcome(delivery_id=open_try.candidate.id, state=state, at=self._time.now(), reason=reason)
