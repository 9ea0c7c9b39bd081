"""How fast it goes, and where nothing is known."""

from datetime import UTC, datetime, timedelta

import pytest

from campaigns.report.screens import WorkerRun
from campaigns.report.views import RatePoint
from desktop.pages.campaign.rates import MOST_BUCKETS, CounterRates, RateHistory, step_for

START = datetime(2026, 11, 19, 14, 14, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_a_rate_is_that_of_the_last_ten_seconds() -> None:
    rates = CounterRates()
    for tick in range(300):
        now_s = tick / 10
        rates.add("lane", tick if tick < 100 else 100 + (tick - 100) * 2, now_s)

    assert rates.rate("lane") == pytest.approx(20, rel=0.02)


def test_no_rate_is_told_from_less_than_two_seconds() -> None:
    rates = CounterRates()
    rates.add("lane", 0, 0.0)
    rates.add("lane", 50, 1.0)

    assert rates.rate("lane") is None
    assert rates.rate("other") is None


def test_a_counter_that_stands_has_the_rate_zero() -> None:
    rates = CounterRates()
    for second in range(20):
        rates.add("lane", 7, float(second))

    assert rates.rate("lane") == 0


@pytest.mark.parametrize("hours", [0.01, 0.1, 1, 10, 100, 1000])
def test_a_history_has_a_bounded_number_of_buckets(hours: float) -> None:
    length = timedelta(hours=hours)

    assert length / step_for(length) <= MOST_BUCKETS


def test_only_the_newest_bucket_is_read_again() -> None:
    history = RateHistory(START)
    now = START + 10 * SECOND
    assert history.next_read(now) == START

    history.put(START, [RatePoint(at=START + 7 * SECOND, delivered=3)])

    assert history.next_read(now) == START + 7 * SECOND


def test_a_longer_history_is_read_anew_in_longer_buckets() -> None:
    history = RateHistory(START)
    history.put(START, [RatePoint(at=START + 200 * SECOND, delivered=3)])

    assert history.next_read(START + 300 * SECOND) == START
    assert history.step == 2 * SECOND


def test_seconds_without_a_delivery_are_zero_while_a_worker_ran_and_a_hole_while_none_did() -> None:
    history = RateHistory(START)
    history.next_read(START + 6 * SECOND)
    history.put(START, [RatePoint(at=START, delivered=4)])
    died = WorkerRun(started_at=START - SECOND, heartbeat_at=START + 2 * SECOND, ended_at=None)
    back = WorkerRun(started_at=START + 4 * SECOND, heartbeat_at=START + 6 * SECOND, ended_at=None)

    series = history.series(START + 6 * SECOND, [died, back], is_over=False)

    assert series.values == (4.0, 0.0, None, None, 0.0, 0.0)
    assert series.best == 4.0
