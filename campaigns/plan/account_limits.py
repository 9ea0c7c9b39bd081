"""The limits of one account: its profile's, or what a person set instead, and at half pace after a flood wait. Pure.

Dispatch, forecasts, pages and commands all read them here, so that what is shown is what holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from campaigns.plan.limits import SLOW_FACTOR, LimitProfile
from core.domain.account import Account, AccountLimit, LimitKind
from core.errors import UserInputError

LIMIT_NAMES: Mapping[LimitKind, str] = MappingProxyType(
    {
        LimitKind.PER_MINUTE: "messages a minute",
        LimitKind.PER_HOUR: "messages an hour",
        LimitKind.PER_DAY: "messages a day",
        LimitKind.NEW_PEOPLE_PER_DAY: "new people a day",
        LimitKind.LOOK_UPS_PER_DAY: "people looked up a day",
    }
)

LARGEST = 1_000_000
"""No account comes near it; it only keeps a slip of the finger out of the tables."""


class LimitSource(StrEnum):
    """Where the number in force comes from."""

    PROFILE = "profile"
    PERSON = "person"
    SLOWED = "slowed"  # half of it for a while, after Telegram demanded a wait


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitInForce:
    """One limit of one account, as it holds now. `source` tells which of the last three fields are filled."""

    kind: LimitKind
    value: float | None  # None: no limit
    profile_value: float | None  # what it is when nobody sets it, and up to where it is safe; None: any number is
    profile: str
    source: LimitSource
    set_by: str = ""
    set_at: datetime | None = None
    until: datetime | None = None  # slowed until then

    @property
    def is_beyond_safe(self) -> bool:
        return self.value is not None and self.profile_value is not None and self.value > self.profile_value

    def describe_source(self) -> str:
        """One phrase; moments in this computer's time."""
        by_person = f"set by {self.set_by} on {self.set_at.astimezone():%d %B %Y}" if self.set_at else ""
        if self.source is LimitSource.SLOWED and self.until is not None:
            halved = by_person or f'the profile "{self.profile}"'
            return f"slowed to half until {self.until.astimezone():%d %B %H:%M} after a flood wait ({halved})"
        return by_person or f'from the profile "{self.profile}"'


def limit_account(profile: LimitProfile, limits: tuple[AccountLimit, ...]) -> LimitProfile:
    """The profile with what a person set for this account instead."""
    values = {limit.kind: limit.value for limit in limits}
    if not values:
        return profile
    per_minute = values.get(LimitKind.PER_MINUTE)
    return replace(
        profile,
        per_second=profile.per_second if per_minute is None else per_minute / 60,
        per_hour=values.get(LimitKind.PER_HOUR, profile.per_hour),
        per_day=values.get(LimitKind.PER_DAY, profile.per_day),
        new_people_per_day=values.get(LimitKind.NEW_PEOPLE_PER_DAY, profile.new_people_per_day),
        resolves_per_day=values.get(LimitKind.LOOK_UPS_PER_DAY, profile.resolves_per_day),
    )


def limits_in_force(account: Account, profile: LimitProfile, now: datetime) -> tuple[LimitInForce, ...]:
    """Every limit of the account, in the order of their kinds. `profile` is its profile, without what was set."""
    set_limits = {limit.kind: limit for limit in account.limits}
    slowed_until = account.slowed_until if account.slowed_until is not None and account.slowed_until > now else None
    found = []
    for kind in LimitKind:
        of_profile = profile_value(profile, kind)
        limit = set_limits.get(kind)
        value = of_profile if limit is None else float(limit.value)
        is_slowed = kind is LimitKind.PER_MINUTE and slowed_until is not None and value is not None
        source = LimitSource.PROFILE if limit is None else LimitSource.PERSON
        found.append(
            LimitInForce(
                kind=kind,
                value=value * SLOW_FACTOR if is_slowed and value is not None else value,
                profile_value=of_profile,
                profile=profile.name,
                source=LimitSource.SLOWED if is_slowed else source,
                set_by=limit.set_by if limit else "",
                set_at=limit.set_at if limit else None,
                until=slowed_until if is_slowed else None,
            )
        )
    return tuple(found)


def profile_value(profile: LimitProfile, kind: LimitKind) -> float | None:
    """What the profile says; None: no limit. It is also where the safe range ends.

    Telegram publishes no limits of user accounts; those of "careful" are low by decision (facts on Telegram, chapter 6).
    """
    match kind:
        case LimitKind.PER_MINUTE:
            return None if profile.per_second is None else profile.per_second * 60
        case LimitKind.PER_HOUR:
            return profile.per_hour
        case LimitKind.PER_DAY:
            return profile.per_day
        case LimitKind.NEW_PEOPLE_PER_DAY:
            return profile.new_people_per_day
        case LimitKind.LOOK_UPS_PER_DAY:
            return profile.resolves_per_day


def check_limit(profile: LimitProfile, kind: LimitKind, value: int, *, beyond_safe: bool) -> bool:
    """Whether this number lies beyond the safe range. Raises UserInputError unless it may be set all the same."""
    if not 1 <= value <= LARGEST:
        raise UserInputError(
            f"{value:,} {LIMIT_NAMES[kind]} is no limit: give a whole number from 1 to {LARGEST:,}.",
            title="This limit cannot be used",
            hint="To send nothing at all, pause the account.",
        )
    safe = profile_value(profile, kind)
    if safe is None or value <= safe:
        return False
    if not beyond_safe:
        raise UserInputError(
            f"{value:,} {LIMIT_NAMES[kind]} is more than the safe {safe:,.0f}. Telegram publishes no limits; accounts "
            "that send more get limited or frozen.",
            title="This is beyond the safe range",
            hint="Choose a smaller number, or say that you take the risk.",
        )
    return True
