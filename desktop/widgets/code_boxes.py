"""A box for each digit of a code: typed or pasted, in any script, with or without blanks and words around it."""

from collections.abc import Callable

from PySide6.QtCore import QMimeData, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLineEdit

from desktop.theme import Role, Theme, Token

_BOX_WIDTH, _BOX_HEIGHT, _GAP = 48, 56, 8


class CodeBoxes(QLineEdit):
    """A line edit that draws itself as boxes, so that keys, screen readers and the clipboard work as everywhere.

    `clean` makes the code of what was pasted and raises ValueError when there is none in it.
    """

    completed = Signal(str)

    def __init__(self, length: int, clean: Callable[[str], str]) -> None:
        super().__init__()
        self._length = length
        self._clean = clean
        self._theme = Theme.of_application()
        self._theme.changed.connect(self.update)
        self.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly)
        self.setAccessibleName(f"Code, {length} digits")
        self.setProperty("bare", "true")
        self.setFixedSize(self.sizeHint())
        self.textEdited.connect(self._take)

    def sizeHint(self) -> QSize:
        width = self._length * _BOX_WIDTH + (self._length - 1) * _GAP
        return QSize(width, self._theme.px(_BOX_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste):
            self._paste(QGuiApplication.clipboard().mimeData())
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        text, is_wrong = self.text(), self.property("wrong") == "true"
        at = min(self.cursorPosition(), self._length - 1)
        height = self.height()
        for index in range(self._length):
            box = QRectF(index * (_BOX_WIDTH + _GAP), 0, _BOX_WIDTH, height)
            has_cursor = self.hasFocus() and index == at
            line = Token.FOCUS if has_cursor else Token.BAD if is_wrong else Token.LINE2
            width = 2 if has_cursor else 1
            painter.setPen(QPen(self._theme.color(line), width))
            painter.setBrush(self._theme.color(Token.RAISED))
            painter.drawRoundedRect(box.adjusted(width / 2, width / 2, -width / 2, -width / 2), 8, 8)
            if index < len(text):
                painter.setFont(self._theme.font(Role.NUM))
                painter.setPen(self._theme.color(Token.TEXT))
                painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text[index])
            elif has_cursor:
                painter.setPen(QPen(self._theme.color(Token.FOCUS), 2))
                x = box.center().x()
                painter.drawLine(int(x), int(height * 0.32), int(x), int(height * 0.68))

    def _paste(self, content: QMimeData) -> None:
        self.setText(content.text())
        self._take(content.text())

    def _take(self, text: str) -> None:
        """Whatever way it came in: what is no digit goes, and more than fits is searched for the code."""
        digits = "".join(str(int(letter)) for letter in text if letter.isdecimal())
        if len(text) > 1 and (len(digits) > self._length or digits != text):
            try:
                digits = self._clean(text)
            except ValueError:
                digits = digits[: self._length]
        if digits != text:
            self.setText(digits)
        self.update()
        if len(digits) == self._length:
            self.completed.emit(digits)
