"""A trend of 84×20 px: one line over its area. No data is a hole in the line, never a 0."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF

from desktop.theme import Token
from desktop.widgets.painted import Painted
from desktop.widgets.status import Tone

AREA_ALPHA = 0.13  # of the line's colour below the line


def runs(values: Sequence[float | None]) -> list[tuple[int, list[float]]]:
    """The stretches between holes as (first index, values): a hole ends one line and the next begins after it."""
    found: list[tuple[int, list[float]]] = []
    open_run = False
    for index, value in enumerate(values):
        if value is None:
            open_run = False
        elif open_run:
            found[-1][1].append(value)
        else:
            found.append((index, [value]))
            open_run = True
    return found


def paint_line(
    painter: QPainter,
    box: QRectF,
    values: Sequence[float | None],
    low: float,
    high: float,
    line: QColor,
    area: QColor,
    width: float = 1.5,
) -> None:
    """Draw values from the left to the right edge of `box`; `low` is its bottom and `high` its top."""
    span = (high - low) or 1.0
    step = box.width() / max(len(values) - 1, 1)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for first, stretch in runs(values):
        points = [
            QPointF(box.left() + (first + i) * step, box.bottom() - (value - low) / span * box.height())
            for i, value in enumerate(stretch)
        ]
        if len(points) == 1:  # a single value between two holes is a dot
            painter.setPen(QPen(line, width * 2))
            painter.drawPoint(points[0])
            continue
        corners = [QPointF(points[-1].x(), box.bottom()), QPointF(points[0].x(), box.bottom())]
        painter.setPen(QPen(area, 0))
        painter.setBrush(area)
        painter.drawPolygon(QPolygonF(points + corners))
        painter.setPen(QPen(line, width))
        painter.drawPolyline(QPolygonF(points))
    painter.restore()


class Sparkline(Painted):
    """The last values of one number, without axes."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._values: tuple[float | None, ...] = ()
        self._tone = Tone.ACCENT
        self.setAccessibleName(name)
        self.setFixedSize(84, 26)

    def set_values(self, values: Sequence[float | None], tone: Tone, description: str) -> None:
        """`description` says the figures ("from 12 to 40 an hour, 38 now"); a None is a hole."""
        self._values, self._tone = tuple(values), tone
        self.describe(description)
        self.setToolTip(description)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(84, 26)

    def paintEvent(self, event: QPaintEvent) -> None:
        known = [value for value in self._values if value is not None]
        if not known:
            return
        token = Token.TEXT2 if self._tone is Tone.MUTE else self._tone.text
        box = QRectF(self.rect()).adjusted(1, 2, -1, -1)
        low, high = min(known), max(known)
        line, area = self.theme.color(token), self.theme.tint(token, AREA_ALPHA)
        paint_line(self.painter(), box, self._values, low - (high - low) * 0.08, high, line, area)
