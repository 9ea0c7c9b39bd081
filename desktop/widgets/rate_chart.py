"""The rate over time: a line over its area, times below, marks for what happened, holes where nothing is known."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.formatting import DAYS
from desktop.theme import Role, Token
from desktop.widgets.painted import Painted
from desktop.widgets.sparkline import AREA_ALPHA, paint_line
from desktop.widgets.status import Tone

_TIME_LABEL_EVERY_PX = 150
_LINES = 5


@dataclass(frozen=True, slots=True)
class ChartMark:
    """Something that explains the line: "14:26 Kyiv bot waits"."""

    at: datetime
    text: str
    tone: Tone = Tone.WARN


def nice_top(highest: float) -> float:
    """The least of 1, 2, 2.5, 5 times a power of ten, times five lines, that is not below `highest`: the axis' top."""
    if highest <= 0:
        return float(_LINES)
    step = highest / _LINES
    power = 10.0 ** math.floor(math.log10(step))
    return next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= step * 0.999) * _LINES


class RateChart(Painted):
    """Values at equal steps of time. Times are aware and shown in the operator's zone."""

    def __init__(self, name: str, unit: str = "a second", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._unit = unit
        self._start: datetime | None = None
        self._step = timedelta(seconds=1)
        self._values: tuple[float | None, ...] = ()
        self._marks: tuple[ChartMark, ...] = ()
        self._empty_text = ""
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set_series(self, start: datetime, step: timedelta, values: Sequence[float | None]) -> None:
        """`values[i]` holds for `start + i * step`; a None is a hole."""
        self._start, self._step, self._values = start, step, tuple(values)
        self.describe(self._figures())
        self.update()

    def set_marks(self, marks: Sequence[ChartMark]) -> None:
        """What happened; marks outside the shown time are left out."""
        self._marks = tuple(marks)
        self.describe(self._figures())
        self.update()

    def set_empty_text(self, text: str) -> None:
        """What stands in the middle while there is no value."""
        self._empty_text = text
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(360, self.theme.px(180))

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self.theme.px(100))

    def _known(self) -> list[float]:
        return [value for value in self._values if value is not None]

    def _figures(self) -> str:
        known = self._known()
        if self._start is None or not known:
            return self._empty_text or "no values yet"
        end = self._start + self._step * max(len(self._values) - 1, 0)
        what = (
            f"{known[-1]:.1f} {self._unit} at the end, {max(known):.1f} at best, {_time(self._start)} to {_time(end)}"
        )
        return "; ".join([what, *(mark.text for mark in self._marks)])

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = self.painter()
        painter.setFont(self.theme.font(Role.TINY))
        known = self._known()
        top = nice_top(max(known, default=0.0))
        plot = self._plot_box(top)
        self._paint_lines(painter, plot, top)
        if not known or self._start is None:
            painter.setFont(self.theme.font(Role.HINT))
            painter.setPen(self.theme.color(Token.TEXT3))
            painter.drawText(plot, int(Qt.AlignmentFlag.AlignCenter), self._empty_text)
            return
        line, area = self.theme.color(Token.ACCENT_TEXT), self.theme.tint(Token.ACCENT_TEXT, AREA_ALPHA)
        paint_line(painter, plot, self._values, 0.0, top, line, area, 1.6)
        self._paint_times(painter, plot, self._start)
        self._paint_marks(painter, plot, self._start)

    def _plot_box(self, top: float) -> QRectF:
        metrics = QFontMetrics(self.theme.font(Role.TINY))
        left = max(metrics.horizontalAdvance(_figure(top * i / _LINES, top)) for i in range(_LINES + 1)) + 10
        return QRectF(
            left, metrics.height() / 2 + 1, self.width() - left - 1, self.height() - metrics.height() * 1.5 - 7
        )

    def _paint_lines(self, painter: QPainter, plot: QRectF, top: float) -> None:
        metrics = painter.fontMetrics()
        every = 1 if plot.height() / _LINES >= metrics.height() * 1.1 else _LINES
        for i in range(0, _LINES + 1, every):
            y = round(plot.bottom() - plot.height() * i / _LINES) + 0.5
            painter.setPen(QPen(self.theme.color(Token.LINE2 if i == 0 else Token.LINE), 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(self.theme.color(Token.TEXT3))
            box = QRectF(0, y - metrics.height() / 2, plot.left() - 8, metrics.height())
            painter.drawText(
                box, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), _figure(top * i / _LINES, top)
            )

    def _paint_times(self, painter: QPainter, plot: QRectF, start: datetime) -> None:
        span = self._step * max(len(self._values) - 1, 1)
        labels = max(2, min(int(plot.width() / _TIME_LABEL_EVERY_PX) + 1, 6))
        painter.setPen(self.theme.color(Token.TEXT3))
        metrics = painter.fontMetrics()
        for i in range(labels):
            text = _axis_time(start + span * (i / (labels - 1)), span)
            width = metrics.horizontalAdvance(text)
            x = plot.left() + plot.width() * i / (labels - 1) - width * i / (labels - 1)
            painter.drawText(QPointF(x, plot.bottom() + metrics.ascent() + 7), text)

    def _paint_marks(self, painter: QPainter, plot: QRectF, start: datetime) -> None:
        span = self._step * max(len(self._values) - 1, 1)
        metrics = painter.fontMetrics()
        free = [plot.right() + 1] * 2  # right edge that is still free, for two lines of text
        for mark in sorted(self._marks, key=lambda mark: mark.at, reverse=True):
            share = (mark.at - start) / span
            if not 0 <= share <= 1:
                continue
            x = round(plot.left() + plot.width() * share) + 0.5
            color = self.theme.color(mark.tone.text)
            painter.setPen(QPen(color, 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
            width = metrics.horizontalAdvance(mark.text)
            left = x - 6 - width if x - 6 - width >= plot.left() else x + 6
            row = next((i for i, right in enumerate(free) if left + width <= right), None)
            if row is not None:  # more marks than fit stay lines; the tool tip and the description have their words
                free[row] = left - 6
                top = plot.top() + row * metrics.height()
                ground = self.theme.tint(
                    Token.SURFACE, 0.75
                )  # the words stay readable where the line runs under them
                painter.fillRect(QRectF(left - 2, top + 2, width + 4, metrics.height()), ground)
                painter.setPen(color)
                painter.drawText(QPointF(left, top + metrics.ascent() + 2), mark.text)


def _figure(value: float, top: float) -> str:
    return f"{value:.0f}" if top >= _LINES else f"{value:.{1 if top >= 0.5 else 2}f}"


def _time(moment: datetime) -> str:
    return f"{moment.astimezone():%H:%M}"


def _axis_time(moment: datetime, span: timedelta) -> str:
    local = moment.astimezone()
    if span > timedelta(days=2):
        return f"{DAYS[local.weekday()]} {local.day}"
    return f"{local:%H:%M:%S}" if span < timedelta(minutes=4) else f"{local:%H:%M}"
