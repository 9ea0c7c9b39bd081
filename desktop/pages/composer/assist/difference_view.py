"""Two texts in one: what goes is struck through, what comes is underlined, both on their colour."""

from collections.abc import Sequence
from math import ceil

from PySide6.QtCore import QSizeF, Qt
from PySide6.QtGui import QFont, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QTextEdit

from desktop.formatting import count_of
from desktop.pages.composer.assist.difference import Piece, changes
from desktop.pages.composer.tags import TAG, tag_words
from desktop.theme import Theme, Token

_BETWEEN = "\u2009"  # a thin blank, so that two words are not read as one
_BORDER = 2  # of the focus ring, as the style sheet draws it


def with_chips(source: str) -> str:
    """Fields and conditions in words, as the chips of the editor have them."""
    return TAG.sub(lambda tag: f"{{{tag_words(tag[0])}}}", source)


class DifferenceView(QTextEdit):
    """As high as its text. `current` is the change that stands out, in bold; -1: none does."""

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setObjectName("plain")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(0)
        self._theme = Theme.of_application()
        self._pieces: Sequence[Piece] = ()
        self._current = -1
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        self._theme.changed.connect(self._write)

    def show_text(self, source: str, name: str) -> None:
        """One text alone."""
        self.show_pieces([Piece(source, source)], -1)
        self.setAccessibleName(name)

    def show_pieces(self, pieces: Sequence[Piece], current: int) -> None:
        self._pieces, self._current = pieces, current
        count = len(changes(pieces))
        self.setAccessibleName(f"The difference: {count_of(str(count), 'change', 'changes')}")
        self._write()

    def _write(self) -> None:
        theme = self._theme
        plain, gone, come = QTextCharFormat(), QTextCharFormat(), QTextCharFormat()
        for look in (plain, gone, come):
            look.setForeground(theme.color(Token.TEXT))
        gone.setBackground(theme.color(Token.DIFF_DEL))
        gone.setFontStrikeOut(True)
        come.setBackground(theme.color(Token.DIFF_ADD))
        come.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
        self.clear()
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        for place, piece in enumerate(self._pieces):
            if not piece.is_change:
                cursor.insertText(with_chips(piece.new), plain)
                continue
            for text, look in ((piece.old, gone), (piece.new, come)):
                if look is come and piece.old and piece.new:
                    cursor.insertText(_BETWEEN, plain)
                worn = QTextCharFormat(look)
                if place == self._current:
                    worn.setFontWeight(QFont.Weight.Bold)
                cursor.insertText(with_chips(text), worn)
        cursor.endEditBlock()

    def _fit(self, size: QSizeF) -> None:
        self.setFixedHeight(ceil(size.height()) + 2 * _BORDER)
