"""How healthy an account is, from 0 to 100, as a sum of parts that each say their points and why. Pure.

Telegram publishes no such score and no thresholds for it. What a part looks at follows from what Telegram documents
(named beside each number); how many points it takes is our decision, chosen so that one bad sign shows (15 points turn
the ring from green to amber) and no single sign but a stopped account takes more than half.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from core.domain.account import AccountState

WEEK: Final = timedelta(days=7)
"""How far back signs count. A bad week that is over is forgotten."""

STATE_POINTS: Final[Mapping[AccountState, int]] = MappingProxyType(
    {
        AccountState.READY: 0,
        AccountState.PAUSED: 0,  # a person's wish is no illness
        AccountState.LIMITED: -60,  # PEER_FLOOD: without a duration, replies only (core.telegram.org/api/errors)
        AccountState.FROZEN: -90,  # read only, deleted unless the appeal helps (core.telegram.org/api/auth)
        AccountState.SIGNED_OUT: -100,  # it cannot do anything
        AccountState.BANNED: -100,
    }
)
FLOOD_WAIT_POINTS: Final = -15
"""Of a flood wait just now, falling to 0 over a week. Telegram's waits grow with every offence, so each counts."""
FLOOD_WAITS_MOST: Final = -45
LEAST_TRIED: Final = 20
"""Fewer messages say nothing about a share: half of a user account's day under the careful profile."""
REFUSED_NORMAL: Final = 0.05
"""Some people changed their name or closed their chats: up to one in twenty is normal for a list in use."""
REFUSED_POINTS: Final = -100
"""For a share of 1 above the normal; so one point for each percent."""
REFUSED_MOST: Final = -20
LEFT_NORMAL: Final = 0.005
"""Who blocks or says STOP may report as spam as well, which is what limits accounts (telegram.org/faq_spam)."""
LEFT_POINTS: Final = -500  # five for each percent above the normal
LEFT_MOST: Final = -30
PROXY_MISSING_POINTS: Final = -25
PROXY_FAILING_POINTS: Final = -20
PROXY_SLOW_POINTS: Final = -5
PROXY_SLOW_MS: Final = 1_000.0
"""Telegram's answer to a probe through a proxy; around the world and back takes about 300 ms."""
FRESH_SESSION: Final = timedelta(days=1)
"""Telegram lets a session of less than 24 hours end no other one (account.resetAuthorization,
FRESH_RESET_AUTHORISATION_FORBIDDEN): it trusts new sessions less."""
FRESH_SESSION_POINTS: Final = -10
YOUNG_SESSION_POINTS: Final = -5  # of less than a week
QUOTA_NEARLY: Final = 0.9
QUOTA_POINTS: Final = -5
"""Who uses every day's quota to its end has no room for answers."""
SLOWED_POINTS: Final = -5

GOOD_FROM: Final = 80
FAIR_FROM: Final = 50


class PartKind(StrEnum):
    """What a part looks at, in the order in which parts are shown when they have the same points."""

    STATE = "state"
    FLOOD_WAITS = "flood_waits"
    SLOWED = "slowed"
    LEFT = "left"
    REFUSED = "refused"
    PROXY = "proxy"
    SESSION = "session"
    QUOTA = "quota"


class Health(StrEnum):
    """The score in one word."""

    GOOD = "good"  # 80 and above
    FAIR = "fair"  # 50 to 79: something wants to be looked at
    POOR = "poor"  # below 50


class ProxyHealth(StrEnum):
    """How the account's way out is."""

    DIRECT = "direct"  # set to connect without a proxy
    HEALTHY = "healthy"
    SLOW = "slow"
    FAILING = "failing"  # in quarantine, or failed its last check
    MISSING = "missing"  # set to use one and has none: it waits


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthFacts:
    """What a score is made of. Counts are of the last seven days."""

    state: AccountState
    state_at: datetime
    flood_waits: Sequence[datetime]  # newest first
    slowed_until: datetime | None
    tried: int  # messages that left or may have left, or were refused
    refused: int  # of them: Telegram refused them for good
    left: int  # people who blocked the account or said STOP to it
    proxy: ProxyHealth
    proxy_ms: float | None  # Telegram's last answer through it
    signed_in_at: datetime
    tried_day: int  # of the rolling 24 hours
    per_day: int | None  # the quota; None: there is none


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthPart:
    """One reason. `points` is 0 or below; `fades_at`: without news it takes nothing any more from then on."""

    kind: PartKind
    points: int
    title: str
    reason: str
    at: datetime | None = None  # when it happened
    fades_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthScore:
    """100 and its parts. The sum of the parts may lie below what the score shows, which is never below 0."""

    score: int
    parts: Sequence[HealthPart]  # the worst first

    @property
    def health(self) -> Health:
        return Health.GOOD if self.score >= GOOD_FROM else Health.FAIR if self.score >= FAIR_FROM else Health.POOR


def score_health(facts: HealthFacts, now: datetime) -> HealthScore:
    """The score with all its parts, also those that take nothing: they say what is fine."""
    parts = [part for make in _PARTS if (part := make(facts, now)) is not None]
    parts.sort(key=lambda part: part.points)  # stable: their order stays among equals
    return HealthScore(score=max(0, 100 + sum(part.points for part in parts)), parts=tuple(parts))


_STATE_TITLES: Final[Mapping[AccountState, tuple[str, str]]] = MappingProxyType(
    {
        AccountState.READY: ("No restriction is known", "Telegram lets this account write."),
        AccountState.PAUSED: ("Paused by a person", "That says nothing about its health."),
        AccountState.LIMITED: ("Limited by Telegram", "It may answer, but not write first."),
        AccountState.FROZEN: ("Frozen by Telegram", "It may read, not write."),
        AccountState.SIGNED_OUT: ("Signed out", "Nothing can be sent before it is signed in again."),
        AccountState.BANNED: ("Banned by Telegram", "Telegram blocked or deleted the account."),
    }
)


def _state(facts: HealthFacts, now: datetime) -> HealthPart:
    title, reason = _STATE_TITLES[facts.state]
    points = STATE_POINTS[facts.state]
    return HealthPart(
        kind=PartKind.STATE, points=points, title=title, reason=reason, at=facts.state_at if points else None
    )


def _flood_waits(facts: HealthFacts, now: datetime) -> HealthPart:
    recent = [at for at in facts.flood_waits if now - at < WEEK]
    if not recent:
        return _fine(PartKind.FLOOD_WAITS, "No flood wait this week", "Telegram asked for no pause in 7 days.")
    ages = [max(timedelta(0), now - at) for at in recent]
    points = max(FLOOD_WAITS_MOST, round(sum(FLOOD_WAIT_POINTS * (1 - age / WEEK) for age in ages)))
    title = "Telegram asked for a pause" if len(recent) == 1 else f"{len(recent)} pauses asked for by Telegram"
    return HealthPart(
        kind=PartKind.FLOOD_WAITS,
        points=points,
        title=title,
        reason="In the last 7 days. Each takes 15 points and fades over a week.",
        at=recent[0],
        fades_at=recent[0] + WEEK,
    )


def _slowed(facts: HealthFacts, now: datetime) -> HealthPart | None:
    if facts.slowed_until is None or facts.slowed_until <= now:
        return None
    return HealthPart(
        kind=PartKind.SLOWED,
        points=SLOWED_POINTS,
        title="Half its rate",
        reason="It slowed down by itself after a flood wait.",
        fades_at=facts.slowed_until,
    )


def _left(facts: HealthFacts, now: datetime) -> HealthPart:
    people = f"{facts.left:,} of {facts.tried:,} people blocked it or said STOP"
    share = _share(facts.left, facts.tried)
    if share is None:
        known = f"{people}; below {LEAST_TRIED} messages that says little." if facts.left else "In the last 7 days."
        return _fine(PartKind.LEFT, "Few blocks and STOPs" if facts.left else "Nobody blocked it", known)
    if share <= LEFT_NORMAL:
        return _fine(PartKind.LEFT, "Few blocks and STOPs", f"{people} in 7 days. Up to {LEFT_NORMAL:.1%} is normal.")
    return HealthPart(
        kind=PartKind.LEFT,
        points=max(LEFT_MOST, round((share - LEFT_NORMAL) * LEFT_POINTS)),
        title="People block it or say STOP",
        reason=f"{people} in 7 days, {share:.1%}. Normal is below {LEFT_NORMAL:.1%}.",
    )


def _refused(facts: HealthFacts, now: datetime) -> HealthPart:
    share = _share(facts.refused, facts.tried)
    words = f"{facts.refused:,} of {facts.tried:,}"
    if share is None:
        return _fine(PartKind.REFUSED, "Too few messages to judge", f"{facts.tried} in the last 7 days.")
    if share <= REFUSED_NORMAL:
        reason = f"{words} in its campaigns of 7 days. Up to {REFUSED_NORMAL:.0%} is normal."
        return _fine(PartKind.REFUSED, "Few messages refused", reason)
    return HealthPart(
        kind=PartKind.REFUSED,
        points=max(REFUSED_MOST, round((share - REFUSED_NORMAL) * REFUSED_POINTS)),
        title="Many messages refused",
        reason=f"{words} in its campaigns of 7 days, {share:.0%}. Normal is below {REFUSED_NORMAL:.0%}.",
    )


def _proxy(facts: HealthFacts, now: datetime) -> HealthPart:
    answer = f"Telegram answers in {facts.proxy_ms:,.0f} ms." if facts.proxy_ms is not None else "Not checked yet."
    match facts.proxy:
        case ProxyHealth.MISSING:
            reason = "It is set to use one and has none, so it does not connect."
            return HealthPart(
                kind=PartKind.PROXY, points=PROXY_MISSING_POINTS, title="Waits for a proxy", reason=reason
            )
        case ProxyHealth.FAILING:
            reason = "Its last check failed. The account waits, or moves if you allowed it."
            return HealthPart(
                kind=PartKind.PROXY, points=PROXY_FAILING_POINTS, title="Its proxy fails", reason=reason
            )
        case ProxyHealth.SLOW:
            return HealthPart(kind=PartKind.PROXY, points=PROXY_SLOW_POINTS, title="Slow proxy", reason=answer)
        case ProxyHealth.DIRECT:
            return _fine(PartKind.PROXY, "Connects directly", "It is not set to use a proxy.")
        case ProxyHealth.HEALTHY:
            return _fine(PartKind.PROXY, "Proxy works", answer)


def _session(facts: HealthFacts, now: datetime) -> HealthPart | None:
    if facts.state in (AccountState.SIGNED_OUT, AccountState.BANNED):
        return None  # there is none
    age = now - facts.signed_in_at
    if age >= WEEK:
        return _fine(PartKind.SESSION, f"Signed in for {age.days:,} days", "Telegram trusts sessions that stay.")
    is_fresh = age < FRESH_SESSION
    return HealthPart(
        kind=PartKind.SESSION,
        points=FRESH_SESSION_POINTS if is_fresh else YOUNG_SESSION_POINTS,
        title="Signed in less than a day ago" if is_fresh else "Signed in less than a week ago",
        reason="Telegram trusts a new session less: begin slowly.",
        at=facts.signed_in_at,
        fades_at=facts.signed_in_at + WEEK,
    )


def _quota(facts: HealthFacts, now: datetime) -> HealthPart | None:
    if facts.per_day is None:
        return None
    used = f"{facts.tried_day:,} of {facts.per_day:,} messages in 24 hours."
    if facts.tried_day < facts.per_day * QUOTA_NEARLY:
        return _fine(PartKind.QUOTA, "Room in its quota", used)
    return HealthPart(
        kind=PartKind.QUOTA,
        points=QUOTA_POINTS,
        title="Day’s quota used",
        reason=f"{used} Nothing is left for answers.",
    )


_PARTS: Final[Sequence[Callable[[HealthFacts, datetime], HealthPart | None]]] = (
    _state,
    _flood_waits,
    _slowed,
    _left,
    _refused,
    _proxy,
    _session,
    _quota,
)


def _share(part: int, whole: int) -> float | None:
    """None: too few to say."""
    return part / whole if whole >= LEAST_TRIED else None


def _fine(kind: PartKind, title: str, reason: str) -> HealthPart:
    return HealthPart(kind=kind, points=0, title=title, reason=reason)
