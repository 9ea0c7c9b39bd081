"""Numbers as bars and rings: stacked progress, meter, ring."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.theme import Role, Token
from desktop.widgets.painted import Painted, thousands
from desktop.widgets.status import Tone

LEAST_PART_PX = 3  # a part above 0 is never too thin to be seen
_GAP_PX = 1  # between two parts, in the colour behind the bar


@dataclass(frozen=True, slots=True)
class Part:
    """One colour of a stacked bar: how many, in which tone, and the word for a screen reader ("delivered")."""

    count: int
    tone: Tone
    word: str = ""


def part_widths(counts: Sequence[int], total: int, width: float) -> list[float]:
    """Widths in px of the parts of a bar; what they leave of `width` is the track.

    Every count above 0 gets at least LEAST_PART_PX and its gap. The widest parts pay for it, so the bar ends where it
    would without, unless all parts are thin.
    """
    least = LEAST_PART_PX + _GAP_PX
    if total <= 0:
        return [0.0] * len(counts)
    exact = [width * min(count / total, 1.0) for count in counts]
    widths = [max(length, least) if count > 0 else 0.0 for count, length in zip(counts, exact, strict=True)]
    excess = sum(widths) - min(width, sum(exact))
    for index in sorted(range(len(widths)), key=widths.__getitem__, reverse=True):
        if widths[index] > least and excess > 0:
            taken = min(excess, widths[index] - least)
            widths[index] -= taken
            excess -= taken
    return widths


def paint_parts(
    painter: QPainter, box: QRectF, parts: Sequence[tuple[int, QColor]], total: int, track: QColor, gap: QColor
) -> None:
    """Draw a stacked bar with round ends into `box`; parts are set apart by a line of the colour behind the bar."""
    painter.save()
    radius = box.height() / 2
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(track)
    painter.drawRoundedRect(box, radius, radius)
    left = box.left()
    widths = part_widths([count for count, _ in parts], total, box.width())
    last = max((index for index, width in enumerate(widths) if width > 0), default=-1)
    for index, ((_, color), width) in enumerate(zip(parts, widths, strict=True)):
        if width <= 0:
            continue
        start, end = round(left), round(left + width)  # whole pixels, so that a thin part keeps its colour
        left += width
        # The whole bar again, seen through the place of the part: far less than clipping by the shape of the bar.
        painter.setClipRect(QRectF(start, box.top(), end - start, box.height()))
        painter.setBrush(color)
        painter.drawRoundedRect(box, radius, radius)
        if index != last:
            painter.fillRect(QRectF(end - _GAP_PX, box.top(), _GAP_PX, box.height()), gap)
    painter.restore()


class Progress(Painted):
    """A stacked bar, 8 px high: delivered, sending, deferred, failed, unknown, skipped; to do is the track."""

    def __init__(self, name: str, height: int = 8, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: tuple[Part, ...] = ()
        self._total = 0
        self.setAccessibleName(name)
        self.setFixedHeight(height)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_parts(self, parts: Sequence[Part], total: int) -> None:
        """Show other figures. `total` counts everything, also what is still to do."""
        if (tuple(parts), total) != (self._parts, self._total):
            self._parts, self._total = tuple(parts), total
            figures = ", ".join(f"{thousands(part.count)} {part.word}" for part in parts if part.count and part.word)
            self.describe(f"{figures or 'nothing yet'} of {thousands(total)}")
            self.setToolTip(self.accessibleDescription())
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        parts = [(part.count, self.theme.color(part.tone.fill)) for part in self._parts]
        colors = self.theme.color(Token.PRESS), self.theme.color(Token.SURFACE)
        paint_parts(self.painter(), QRectF(self.rect()), parts, self._total, *colors)


class Meter(Painted):
    """How much of a limit is used, 4 px high and 60 wide unless stretched. None: not known, only the track."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._share: float | None = None
        self._tone = Tone.GOOD
        self.setAccessibleName(name)
        self.setFixedHeight(4)
        self.setMinimumWidth(24)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_share(self, share: float | None, tone: Tone, description: str) -> None:
        """`share` from 0 to 1; `description` says the figures ("38 of 40 today")."""
        self._share, self._tone = share, tone
        self.describe(description)
        self.setToolTip(description)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(60, 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = self.theme.color(Token.PRESS), self.theme.color(Token.SURFACE)
        part = (round((self._share or 0.0) * 10_000), self.theme.color(self._tone.fill))
        paint_parts(self.painter(), QRectF(self.rect()), [part], 10_000, *colors)


class Ring(Painted):
    """A score from 0 to 100 as an arc around its number. None: not known yet."""

    _SIZE, _THICK = 56, 5

    def __init__(self, name: str) -> None:
        super().__init__()
        self._score: int | None = None
        self._tone = Tone.MUTE
        self.setAccessibleName(name)
        self._restyle()

    def set_score(self, score: int | None, tone: Tone) -> None:
        self._score, self._tone = score, tone
        self.describe("not known yet" if score is None else f"{score} of 100")
        self.update()

    def _restyle(self) -> None:
        self.setFixedSize(self.theme.px(self._SIZE), self.theme.px(self._SIZE))
        super()._restyle()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = self.painter()
        inset = self._THICK / 2 + 1
        box = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        pen = QPen(self.theme.color(Token.PRESS), self._THICK, c=Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawEllipse(box)
        if self._score:
            pen.setColor(self.theme.color(self._tone.fill))
            painter.setPen(pen)
            painter.drawArc(box, 90 * 16, -round(self._score * 3.6 * 16))
        painter.setFont(self.theme.font(Role.NUM2))
        painter.setPen(self.theme.color(Token.TEXT))
        text = "–" if self._score is None else str(self._score)
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), text)


class Drain(Painted):
    """Time that runs out: a thin line that gets shorter, 4 px high. What it means stands beside it in words."""

    _HEIGHT = 4

    def __init__(self, name: str) -> None:
        super().__init__()
        self._share = 1.0
        self.setAccessibleName(name)
        self.setFixedHeight(self._HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_left(self, share: float, words: str) -> None:
        """`share` of the time is left, 0 to 1; `words` say how long."""
        self.describe(words)
        share = min(1.0, max(0.0, share))
        if share != self._share:
            self._share = share
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, self._HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        parts = [(round(self._share * 1_000), self.theme.color(Token.ACCENT))]
        box, surface = QRectF(self.rect()), self.theme.color(Token.SURFACE)
        paint_parts(self.painter(), box, parts, 1_000, self.theme.color(Token.PRESS), surface)
