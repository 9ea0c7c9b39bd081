"""Shares of groups as points with their intervals on one axis: whether they lie apart is seen at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy

from desktop.theme import Role, Token
from desktop.widgets.painted import Painted, paint_words
from desktop.widgets.status import Tone

_ROW = 28
_AXIS = 22
_VALUE = 124


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalRow:
    """One group. `share`, `low` and `high` from 0 to 1; None: nobody in it was reached."""

    name: str
    value: str  # "8.1 % · 81 of 1,000"
    share: float | None
    low: float = 0.0
    high: float = 1.0
    tone: Tone = Tone.ACCENT


class Intervals(Painted):
    """At most as many rows as were given; an axis with its marks below them."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._rows: tuple[IntervalRow, ...] = ()
        self._marks: tuple[tuple[float, str], ...] = ()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_rows(self, rows: Sequence[IntervalRow], marks: Sequence[tuple[float, str]]) -> None:
        """`marks`: shares and what stands below the axis there, from 0 to at least the highest end of an interval."""
        if (tuple(rows), tuple(marks)) != (self._rows, self._marks):
            self._rows, self._marks = tuple(rows), tuple(marks)
            self.describe("; ".join(f"{row.name}: {row.value}" for row in rows) or "nobody yet")
            self.updateGeometry()
            self.update()

    @property
    def rows(self) -> tuple[IntervalRow, ...]:
        return self._rows

    def sizeHint(self) -> QSize:
        return QSize(360, self.theme.px(_ROW) * len(self._rows) + self.theme.px(_AXIS))

    def minimumSizeHint(self) -> QSize:
        return QSize(240, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = self.painter(), self.theme
        names = QFontMetrics(theme.font(Role.BODY))
        left = min(
            self.width() * 0.34, max((names.horizontalAdvance(row.name) for row in self._rows), default=0) + 18
        )
        room = QRectF(left + 6, 0, max(40.0, self.width() - left - theme.px(_VALUE) - 18), self.height())
        self._paint_axis(painter, room)
        for number, row in enumerate(self._rows):
            box = QRectF(0, number * theme.px(_ROW), self.width(), theme.px(_ROW))
            name = QRectF(0, box.top(), left - 12, box.height())
            paint_words(painter, name, row.name, theme, Role.BODY, Token.TEXT)
            paint_words(painter, box, row.value, theme, Role.STRONG, Token.TEXT, at_right=True)
            if row.share is not None:
                self._paint_interval(painter, room, box.center().y(), row)

    @property
    def _top(self) -> float:
        return self._marks[-1][0] if self._marks else 1.0

    def _paint_axis(self, painter: QPainter, room: QRectF) -> None:
        theme = self.theme
        painter.setFont(theme.font(Role.TINY))
        bottom = len(self._rows) * theme.px(_ROW)
        for share, text in self._marks:
            x = room.left() + room.width() * share / self._top
            painter.setPen(QPen(theme.color(Token.LINE), 1))
            painter.drawLine(QPointF(x, 0), QPointF(x, bottom))
            painter.setPen(theme.color(Token.TEXT3))
            box = QRectF(x - 40, bottom, 80, theme.px(_AXIS))
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)

    def _paint_interval(self, painter: QPainter, room: QRectF, y: float, row: IntervalRow) -> None:
        assert row.share is not None, "asked of those that have one"
        color = self.theme.color(row.tone.text)
        low, middle, high = (room.left() + room.width() * part / self._top for part in (row.low, row.share, row.high))
        painter.setPen(QPen(color, 2))
        painter.drawLine(QPointF(low, y), QPointF(high, y))
        for end in (low, high):
            painter.drawLine(QPointF(end, y - 5), QPointF(end, y + 5))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawEllipse(QPointF(middle, y), 4.5, 4.5)
