"""The limits of one account: the profile's numbers, or those that a person set, and who set them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from campaigns.plan.account_limits import (
    LIMIT_NAMES,
    LimitInForce,
    LimitSource,
    check_limit,
    limit_account,
    limits_in_force,
)
from campaigns.plan.limits import PROFILES, LimitProfile
from core.domain.account import Account, AccountKind, AccountLimit, LimitKind
from core.errors import UserInputError
from tests.campaigns.ready_account import READY as ACCOUNT

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
CAREFUL = PROFILES["careful", AccountKind.USER]


def limit(kind: LimitKind, value: int) -> AccountLimit:
    return AccountLimit(kind=kind, value=value, set_by="Kaya", set_at=NOW)


def in_force(account: Account, kind: LimitKind, profile: LimitProfile = CAREFUL) -> LimitInForce:
    return next(found for found in limits_in_force(account, profile, NOW) if found.kind is kind)


def test_without_anything_set_every_limit_is_the_profile_s() -> None:
    assert limit_account(CAREFUL, ()) is CAREFUL
    found = {limit.kind: limit.value for limit in limits_in_force(ACCOUNT, CAREFUL, NOW)}
    assert found == {
        LimitKind.PER_MINUTE: 15,
        LimitKind.PER_HOUR: 20,
        LimitKind.PER_DAY: 40,
        LimitKind.NEW_PEOPLE_PER_DAY: 40,
        LimitKind.LOOK_UPS_PER_DAY: 50,
    }
    assert {limit.describe_source() for limit in limits_in_force(ACCOUNT, CAREFUL, NOW)} == {
        'from the profile "careful"'
    }


@pytest.mark.parametrize("kind", LimitKind)
def test_what_a_person_set_is_what_dispatch_gets_and_what_is_shown(kind: LimitKind) -> None:
    account = replace(ACCOUNT, limits=(limit(kind, 6),))

    shown = in_force(account, kind)

    assert (shown.value, shown.source, shown.set_by) == (6, LimitSource.PERSON, "Kaya")
    effective = limit_account(CAREFUL, account.limits)
    names = {
        LimitKind.PER_MINUTE: "per_second",
        LimitKind.LOOK_UPS_PER_DAY: "resolves_per_day",
    }
    changed = names.get(kind, kind.value)
    assert getattr(effective, changed) == (0.1 if kind is LimitKind.PER_MINUTE else 6)
    assert replace(effective, **{changed: getattr(CAREFUL, changed)}) == CAREFUL, "nothing else changed"


def test_after_a_flood_wait_the_pace_is_half_and_says_until_when_and_of_what() -> None:
    slowed = replace(ACCOUNT, slowed_until=NOW + timedelta(hours=3), limits=(limit(LimitKind.PER_MINUTE, 10),))

    pace = in_force(slowed, LimitKind.PER_MINUTE)

    assert (pace.value, pace.source, pace.until) == (5, LimitSource.SLOWED, NOW + timedelta(hours=3))
    assert "after a flood wait" in pace.describe_source()
    assert "set by Kaya" in pace.describe_source()
    assert in_force(slowed, LimitKind.PER_DAY).source is LimitSource.PROFILE
    over = replace(slowed, slowed_until=NOW)
    assert in_force(over, LimitKind.PER_MINUTE).value == 10


def test_beyond_the_safe_range_a_person_has_to_say_so() -> None:
    assert not check_limit(CAREFUL, LimitKind.PER_DAY, 40, beyond_safe=False)
    with pytest.raises(UserInputError, match="more than the safe 40"):
        check_limit(CAREFUL, LimitKind.PER_DAY, 41, beyond_safe=False)
    assert check_limit(CAREFUL, LimitKind.PER_DAY, 41, beyond_safe=True)
    assert in_force(replace(ACCOUNT, limits=(limit(LimitKind.PER_DAY, 41),)), LimitKind.PER_DAY).is_beyond_safe


@pytest.mark.parametrize("value", [0, -1, 1_000_001])
def test_a_limit_is_a_whole_number_of_one_or_more(value: int) -> None:
    with pytest.raises(UserInputError, match="is no limit"):
        check_limit(CAREFUL, LimitKind.PER_DAY, value, beyond_safe=True)


def test_where_the_profile_has_no_limit_every_number_is_safe() -> None:
    unlimited = PROFILES["unlimited", AccountKind.USER]

    assert not check_limit(unlimited, LimitKind.PER_DAY, 1_000_000, beyond_safe=False)


def test_every_limit_has_a_name() -> None:
    assert set(LIMIT_NAMES) == set(LimitKind)
