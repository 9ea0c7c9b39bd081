"""When everyone has ended: told only as far as it is known."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from campaigns.report.forecast import LaneWork, forecast

NOW = datetime(2026, 11, 19, 14, 0, tzinfo=UTC)
SENDING = LaneWork(title="News", to_do=600, rate_per_s=1.0, free_at=None, stands_still=False)


def minutes(at: datetime | None) -> float | None:
    return None if at is None else round((at - NOW).total_seconds() / 60, 2)


def test_a_steady_lane_ends_when_its_work_is_divided_by_its_pace() -> None:
    told = forecast([SENDING], recipients=10_000, now=NOW)

    assert minutes(told.everyone_at) == 10
    assert minutes(told.nearly_at) == 6.67  # 200 of 10,000 may be left


def test_nothing_is_told_without_a_measured_pace() -> None:
    told = forecast([replace(SENDING, rate_per_s=None)], recipients=600, now=NOW)

    assert told.everyone_at is None
    assert told.nearly_at is None
    assert told.unmeasured == ("News",)


def test_a_lane_that_needs_a_person_has_no_time_but_does_not_hide_the_others() -> None:
    desk = replace(SENDING, title="Desk", to_do=5, stands_still=True)

    told = forecast([SENDING, desk], recipients=1_000, now=NOW)

    assert told.everyone_at is None
    assert told.standing == ("Desk",)
    assert minutes(told.nearly_at) == 9.75  # 20 may be left, 5 of them are the desk's


def test_more_than_two_per_cent_behind_a_person_leave_no_time_at_all() -> None:
    desk = replace(SENDING, title="Desk", to_do=50, stands_still=True)

    assert forecast([SENDING, desk], recipients=1_000, now=NOW).nearly_at is None


def test_a_wait_is_counted_before_the_work() -> None:
    kyiv = replace(SENDING, title="Kyiv", to_do=60, free_at=NOW + timedelta(minutes=30))

    told = forecast([SENDING, kyiv], recipients=100_000, now=NOW)

    assert minutes(told.everyone_at) == 31
    assert told.nearly_at is None  # fewer than 2 % are left already
    assert told.waiting == ("Kyiv",)


def test_a_daily_quota_spreads_the_work_over_days() -> None:
    tomorrow = NOW + timedelta(hours=19)
    workshops = replace(SENDING, title="Workshops", to_do=118, rate_per_s=0.25, free_at=tomorrow, per_day=40)

    told = forecast([workshops], recipients=158, now=NOW)

    # 40, 40, then the last 38 at one in four seconds.
    assert told.everyone_at == tomorrow + timedelta(days=2, seconds=38 * 4)
    assert told.waiting == ("Workshops",)


def test_what_was_used_of_the_quota_counts_while_it_sends() -> None:
    lane = replace(SENDING, to_do=20, per_hour=20, used_hour=15)

    assert forecast([lane], recipients=20, now=NOW).everyone_at == NOW + timedelta(hours=1, seconds=15)


def test_a_delivery_that_is_put_off_is_waited_for() -> None:
    due = NOW + timedelta(hours=3)

    assert forecast([replace(SENDING, last_due=due)], recipients=600, now=NOW).everyone_at == due


def test_a_campaign_without_work_has_no_forecast() -> None:
    told = forecast([replace(SENDING, to_do=0)], recipients=600, now=NOW)

    assert told.everyone_at is None
    assert told.nearly_at is None
