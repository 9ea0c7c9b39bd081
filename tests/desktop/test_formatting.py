"""What the console writes for numbers, moments and durations."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from desktop.formatting import Formats, count_of, duration, join_words, short_hash

NOW = datetime(2026, 11, 19, 14, 28, 6, tzinfo=UTC)  # a Thursday
PLAIN = Formats()
GERMAN = Formats(thousands=".", decimal=",")


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (999, "999"), (31_482, "31,482"), (1_048_212, "1,048,212"), (None, "–")]
)
def test_thousands_have_a_mark(value: int | None, text: str) -> None:
    assert PLAIN.number(value) == text


def test_marks_are_those_of_the_locale() -> None:
    assert GERMAN.number(31_482) == "31.482"
    assert GERMAN.percent(653, 1000) == "65,3 %"
    assert GERMAN.rate(30.14) == "30,1/s"


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (31_482, 48_210, "65.3 %"),
        (98, 100, "98 %"),
        (7_630, 7_710, "98.96 %"),
        (0, 10, "0 %"),
        (10, 10, "100 %"),
        (999_999, 1_000_000, "99.99 %"),
        (1, 1_000_000, "< 0.01 %"),
        (23, 39_975, "0.05 %"),
        (0, 0, "–"),
    ],
)
def test_percent_never_says_all_for_not_all_nor_none_for_some(part: int, whole: int, text: str) -> None:
    assert PLAIN.percent(part, whole) == text


@pytest.mark.parametrize(
    ("per_second", "text"),
    [
        (30.14, "30.1/s"),
        (20.0, "20/s"),
        (0.2, "0.2/s"),
        (0.03, "1.8/min"),
        (0.001, "3.6/h"),
        (0.0, "–"),
        (None, "–"),
        (1234.5, "1,234/s"),
    ],
)
def test_slow_rates_are_told_by_minute_or_hour(per_second: float | None, text: str) -> None:
    assert PLAIN.rate(per_second) == text


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (NOW, "14:28"),
        (NOW + timedelta(hours=18, minutes=32), "Fri 09:00"),
        (NOW - timedelta(days=6), "Fri 14:28"),
        (NOW - timedelta(days=8), "11 Nov"),
        (NOW - timedelta(days=365), "19 Nov 2025"),
    ],
)
def test_moments_are_as_short_as_they_can_be(at: datetime, text: str) -> None:
    assert PLAIN.moment(at, NOW) == text


def test_a_wait_that_ends_soon_is_told_to_the_second() -> None:
    assert PLAIN.until(NOW + timedelta(minutes=3, seconds=34), NOW) == "14:31:40"
    assert PLAIN.until(NOW + timedelta(hours=2), NOW) == "16:28"


def test_times_are_the_operators() -> None:
    tokyo = Formats(zone=timezone(timedelta(hours=9)))

    assert tokyo.time(NOW) == "23:28"
    assert tokyo.midnight(NOW) == datetime(2026, 11, 18, 15, tzinfo=UTC)
    assert tokyo.long_day(NOW) == "Thursday 19 November"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (214, "3 min 34 s"),
        (66_720, "18 h 32 min"),
        (187_200, "2 d 4 h"),
        (34, "34 s"),
        (300, "5 min"),
        (3_601, "1 h"),
        (0.4, "0 s"),
        (-5, "0 s"),
    ],
)
def test_durations_have_two_units_at_most(seconds: float, text: str) -> None:
    assert duration(timedelta(seconds=seconds)) == text


def test_words_fit_their_number() -> None:
    assert count_of("1", "person", "people") == "1 person"
    assert count_of("3", "person", "people") == "3 people"
    assert join_words(["a", "b", "c"]) == "a, b and c"
    assert join_words([]) == ""


def test_a_hash_is_short_enough_to_compare() -> None:
    assert short_hash(bytes.fromhex("7f3a" + "00" * 28 + "0c21")) == "7f3a…c21"
    assert short_hash(None) == "–"
