"""Bars, rings, trends and the rate chart: what they draw and what they say."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QWidget

from desktop.theme import Theme, Token
from desktop.widgets.cards import StatCard
from desktop.widgets.progress import LEAST_PART_PX, Meter, Part, Progress, Ring, part_widths
from desktop.widgets.rate_chart import ChartMark, RateChart, nice_top
from desktop.widgets.sparkline import Sparkline, runs
from desktop.widgets.status import Tone

START = datetime(2026, 11, 19, 14, 14, tzinfo=UTC)


def row_of(image: QImage, y: int) -> list[QColor]:
    return [image.pixelColor(x, y) for x in range(image.width())]


def widest_run(colors: list[QColor], wanted: QColor) -> int:
    longest = length = 0
    for color in colors:
        length = length + 1 if color == wanted else 0
        longest = max(longest, length)
    return longest


@given(st.lists(st.integers(0, 10**6), max_size=6), st.integers(1, 10**7), st.integers(60, 2000))
def test_parts_never_exceed_the_bar_and_each_one_can_be_seen(counts: list[int], total: int, width: int) -> None:
    total = max(total, sum(counts))
    widths = part_widths(counts, total, width)

    assert sum(widths) <= width + 1e-6
    for count, length in zip(counts, widths, strict=True):
        assert length >= LEAST_PART_PX if count else length == 0


def test_a_bar_of_nothing_is_only_track() -> None:
    assert part_widths([0, 0], 0, 100) == [0.0, 0.0]


def test_a_part_of_one_in_a_million_is_at_least_three_pixels_wide(theme: Theme) -> None:
    bar = Progress("Campaign")
    bar.resize(300, 8)
    bar.set_parts([Part(900_000, Tone.GOOD), Part(1, Tone.BAD), Part(1, Tone.ODD)], 1_000_000)

    colors = row_of(bar.grab().toImage(), 4)

    assert widest_run(colors, theme.color(Token.BAD_FILL)) >= 3
    assert widest_run(colors, theme.color(Token.ODD_FILL)) >= 3
    assert widest_run(colors, theme.color(Token.PRESS)) > 20


def test_progress_says_its_figures() -> None:
    bar = Progress("Autumn programme")
    bar.set_parts(
        [Part(31_482, Tone.GOOD, "delivered"), Part(0, Tone.WARN, "deferred"), Part(141, Tone.BAD, "failed")], 48_210
    )

    assert bar.accessibleName() == "Autumn programme"
    assert bar.accessibleDescription() == "31,482 delivered, 141 failed of 48,210"


def test_the_same_figures_do_not_repaint() -> None:
    class Counting(Progress):
        updates = 0

        def update(self) -> None:  # type: ignore[override]
            self.updates += 1

    bar = Counting("Campaign")
    before = bar.updates
    for _ in range(5):
        bar.set_parts([Part(1, Tone.GOOD)], 2)
    assert bar.updates == before + 1


def test_a_score_that_is_not_known_is_a_dash_and_says_so() -> None:
    ring = Ring("Health")
    ring.set_score(None, Tone.MUTE)
    assert ring.accessibleDescription() == "not known yet"
    ring.set_score(74, Tone.WARN)
    assert ring.accessibleDescription() == "74 of 100"


def test_a_meter_fills_by_its_share(theme: Theme) -> None:
    meter = Meter("Sent today")
    meter.resize(100, 4)
    meter.set_share(0.5, Tone.WARN, "20 of 40 today")
    filled = widest_run(row_of(meter.grab().toImage(), 2), theme.color(Token.WARN_FILL))
    assert 45 <= filled <= 52
    assert meter.accessibleDescription() == "20 of 40 today"


def test_a_hole_ends_one_line_and_begins_another() -> None:
    assert runs([1, 2, None, 3, None, None, 4]) == [(0, [1, 2]), (3, [3]), (6, [4])]
    assert runs([None, None]) == []


def test_a_hole_is_empty_and_not_zero(theme: Theme) -> None:
    line = Sparkline("Rate")
    line.set_values([5, 5, 5, None, None, None, 5, 5, 5], Tone.ACCENT, "5 all the time")
    image = line.grab().toImage()
    ink = {image.pixelColor(42, y).name() for y in range(image.height())}
    beside = {image.pixelColor(8, y).name() for y in range(image.height())}
    assert len(ink) == 1
    assert len(beside) > 1


@pytest.mark.parametrize(
    ("highest", "top"), [(0, 5), (0.3, 0.5), (1, 1), (43, 50), (50, 50), (51, 100), (110, 125), (9_999, 10_000)]
)
def test_the_axis_ends_at_a_round_number_above_the_highest(highest: float, top: float) -> None:
    assert nice_top(highest) == pytest.approx(top)


def make_chart(values: list[float | None]) -> RateChart:
    chart = RateChart("Delivered per second")
    chart.resize(600, 200)
    chart.set_series(START, timedelta(seconds=10), values)
    return chart


def test_the_chart_says_its_figures_and_what_happened() -> None:
    chart = make_chart([6.0, 41.2, None, 30.1])
    chart.set_marks([ChartMark(START + timedelta(seconds=20), "14:26 Kyiv bot waits")])
    spoken = chart.accessibleDescription()
    assert "30.1 a second at the end" in spoken
    assert "41.2 at best" in spoken
    assert "14:26 Kyiv bot waits" in spoken


def test_a_chart_without_values_says_why() -> None:
    chart = make_chart([None, None])
    chart.set_empty_text("Nothing was sent in these 15 minutes")
    chart.set_series(START, timedelta(seconds=10), [])
    assert chart.accessibleDescription() == "Nothing was sent in these 15 minutes"
    assert not chart.grab().isNull()


def test_marks_outside_the_shown_time_are_left_out(theme: Theme) -> None:
    chart = make_chart([1.0] * 20)
    plain = chart.grab().toImage()
    chart.set_marks(
        [ChartMark(START - timedelta(seconds=5), "before"), ChartMark(START + timedelta(seconds=192), "after")]
    )
    assert chart.grab().toImage() == plain
    chart.set_marks([ChartMark(START + timedelta(seconds=100), "now")])
    assert chart.grab().toImage() != plain


def test_one_value_alone_is_drawn(theme: Theme) -> None:
    assert make_chart([3.0]).grab().toImage() != make_chart([None]).grab().toImage()


def test_a_number_that_is_not_known_is_a_dash(show: Callable[[QWidget], QWidget]) -> None:
    card = StatCard("mdi6.send-outline", "Delivered today")
    show(card)
    assert card.accessibleName() == "Delivered today: not known yet"
    card.set_value("39,952", "+12 % on last Thursday")
    assert card.accessibleName() == "Delivered today: 39,952"
    assert card.accessibleDescription() == "+12 % on last Thursday"
