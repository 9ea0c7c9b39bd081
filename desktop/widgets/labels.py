"""Text by its role on the page. Colour and size come from the style sheet, so labels follow the theme by themselves."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from desktop.theme import Role, Token


def label(text: str = "", role: Role = Role.BODY, token: Token | None = None, *, wrap: bool = False) -> QLabel:
    """A plain-text label; names and messages of people are never read as markup."""
    made = QLabel(text)
    dress(made, role, token)
    made.setWordWrap(wrap)
    return made


def dress(made: QLabel, role: Role, token: Token | None = None) -> None:
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("role", role.value)
    if token is not None:
        made.setProperty("tone", token.value)


def set_token(made: QLabel, token: Token | None) -> None:
    """Another colour; None: the one of its role. Does nothing when it has that colour already."""
    value = token.value if token else None
    if made.property("tone") != value:
        made.setProperty("tone", value)
        made.style().unpolish(made)
        made.style().polish(made)


class ElidedLabel(QLabel):
    """One line that ends in "…" when it is too long; the whole text is then in the tool tip.

    Never for numbers, times or states: those are not cut.
    """

    def __init__(self, text: str = "", role: Role = Role.BODY, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        dress(self, role)
        # Also a name in letters that run to the left begins where the others begin: the frame is left to right.
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)
        self._whole = ""
        self.set_text(text)

    def set_text(self, text: str) -> None:
        self._whole = text
        self.setAccessibleName(text)
        self.updateGeometry()
        self._elide()

    @property
    def whole_text(self) -> str:
        return self._whole

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance("…") * 3, super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self._whole) + 2, super().sizeHint().height())

    def _elide(self) -> None:
        shown = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, self.width())
        self.setText(shown)
        self.setToolTip("" if shown == self._whole else self._whole)


def hairline() -> QFrame:
    """The one line between groups or rows."""
    line = QFrame()
    line.setObjectName("hairline")
    line.setFixedHeight(1)
    return line
