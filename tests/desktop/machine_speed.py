"""How fast this machine is at this moment, told by a fixed piece of work like that of the window's handlers.

A limit in milliseconds of CPU is stated for one machine. Another one, or the same one with both of its cores and their
caches in use, needs more for the same work: the limit is multiplied by what it needs more for the work here.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter, QTextLayout

# The least of 2,000 measurements on 2 cores of an AMD EPYC of family 26 (2.6 GHz, Python 3.11, PySide6 6.11, offscreen).
REFERENCE_MS = 3.0
_ROWS = 60
_REPETITIONS = 3  # the best of them: the first finds its code and its fonts gone from the caches


@dataclass(frozen=True, slots=True)
class _Row:
    key: int
    title: str
    note: str


def reference_ms() -> float:
    """CPU of the calling thread for the work, in ms; the best of a few."""
    return min(_work_ms() for _ in range(_REPETITIONS))


def slowness(samples_ms: Sequence[float], stated_ms: float = REFERENCE_MS) -> float:
    """How many times the work took what it takes on the machine that limits are stated for; a faster one counts as 1."""
    return max(1.0, median(samples_ms) / stated_ms) if samples_ms else 1.0


@dataclass(slots=True)
class MachineSpeed:
    """The speed during a stretch of time, by measurements from before, in the middle of and after it."""

    samples_ms: list[float] = field(default_factory=list)

    def sample(self) -> None:
        """Measure now, in this thread."""
        self.samples_ms.append(reference_ms())

    def restart(self) -> None:
        """A new stretch begins now."""
        self.samples_ms.clear()
        self.sample()

    @property
    def slowness(self) -> float:
        return slowness(self.samples_ms)


def _work_ms() -> float:
    start = time.thread_time()
    image = QImage(1000, 700, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    font = QFont(painter.font())
    rows = {row.key: row for row in map(_make_row, range(_ROWS))}
    for key in rows:
        _paint_row(painter, font, rows[key])
    painter.end()
    return (time.thread_time() - start) * 1000


def _make_row(key: int) -> _Row:
    return _Row(
        key, f"Desk {key:05} of the team in the north", f"waits since {key} minutes, the next at {key % 24}:{key}"
    )


def _paint_row(painter: QPainter, font: QFont, row: _Row) -> None:
    top = row.key * 11
    told = {(row.key, number): f"{row.title} {number}" for number in range(30)}
    short = QFontMetrics(font).elidedText(told[row.key, 7], Qt.TextElideMode.ElideRight, 120)
    painter.setPen(QColor(row.key, 20, 30))
    painter.drawText(QRect(8, top, 300, 20), Qt.AlignmentFlag.AlignVCenter, short)
    layout = QTextLayout(row.note, font)
    layout.beginLayout()
    layout.createLine().setLineWidth(400)
    layout.endLayout()
    layout.draw(painter, QPoint(320, top))
