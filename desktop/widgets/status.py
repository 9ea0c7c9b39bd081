"""States as shape, word and colour: the glyph vocabulary, its painter, and the widgets that show a state."""

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QPainter,
    QPainterPath,
    QPainterPathStroker,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QWidget

from desktop.theme import Role, Token
from desktop.widgets.painted import LEFT, Painted

GLYPH_PX = 12


class Tone(StrEnum):
    """What a state means for the person who looks, as one colour family."""

    GOOD = "good"  # fine, done
    ACCENT = "accent"  # work is going on
    WARN = "warn"  # goes on by itself at a known time
    BAD = "bad"  # stands still or failed
    ODD = "odd"  # fate unknown; sandbox; AI
    MUTE = "mute"  # paused, idle, skipped

    @property
    def text(self) -> Token:
        """For words and glyphs."""
        return Token.ACCENT_TEXT if self is Tone.ACCENT else Token(self.value)

    @property
    def background(self) -> Token:
        return Token(f"{self.value}_bg")

    @property
    def fill(self) -> Token:
        """For bars."""
        return Token.ACCENT if self is Tone.ACCENT else Token(f"{self.value}_fill")


class Glyph(StrEnum):
    """The ten shapes. Each belongs to one tone."""

    DISC = "disc"  # Ready, Healthy, Online: nothing to do
    RUN = "run"  # Sending, Running: work is going on
    CLOCK = "clock"  # Waiting, Deferred, Scheduled: goes on by itself at a time that is shown
    WARNING = "warning"  # Needs you, Signed out, Frozen: stands still until a person acts
    CROSS = "cross"  # Failed, Quarantined, Worker stopped: tried and did not work
    CHECK = "check"  # Delivered, Finished: done and proved
    BARS = "bars"  # Paused by a person
    DASH = "dash"  # Skipped, Said STOP, Cancelled: not tried, on purpose
    DIAMOND = "diamond"  # Fate unknown: the operator decides
    RING = "ring"  # To do, Free, Draft: nothing happened yet

    @property
    def tone(self) -> Tone:
        return _TONES[self]


_TONES = {
    Glyph.DISC: Tone.GOOD,
    Glyph.RUN: Tone.ACCENT,
    Glyph.CLOCK: Tone.WARN,
    Glyph.WARNING: Tone.BAD,
    Glyph.CROSS: Tone.BAD,
    Glyph.CHECK: Tone.GOOD,
    Glyph.BARS: Tone.MUTE,
    Glyph.DASH: Tone.MUTE,
    Glyph.DIAMOND: Tone.ODD,
    Glyph.RING: Tone.MUTE,
}


@dataclass(frozen=True, slots=True)
class State:
    """A state as it is shown: the shape, the word, and the reason for a second line."""

    glyph: Glyph
    word: str
    detail: str = ""

    @property
    def tone(self) -> Tone:
        return self.glyph.tone


def paint_glyph(
    painter: QPainter, glyph: Glyph, left: float, top: float, color: QColor, size: float = GLYPH_PX
) -> None:
    """Draw a glyph into a square of `size` px. Marks inside a shape are holes, so any background shows through."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(left, top)
    painter.scale(size / 12, size / 12)
    if glyph in (Glyph.CLOCK, Glyph.RING):
        _paint_outline(painter, glyph, color)
    else:
        painter.fillPath(_shape(glyph), color)
    painter.restore()


def _paint_outline(painter: QPainter, glyph: Glyph, color: QColor) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if glyph is Glyph.RING:
        painter.setPen(QPen(color, 1.8))
        painter.drawEllipse(QPointF(6, 6), 3.7, 3.7)
        return
    painter.setPen(QPen(color, 1.6))
    painter.drawEllipse(QPointF(6, 6), 5.1, 5.1)
    painter.setPen(QPen(color, 1.4, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin))
    painter.drawPolyline(QPolygonF([QPointF(6, 3.3), QPointF(6, 6.2), QPointF(8, 7.2)]))


def _shape(glyph: Glyph) -> QPainterPath:
    path = QPainterPath()
    match glyph:
        case Glyph.DISC:
            path.addEllipse(QPointF(6, 6), 4.4, 4.4)
        case Glyph.RUN:
            path.addPolygon(QPolygonF([QPointF(2.6, 1.4), QPointF(11, 6), QPointF(2.6, 10.6)]))
        case Glyph.WARNING:
            path.addPolygon(QPolygonF([QPointF(6, 0.2), QPointF(12, 11.4), QPointF(0, 11.4)]))
            mark = QPainterPath()
            mark.addRoundedRect(QRectF(5.3, 4, 1.4, 3.8), 0.6, 0.6)
            mark.addEllipse(QPointF(6, 9.5), 0.85, 0.85)
            return path.subtracted(mark)
        case Glyph.CROSS:
            path.addEllipse(QPointF(6, 6), 5.9, 5.9)
            return path.subtracted(_line((4.1, 4.1), (7.9, 7.9)).united(_line((7.9, 4.1), (4.1, 7.9))))
        case Glyph.CHECK:
            path.addEllipse(QPointF(6, 6), 5.9, 5.9)
            return path.subtracted(_line((3.4, 6.2), (5.2, 8.0), (8.7, 4.4)))
        case Glyph.BARS:
            path.addRoundedRect(QRectF(2.4, 1.6, 2.4, 8.8), 0.7, 0.7)
            path.addRoundedRect(QRectF(7.2, 1.6, 2.4, 8.8), 0.7, 0.7)
        case Glyph.DASH:
            path.addRoundedRect(QRectF(1.2, 5.1, 9.6, 1.8), 0.8, 0.8)
        case Glyph.DIAMOND:
            path.addPolygon(QPolygonF([QPointF(6, 0), QPointF(12, 6), QPointF(6, 12), QPointF(0, 6)]))
        case _:
            raise ValueError(f"{glyph} is drawn as an outline.")
    return path


def _line(*points: tuple[float, float]) -> QPainterPath:
    path = QPainterPath(QPointF(*points[0]))
    for point in points[1:]:
        path.lineTo(QPointF(*point))
    stroker = QPainterPathStroker()
    stroker.setWidth(1.6)
    stroker.setCapStyle(Qt.PenCapStyle.RoundCap)
    stroker.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return stroker.createStroke(path)


class StatusGlyph(Painted):
    """A glyph alone; only where its word stands in the same row or in the tool tip."""

    def __init__(self, glyph: Glyph, word: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(GLYPH_PX + 2, GLYPH_PX + 2)
        self.set_state(State(glyph, word))

    def set_state(self, state: State) -> None:
        self._glyph = state.glyph
        self.setAccessibleName(state.word or state.glyph.value)
        self.setToolTip(state.word)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_glyph(self.painter(), self._glyph, 1, 1, self.theme.color(self._glyph.tone.text))


class Status(Painted):
    """Glyph and word in one line, 18 px high. The reason goes into the tool tip and to the screen reader."""

    _GAP = 6

    def __init__(self, state: State, *, role: Role = Role.LABEL) -> None:
        super().__init__()
        self._role = role
        self.set_state(state)

    def set_state(self, state: State) -> None:
        self._state = state
        self.setAccessibleName(state.word)
        self.describe(state.detail)
        self.setToolTip(state.detail)
        self.updateGeometry()
        self.update()

    @property
    def state(self) -> State:
        return self._state

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.theme.font(self._role))
        return QSize(GLYPH_PX + self._GAP + metrics.horizontalAdvance(self._state.word) + 2, self.theme.px(18))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = self.painter()
        color = self.theme.color(self._state.tone.text)
        paint_glyph(painter, self._state.glyph, 0, (self.height() - GLYPH_PX) / 2, color)
        painter.setFont(self.theme.font(self._role))
        painter.setPen(color)
        box = self.rect().adjusted(GLYPH_PX + self._GAP, 0, 0, 0)
        painter.drawText(box, LEFT, self._state.word)
