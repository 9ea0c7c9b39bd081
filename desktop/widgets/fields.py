"""Inputs with their label, hint and error; the search field of a page."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget

from desktop.theme import Role, Theme, Token
from desktop.widgets.buttons import IconButton
from desktop.widgets.labels import label, set_token

SEARCH_PAUSE_MS = 180  # between the last letter and the question; 150 to 200 feels immediate and asks once


class SearchField(QLineEdit):
    """Filters a page. `searched` comes after a short pause in typing, at once on Enter and when cleared."""

    searched = Signal(str)

    def __init__(self, placeholder: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = Theme.of_application()
        self._asked = ""
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)
        # An action inside a styled line edit sits 5 px too low; a child label and text margins are exact.
        self._icon = QLabel(self)
        self._icon.setFixedSize(16, 16)
        self._icon.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._clear = IconButton("mdi6.close", "Clear the search", parent=self)
        self._clear.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._clear.setCursor(Qt.CursorShape.ArrowCursor)
        self._clear.clicked.connect(self.clear)
        self._clear.hide()
        self.setTextMargins(24, 0, 24, 0)
        self._pause = QTimer(self, singleShot=True, interval=SEARCH_PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self.textChanged.connect(self._typed)
        self.returnPressed.connect(self._ask)
        self._theme.changed.connect(self._restyle)
        self._restyle()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        middle = self.height() // 2
        self._icon.move(10, middle - 8)
        self._clear.adjustSize()  # of a button that was never shown the width is any
        self._clear.move(self.width() - self._clear.width() - 2, middle - self._clear.height() // 2)

    def _typed(self, text: str) -> None:
        self._clear.setVisible(bool(text))
        self._place()
        if text:
            self._pause.start()
        else:
            self._ask()

    def _ask(self) -> None:
        self._pause.stop()
        if self.text() != self._asked:
            self._asked = self.text()
            self.searched.emit(self._asked)

    def _restyle(self) -> None:
        self._icon.setPixmap(self._theme.pixmap("mdi6.magnify", Token.TEXT3))


class Field(QWidget):
    """Label above, input, then one line: the hint, or what is wrong instead of it."""

    def __init__(self, title: str, control: QWidget, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.control = control
        self._hint, self._has_error = hint, False
        heading = label(title, Role.LABEL)
        heading.setBuddy(control)
        control.setAccessibleName(title)
        self._line = label("", Role.HINT, wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        column.addWidget(heading)
        column.addWidget(control)
        column.addWidget(self._line)
        self.set_error("")

    def set_hint(self, hint: str) -> None:
        """Another hint; an error that stands there stays."""
        if hint != self._hint:
            self._hint = hint
            if not self._has_error:
                self.set_error("")

    def set_error(self, error: str) -> None:
        """Say what is wrong below the input; an empty text brings the hint back."""
        self._has_error = bool(error)
        self._line.setText(error or self._hint)
        self._line.setVisible(bool(error or self._hint))
        set_token(self._line, Token.BAD if error else None)
        self.control.setAccessibleDescription(error or self._hint)
        mark_wrong(self.control.focusProxy() or self.control, bool(error))


def mark_wrong(control: QWidget, wrong: bool) -> None:
    """A red border for an input whose value cannot be used."""
    control.setProperty("wrong", "true" if wrong else "")
    control.style().unpolish(control)
    control.style().polish(control)
