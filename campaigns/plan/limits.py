"""Limit profiles and the limiter: how fast and how much one account may send. Pure but for the limiter's own counters.

Numbers of `careful`: Telegram documents them only for bots (bots/faq: 1 message a second to one chat, about 30 a second
over all); for user accounts it publishes none, so they are low by decision (facts on Telegram, chapter 6).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from campaigns.reasons import DeliveryReason
from core.domain.account import AccountKind, WorkspaceKind
from core.errors import ConfigurationError

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitProfile:
    """Limits of one account. None: no limit."""

    name: str
    per_second: float | None  # sends, long-run rate
    burst: float  # sends that may leave at once after a rest
    per_hour: int | None
    per_day: int | None
    resolves_per_day: int | None
    slow_after_flood: timedelta  # half rate for so long after a demanded wait
    pause_above: timedelta | None  # a demanded wait above this pauses the account for `pause`
    pause: timedelta


PROFILES: Mapping[tuple[str, AccountKind], LimitProfile] = MappingProxyType(
    {
        ("careful", AccountKind.BOT): LimitProfile(
            name="careful",
            per_second=20,
            burst=5,
            per_hour=None,
            per_day=None,
            resolves_per_day=50,
            slow_after_flood=DAY,
            pause_above=timedelta(seconds=300),
            pause=DAY,
        ),
        ("careful", AccountKind.USER): LimitProfile(
            name="careful",
            per_second=0.25,  # one in 4 s
            burst=1,
            per_hour=20,
            per_day=40,
            resolves_per_day=50,
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
            per_hour=None,
            per_day=None,
            resolves_per_day=None,
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
    """The account has used a quota; `until` is the latest moment at which a place is free again."""

    reason: DeliveryReason
    until: datetime


def check_quota(profile: LimitProfile, *, sent_last_hour: int, sent_last_day: int, now: datetime) -> QuotaWait | None:
    """None: one more may be sent. The counts hold everything that left or may have left in the rolling window."""
    if profile.per_day is not None and sent_last_day >= profile.per_day:
        return QuotaWait(reason=DeliveryReason.QUOTA_DAY, until=now + DAY)
    if profile.per_hour is not None and sent_last_hour >= profile.per_hour:
        return QuotaWait(reason=DeliveryReason.QUOTA_HOUR, until=now + HOUR)
    return None


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
        return 0.0 if self._tokens >= 1.0 else (1.0 - self._tokens) / rate

    def take(self) -> None:
        """Use a grant; the caller has seen a delay of 0.0 at this moment."""
        self._tokens -= 1.0


class RateLimiter:
    """The pace of one account: sends, and looking people up. Quotas are counted from rows, not here."""

    def __init__(self, profile: LimitProfile) -> None:
        self._sends = TokenBucket(profile.per_second, profile.burst)
        per_day = profile.resolves_per_day
        self._resolves = TokenBucket(None if per_day is None else per_day / DAY.total_seconds(), burst=5)
        self._factor = 1.0

    def set_slow(self, *, is_slow: bool) -> None:
        """Half rate after a flood wait, or back to the whole."""
        self._factor = 0.5 if is_slow else 1.0

    def send_delay_s(self, now_s: float) -> float:
        return self._sends.delay_s(now_s, factor=self._factor)

    def take_send(self) -> None:
        self._sends.take()

    def resolve_delay_s(self, now_s: float) -> float:
        return self._resolves.delay_s(now_s)

    def take_resolve(self) -> None:
        self._resolves.take()
