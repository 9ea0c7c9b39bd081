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
from campaigns.dispatch.engine_time import JUMP, REPEAT_LIMIT, EngineTime
from campaigns.dispatch.handing_over import hand_over
from campaigns.dispatch.rendering import Rendering
from campaigns.dispatch.uploading import Uploading
from campaigns.plan.limits import LimitProfile
from campaigns.ports import DeliveryStore, Link, OpenTry, Outcome, UploadStore
from campaigns.reasons import DeliveryReason
from core.domain.account import Account, AccountKind, Lease
from core.domain.ids import DeliveryId
from core.errors import CampaignError, CooldownError, MediaExpired, NetworkError, PartlySent, RecipientError

HISTORY_MARGIN = JUMP + timedelta(seconds=60)
"""Telegram's time of a message and our time of the try may differ by this much and still be the same send: a clock
that is off by less than JUMP counts as right, and a request may be under way for a while."""

ARRIVES_WITHIN = timedelta(seconds=10)
"""How long a request that a broken link carried may still be worked on: before, the history proves no absence."""

ABSENT_AFTER = timedelta(seconds=60)
"""How long a message that Telegram says it has may be missing from the history before its fate is called unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsettled:
    """The tries that a pass left open, and when the next of them is due to be asked about (None: not by itself)."""

    open: frozenset[DeliveryId]
    next_due: datetime | None


@dataclass(frozen=True, slots=True)
class _Left:
    """A try stays open, to be asked about at a moment; None: when something changes."""

    due: datetime | None


@dataclass(frozen=True, slots=True)
class _Found:
    """What the history shows of a message: the number of each item, None for one that is not there."""

    items: tuple[int | None, ...]

    @property
    def is_whole(self) -> bool:
        return None not in self.items

    @property
    def is_partly(self) -> bool:
        return any(item is not None for item in self.items) and not self.is_whole

    @property
    def message_id(self) -> int:
        """Of a message that is there."""
        assert self.items[0] is not None, "asked of a message that is whole"
        return self.items[0]


class _HistoryWaits(Exception):
    """Telegram demanded a wait for reading histories."""


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
        uploading: Uploading,
        uploads: UploadStore,
        time: EngineTime,
        profile: LimitProfile,
        retry_after: Callable[[int], timedelta],
        pace: Callable[[int], Awaitable[bool]],
        hold: Callable[[Outcome], None],
        is_ours: Callable[[], bool],
        is_in_flight: Callable[[DeliveryId], bool],
    ) -> None:
        """`retry_after(tries)` is how long to wait after that many tries before asking once more.

        `pace` waits for the right to send one more of so many items, False: the lane ends; `hold` is told of an outcome
        with a wait that Telegram demanded of the account; `is_ours` says whether the lease can still be trusted;
        `is_in_flight` that a slot of the lane awaits this row.
        """
        self._account = account
        self._lease = lease
        self._link = link
        self._store = store
        self._rendering = rendering
        self._uploading = uploading
        self._uploads = uploads
        self._time = time
        self._profile = profile
        self._retry_after = retry_after
        self._pace = pace
        self._hold = hold
        self._is_ours = is_ours
        self._is_in_flight = is_in_flight
        self._claimed_delivered: dict[DeliveryId, float] = {}  # when Telegram first said it has the random_id
        self._history_free_at: datetime | None = None

    async def settle(self, open_tries: Sequence[OpenTry]) -> Unsettled:
        """Ask about each try that is due, oldest first, until one is answered with a wait for the account.

        Raises AccountError and NetworkError as they come from the link: the lane's matter. Rows stay as they are.
        """
        still_open: set[DeliveryId] = set()
        dues: list[datetime] = []
        held_until: datetime | None = None
        for open_try in open_tries:
            if self._is_in_flight(open_try.candidate.id):
                continue
            outcome = _Left(held_until) if held_until is not None else await self._settle_one(open_try)
            if isinstance(outcome, Outcome):
                await self._store.record_and_claim(self._lease, outcome, None)
                if outcome.state is not DeliveryState.SENDING:
                    continue
                if outcome.cooldown_until is not None:
                    held_until = outcome.cooldown_until
                    self._hold(outcome)
            due = outcome.not_before if isinstance(outcome, Outcome) else outcome.due
            still_open.add(open_try.candidate.id)
            if due is not None:
                dues.append(due)
        return Unsettled(open=frozenset(still_open), next_due=min(dues, default=None))

    async def _settle_one(self, open_try: OpenTry) -> Outcome | _Left:
        if open_try.not_before is not None and open_try.not_before > self._time.now():
            return _Left(open_try.not_before)
        if open_try.campaign_state is CampaignState.PAUSED:
            return _Left(None)  # settles after resume
        try:
            if self._may_repeat(open_try):
                return await self._repeat(open_try)
            if open_try.candidate.change is not None:
                return self._end(
                    open_try, DeliveryState.UNCERTAIN, open_try.forbidden or DeliveryReason.TOO_OLD_TO_REPEAT
                )
            return await self._look_up(open_try)
        except _HistoryWaits:
            return self._ask_again(open_try, self._history_free_at)
        except (NetworkError, CooldownError, RecipientError, CampaignError) as error:
            if isinstance(error, NetworkError) and self._link.is_closed:
                raise
            if open_try.candidate.change is not None and isinstance(error, RecipientError):
                # The first try may have changed it, and asking once more would bring the same refusal.
                return self._end(open_try, DeliveryState.UNCERTAIN, DeliveryReason(error.code))
            return outcomes.refused_repeat(
                open_try.candidate,
                error,
                self._profile,
                now=self._time.now(),
                retry_after=self._retry_after(open_try.tries),
            )

    def _may_repeat(self, open_try: OpenTry) -> bool:
        if open_try.candidate.change is not None:  # Telegram does it once, by whichever key
            return open_try.forbidden is None and self._time.age(open_try.unknown_since) < REPEAT_LIMIT
        return (
            open_try.forbidden is None
            and open_try.campaign_state is CampaignState.RUNNING
            and open_try.key_fingerprint == self._link.key_fingerprint
            and self._time.age(open_try.unknown_since) < REPEAT_LIMIT
            and self._rendering.has_same_text(open_try.candidate)
        )

    async def _repeat(self, open_try: OpenTry) -> Outcome | _Left:
        """Send again with the same random_id, if the database still allows it once there is room for one more."""
        candidate = open_try.candidate
        assert candidate.peer is not None, "a row in sending has a peer"
        message = self._rendering.render(candidate).message
        uploads = await self._uploading.ensure(message.media)
        if uploads is None or not await self._pace(message.item_count):
            return _Left(None)
        if self._time.age(open_try.unknown_since) >= REPEAT_LIMIT:
            return _Left(self._time.now())  # that took so long: now it is looked up
        if not await self._store.begin_repeat(self._lease, candidate.id, now=self._time.now()):
            return _Left(self._time.now())  # something changed since the tries were read: read them again
        if not self._is_ours():
            return _Left(None)  # the machine slept: the right to send may be somebody else's now
        try:
            sent = await hand_over(self._link, candidate, candidate.peer, message, uploads)
        except PartlySent as error:
            raise error.refusal from error
        except MediaExpired as error:
            await self._uploading.renew(message.media, uploads, error.item)
            raise
        if sent.at is not None:
            self._time.observe(sent.at)
        if sent.message_id is None and candidate.change is None and self._account.kind is AccountKind.USER:
            return await self._find_id(open_try)
        return outcomes.delivered(candidate, sent, now=self._time.now())

    async def _find_id(self, open_try: OpenTry) -> Outcome:
        """Telegram has the random_id; the history gives the message's id."""
        now_s = self._time.clock.monotonic()
        first_said_s = self._claimed_delivered.setdefault(open_try.candidate.id, now_s)
        found = await self._find(open_try)
        if found.is_whole:
            return self._sent(open_try, found.message_id)
        if now_s - first_said_s >= ABSENT_AFTER.total_seconds():
            return self._end(open_try, DeliveryState.UNCERTAIN, DeliveryReason.NOT_IN_HISTORY)
        return self._ask_again(open_try)

    async def _look_up(self, open_try: OpenTry) -> Outcome:
        """A try that may not be repeated: the history decides, and what it cannot show stays unknown."""
        if self._account.kind is AccountKind.BOT:
            return self._end(open_try, DeliveryState.UNCERTAIN, self._why_unknown(open_try))
        try:
            found = await self._find(open_try)
        except RecipientError:  # this chat can no longer be read, today or later
            return self._end(open_try, DeliveryState.UNCERTAIN, self._why_unknown(open_try))
        if found.is_whole:
            return self._sent(open_try, found.message_id)
        if self._time.age(open_try.unknown_since) < ARRIVES_WITHIN:
            return self._ask_again(open_try, open_try.unknown_since + ARRIVES_WITHIN)
        if found.is_partly:
            return self._end(open_try, DeliveryState.UNCERTAIN, DeliveryReason.ALBUM_PARTLY)
        if open_try.candidate.id in self._claimed_delivered:
            return self._end(open_try, DeliveryState.UNCERTAIN, DeliveryReason.NOT_IN_HISTORY)
        if open_try.forbidden is not None:
            return self._end(open_try, DeliveryState.SKIPPED, open_try.forbidden)
        if open_try.campaign_state is not CampaignState.RUNNING:
            return self._end(open_try, DeliveryState.SKIPPED, DeliveryReason.CAMPAIGN_STOPPED)
        return self._end(open_try, DeliveryState.UNCERTAIN, self._why_unknown(open_try))

    def _why_unknown(self, open_try: OpenTry) -> DeliveryReason:
        if self._time.age(open_try.unknown_since) >= REPEAT_LIMIT:
            return DeliveryReason.TOO_OLD_TO_REPEAT
        if not self._rendering.has_same_text(open_try.candidate):
            return DeliveryReason.CONTENT_CHANGED
        return DeliveryReason.NOT_IN_HISTORY

    async def _find(self, open_try: OpenTry) -> "_Found":
        candidate = open_try.candidate
        assert candidate.peer is not None, "a row in sending has a peer"
        if self._history_free_at is not None and self._time.now() < self._history_free_at:
            raise _HistoryWaits
        try:
            messages = await self._link.find_own_messages(
                candidate.peer, since=open_try.unknown_since - HISTORY_MARGIN
            )
        except CooldownError as error:
            self._history_free_at = self._time.now() + timedelta(seconds=error.wait_s)
            raise _HistoryWaits from error
        bound = await self._store.bound_message_ids(self._account.id, candidate.peer.user_id)
        # An album is bound by its first item, and all of it with that one.
        groups = {m.group_id for m in messages if m.message_id in bound and m.group_id}
        free = [m for m in messages if m.message_id not in bound and m.group_id not in groups]
        items: list[int | None] = []
        for text_hash, media in self._rendering.found_items(candidate):
            numbers = {0} if media is None else await self._uploads.media_ids(self._account.id, media)
            ids = [m.message_id for m in free if m.text_hash == text_hash and m.media_id in numbers]
            items.append(min(ids, default=None))  # the first try is the oldest
        return _Found(tuple(items))

    def _ask_again(self, open_try: OpenTry, at: datetime | None = None) -> Outcome:
        return Outcome(
            delivery_id=open_try.candidate.id,
            state=DeliveryState.SENDING,
            at=self._time.now(),
            not_before=at or self._time.now() + self._retry_after(open_try.tries),
        )

    def _sent(self, open_try: OpenTry, message_id: int) -> Outcome:
        return Outcome(
            delivery_id=open_try.candidate.id, state=DeliveryState.SENT, at=self._time.now(), message_id=message_id
        )

    def _end(self, open_try: OpenTry, state: DeliveryState, reason: DeliveryReason) -> Outcome:
        return Outcome(delivery_id=open_try.candidate.id, state=state, at=self._time.now(), reason=reason)
