"""What a list shows instead of rows: nothing yet, no match, not here yet, failed."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.errors import AppError
from desktop.theme import Role, Token
from desktop.widgets.cards import IconLabel
from desktop.widgets.labels import label
from desktop.widgets.painted import Painted

_TEXT_WIDTH = 380


class EmptyState(QWidget):
    """Says what belongs here and gives the one next step: icon, title, text, then the actions side by side."""

    def __init__(
        self, icon: str, title: str, text: str = "", actions: Sequence[QWidget] = (), *, width: int = _TEXT_WIDTH
    ) -> None:
        super().__init__()
        self._width = width
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(6)
        centre = Qt.AlignmentFlag.AlignHCenter
        column.addStretch(1)
        column.addWidget(_Tile(icon), 0, centre)
        column.addSpacing(6)
        self.title = label(title, Role.H2, wrap=True)
        self.text = label(text, Role.DIM, wrap=True)
        for line in (self.title, self.text):
            line.setAlignment(Qt.AlignmentFlag.AlignCenter)
            line.setMinimumWidth(width)
            line.setMaximumWidth(width)
            column.addWidget(line, 0, centre)
        self.text.setVisible(bool(text))
        if actions:
            column.addSpacing(6)
            row = QHBoxLayout()
            row.setSpacing(8)
            row.addStretch(1)
            for action in actions:
                row.addWidget(action)
            row.addStretch(1)
            column.addLayout(row)
        column.addStretch(1)

    def set_words(self, title: str, text: str = "") -> None:
        self.title.setText(title)
        self.text.setText(text)
        self.text.setVisible(bool(text))
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()

    def _fit(self) -> None:
        # A label that wraps and is centred by its layout gets the height of another width: its third line is cut.
        for line in (self.title, self.text):
            line.setMinimumHeight(max(0, line.heightForWidth(self._width)))


class FailedState(QWidget):
    """An error in the place of the content: title, message, hint, the small line."""

    def __init__(self, error: AppError) -> None:
        super().__init__()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 24, 24, 24)
        row = QHBoxLayout()
        row.setSpacing(18)
        row.addStretch(1)
        icon = IconLabel("mdi6.alert-octagon-outline", Token.BAD, 18)
        row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(5)
        words = (error.title, error.message, error.hint, error.detail)
        for text, role in zip(words, (Role.H2, Role.DIM, Role.BODY, Role.HINT), strict=True):
            if text:
                line = label(text, role, wrap=True)
                line.setMinimumWidth(_TEXT_WIDTH)
                line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                column.addWidget(line)
        row.addLayout(column)
        row.addStretch(1)
        outer.addStretch(1)
        outer.addLayout(row)
        outer.addStretch(1)
        self.setAccessibleName(error.title)
        self.setAccessibleDescription(f"{error.message} {error.hint}".strip())


class Skeleton(Painted):
    """Rows in their place before they are here. Nothing moves."""

    _ROW = 44

    def __init__(self, rows: int = 5, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = rows
        self.setAccessibleName("Loading")

    def sizeHint(self) -> QSize:
        return QSize(320, self._rows * self.theme.px(self._ROW))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = self.painter()
        row, width = self.theme.px(self._ROW), self.width()
        line = QPen(self.theme.color(Token.LINE), 1)
        for index in range(min(self._rows, self.height() // row + 1)):
            top = index * row
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.theme.color(Token.PRESS))
            painter.drawEllipse(QRectF(14, top + (row - 28) / 2, 28, 28))
            first = width * (0.20 + 0.035 * (index * 2 % 5))
            painter.drawRoundedRect(QRectF(54, top + row / 2 - 10, first, 9), 4.5, 4.5)
            painter.drawRoundedRect(QRectF(width * 0.65, top + row / 2 - 4, width * 0.13, 9), 4.5, 4.5)
            painter.setBrush(self.theme.color(Token.HOVER))
            painter.drawRoundedRect(QRectF(54, top + row / 2 + 5, first * 0.72, 7), 3.5, 3.5)
            painter.drawRoundedRect(QRectF(width * 0.85, top + row / 2 - 4, width * 0.09, 9), 4.5, 4.5)
            painter.setPen(line)
            painter.drawLine(0, top + row - 1, width, top + row - 1)


class _Tile(Painted):
    """The icon of an empty state on a rounded square of 52 px."""

    def __init__(self, icon: str) -> None:
        super().__init__()
        self._icon = icon
        self.setFixedSize(52, 52)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = self.painter()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.color(Token.HOVER))
        painter.drawRoundedRect(QRectF(self.rect()), 14, 14)
        icon = self.theme.pixmap(self._icon, Token.TEXT2, 22)
        side = self.theme.px(22)
        painter.drawPixmap((52 - side) // 2, (52 - side) // 2, icon)
