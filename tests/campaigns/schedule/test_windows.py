"""When a campaign may send, also where the clocks change."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.schedule.windows import Openings, Schedule, Window, find_zone
from core.errors import ConfigurationError

WORKDAYS = frozenset(range(5))
EVERY_DAY = frozenset(range(7))
BERLIN = ZoneInfo("Europe/Berlin")
# Half an hour of change, a change at midnight, a day that was left out, and none at all.
ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Beirut",
    "Pacific/Apia",
    "Asia/Kolkata",
    "UTC",
]


def _at(text: str, zone: ZoneInfo = BERLIN, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


def _window(begins: str, ends: str, days: frozenset[int] = EVERY_DAY) -> Window:
    return Window(weekdays=days, begins=time.fromisoformat(begins), ends=time.fromisoformat(ends))


def _shows(window: Window, moment: datetime, zone: ZoneInfo) -> bool:
    """Whether the wall clock of `moment` lies inside: written down once more, without any of the code under test."""
    local = moment.astimezone(zone)
    clock, weekday = local.time().replace(fold=0), local.weekday()
    if window.begins < window.ends:
        return weekday in window.weekdays and window.begins <= clock < window.ends
    evening = weekday in window.weekdays and clock >= window.begins
    return evening or ((weekday - 1) % 7 in window.weekdays and clock < window.ends)


_windows = st.builds(
    lambda days, begins, length: Window(
        weekdays=days,
        begins=begins,
        ends=(datetime.combine(datetime(2026, 1, 1, tzinfo=UTC), begins) + length)
        .time()
        .replace(second=0, microsecond=0),
    ),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.integers(1, 24 * 60 - 1).map(lambda minutes: timedelta(minutes=minutes)),
)
_moments = st.integers(0, 20 * 366 * 24 * 60).map(
    lambda minutes: datetime(2010, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(windows=st.lists(_windows, min_size=1, max_size=4), zone=st.sampled_from(ZONES), now=_moments)
def test_whatever_is_sent_is_sent_inside_a_window_and_never_before_now(
    windows: list[Window], zone: str, now: datetime
) -> None:
    moment = Schedule(windows=tuple(windows), time_zone=zone).next_open(now, ZoneInfo(zone))
    assert moment is not None
    assert moment >= now
    assert any(_shows(window, moment, ZoneInfo(zone)) for window in windows)


@given(window=_windows, zone=st.sampled_from(ZONES), now=_moments, wait_min=st.integers(0, 8 * 24 * 60))
def test_no_open_minute_is_missed_but_in_an_hour_that_comes_twice(
    window: Window, zone: str, now: datetime, wait_min: int
) -> None:
    moment = Schedule(windows=(window,), time_zone=zone).next_open(now, ZoneInfo(zone))
    assert moment is not None
    between = now + timedelta(minutes=wait_min)
    if between < moment and _shows(window, between, ZoneInfo(zone)):
        day_around = {(between + timedelta(hours=h)).astimezone(ZoneInfo(zone)).utcoffset() for h in range(-26, 27)}
        assert len(day_around) > 1


@given(
    windows=st.lists(_windows, max_size=3),
    zones=st.lists(st.sampled_from([*ZONES, None]), min_size=1),
    now=_moments,
    steps=st.lists(st.integers(-3 * 24 * 60, 3 * 24 * 60), min_size=1, max_size=20),
    end_min=st.none() | st.integers(0, 9 * 24 * 60),
)
def test_kept_answers_are_the_same_as_new_ones(
    windows: list[Window], zones: list[str | None], now: datetime, steps: list[int], end_min: int | None
) -> None:
    ends_at = None if end_min is None else now + timedelta(minutes=end_min)
    schedule = Schedule(windows=tuple(windows), time_zone="Europe/Berlin", in_own_zone=True, ends_at=ends_at)
    kept = Openings(schedule)
    for index, step in enumerate(steps):
        now += timedelta(minutes=step)
        zone = zones[index % len(zones)]
        assert kept.next_open(now, zone) == schedule.next_open(now, schedule.zone_of(zone))


def test_inside_a_window_it_is_now() -> None:
    schedule = Schedule(windows=(_window("09:00", "17:00", WORKDAYS),), time_zone="Europe/Berlin")
    now = _at("2026-11-20T16:59:59")
    assert schedule.next_open(now, schedule.zone) == now


def test_the_end_of_a_window_is_outside() -> None:
    schedule = Schedule(windows=(_window("09:00", "17:00", WORKDAYS),), time_zone="Europe/Berlin")
    assert schedule.next_open(_at("2026-11-20T17:00"), schedule.zone) == _at("2026-11-23T09:00")  # Friday to Monday


def test_a_window_over_midnight_belongs_to_the_day_on_which_it_begins() -> None:
    schedule = Schedule(windows=(_window("22:00", "02:00", frozenset({4})),), time_zone="Europe/Berlin")
    saturday = _at("2026-11-21T01:00")
    assert schedule.next_open(saturday, schedule.zone) == saturday
    assert schedule.next_open(_at("2026-11-21T23:00"), schedule.zone) == _at("2026-11-27T22:00")


def test_from_midnight_to_midnight_is_the_whole_day() -> None:
    schedule = Schedule(windows=(_window("00:00", "00:00", frozenset({5})),), time_zone="Europe/Berlin")
    assert schedule.next_open(_at("2026-11-20T12:00"), schedule.zone) == _at("2026-11-21T00:00")
    late = _at("2026-11-21T23:59:59")
    assert schedule.next_open(late, schedule.zone) == late


def test_a_window_in_the_hour_that_is_skipped_waits_for_the_next_day() -> None:
    schedule = Schedule(windows=(_window("02:10", "02:50"),), time_zone="Europe/Berlin")
    assert schedule.next_open(_at("2026-03-29T01:00"), schedule.zone) == _at("2026-03-30T02:10")


def test_a_window_that_begins_in_the_hour_that_is_skipped_begins_after_it() -> None:
    schedule = Schedule(windows=(_window("02:30", "05:00"),), time_zone="Europe/Berlin")
    assert schedule.next_open(_at("2026-03-29T01:00"), schedule.zone) == _at("2026-03-29T03:00")


def test_an_hour_that_comes_twice_is_used_once() -> None:
    schedule = Schedule(windows=(_window("02:10", "02:50"),), time_zone="Europe/Berlin")
    first = _at("2026-10-25T02:10", fold=0)
    assert schedule.next_open(_at("2026-10-25T01:00"), schedule.zone) == first
    assert schedule.next_open(first + timedelta(minutes=40), schedule.zone) == _at("2026-10-26T02:10")


def test_nothing_is_sent_from_the_end_on() -> None:
    ends_at = _at("2026-11-23T09:00")
    schedule = Schedule(windows=(_window("09:00", "17:00", WORKDAYS),), time_zone="Europe/Berlin", ends_at=ends_at)
    assert schedule.next_open(_at("2026-11-20T18:00"), schedule.zone) is None
    assert Schedule(ends_at=ends_at).next_open(ends_at, UTC) is None
    just_before = ends_at - timedelta(seconds=1)
    assert Schedule(ends_at=ends_at).next_open(just_before, UTC) == just_before


def test_a_persons_own_zone_counts_where_it_is_known() -> None:
    schedule = Schedule(windows=(_window("09:00", "17:00"),), time_zone="Europe/Berlin", in_own_zone=True)
    tokyo = schedule.zone_of("Asia/Tokyo")
    assert schedule.next_open(_at("2026-11-20T00:00"), tokyo) == datetime(2026, 11, 20, 0, 0, tzinfo=UTC)
    assert schedule.zone_of(None) == schedule.zone_of("Nowhere/Atlantis") == BERLIN
    assert Schedule(time_zone="Europe/Berlin").zone_of("Asia/Tokyo") == BERLIN


@pytest.mark.parametrize("name", ["Nowhere/Atlantis", "../etc/passwd", "Europe", "", "\0"])
def test_a_name_that_is_no_zone_is_refused_in_words(name: str) -> None:
    assert find_zone(name) is None
    with pytest.raises(ConfigurationError, match="no time zone"):
        Schedule(time_zone=name)


def test_a_window_needs_a_day_and_two_times() -> None:
    with pytest.raises(ConfigurationError, match="at least one day"):
        _window("09:00", "17:00", frozenset())
    with pytest.raises(ConfigurationError, match="same time"):
        _window("09:00", "09:00")
