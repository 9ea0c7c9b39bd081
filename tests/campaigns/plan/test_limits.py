"""How fast and how much one account may send, and that nothing gets around it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.plan.limits import (
    PROFILES,
    QuotaWait,
    RateLimiter,
    TokenBucket,
    after_flood,
    check_quota,
    look_up_free_at,
    profile_for,
)
from campaigns.reasons import DeliveryReason
from core.domain.account import AccountKind, WorkspaceKind
from core.errors import ConfigurationError

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
CAREFUL = PROFILES["careful", AccountKind.USER]
BOT = PROFILES["careful", AccountKind.BOT]
START_S = 1_000_000.0  # a machine that has run for days: where rounding of seconds is coarse


def _most_in_any(window_s: float, grants: list[float]) -> int:
    return max((sum(start <= at <= start + window_s for at in grants) for start in grants), default=0)


@given(
    rate=st.floats(0.1, 50),
    burst=st.integers(1, 10),
    steps=st.lists(st.tuples(st.floats(0, 3), st.booleans()), min_size=1, max_size=60),
    window_s=st.floats(0, 20),
)
def test_no_window_holds_more_grants_than_the_burst_and_the_rate_allow(
    rate: float, burst: int, steps: list[tuple[float, bool]], window_s: float
) -> None:
    bucket = TokenBucket(rate, burst)
    now_s = START_S
    grants: list[float] = []

    for step_s, is_slow in steps:
        now_s += step_s
        while bucket.delay_s(now_s, factor=0.5 if is_slow else 1.0) == 0.0:
            bucket.take()
            grants.append(now_s)

    assert _most_in_any(window_s, grants) <= burst + rate * window_s + 1e-5


@given(rate=st.floats(0.01, 100), burst=st.integers(1, 10), count=st.integers(1, 30))
def test_waiting_as_long_as_was_said_gives_the_grant(rate: float, burst: int, count: int) -> None:
    """Also where the clock cannot tell so small a wait: nobody asks in circles."""
    bucket = TokenBucket(rate, burst)
    now_s = START_S

    for _ in range(count):
        waits = 0
        while (delay_s := bucket.delay_s(now_s)) > 0:
            now_s += delay_s
            waits += 1
        bucket.take()
        assert waits <= 2


def test_an_album_takes_the_pace_of_as_many_messages() -> None:
    limiter = RateLimiter(BOT)

    limiter.take_send(START_S, items=10)
    assert limiter.send_delay_s(START_S) == pytest.approx(10 / 20)
    limiter.give_back(1, items=10)

    assert limiter.send_delay_s(START_S) == 0.0


def test_a_restart_gives_one_grant_and_no_burst() -> None:
    limiter = RateLimiter(BOT)

    limiter.take_send(START_S)

    assert limiter.send_delay_s(START_S) == pytest.approx(1 / 20)


def test_a_slowed_account_sends_at_half_its_rate() -> None:
    limiter = RateLimiter(CAREFUL)
    limiter.take_send(START_S)
    assert limiter.send_delay_s(START_S) == pytest.approx(4)

    limiter.slow_until(START_S + 60)

    assert limiter.send_delay_s(START_S) == pytest.approx(8)


def test_a_slowed_account_is_as_fast_as_before_when_its_time_is_over() -> None:
    limiter = RateLimiter(CAREFUL)
    limiter.slow_until(START_S + 60)
    limiter.send_delay_s(START_S + 60)

    limiter.take_send(START_S + 60)

    assert limiter.send_delay_s(START_S + 60) == pytest.approx(4)


def test_one_chat_waits_between_messages_and_no_other_does() -> None:
    limiter = RateLimiter(BOT)
    limiter.send_delay_s(START_S, 7)
    limiter.take_send(START_S, 7)
    later_s = START_S + 0.5

    assert limiter.send_delay_s(later_s, 7) == pytest.approx(0.6)
    assert limiter.send_delay_s(later_s, 8) == 0.0
    assert limiter.send_delay_s(later_s) == 0.0
    assert limiter.send_delay_s(START_S + 1.2, 7) == 0.0


def test_chats_are_forgotten_when_their_pause_is_over() -> None:
    limiter = RateLimiter(BOT)

    for number in range(1000):
        limiter.take_send(START_S + number, number)

    assert len(limiter._chats._free_at_s) <= 2


@given(st.lists(st.floats(0, 20_000), max_size=100))
def test_no_day_holds_more_look_ups_than_the_profile_allows(steps: list[float]) -> None:
    now, taken = NOW, []

    for step_s in steps:
        now += timedelta(seconds=step_s)
        while look_up_free_at(taken, 5, 0, now) is None:
            taken.append(now)

    assert _most_in_any(24 * 3600 - 1, [(at - NOW).total_seconds() for at in taken]) <= 5


def test_each_row_that_waits_for_a_look_up_gets_a_place_of_its_own() -> None:
    taken = [NOW - timedelta(hours=9), NOW - timedelta(hours=1)]

    places = [look_up_free_at(taken, 2, waiting, NOW) for waiting in range(4)]

    hours = [(place - NOW) / timedelta(hours=1) for place in places if place is not None]
    assert hours == [15, 23, 15 + 24, 23 + 24]


def test_unlimited_never_waits() -> None:
    limiter = RateLimiter(PROFILES["unlimited", AccountKind.USER])

    for _ in range(1000):
        assert limiter.send_delay_s(START_S, 1) == 0.0
        limiter.take_send(START_S, 1)


@pytest.mark.parametrize("kind", AccountKind)
@pytest.mark.parametrize("name", ["sandbox", "unlimited"])
def test_a_live_workspace_refuses_every_profile_but_careful(name: str, kind: AccountKind) -> None:
    with pytest.raises(ConfigurationError, match="only for the sandbox"):
        profile_for(name, kind, WorkspaceKind.LIVE)

    assert profile_for(name, kind, WorkspaceKind.SANDBOX).name == name
    assert profile_for("careful", kind, WorkspaceKind.LIVE).name == "careful"


def test_an_unknown_profile_is_refused_naming_the_known_ones() -> None:
    with pytest.raises(ConfigurationError, match="careful, sandbox, unlimited"):
        profile_for("fast", AccountKind.USER, WorkspaceKind.SANDBOX)


def test_careful_stays_below_what_telegram_documents_for_bots() -> None:
    assert BOT.per_second is not None
    assert BOT.burst + BOT.per_second <= 30  # in any one second
    assert BOT.chat_interval_s > 1


@pytest.mark.parametrize(
    ("hour_ago_s", "day_ago_s", "wait"),
    [
        (None, None, None),
        (3600, 86_400, None),
        (600, None, QuotaWait(reason=DeliveryReason.QUOTA_HOUR, until=NOW + timedelta(minutes=50))),
        (None, 3600, QuotaWait(reason=DeliveryReason.QUOTA_DAY, until=NOW + timedelta(hours=23))),
        (600, 3600, QuotaWait(reason=DeliveryReason.QUOTA_DAY, until=NOW + timedelta(hours=23))),
    ],
)
def test_a_used_quota_is_free_when_the_send_that_fills_it_leaves_the_window_and_the_longer_one_weighs_more(
    hour_ago_s: float | None, day_ago_s: float | None, wait: QuotaWait | None
) -> None:
    hour, day = (None if ago is None else NOW - timedelta(seconds=ago) for ago in (hour_ago_s, day_ago_s))

    assert check_quota(hour, day, NOW) == wait


@pytest.mark.parametrize(
    ("demanded_s", "wait"),
    [
        (5, timedelta(seconds=5)),
        (300, timedelta(seconds=300)),
        (301, timedelta(days=1)),
        (90_000, timedelta(hours=25)),
    ],
)
def test_a_demanded_wait_is_kept_whole_and_a_long_one_pauses_for_a_day(demanded_s: float, wait: timedelta) -> None:
    reaction = after_flood(CAREFUL, demanded_s)

    assert reaction.wait == wait
    assert reaction.slow == timedelta(days=1)


def test_in_the_sandbox_a_wait_is_only_a_wait() -> None:
    reaction = after_flood(PROFILES["sandbox", AccountKind.USER], 301)

    assert (reaction.wait, reaction.slow) == (timedelta(seconds=301), timedelta(0))


def test_a_grant_that_is_given_back_is_the_next_ones_and_never_more_than_the_burst() -> None:
    limiter = RateLimiter(PROFILES["careful", AccountKind.USER])
    assert limiter.send_delay_s(0.0, 7) == 0.0
    limiter.take_send(0.0, 7)
    limiter.give_back(7)

    assert limiter.send_delay_s(0.0, 7) == 0.0
    limiter.give_back(7)
    limiter.take_send(0.0, 7)
    assert limiter.send_delay_s(0.0, 8) == 4.0
