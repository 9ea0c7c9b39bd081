"""The two lists of the monitor that are painted as a whole: what just happened, and why people were not reached."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy

from desktop.models.rows import FeedRow
from desktop.pages.campaign.monitor import ReasonRow
from desktop.theme import Role, Token
from desktop.widgets.painted import Painted, paint_words
from desktop.widgets.progress import paint_parts
from desktop.widgets.status import GLYPH_PX, paint_glyph

_FEED_ROW = 25
_REASON_ROW = 34
_BAR = 4


class FeedList(Painted):
    """The newest on top. While the pointer is in it, or somebody holds it, it stands still."""

    pointerInside = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[FeedRow, ...] = ()
        self.setAccessibleName("What just happened")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set_rows(self, rows: tuple[FeedRow, ...]) -> None:
        if rows == self._rows:
            return
        self._rows = rows
        self.describe(
            "; ".join(f"{row.time} {row.state.word}: {row.person}, {row.account}" for row in rows[:5])
            or "nothing has happened yet"
        )
        self.update()

    @property
    def rows(self) -> tuple[FeedRow, ...]:
        return self._rows

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.pointerInside.emit(True)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.pointerInside.emit(False)

    def sizeHint(self) -> QSize:
        return QSize(280, self.theme.px(_FEED_ROW) * 8)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.theme.px(_FEED_ROW) * 3)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = self.painter()
        height = self.theme.px(_FEED_ROW)
        times = QFontMetrics(self.theme.font(Role.HINT))
        time_width = times.horizontalAdvance("00:00:00") + 10
        if not self._rows:
            painter.setFont(self.theme.font(Role.HINT))
            painter.setPen(self.theme.color(Token.TEXT3))
            painter.drawText(
                self.rect().adjusted(0, 4, 0, 0), Qt.AlignmentFlag.AlignLeft, "Nothing has happened yet."
            )
            return
        for number, row in enumerate(self._rows[: self.height() // height]):
            self._paint_row(painter, QRectF(0, number * height, self.width(), height), row, time_width)

    def _paint_row(self, painter: QPainter, box: QRectF, row: FeedRow, time_width: int) -> None:
        theme = self.theme
        paint_words(painter, box, row.time, theme, Role.HINT, Token.TEXT3)
        right = box.adjusted(box.width() * 0.72, 0, 0, 0)
        used = paint_words(painter, right, row.account, theme, Role.HINT, Token.TEXT3, at_right=True)
        left = box.left() + time_width
        color = theme.color(row.state.tone.text)
        paint_glyph(painter, row.state.glyph, left, box.center().y() - GLYPH_PX / 2, color)
        left += GLYPH_PX + 7
        room = QRectF(left, box.top(), box.right() - left - used - 10, box.height())
        paint_words(painter, room, row.person, theme, Role.BODY, Token.TEXT)


class ReasonList(Painted):
    """Reasons with what follows from them and their share of the largest, the largest on top."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[ReasonRow, ...] = ()
        self.setAccessibleName("Who was not reached, by reason")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_rows(self, rows: tuple[ReasonRow, ...]) -> None:
        if rows == self._rows:
            return
        self._rows = rows
        self.describe("; ".join(f"{row.number} {row.state.word}: {row.text}, {row.follows}" for row in rows))
        self.setToolTip("\n".join(f"{row.number} · {row.sentence}" for row in rows))
        self.updateGeometry()
        self.update()

    @property
    def rows(self) -> Sequence[ReasonRow]:
        return self._rows

    def sizeHint(self) -> QSize:
        return QSize(280, self.theme.px(_REASON_ROW) * len(self._rows))

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = self.painter()
        height = self.theme.px(_REASON_ROW)
        most = max((row.count for row in self._rows), default=1)
        wide = QFontMetrics(self.theme.font(Role.H3))
        number_width = max((wide.horizontalAdvance(row.number) for row in self._rows), default=0) + 16
        for number, row in enumerate(self._rows):
            self._paint_row(painter, QRectF(0, number * height, self.width(), height), row, most, number_width)

    def _paint_row(self, painter: QPainter, box: QRectF, row: ReasonRow, most: int, number_width: int) -> None:
        theme = self.theme
        line = QRectF(box.left(), box.top(), box.width(), box.height() - _BAR - 6)
        paint_words(painter, line, row.number, theme, Role.H3, Token.TEXT, at_right=True)
        room = line.adjusted(0, 0, -number_width, 0)
        used = paint_words(painter, room, row.follows, theme, Role.HINT, Token.TEXT3, at_right=True)
        paint_glyph(
            painter, row.state.glyph, line.left(), line.center().y() - GLYPH_PX / 2, theme.color(row.state.tone.text)
        )
        room.adjust(GLYPH_PX + 7, 0, -used - 10, 0)
        paint_words(painter, room, row.text, theme, Role.BODY, Token.TEXT)
        bar = QRectF(box.left(), line.bottom() + 1, box.width(), _BAR)
        paint_parts(
            painter,
            bar,
            [(row.count, theme.color(row.state.tone.fill))],
            most,
            theme.color(Token.PRESS),
            theme.color(Token.SURFACE),
        )
