"""Limit profiles and the limiter: how fast and how much one account may send. Pure but for the limiter's own counters.

Numbers of `careful`: Telegram documents them only for bots (bots/faq: 1 message a second to one chat, about 30 a second
over all); for user accounts it publishes none, so they are low by decision (facts on Telegram, chapter 6).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from campaigns.reasons import DeliveryReason
from core.domain.account import AccountKind, WorkspaceKind
from core.errors import ConfigurationError

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

SLOW_FACTOR = 0.5
"""The pace after a flood wait, for as long as the profile says (facts on Telegram, chapter 6: halve it for 24 h)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitProfile:
    """Limits of one account. None: no limit."""

    name: str
    per_second: float | None  # sends, long-run rate
    burst: float  # sends that may leave at once after a rest
    chat_interval_s: float  # between two messages to one chat
    per_hour: int | None
    per_day: int | None
    resolves_per_day: int | None
    new_people_per_day: int | None  # who never wrote to the account, and to whom it never wrote
    slow_after_flood: timedelta  # half rate for so long after a demanded wait
    pause_above: timedelta | None  # a demanded wait above this pauses the account for `pause`
    pause: timedelta


PROFILES: Mapping[tuple[str, AccountKind], LimitProfile] = MappingProxyType(
    {
        ("careful", AccountKind.BOT): LimitProfile(
            name="careful",
            per_second=20,
            burst=5,
            chat_interval_s=1.1,
            per_hour=None,
            per_day=None,
            resolves_per_day=50,
            new_people_per_day=None,  # everybody has pressed Start
            slow_after_flood=DAY,
            pause_above=timedelta(seconds=300),
            pause=DAY,
        ),
        ("careful", AccountKind.USER): LimitProfile(
            name="careful",
            per_second=0.25,  # one in 4 s
            burst=1,
            chat_interval_s=1.1,
            per_hour=20,
            per_day=40,
            resolves_per_day=50,
            new_people_per_day=40,
            slow_after_flood=DAY,
            pause_above=timedelta(seconds=300),
            pause=DAY,
        ),
    }
    | {
        (name, kind): LimitProfile(
            name=name,
            per_second=rate,
            burst=burst,
            chat_interval_s=0.0,
            per_hour=None,
            per_day=None,
            resolves_per_day=None,
            new_people_per_day=None,
            slow_after_flood=timedelta(0),
            pause_above=None,
            pause=timedelta(0),
        )
        for kind in AccountKind
        for name, rate, burst in (("sandbox", 4.0, 2), ("unlimited", None, 1))
    }
)


def profile_for(name: str, kind: AccountKind, workspace: WorkspaceKind) -> LimitProfile:
    """The profile of an account. Raises ConfigurationError: unknown, or not allowed in a live workspace."""
    if (name, kind) not in PROFILES:
        known = ", ".join(sorted({profile for profile, _ in PROFILES}))
        raise ConfigurationError(f'There is no limit profile "{name}".', hint=f"Choose one of: {known}.")
    if workspace is WorkspaceKind.LIVE and name != "careful":
        raise ConfigurationError(
            f'The limit profile "{name}" is only for the sandbox.', hint='A live workspace uses "careful".'
        )
    return PROFILES[name, kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaWait:
    """The account has used a quota; `until` is when the send that fills it leaves the rolling window."""

    reason: DeliveryReason
    until: datetime


def check_quota(hour_filled_at: datetime | None, day_filled_at: datetime | None, now: datetime) -> QuotaWait | None:
    """None: one more may be sent.

    `hour_filled_at`: of the account's newest sends (everything that left or may have left) the one that fills the
    hour's quota, if it lies inside the hour; `day_filled_at` likewise.
    """
    if day_filled_at is not None and now < day_filled_at + DAY:
        return QuotaWait(reason=DeliveryReason.QUOTA_DAY, until=day_filled_at + DAY)
    if hour_filled_at is not None and now < hour_filled_at + HOUR:
        return QuotaWait(reason=DeliveryReason.QUOTA_HOUR, until=hour_filled_at + HOUR)
    return None


def even_gap(per_hour: int) -> timedelta:
    """Between two messages of a campaign that a person slowed down: evenly over the hour. A quota alone would let it
    rush, and after a change stand for up to an hour.
    """
    return HOUR / per_hour


def look_up_free_at(taken: Sequence[datetime], per_day: int, waiting: int, now: datetime) -> datetime | None:
    """When one more look-up may leave; None: now. `taken` are those of the last 24 hours, oldest first.

    `waiting` rows were put off for the same reason before: each gets a place of its own, so that they do not all
    come back at once for the one place that gets free.
    """
    recent = [at for at in taken if now < at + DAY][-per_day:]
    if len(recent) < per_day:
        return None
    return recent[waiting % per_day] + DAY * (1 + waiting // per_day)


@dataclass(frozen=True, slots=True, kw_only=True)
class FloodReaction:
    """What an account does after Telegram demanded a wait."""

    wait: timedelta  # the whole demanded wait, or the profile's pause when that is longer
    slow: timedelta  # half rate for so long


def after_flood(profile: LimitProfile, wait_s: float) -> FloodReaction:
    """Wait the whole of it, without probing; a long one pauses the account, because it grows with every offence."""
    wait = timedelta(seconds=wait_s)
    if profile.pause_above is not None and wait > profile.pause_above:
        wait = max(wait, profile.pause)
    return FloodReaction(wait=wait, slow=profile.slow_after_flood)


class TokenBucket:
    """Never more than burst + rate x T grants in any T seconds. Time is given in monotonic seconds."""

    def __init__(self, per_second: float | None, burst: float) -> None:
        """Starts with one grant, not with a burst: a restart must not be a way around the pace."""
        self._rate = per_second
        self._burst = burst
        self._tokens = min(1.0, burst)
        self._at_s: float | None = None

    def delay_s(self, now_s: float, *, factor: float = 1.0) -> float:
        """Seconds until a grant may be taken; 0.0: now. `factor` scales the rate."""
        if self._rate is None:
            return 0.0
        rate = self._rate * factor
        if self._at_s is not None:
            self._tokens = min(self._burst, self._tokens + max(0.0, now_s - self._at_s) * rate)
        self._at_s = now_s
        missing = 1.0 - self._tokens
        # What rounding leaves missing is no reason to wait: a clock in seconds may not even move by so little,
        # and who waits for it would ask in circles. The grant takes the tokens all the same, so nothing adds up.
        return 0.0 if missing < 1e-6 else missing / rate

    def take(self, count: int = 1) -> None:
        """Use a grant; the caller has seen a delay of 0.0 at this moment. More than one are paid for afterwards."""
        self._tokens -= count

    def give_back(self, count: int = 1) -> None:
        """A grant that was not used after all."""
        self._tokens = min(self._burst, self._tokens + count)


class ChatPace:
    """A pause between two messages to one chat. Remembers a chat only as long as the pause lasts."""

    def __init__(self, interval_s: float) -> None:
        self._interval_s = interval_s
        self._free_at_s: dict[int, float] = {}  # by chat; in the order of time, because the pause is always the same

    def delay_s(self, chat: int, now_s: float) -> float:
        return max(0.0, self._free_at_s.get(chat, now_s) - now_s)

    def take(self, chat: int, now_s: float) -> None:
        while self._free_at_s and self._free_at_s[oldest := next(iter(self._free_at_s))] <= now_s:
            del self._free_at_s[oldest]
        if self._interval_s > 0:
            self._free_at_s.pop(chat, None)
            self._free_at_s[chat] = now_s + self._interval_s

    def give_back(self, chat: int) -> None:
        """Nothing was sent to it."""
        self._free_at_s.pop(chat, None)


class RateLimiter:
    """The pace of one account: sends, and sends to one chat. Quotas are counted from rows, not here.

    Whoever sees a delay of 0.0 takes the grant before anybody else may ask. Time is given in monotonic seconds.
    """

    def __init__(self, profile: LimitProfile) -> None:
        self._sends = TokenBucket(profile.per_second, profile.burst)
        self._chats = ChatPace(profile.chat_interval_s)
        self._slow_until_s = -math.inf

    def slow_until(self, until_s: float) -> None:
        """Half rate until then, after a flood wait; the whole one again from then on, by itself."""
        self._slow_until_s = until_s

    def send_delay_s(self, now_s: float, chat: int | None = None) -> float:
        """`chat` is the peer's id; without it only the pace of the account counts, as for a repeat."""
        delay_s = self._sends.delay_s(now_s, factor=SLOW_FACTOR if now_s < self._slow_until_s else 1.0)
        return delay_s if chat is None else max(delay_s, self._chats.delay_s(chat, now_s))

    def take_send(self, now_s: float, chat: int | None = None, *, items: int = 1) -> None:
        """`items` of an album: Telegram counts each as a message."""
        self._sends.take(items)
        if chat is not None:
            self._chats.take(chat, now_s)

    def give_back(self, chat: int, *, items: int = 1) -> None:
        """The row that took the grant is not sent: another one may have it."""
        self._sends.give_back(items)
        self._chats.give_back(chat)
