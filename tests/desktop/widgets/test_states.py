"""Every state is a shape, a word and a colour; no two shapes look alike."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter

from core.config import AppearanceSettings
from desktop.theme import Theme, Token
from desktop.widgets.identity import Avatar, Mark, app_icon, initials
from desktop.widgets.pills import Pill
from desktop.widgets.status import Glyph, State, Status, StatusGlyph, Tone, paint_glyph
from desktop.widgets.steps import StepState


def drawn(glyph: Glyph, theme: Theme, side: int = 24) -> QImage:
    image = QImage(side, side, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    paint_glyph(painter, glyph, 0, 0, theme.color(Token.TEXT), side)
    painter.end()
    return image


def test_shapes_differ_without_their_colour(theme: Theme) -> None:
    masks = {bytes(drawn(glyph, theme).constBits()) for glyph in Glyph}
    assert len(masks) == len(Glyph)


@pytest.mark.parametrize("glyph", Glyph)
def test_a_glyph_is_drawn_at_every_size(glyph: Glyph, theme: Theme) -> None:
    for side in (11, 12, 14, 24):
        image = drawn(glyph, theme, side)
        inked = sum(image.pixelColor(x, y).alpha() > 127 for x in range(side) for y in range(side))
        assert side * side * 0.06 < inked < side * side * 0.9


@pytest.mark.parametrize("tone", Tone)
def test_every_tone_has_its_four_colours(tone: Tone) -> None:
    assert {tone.text, tone.background, tone.fill} <= set(Token)


@pytest.mark.parametrize(
    ("tone", "glyphs"),
    [
        (Tone.GOOD, {Glyph.DISC, Glyph.CHECK}),
        (Tone.ACCENT, {Glyph.RUN}),
        (Tone.WARN, {Glyph.CLOCK}),
        (Tone.BAD, {Glyph.WARNING, Glyph.CROSS}),
        (Tone.ODD, {Glyph.DIAMOND}),
        (Tone.MUTE, {Glyph.BARS, Glyph.DASH, Glyph.RING}),
    ],
)
def test_a_state_wears_the_tone_of_its_shape(tone: Tone, glyphs: set[Glyph]) -> None:
    assert {glyph for glyph in Glyph if State(glyph, "").tone is tone} == glyphs


def test_a_status_says_word_and_reason(theme: Theme) -> None:
    status = Status(State(Glyph.CLOCK, "Waiting", "until 14:31:40"))
    assert (status.accessibleName(), status.accessibleDescription()) == ("Waiting", "until 14:31:40")
    assert status.toolTip() == "until 14:31:40"
    before = status.grab().toImage()
    status.set_state(State(Glyph.CHECK, "Delivered"))
    assert status.grab().toImage() != before


def test_a_glyph_alone_has_its_word_in_the_tool_tip() -> None:
    glyph = StatusGlyph(Glyph.CROSS, "Failed")
    assert glyph.toolTip() == glyph.accessibleName() == "Failed"


def test_a_pill_counts_and_says_what_it_counts(theme: Theme) -> None:
    pill = Pill(State(Glyph.RUN, "Running"))
    assert pill.accessibleName() == "Running"
    pill.set_count("2", Tone.BAD, Glyph.WARNING, "2 accounts need you")
    assert (pill.accessibleName(), pill.accessibleDescription()) == ("2", "2 accounts need you")
    image = pill.grab().toImage()
    assert theme.color(Token.BAD_BG).name() in {image.pixelColor(x, 4).name() for x in range(image.width())}


def test_painted_widgets_follow_the_scheme(theme: Theme) -> None:
    pill = Pill(State(Glyph.RUN, "Running"))
    light = pill.grab().toImage()
    theme.apply(AppearanceSettings(scheme="dark"))
    assert pill.grab().toImage() != light


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Desk DE 2", "DD"), ("Maja · front desk", "MD"), ("ليلى", "ل"), ("", ""), ("42 !", ""), ("jonas", "J")],
)
def test_initials_are_of_the_first_and_last_word(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_people_and_bots_look_different() -> None:
    assert Avatar(3, "Olena", bot=True).grab().toImage() != Avatar(3, "Olena").grab().toImage()


def test_the_mark_is_violet_only_in_the_sandbox(theme: Theme) -> None:
    assert Mark().grab().toImage().pixelColor(14, 2) == theme.color(Token.ACCENT)
    assert Mark(sandbox=True).grab().toImage().pixelColor(14, 2) == theme.color(Token.ODD_FILL)
    assert {size.width() for size in app_icon(theme).availableSizes()} >= {16, 32, 256}


def test_steps_name_where_they_stand() -> None:
    assert [state.value for state in StepState] == ["done", "open", "current", "to do"]
