"""All parts of the console on one page, light and dark: `python -m desktop.pictures.gallery FOLDER` writes two files."""

import os
import sys
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPaintEvent, QPen
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from core.config import AppearanceSettings
from desktop.theme import Role, Scheme, Token, install_theme
from desktop.widgets.buttons import Button, IconButton, Kind
from desktop.widgets.cards import Card
from desktop.widgets.choices import ChosenFilter, FilterChip, Segments, Switch, Tabs
from desktop.widgets.fields import SearchField, mark_wrong
from desktop.widgets.labels import label
from desktop.widgets.painted import Painted
from desktop.widgets.pills import KeyCap, Tag
from desktop.widgets.progress import Part, Progress, Ring
from desktop.widgets.sparkline import Sparkline
from desktop.widgets.status import Glyph, State, Status, Tone

_SIZE = QSize(1360, 860)
_WAVE = (4, 3, 1, 0, 2, 3, 4, 3, 2, 0, 1, 2, 5, 6, 4, 5, 6, 4, 7, 9, 8, 7, 8, 10, 9, 8, 7, 9, 10, 12)


def make_gallery() -> QWidget:
    """The page, 1360×860. A theme must be installed."""
    page = QWidget()
    page.setObjectName("page")
    page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    page.resize(_SIZE)
    column = QVBoxLayout(page)
    column.setContentsMargins(24, 18, 24, 24)
    column.setSpacing(12)
    column.addWidget(label("Components", Role.TITLE))
    grid = QGridLayout()
    grid.setSpacing(12)
    cards = ((_buttons, _inputs, _choices), (_states, _numbers, _type))
    for row, makers in enumerate(cards):
        for place, maker in enumerate(makers):
            card = maker()
            card.body.addStretch(1)
            grid.addWidget(card, row, place)
    for place, weight in enumerate((100, 97, 97)):
        grid.setColumnStretch(place, weight)
    column.addLayout(grid)
    column.addWidget(_tokens())
    column.addStretch(1)
    return page


def _row(*widgets: QWidget | int, spacing: int = 8) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(spacing)
    for widget in widgets:
        if isinstance(widget, int):
            row.addSpacing(widget)
        else:
            row.addWidget(widget)
    row.addStretch(1)
    return row


def _buttons() -> Card:
    card = Card("Buttons 32 / 26", role=Role.H3)
    disabled = Button("Disabled")
    disabled.set_reason_disabled("Shows how a button looks that cannot be pressed")
    focused = Button("Focused")
    focused.setObjectName("shown with focus")
    card.body.addLayout(_row(Button("Primary", kind=Kind.PRIMARY), Button("Default"), focused, disabled))
    card.body.addLayout(
        _row(
            Button("Stop…", "mdi6.stop", kind=Kind.STOP),
            Button("Erase", "mdi6.trash-can-outline", kind=Kind.DANGER),
            Button("Quiet", "mdi6.plus", kind=Kind.QUIET),
            Button("Link", kind=Kind.LINK),
        )
    )
    bold = IconButton("mdi6.format-bold", "Bold", checkable=True)
    bold.setChecked(True)
    card.body.addLayout(
        _row(
            Button("Small", small=True),
            Button("Small", kind=Kind.PRIMARY, small=True),
            IconButton("mdi6.pause", "Pause"),
            bold,
            IconButton("mdi6.dots-horizontal", "More"),
        )
    )
    return card


def _inputs() -> Card:
    card = Card("Inputs 32", role=Role.H3)
    grid = QGridLayout()
    grid.setSpacing(8)
    plain, wrong, combo = QLineEdit("Autumn"), QLineEdit("+44 77"), QComboBox()
    plain.setAccessibleName("Plain input")
    wrong.setAccessibleName("Wrong input")
    mark_wrong(wrong, True)
    combo.addItems(["London 3", "London 4"])
    combo.setAccessibleName("Choice from a list")
    focused = QLineEdit("Focused")
    focused.setAccessibleName("Input with the focus")
    for place, widget in enumerate((plain, focused, SearchField("Placeholder"), wrong)):
        widget.setFixedWidth(150)
        grid.addWidget(widget, place // 2, place % 2)
    combo.setFixedWidth(150)
    grid.addWidget(label("Too short: 7 digits are missing", Role.HINT, Token.BAD), 2, 1)
    grid.addWidget(combo, 3, 0)
    grid.addWidget(Segments("Variant", [("a", "A"), ("b", "B"), ("both", "Both")]), 3, 1)
    grid.setColumnStretch(2, 1)
    card.body.addLayout(grid)
    return card


def _choices() -> Card:
    card = Card("Choices", role=Role.H3)
    box, radio = QCheckBox("boxes"), QRadioButton("radios")
    box.setChecked(True)
    radio.setChecked(True)
    empty_box, empty_radio = QCheckBox(), QRadioButton()
    empty_box.setAccessibleName("An empty box")
    empty_radio.setAccessibleName("An empty radio")
    switches = Switch("Off"), Switch("On", on=True)
    words = label("switches", Role.DIM)
    card.body.addLayout(_row(empty_box, box, 12, empty_radio, radio, 12, *switches, words))
    chips = QWidget()
    line = QHBoxLayout(chips)
    line.setContentsMargins(0, 0, 0, 0)
    line.addWidget(FilterChip("All", 44, on=True))
    line.addWidget(FilterChip("Needs you", 2, glyph=Glyph.WARNING))
    line.addWidget(FilterChip("Sending", 9, glyph=Glyph.RUN))
    line.addStretch(1)
    card.body.addWidget(chips)
    tags = Tag("members"), Tag("took over", Tone.WARN)
    card.body.addLayout(_row(ChosenFilter("Language: fi"), *tags, KeyCap("Ctrl"), KeyCap("K")))
    tabs = Tabs("Account", [("health", "Health"), ("limits", "Limits"), ("devices", "Devices")])
    tabs.set_count("devices", 2)
    card.body.addWidget(tabs)
    return card


def _states() -> Card:
    card = Card("State: shape, word, colour", role=Role.H3)
    card.body.setSpacing(6)
    words = {
        Glyph.DISC: "Ready, Healthy, Online",
        Glyph.RUN: "Sending, Running",
        Glyph.CLOCK: "Waiting, Deferred, Slow",
        Glyph.WARNING: "Needs you, Frozen, No basis",
        Glyph.CROSS: "Failed, Quarantined",
        Glyph.CHECK: "Delivered, Finished",
        Glyph.BARS: "Paused",
        Glyph.DASH: "Skipped, Said STOP",
        Glyph.DIAMOND: "Fate unknown",
        Glyph.RING: "To do, Free, Draft",
    }
    for glyph, word in words.items():
        row = _row(Status(State(glyph, word)))
        row.addWidget(label(glyph.value, Role.HINT))
        card.body.addLayout(row)
    return card


def _numbers() -> Card:
    card = Card("Numbers", role=Role.H3)
    rings = [Ring(f"Health {score}") for score in (97, 74, 8)]
    for ring, score, tone in zip(rings, (97, 74, 8), (Tone.GOOD, Tone.WARN, Tone.BAD), strict=True):
        ring.set_score(score, tone)
    card.body.addLayout(_row(*rings, spacing=15))
    bar = Progress("Campaign")
    parts = (
        (31_482, Tone.GOOD),
        (60, Tone.ACCENT),
        (388, Tone.WARN),
        (141, Tone.BAD),
        (4, Tone.ODD),
        (231, Tone.MUTE),
    )
    bar.set_parts([Part(count, tone) for count, tone in parts], 48_210)
    card.body.addWidget(bar)
    rising, falling = Sparkline("Rising"), Sparkline("Falling, with a hole")
    rising.set_values(_WAVE, Tone.ACCENT, "from 0 to 12")
    falling.set_values([*_WAVE[:0:-1][:14], None, None, *_WAVE[:0:-1][16:]], Tone.WARN, "from 12 to 0")
    card.body.addLayout(_row(rising, falling))
    sizes = (Role.NUM, "24"), (Role.NUM2, "18"), (Role.H2, "15")
    labels = [label(text, role) for number, size in sizes for text, role in (("31,482", number), (size, Role.HINT))]
    card.body.addLayout(_row(*labels))
    return card


def _type() -> Card:
    card = Card("Type", role=Role.H3)
    lines = (
        ("Welcome to Wireroom", Role.HERO),
        ("Page title 19 / 600", Role.TITLE),
        ("Card title 15 / 600", Role.H2),
        ("Group title 13 / 600", Role.H3),
        ("Body 13 / 400. Всем, кто согласился. Ελληνικά, Tiếng Việt", Role.BODY),
        ("Second text 13, text2", Role.DIM),
        ("Hint 12, text3", Role.HINT),
    )
    for text, role in lines:
        card.body.addWidget(label(text, role))
    return card


def _tokens() -> Card:
    card = Card("Colour tokens", role=Role.H3)
    grid = QGridLayout()
    grid.setHorizontalSpacing(8)
    grid.setVerticalSpacing(3)
    for place, token in enumerate(Token):
        grid.addWidget(_Swatch(token), place // 11 * 2, place % 11)
        grid.addWidget(label(token.value, Role.TINY, Token.TEXT2), place // 11 * 2 + 1, place % 11)
    card.body.addLayout(grid)
    return card


class _Swatch(Painted):
    def __init__(self, token: Token) -> None:
        super().__init__()
        self._token = token
        self.setFixedHeight(22)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = self.painter()
        painter.setPen(QPen(self.theme.color(Token.LINE2), 1))
        painter.setBrush(self.theme.color(self._token))
        painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)


def main(folder: Path) -> None:
    """Write components-light.png and components-dark.png, at twice the size, into `folder`."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("QT_SCALE_FACTOR", "2")
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    folder.mkdir(parents=True, exist_ok=True)
    for scheme in Scheme:
        install_theme(app, AppearanceSettings(scheme=scheme.value))
        page = make_gallery()
        page.show()
        page.activateWindow()
        for focused in page.findChildren(QWidget):
            if focused.objectName() == "shown with focus":
                focused.setFocus(Qt.FocusReason.TabFocusReason)
        app.processEvents()
        page.grab().save(str(folder / f"components-{scheme.value}.png"))
        page.close()
        page.deleteLater()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
