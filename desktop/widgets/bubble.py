"""A message as Telegram shows it: text with its formatting in a bubble, in the light or the dark look of the phone."""

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontDatabase,
    QFontMetrics,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextOption,
)

from core.domain.message import Entity, EntityKind, FormattedText
from desktop.theme import Role, Token
from desktop.theme.tokens import Scheme, colours
from desktop.widgets.painted import Painted

ColorOf = Callable[[Token], QColor]
WIDEST = 410
_PADDING_X, _PADDING_Y, _RADIUS, _TAIL = 12, 8, 12, 7


class Bubble(Painted):
    """One message that a person gets, or wrote. `scheme` is the look of the person's phone, not that of this window.

    `is_ours`: it stands at the right, as what the account wrote does in its own chats.
    """

    def __init__(self, *, most_lines: int | None = None, is_ours: bool = False) -> None:
        super().__init__()
        self._is_ours = is_ours
        self._scheme = Scheme.LIGHT
        self._message = FormattedText("")
        self._foot = ""
        self._most_lines = most_lines
        self._document = QTextDocument(self)
        self._document.setDocumentMargin(0)
        self.show_message(self._message, "")

    @property
    def message(self) -> FormattedText:
        return self._message

    @property
    def foot(self) -> str:
        return self._foot

    def set_scheme(self, scheme: Scheme) -> None:
        self._scheme = scheme
        self._restyle()

    def show_message(self, message: FormattedText, foot: str) -> None:
        """`foot` stands small at the lower right: the time, or the language."""
        self._message, self._foot = message, foot
        self.setAccessibleName(message.text)
        self._restyle()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._measure(width).height()

    def sizeHint(self) -> QSize:
        return self._measure(min(WIDEST, self.width() or WIDEST))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self._line_height() + 2 * _PADDING_Y)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._message.text:
            return
        size = self._measure(self.width())
        painter = self.painter()
        body = size.width() - _TAIL
        box = QRectF(self.width() - size.width() if self._is_ours else _TAIL, 0, body, size.height())
        path = QPainterPath()
        path.addRoundedRect(box, _RADIUS, _RADIUS)
        edge, inwards = (box.right(), -1) if self._is_ours else (box.left(), 1)
        tail = QPainterPath(QPointF(edge, box.bottom() - 14))
        tail.quadTo(edge, box.bottom() - 1, edge - inwards * _TAIL, box.bottom())
        tail.lineTo(edge + inwards * 14, box.bottom())
        tail.closeSubpath()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._color(Token.BUB_OUT if self._is_ours else Token.BUB_IN))
        painter.drawPath(path.united(tail))
        self._paint_text(painter, box)
        painter.setFont(self.theme.font(Role.TINY))
        painter.setPen(self._color(Token.TEXT2 if self._is_ours else Token.BUB_TIME))
        painter.drawText(
            box.adjusted(0, 0, -_PADDING_X, -6),
            int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom),
            self._foot,
        )

    def _paint_text(self, painter: QPainter, box: QRectF) -> None:
        painter.save()
        painter.translate(box.left() + _PADDING_X, box.top() + _PADDING_Y)
        self._document.drawContents(painter, QRectF(0, 0, box.width(), self._text_height()))
        painter.restore()

    def _measure(self, width: int) -> QSize:
        """The size of the bubble in this width: as narrow as its text, the foot below it or beside its last line."""
        room = min(width, WIDEST) - 2 * _PADDING_X - _TAIL
        self._document.setTextWidth(max(room, 40))
        foot = QFontMetrics(self.theme.font(Role.TINY)).horizontalAdvance(self._foot) + 10
        ideal = self._document.idealWidth()
        is_cut = self._text_height() < self._document.size().height()
        is_beside = not is_cut and self._last_line_width() + foot <= room
        wanted = max(ideal, self._last_line_width() + foot if is_beside else foot)
        below = 4 if is_beside else 18
        height = self._text_height() + 2 * _PADDING_Y + below
        return QSize(round(min(room, wanted)) + 2 * _PADDING_X + _TAIL, round(height))

    def _text_height(self) -> float:
        whole = self._document.size().height()
        return whole if self._most_lines is None else self._bottom_of_line(self._most_lines, whole)

    def _bottom_of_line(self, number: int, whole: float) -> float:
        """Where this line ends, so that none is cut through: lines of some scripts are higher than others."""
        block, left = self._document.begin(), number
        while block.isValid():
            layout = block.layout()
            if layout.lineCount() >= left:
                line = layout.lineAt(left - 1)
                return self._document.documentLayout().blockBoundingRect(block).top() + line.y() + line.height()
            left -= layout.lineCount()
            block = block.next()
        return whole

    def _last_line_width(self) -> float:
        layout = self._document.lastBlock().layout()
        lines = layout.lineCount()
        return layout.lineAt(lines - 1).naturalTextWidth() if lines else 0.0

    def _line_height(self) -> int:
        return QFontMetrics(self.theme.font(Role.BODY)).lineSpacing()

    def _restyle(self) -> None:
        self._document.setDefaultFont(self.theme.font(Role.BODY))
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        self._document.setDefaultTextOption(option)
        plain = QTextCharFormat()
        plain.setForeground(self._color(Token.TEXT))
        self._document.clear()
        cursor = QTextCursor(self._document)
        cursor.insertText(self._message.text, plain)
        for entity in self._message.entities:
            self._lay_over(entity)
        super()._restyle()

    def _lay_over(self, entity: Entity) -> None:
        # Positions in a QTextDocument are UTF-16 units, as Telegram's are.
        cursor = QTextCursor(self._document)
        cursor.setPosition(entity.offset)
        cursor.setPosition(entity.offset + entity.length, QTextCursor.MoveMode.KeepAnchor)
        cursor.mergeCharFormat(entity_format(entity.kind, self._color))

    def _color(self, token: Token) -> QColor:
        return QColor(colours(self._scheme)[token])


def entity_format(kind: EntityKind, color: ColorOf) -> QTextCharFormat:
    """How a part of a message looks; `color` answers for the scheme."""
    look = QTextCharFormat()
    match kind:
        case EntityKind.BOLD:
            look.setFontWeight(600)
        case EntityKind.ITALIC:
            look.setFontItalic(True)
        case EntityKind.UNDERLINE:
            look.setFontUnderline(True)
        case EntityKind.STRIKE:
            look.setFontStrikeOut(True)
        case EntityKind.CODE | EntityKind.PRE:
            look.setFontFamilies([QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()])
            look.setForeground(color(Token.ACCENT_TEXT))
        case EntityKind.SPOILER:
            look.setBackground(color(Token.MUTE_BG))
            look.setForeground(color(Token.BUB_TIME))
        case EntityKind.BLOCKQUOTE:
            look.setForeground(color(Token.TEXT2))
            look.setFontItalic(True)
        case EntityKind.TEXT_LINK:
            look.setForeground(color(Token.ACCENT_TEXT))
    return look
