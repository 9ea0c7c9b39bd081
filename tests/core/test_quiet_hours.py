"""Quiet hours: over midnight, on some days, all day; and what is refused."""

from datetime import datetime

import msgspec
import pytest

from core.config import NotificationSettings
from core.quiet_hours import QuietHours, parse_time
from core.week_days import parse_days


def hours(start: str, end: str, days: str = "every day") -> QuietHours:
    return QuietHours(start=parse_time(start), end=parse_time(end), days=parse_days(days))


@pytest.mark.parametrize(
    ("quiet", "local", "holds"),
    [
        (hours("22:00", "07:00"), "2026-11-20 21:59", False),
        (hours("22:00", "07:00"), "2026-11-20 22:00", True),
        (hours("22:00", "07:00"), "2026-11-21 06:59", True),
        (hours("22:00", "07:00"), "2026-11-21 07:00", False),
        (hours("12:00", "13:30"), "2026-11-20 13:29", True),
        (hours("12:00", "13:30"), "2026-11-20 13:30", False),
        (hours("22:00", "07:00", "fri"), "2026-11-20 23:00", True),  # a Friday
        (hours("22:00", "07:00", "fri"), "2026-11-21 06:00", True),  # the night goes on
        (hours("22:00", "07:00", "fri"), "2026-11-20 06:00", False),  # that was Thursday's
        (hours("22:00", "07:00", "fri"), "2026-11-21 23:00", False),
        (hours("22:00", "07:00", "sun"), "2026-11-23 06:00", True),  # over the end of the week
        (hours("00:00", "00:00", "sat, sun"), "2026-11-21 15:00", True),
        (hours("00:00", "00:00", "sat, sun"), "2026-11-20 15:00", False),
    ],
)
def test_hours_hold_from_their_begin_up_to_their_end(quiet: QuietHours, local: str, holds: bool) -> None:
    assert quiet.hold(datetime.fromisoformat(local)) is holds


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("every day", {0, 1, 2, 3, 4, 5, 6}),
        ("mon-fri", {0, 1, 2, 3, 4}),
        ("Sat, Sunday", {5, 6}),
        ("fri-mon, wed", {4, 5, 6, 0, 2}),
    ],
)
def test_days_are_named_one_by_one_or_as_spans(text: str, days: set[int]) -> None:
    assert parse_days(text) == days


@pytest.mark.parametrize(
    ("key", "value"),
    [("quiet_from", "25:00"), ("quiet_to", "noon"), ("quiet_days", ""), ("quiet_days", "now")],
)
def test_what_is_no_time_and_no_day_is_refused_by_name(key: str, value: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=f"notifications.{key} must be"):
        msgspec.convert({key: value}, NotificationSettings)


def test_without_the_switch_there_are_no_quiet_hours() -> None:
    assert NotificationSettings().quiet_hours is None
    assert NotificationSettings(quiet=True).quiet_hours == hours("22:00", "07:00")
