"""Frames with content: card, note, banner, the card of one number."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLayout, QVBoxLayout, QWidget

from desktop.theme import Role, Theme, Token
from desktop.widgets.labels import label
from desktop.widgets.status import Tone


class IconLabel(QLabel):
    """An icon beside a text; decoration, so it has no name of its own."""

    def __init__(self, icon: str, token: Token = Token.TEXT2, size: int = 16) -> None:
        super().__init__()
        self._theme = Theme.of_application()
        self._size = size
        self.set_icon(icon, token)
        self._theme.changed.connect(self._restyle)

    def set_icon(self, icon: str, token: Token) -> None:
        self._icon, self._token = icon, token
        self._restyle()

    def _restyle(self) -> None:
        self.setPixmap(self._theme.pixmap(self._icon, self._token, self._size))
        side = self._theme.px(self._size)
        self.setFixedSize(side, side)


class Card(QFrame):
    """A group on a surface. `body` takes what is in it; end it with `body.addStretch(1)` when cards stand side by side."""

    def __init__(self, title: str = "", *, role: Role = Role.H2, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(16, 14, 16, 14)
        self.body.setSpacing(8)
        self.title = label(title, role)
        self.head = QHBoxLayout()
        self.head.setSpacing(8)
        if title:
            self.setAccessibleName(title)
            self.head.addWidget(self.title)
            self.head.addStretch(1)
            self.body.addLayout(self.head)

    def add_to_head(self, *widgets: QWidget) -> None:
        """Put links or choices at the right of the title."""
        for widget in widgets:
            self.head.addWidget(widget)


class Note(QFrame):
    """An explanation inside a card or dialog."""

    def __init__(self, text: str, icon: str = "mdi6.lightbulb-on-outline", tone: Tone | None = None) -> None:
        super().__init__()
        self.setObjectName("note")
        if tone is not None:
            self.setProperty("tone", tone.value)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 10, 12, 10)
        row.setSpacing(10)
        token = tone.text if tone else Token.ACCENT_TEXT
        row.addWidget(IconLabel(icon, token), 0, Qt.AlignmentFlag.AlignTop)
        self.text = label(text, wrap=True)
        row.addWidget(self.text, 1)


def check_line(sentence: str) -> QWidget:
    """A sentence of what holds, after a tick."""
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    row.addWidget(IconLabel("mdi6.check", Token.GOOD, 14), 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(label(sentence, Role.BODY, wrap=True), 1)
    return line


class Banner(QFrame):
    """Something wrong with the whole: what, why and what goes on, and the next step at the right."""

    def __init__(self, icon: str, actions: Sequence[QWidget] = ()) -> None:
        super().__init__()
        self.setObjectName("banner")
        self.setProperty("tone", Tone.BAD.value)
        row = QHBoxLayout(self)
        row.setContentsMargins(17, 10, 14, 10)
        row.setSpacing(8)
        row.addWidget(IconLabel(icon, Tone.BAD.text, 18))
        row.addSpacing(6)
        column = QVBoxLayout()
        column.setSpacing(1)
        self.title = label("", Role.STRONG, wrap=True)
        self.text = label("", Role.HINT, Token.TEXT2, wrap=True)
        column.addWidget(self.title)
        column.addWidget(self.text)
        row.addLayout(column, 1)
        for action in actions:
            row.addWidget(action)

    def set_words(self, title: str, text: str) -> None:
        self.title.setText(title)
        self.text.setText(text)
        self.text.setVisible(bool(text))
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)


class StatCard(QFrame):
    """One number and one line about it, 92 px high."""

    _HEIGHT = 92

    def __init__(self, icon: str, title: str) -> None:
        super().__init__()
        self.setObjectName("card")
        self._name = title
        self._theme = Theme.of_application()
        self._number = label("–", Role.NUM)
        self._line = label("", Role.HINT)
        heading = QHBoxLayout()
        heading.setSpacing(7)
        heading.addWidget(IconLabel(icon, Token.TEXT2, 15))
        heading.addWidget(label(title, Role.LABEL), 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 16, 10)
        column.setSpacing(1)
        column.addLayout(heading)
        column.addWidget(self._number)
        column.addWidget(self._line)
        column.setSizeConstraint(QLayout.SizeConstraint.SetDefaultConstraint)
        self.set_value(None, "")

    def set_value(self, text: str | None, line: str) -> None:
        """The number as it is written, None while it is not known; `line` says what it means."""
        self._number.setText("–" if text is None else text)
        self._line.setText(line)
        self.setAccessibleName(f"{self._name}: {'not known yet' if text is None else text}")
        self.setAccessibleDescription(line)
