"""The runs of a repeated campaign."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.schedule.repeat import Every, Missed, Repeat
from core.errors import ConfigurationError

BERLIN = ZoneInfo("Europe/Berlin")


def _repeat(every: Every, first: str, **more: object) -> Repeat:
    values: dict[str, object] = {"at": time(9), "time_zone": "Europe/Berlin"} | more
    return Repeat(every=every, first_day=date.fromisoformat(first), **values)  # type: ignore[arg-type]


def _days(repeat: Repeat, count: int) -> list[str]:
    return [moment.astimezone(BERLIN).date().isoformat() for moment in islice(repeat.moments(), count)]


def test_a_run_keeps_its_wall_clock_time_when_the_clocks_change() -> None:
    moments = list(islice(_repeat(Every.DAY, "2026-10-24").moments(), 3))
    assert [moment.astimezone(BERLIN).time() for moment in moments] == [time(9)] * 3
    assert moments[1] - moments[0] == timedelta(hours=25)


def test_every_two_weeks_on_chosen_days() -> None:
    repeat = _repeat(Every.WEEK, "2026-11-16", interval=2, weekdays=frozenset({0, 3}))
    assert _days(repeat, 4) == ["2026-11-16", "2026-11-19", "2026-11-30", "2026-12-03"]


def test_the_31st_is_the_last_day_of_a_shorter_month() -> None:
    assert _days(_repeat(Every.MONTH, "2027-01-31"), 4) == ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]
    assert _days(_repeat(Every.MONTH, "2027-01-15"), 2) == ["2027-01-15", "2027-02-15"]


def test_a_time_that_the_clocks_skip_runs_when_they_have_gone_on() -> None:
    repeat = _repeat(Every.DAY, "2026-03-29", at=time(2, 30), runs=1)
    assert list(repeat.moments()) == [datetime(2026, 3, 29, 1, 0, tzinfo=UTC)]


def test_it_ends_with_its_last_day_or_its_number_of_runs() -> None:
    assert _days(_repeat(Every.DAY, "2026-11-20", last_day=date(2026, 11, 22)), 9) == [
        "2026-11-20",
        "2026-11-21",
        "2026-11-22",
    ]
    assert len(list(_repeat(Every.DAY, "2026-11-20", runs=5).moments())) == 5


def test_the_preview_shows_what_is_still_to_come() -> None:
    repeat = _repeat(Every.DAY, "2026-11-20")
    first = next(repeat.moments())
    assert repeat.next_runs(first, 2) == [first + timedelta(days=1), first + timedelta(days=2)]


def test_a_missed_run_does_not_take_place() -> None:
    repeat = _repeat(Every.DAY, "2026-11-20")
    first, second, third = islice(repeat.moments(), 3)
    assert repeat.due(first, third + timedelta(hours=3)) == (None, (second, third))
    assert repeat.due(first, third + timedelta(minutes=1)) == (third, (second,))


def test_or_only_the_latest_of_the_missed_ones_takes_place() -> None:
    repeat = _repeat(Every.DAY, "2026-11-20", missed=Missed.RUN_LATEST)
    first, second, third = islice(repeat.moments(), 3)
    assert repeat.due(first, third + timedelta(hours=3)) == (third, (second,))
    assert repeat.due(third, third + timedelta(hours=3)) == (None, ())


@given(
    step_h=st.lists(st.integers(0, 60), min_size=1, max_size=30),
    missed=st.sampled_from(Missed),
    every=st.sampled_from(Every),
)
def test_each_moment_is_run_or_named_as_missed_exactly_once(step_h: list[int], missed: Missed, every: Every) -> None:
    repeat = _repeat(every, "2026-01-31", missed=missed)
    now = datetime(2026, 1, 30, tzinfo=UTC)
    last: datetime | None = None
    handled: list[datetime] = []
    for hours in step_h:
        now += timedelta(hours=hours)
        run, missed_ones = repeat.due(last, now)
        handled += [*missed_ones, *([run] if run else [])]
        last = handled[-1] if handled else None
    expected = []
    for moment in repeat.moments():
        if moment > now:
            break
        expected.append(moment)
    assert handled == expected


@pytest.mark.parametrize(
    "more",
    [
        {"time_zone": "Nowhere"},
        {"interval": 0},
        {"weekdays": frozenset({0})},
        {"last_day": date(2026, 11, 19)},
        {"runs": 0},
    ],
)
def test_what_makes_no_sense_is_refused(more: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError):
        _repeat(Every.DAY, "2026-11-20", **more)


@given(
    every=st.sampled_from(list(Every)),
    interval=st.integers(1, 9),
    first=st.dates(date(2024, 1, 1), date(2026, 12, 31)),
    days_later=st.integers(-40, 900),
    weekdays=st.frozensets(st.integers(0, 6)),
    runs=st.none() | st.integers(1, 400),
)
def test_what_comes_after_a_moment_is_the_same_wherever_the_counting_begins(
    every: Every, interval: int, first: date, days_later: int, weekdays: frozenset[int], runs: int | None
) -> None:
    chosen = weekdays if every is Every.WEEK else frozenset[int]()
    repeat = _repeat(every, first.isoformat(), interval=interval, weekdays=chosen, runs=runs)
    after = datetime(first.year, first.month, first.day, 12, tzinfo=UTC) + timedelta(days=days_later)

    counted_from_the_first = (moment for moment in repeat.moments() if moment > after)
    assert list(islice(repeat.moments(after), 5)) == list(islice(counted_from_the_first, 5))
