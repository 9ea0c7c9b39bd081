"""What would be sent to a provider, or was: in words, and exactly as it goes when somebody asks for that."""

from math import ceil

from PySide6.QtCore import QSizeF, Qt
from PySide6.QtGui import QFont, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QVBoxLayout, QWidget

from core.text_model import SentRequest
from desktop.pages.composer.assist.request_words import Run, request_pieces
from desktop.theme import Role, Theme, Token
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.labels import label

HEIGHT = 190
_NOTE = (
    "The key travels in a header and is not part of it. Should the answer be of no use, the same goes once more with "
)
_NOTE += "a sentence about what was wrong with it."
_PADDING = 12  # of a text field, as the style sheet draws it
_EXACT, _WORDS = "Show it exactly as it is sent", "Show it in words"


class RequestView(QWidget):
    """The text can be selected and copied. Placeholders stand out in it."""

    def __init__(self) -> None:
        super().__init__()
        self._theme = Theme.of_application()
        self._sent: SentRequest | None = None
        self._is_exact = False
        self.address = label("", Role.HINT, wrap=True)
        self.words = QTextEdit()
        self.words.setAccessibleName("The request, in words")
        self.body = QPlainTextEdit()
        self.body.setAccessibleName("The request, exactly as it is sent")
        for view in (self.words, self.body):
            view.setReadOnly(True)
            view.setTabChangesFocus(True)
            view.setFixedHeight(self._theme.px(HEIGHT))
        self.words.document().documentLayout().documentSizeChanged.connect(self._fit)
        self.exact = Button(_EXACT, kind=Kind.LINK, small=True)
        self.exact.clicked.connect(self._turn)
        self.note = label("", Role.HINT, wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        for part in (self.address, self.words, self.body):
            column.addWidget(part)
        column.addWidget(self.exact, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.note)
        self._theme.changed.connect(self._write)

    def show_request(self, sent: SentRequest | None, note: str = "") -> None:
        """None: it is being prepared."""
        if sent != self._sent or sent is None:
            self._sent = sent
            self.address.setText(
                "Preparing the request. Nothing is sent." if sent is None else f"POST {sent.address}"
            )
            self.body.setPlainText("" if sent is None else sent.readable)
            self._write()
        self.note.setText(f"{_NOTE} {note}".strip())
        self.note.setVisible(sent is not None)
        self._show_form()

    # --------------------------------------------------------------------------------------------------------

    def _fit(self, size: QSizeF) -> None:
        """As high as its text, up to the height of the other one."""
        frame = 2 * self.words.frameWidth()
        self.words.setFixedHeight(min(self._theme.px(HEIGHT), ceil(size.height()) + frame + _PADDING))

    def _turn(self) -> None:
        self._is_exact = not self._is_exact
        self._show_form()

    def _show_form(self) -> None:
        has_words = not self.words.document().isEmpty()
        is_exact = self._is_exact or not has_words
        self.words.setVisible(self._sent is not None and not is_exact)
        self.body.setVisible(self._sent is not None and is_exact)
        self.exact.setVisible(has_words)
        self.exact.set_text(_WORDS if is_exact else _EXACT)

    def _write(self) -> None:
        theme = self._theme
        looks = {run: QTextCharFormat() for run in Run}
        for look in looks.values():
            look.setForeground(theme.color(Token.TEXT))
        looks[Run.HEADING].setForeground(theme.color(Token.TEXT2))
        looks[Run.HEADING].setFontWeight(QFont.Weight.DemiBold)
        looks[Run.PLACEHOLDER].setForeground(theme.color(Token.ODD))
        looks[Run.PLACEHOLDER].setBackground(theme.color(Token.ODD_BG))
        self.words.clear()
        cursor = QTextCursor(self.words.document())
        cursor.beginEditBlock()
        for piece in request_pieces(self._sent) if self._sent is not None else ():
            cursor.insertText(piece.text, looks[piece.run])
        cursor.endEditBlock()
        self.words.moveCursor(QTextCursor.MoveOperation.Start)
