"""How the source of a message is painted in its editor: tags as chips, formatting as it will look, its marks in grey."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QFontMetrics,
    QPainter,
    QPen,
    QPyTextObject,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextDocument,
    QTextFormat,
)
from PySide6.QtWidgets import QTextEdit

from campaigns.message.formatting import QUOTE
from campaigns.message.toolbar import Marked
from core.domain.message import EntityKind
from desktop.pages.composer.tags import read_field, tag_words
from desktop.theme import Role, Theme, Token
from desktop.widgets.bubble import entity_format

CHIP: Final = int(QTextFormat.ObjectTypes.UserObject) + 1
RAW: Final = int(QTextFormat.Property.UserProperty) + 1
_PADDING = 6


class Chips(QPyTextObject):
    """Draws a tag as words on a tint: fields in the colour of actions, blocks and notes grey, a mistake red."""

    def __init__(self, editor: QTextEdit) -> None:
        super().__init__(editor)
        self.wrong_at = -1  # position of the chip that holds the mistake
        self._theme = Theme.of_application()

    def intrinsicSize(self, document: QTextDocument, position: int, look: QTextFormat) -> QSizeF:
        metrics = QFontMetrics(self._theme.font(Role.BODY))
        width = metrics.horizontalAdvance(self._words(look)) + 2 * _PADDING + 2
        return QSizeF(width, metrics.height())  # drawn a little higher, so that its line is no higher than others

    def drawObject(
        self, painter: QPainter, rect: QRectF | QRect, document: QTextDocument, position: int, look: QTextFormat
    ) -> None:
        raw = str(look.property(RAW))
        is_field = read_field(raw) is not None
        if position == self.wrong_at:
            front, back, line = Token.BAD, Token.BAD_BG, Token.BAD
        elif is_field:
            front, back, line = Token.ACCENT_TEXT, Token.ACCENT_BG, Token.ACCENT_TEXT
        else:
            front, back, line = Token.TEXT2, Token.MUTE_BG, Token.LINE2
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = self._theme.color(line)
        edge.setAlphaF(0.55 if line is Token.ACCENT_TEXT else 1.0)
        painter.setPen(QPen(edge, 1))
        painter.setBrush(self._theme.color(back))
        painter.drawRoundedRect(QRectF(rect).adjusted(1.5, -1.5, -1.5, 1.5), 4, 4)
        painter.setFont(self._theme.font(Role.BODY))
        painter.setPen(self._theme.color(front))
        painter.drawText(QRectF(rect), int(Qt.AlignmentFlag.AlignCenter), self._words(look))
        painter.restore()

    @staticmethod
    def _words(look: QTextFormat) -> str:
        words = tag_words(str(look.property(RAW)))
        return words if len(words) <= 48 else f"{words[:47]}…"


class Looks(QSyntaxHighlighter):
    """Shows formatting as it will look, and its marks in grey. Spans are those of the whole text."""

    def __init__(self, editor: QTextEdit) -> None:
        super().__init__(editor.document())
        self._theme = Theme.of_application()
        self.spans: Sequence[Marked] = ()
        self._laid: list[tuple[int, int]] = []  # of the block

    def highlightBlock(self, text: str) -> None:
        self._laid.clear()
        begin = self.currentBlock().position()
        dim = QTextCharFormat()
        dim.setForeground(self._theme.color(Token.TEXT3))
        for span in self.spans:
            (outer_start, outer_end), (start, end) = span.outer, span.inner
            if outer_end < begin or outer_start > begin + len(text):
                continue
            self._lay(start - begin, end - begin, entity_format(span.kind, self._theme.color))
            self._lay(outer_start - begin, start - begin, dim)
            self._lay(end - begin, outer_end - begin, dim)
        if text.startswith(QUOTE):
            self._lay(len(QUOTE), len(text), entity_format(EntityKind.BLOCKQUOTE, self._theme.color))
            self._lay(0, len(QUOTE), dim)

    def _lay(self, start: int, end: int, look: QTextCharFormat) -> None:
        start, end = max(0, start), min(self.currentBlock().length() - 1, end)
        if start >= end:
            return
        is_first = not any(former_start < end and start < former_end for former_start, former_end in self._laid)
        self._laid.append((start, end))
        if is_first:  # there is nothing to merge with, which takes a look at each sign
            self.setFormat(start, end - start, look)
            return
        for at in range(start, end):
            merged = QTextCharFormat(self.format(at))
            merged.merge(look)
            self.setFormat(at, 1, merged)


def chip_format(raw: str) -> QTextCharFormat:
    """The look of the sign that stands for this tag."""
    look = QTextCharFormat()
    look.setObjectType(CHIP)
    look.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignMiddle)
    look.setProperty(RAW, raw)
    look.setToolTip(raw)
    return look


def raw_of(look: QTextFormat) -> str:
    """The source of a chip; "" where there is none."""
    return str(look.property(RAW)) if look.objectType() == CHIP else ""
