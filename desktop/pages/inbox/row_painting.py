"""One conversation of the list: the face, the name and time, what they wrote last, a tag, from which account."""

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from campaigns.inbox.conversations import ConversationRow, SearchHit
from core.clock import Clock
from desktop.formatting import Formats
from desktop.pages.inbox.words import hit_heading, last_words, name_of, pieces_of, tags_of, via_words
from desktop.theme import Role, Theme, Token
from desktop.widgets.identity import paint_avatar
from desktop.widgets.painted import paint_words, thousands

ROW_PX = 76
_AVATAR, _LEFT, _RIGHT = 38, 16, 14
_CENTRE = int(Qt.AlignmentFlag.AlignCenter)


class ConversationDelegate(QStyledItemDelegate):
    """Paints a row that is here; the others show "…"."""

    def __init__(
        self, row_at: Callable[[int], ConversationRow | None], formats: Formats, clock: Clock, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._row_at = row_at
        self._formats = formats
        self._clock = clock
        self._theme = Theme.of_application()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(0, self._theme.px(ROW_PX))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box: QRect = option.rect
        state: QStyle.StateFlag = option.state
        self._paint_ground(painter, box, state)
        row = self._row_at(index.row())
        if row is None:
            paint_words(painter, box.adjusted(_LEFT, 0, 0, 0), "…", self._theme, Role.BODY, Token.TEXT3)
        else:
            self._paint_row(painter, box, row)
        painter.restore()

    def _paint_ground(self, painter: QPainter, box: QRect, state: QStyle.StateFlag) -> None:
        color = self._theme.color
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, color(Token.SELECT))
            painter.fillRect(QRect(box.left(), box.top(), 3, box.height()), color(Token.ACCENT))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, color(Token.HOVER))
        left = box.left() + _LEFT + _AVATAR + 10
        painter.fillRect(QRect(left, box.bottom(), box.width() - left, 1), color(Token.LINE))

    def _paint_row(self, painter: QPainter, box: QRect, row: ConversationRow) -> None:
        theme = self._theme
        side = theme.px(_AVATAR)
        face = QRectF(box.left() + _LEFT, box.top() + (box.height() - side) / 2, side, side)
        paint_avatar(painter, face, theme, row.contact_id or row.user_id, name_of(row), bot=False)
        left = int(face.right()) + 10
        line = theme.px(21)
        top = box.top() + (box.height() - 3 * line) // 2
        lines = [QRect(left, top + n * line, box.right() - _RIGHT - left, line) for n in range(3)]
        self._paint_name(painter, lines[0], row)
        self._paint_words(painter, lines[1], row)
        self._paint_where(painter, lines[2], row)

    def _paint_name(self, painter: QPainter, box: QRect, row: ConversationRow) -> None:
        theme = self._theme
        when = self._formats.moment(row.last_at, self._clock.now())
        role, token = (Role.LABEL, Token.ACCENT_TEXT) if row.unread else (Role.HINT, Token.TEXT3)
        used = paint_words(painter, box, when, theme, role, token, at_right=True) + 10
        paint_words(painter, box.adjusted(0, 0, -used, 0), name_of(row), theme, Role.STRONG, Token.TEXT)

    def _paint_words(self, painter: QPainter, box: QRect, row: ConversationRow) -> None:
        theme = self._theme
        used = 0
        if row.unread:
            painter.setFont(theme.font(Role.TINY))
            text = thousands(row.unread)
            width = max(20, QFontMetrics(theme.font(Role.TINY)).horizontalAdvance(text) + 12)
            badge = QRectF(box.right() - width, box.center().y() - 10, width, 20)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(Token.ACCENT))
            painter.drawRoundedRect(badge, 10, 10)
            painter.setPen(theme.color(Token.ON_ACCENT))
            painter.drawText(badge, _CENTRE, text)
            used = width + 10
        place = box.adjusted(0, 0, -used, 0)
        if row.hit is not None:
            self._paint_hit(painter, place, row.hit)
            return
        token = Token.TEXT if row.unread else Token.TEXT2
        paint_words(painter, place, last_words(row), theme, Role.BODY, token)

    def _paint_hit(self, painter: QPainter, box: QRect, hit: SearchHit) -> None:
        """In place of what they wrote last: what was searched for, whoever wrote it."""
        theme = self._theme
        heading = hit_heading(hit, self._formats, self._clock.now())
        left = box.left() + paint_words(painter, box, heading, theme, Role.HINT, Token.TEXT3) + 5
        for piece, is_found in pieces_of(hit):
            role, token = (Role.STRONG, Token.TEXT) if is_found else (Role.BODY, Token.TEXT2)
            room = QRect(left, box.top(), box.right() - left, box.height())
            if room.width() <= 0:
                return
            paint_words(painter, room, piece, theme, role, token)
            left += painter.fontMetrics().horizontalAdvance(piece)  # beyond the box where it was cut: nothing follows

    def _paint_where(self, painter: QPainter, box: QRect, row: ConversationRow) -> None:
        theme, left = self._theme, box.left()
        for words, tone in tags_of(row):
            painter.setFont(theme.font(Role.TINY))
            width = min(painter.fontMetrics().horizontalAdvance(words) + 14, box.width() * 3 // 5)
            tag = QRectF(left, box.center().y() - 9, width, 18)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(tone.background))
            painter.drawRoundedRect(tag, 5, 5)
            painter.setPen(theme.color(tone.text))
            painter.drawText(tag, _CENTRE, words)
            left += int(width) + 8
        place = QRect(left, box.top(), box.right() - left, box.height())
        paint_words(painter, place, via_words(row), theme, Role.HINT, Token.TEXT3)
