"""The engine's time: never earlier than what was seen, and suspicious of a clock that was set."""

from datetime import timedelta

import pytest

from campaigns.dispatch.engine_time import REPEAT_LIMIT, EngineTime
from tests.fake_clock import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def time(clock: FakeClock) -> EngineTime:
    return EngineTime(clock)


def test_time_passes_with_the_monotonic_clock(clock: FakeClock, time: EngineTime) -> None:
    start = time.now()

    clock.advance(90)

    assert time.now() - start == timedelta(seconds=90)


def test_a_clock_set_back_does_not_move_the_engine_back(clock: FakeClock, time: EngineTime) -> None:
    start = time.now()

    clock.set_wall(start - timedelta(hours=30))
    clock.advance(1)

    assert time.now() == start + timedelta(seconds=1)


def test_time_never_falls_behind_what_the_database_shows(clock: FakeClock) -> None:
    committed = clock.now()
    clock.set_wall(committed - timedelta(hours=25))
    time = EngineTime(clock)

    time.observe(committed)

    assert time.now() == committed


def test_a_wrong_clock_is_told_and_telegrams_time_is_taken(clock: FakeClock, time: EngineTime) -> None:
    truth = clock.now()
    clock.set_wall(truth + timedelta(hours=25))

    skew = time.confirm(truth)

    assert skew == timedelta(hours=25)
    assert time.now() == truth
    assert time.is_confirmed


@pytest.mark.parametrize("hours", [0, 25, -25])
def test_telegrams_whole_seconds_do_not_make_a_try_of_just_now_old(
    clock: FakeClock, time: EngineTime, hours: int
) -> None:
    time.confirm(clock.now())
    clock.advance(10)
    tried_at, truth = time.now(), clock.now()
    clock.set_wall(truth + timedelta(hours=hours))

    time.confirm(truth - timedelta(seconds=5))

    assert time.age(tried_at) == timedelta(0)


def test_a_difference_of_a_minute_is_no_wrong_clock(clock: FakeClock, time: EngineTime) -> None:
    assert time.confirm(clock.now() - timedelta(seconds=60)) is None


def test_nothing_is_confirmed_before_telegram_told_the_time(time: EngineTime) -> None:
    assert not time.is_confirmed


@pytest.mark.parametrize("hours", [25, -25, -30])
def test_a_clock_set_while_running_is_noticed_once(clock: FakeClock, time: EngineTime, hours: int) -> None:
    time.confirm(clock.now())

    clock.set_wall(clock.now() + timedelta(hours=hours))

    assert time.has_jumped()
    assert not time.is_confirmed
    assert not time.has_jumped()


def test_time_that_just_passes_is_no_jump(clock: FakeClock, time: EngineTime) -> None:
    clock.advance(8 * 3600)

    assert not time.has_jumped()


def test_a_moment_in_the_future_counts_as_old(clock: FakeClock, time: EngineTime) -> None:
    assert time.age(time.now() + timedelta(seconds=1)) >= REPEAT_LIMIT
    assert time.age(time.now() - timedelta(hours=1)) == timedelta(hours=1)


def test_a_moment_in_the_database_that_telegram_has_not_reached_is_not_believed(clock: FakeClock) -> None:
    truth = clock.now()
    time = EngineTime(clock)
    time.observe(truth + timedelta(hours=25))

    time.confirm(truth)

    assert time.now() == truth
    assert time.age(truth + timedelta(hours=25)) >= REPEAT_LIMIT
