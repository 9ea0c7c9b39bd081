"""The buttons below a bot's message, as Telegram shows them: rows as wide as the bubble, each opens an address."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPaintEvent

from core.domain.message import ButtonRows
from desktop.theme import Role, Token
from desktop.theme.tokens import Scheme, colours
from desktop.widgets.bubble import WIDEST
from desktop.widgets.painted import Painted

_HEIGHT, _GAP, _LEFT, _RADIUS = 32, 4, 7, 8
_ARROW = "↗"


class BubbleButtons(Painted):
    """Hidden without buttons. `scheme` is the look of the person's phone."""

    def __init__(self) -> None:
        super().__init__()
        self._scheme = Scheme.LIGHT
        self._rows: ButtonRows = ()
        self.show_buttons(())

    @property
    def rows(self) -> ButtonRows:
        return self._rows

    def set_scheme(self, scheme: Scheme) -> None:
        self._scheme = scheme
        self.update()

    def show_buttons(self, rows: ButtonRows) -> None:
        self._rows = rows
        words = ", ".join(f"{button.title} opens {button.url}" for row in rows for button in row)
        self.setAccessibleName("Buttons below the message")
        self.setAccessibleDescription(words)
        self.setToolTip(words)
        self.setVisible(bool(rows))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(WIDEST, self._height())

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self._height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = self.painter()
        painter.setFont(self.theme.font(Role.STRONG))
        metrics = QFontMetrics(painter.font())
        whole, height = min(self.width(), WIDEST) - _LEFT, self.theme.px(_HEIGHT)
        for place, row in enumerate(self._rows):
            width = (whole - _GAP * (len(row) - 1)) / len(row)
            for number, button in enumerate(row):
                box = QRectF(_LEFT + number * (width + _GAP), place * (height + _GAP), width, height)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(self._color(Token.BUB_IN))
                painter.drawRoundedRect(box, _RADIUS, _RADIUS)
                painter.setPen(self._color(Token.ACCENT_TEXT))
                words = metrics.elidedText(button.title, Qt.TextElideMode.ElideRight, round(width) - 24)
                painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), words)
                painter.drawText(box.adjusted(0, 2, -8, 0), int(Qt.AlignmentFlag.AlignRight), _ARROW)

    def _height(self) -> int:
        return max(0, len(self._rows) * (self.theme.px(_HEIGHT) + _GAP) - _GAP)

    def _color(self, token: Token) -> QColor:
        return QColor(colours(self._scheme)[token])
