"""How fast and how much one account may send, and that nothing gets around it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.plan.limits import PROFILES, QuotaWait, RateLimiter, TokenBucket, after_flood, check_quota, profile_for
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


def test_a_restart_gives_one_grant_and_no_burst() -> None:
    limiter = RateLimiter(BOT)

    limiter.take_send(START_S)

    assert limiter.send_delay_s(START_S) == pytest.approx(1 / 20)


def test_a_slowed_account_sends_at_half_its_rate() -> None:
    limiter = RateLimiter(CAREFUL)
    limiter.take_send(START_S)
    assert limiter.send_delay_s(START_S) == pytest.approx(4)

    limiter.set_slow(is_slow=True)

    assert limiter.send_delay_s(START_S) == pytest.approx(8)


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
    limiter = RateLimiter(CAREFUL)
    now_s = START_S
    taken: list[float] = []

    for step_s in steps:
        now_s += step_s
        while limiter.resolve_delay_s(now_s) == 0.0:
            limiter.take_resolve()
            taken.append(now_s)

    assert _most_in_any(24 * 3600 - 1, taken) <= 50


def test_sends_and_look_ups_have_budgets_of_their_own() -> None:
    limiter = RateLimiter(CAREFUL)
    limiter.take_send(START_S)

    assert limiter.resolve_delay_s(START_S) == 0.0


def test_unlimited_never_waits() -> None:
    limiter = RateLimiter(PROFILES["unlimited", AccountKind.USER])

    for _ in range(1000):
        assert limiter.send_delay_s(START_S, 1) == 0.0
        limiter.take_send(START_S, 1)
        limiter.take_resolve()
    assert limiter.resolve_delay_s(START_S) == 0.0


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
    ("hour", "day", "wait"),
    [
        (0, 0, None),
        (19, 39, None),
        (20, 20, QuotaWait(reason=DeliveryReason.QUOTA_HOUR, until=NOW + timedelta(hours=1))),
        (19, 40, QuotaWait(reason=DeliveryReason.QUOTA_DAY, until=NOW + timedelta(days=1))),
        (20, 40, QuotaWait(reason=DeliveryReason.QUOTA_DAY, until=NOW + timedelta(days=1))),
    ],
)
def test_a_used_quota_names_itself_and_the_longer_one_weighs_more(
    hour: int, day: int, wait: QuotaWait | None
) -> None:
    assert check_quota(CAREFUL, sent_last_hour=hour, sent_last_day=day, now=NOW) == wait


def test_without_a_quota_nothing_is_counted() -> None:
    assert check_quota(BOT, sent_last_hour=10**6, sent_last_day=10**6, now=NOW) is None


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
