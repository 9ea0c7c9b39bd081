"""Intervals and sentences about differences, against published and computed figures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.report.comparison import Share, axis, difference, judge, percent, wilson


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        # R. G. Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_the_published_one(count: int, of: int, low: float, high: float) -> None:
    interval = wilson(count, of)

    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        # R. G. Newcombe, Statistics in Medicine 17 (1998) 873-890, table II, method 10.
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0),
    ],
)
def test_the_interval_of_a_difference_is_the_published_one(
    one: tuple[int, int], other: tuple[int, int], low: float, high: float
) -> None:
    interval = difference(Share("A", *one), Share("B", *other))

    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_an_interval_holds_its_share_and_stays_possible(count: int, more: int) -> None:
    share = Share("A", count, count + more)

    assert 0 <= share.interval.low <= share.value + 1e-12
    assert share.value - 1e-12 <= share.interval.high <= 1


def test_a_clear_difference_is_named_with_its_figures() -> None:
    verdict = judge([Share("A", 50, 1000), Share("B", 81, 1000)])

    assert verdict.is_certain
    assert verdict.sentence == "B got more replies than A: 8.1 % against 5 %. That is hardly chance."


def test_a_small_difference_could_be_chance() -> None:
    verdict = judge([Share("A", 26, 3815), Share("B", 35, 3815)])

    assert not verdict.is_certain
    assert (
        verdict.sentence
        == "B got the largest share of replies (0.92 % against 0.68 %), but with 61 replies it could be chance."
    )


def test_many_variants_do_not_find_a_winner_by_chance() -> None:
    two = [Share("A", 50, 1000), Share("B", 73, 1000)]
    crowd = [*two, *(Share(f"C{number}", 40, 1000) for number in range(8))]

    assert judge(two).is_certain
    assert not judge(crowd).is_certain


@pytest.mark.parametrize(
    ("shares", "sentence"),
    [
        ([Share("A", 3, 10)], ""),
        ([Share("A", 3, 10), Share("B", 0, 0)], ""),
        ([Share("A", 0, 10), Share("B", 0, 12)], "No replies yet, so nothing can be compared."),
        ([Share("A", 1, 10), Share("B", 2, 20)], "All of them got the same share of replies."),
    ],
)
def test_where_there_is_nothing_to_compare_it_says_so(shares: list[Share], sentence: str) -> None:
    assert judge(shares).sentence == sentence


def test_more_people_than_there_are_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="3 of 2"):
        wilson(3, 2)


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, "0 %"), (0.0068, "0.68 %"), (0.05, "5 %"), (0.0814, "8.1 %"), (1.0, "100 %")]
)
def test_percent_has_no_more_digits_than_help(share: float, text: str) -> None:
    assert percent(share) == text


@pytest.mark.parametrize(
    ("highest", "marks"),
    [
        (0.241, (0, 0.05, 0.1, 0.15, 0.2, 0.25)),
        (0.814, (0, 0.2, 0.4, 0.6, 0.8, 1)),
        (1.0, (0, 0.2, 0.4, 0.6, 0.8, 1)),
        (0.05, (0, 0.01, 0.02, 0.03, 0.04, 0.05)),
        (0.0031, (0, 0.001, 0.002, 0.003, 0.004)),
    ],
)
def test_the_axis_has_round_marks_up_to_the_highest_end(highest: float, marks: tuple[float, ...]) -> None:
    assert axis(highest) == marks
