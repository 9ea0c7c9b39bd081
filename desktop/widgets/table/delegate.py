"""Paints the cells of a table from kept fonts, colours and glyphs: a row costs a few microseconds a cell."""

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QHelpEvent, QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
)

from desktop.theme import Role, Theme, Token
from desktop.theme.type_roles import STYLES
from desktop.widgets.identity import paint_avatar
from desktop.widgets.painted import paint_focus_ring
from desktop.widgets.progress import paint_parts
from desktop.widgets.sparkline import AREA_ALPHA, paint_line
from desktop.widgets.status import GLYPH_PX, Glyph, Tone, paint_glyph
from desktop.widgets.table.cells import CELL, Bar, Cell

_Index = QModelIndex | QPersistentModelIndex
PADDING = 13
_GLYPH_ROOM = 19
_AVATAR = 28
_AVATAR_ROOM = _AVATAR + 10
_TREND = 84
_BAR = 5
_LINE = 17
_EDGE = 3
_LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine)
_RIGHT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight | Qt.TextFlag.TextSingleLine)
_CENTRE = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine)
_SELECTED = QStyle.StateFlag.State_Selected


class CellDelegate(QStyledItemDelegate):
    """Draws a `Cell`. The view tells it which row is under the pointer."""

    def __init__(self, parent: QAbstractItemView, numeric: frozenset[int]) -> None:
        super().__init__(parent)
        self.hover_row = -1
        self._numeric = numeric
        self._theme = Theme.of_application()
        self._theme.changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        theme = self._theme
        self._line = theme.px(_LINE)
        self._fonts: dict[Role, QFont] = {role: theme.font(role) for role in Role}
        self._metrics = {role: QFontMetrics(font) for role, font in self._fonts.items()}
        self._heights = {role: (metrics.height(), metrics.ascent()) for role, metrics in self._metrics.items()}
        # What surely fits is not measured: laying a text out costs as much as painting it.
        self._widest = {role: max(map(metrics.horizontalAdvance, "WM@%")) for role, metrics in self._metrics.items()}
        self._colors: dict[Token, QColor] = {token: theme.color(token) for token in Token}
        self._glyphs: dict[tuple[Glyph, float], QPixmap] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(80, option.rect.height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        cell = index.data(CELL)
        rect, row, column = option.rect, index.row(), index.column()
        self._paint_ground(painter, rect, row, column, bool(option.state & _SELECTED))
        if not isinstance(cell, Cell):
            return
        box = rect.adjusted(PADDING, 0, -PADDING // 2 if column not in self._numeric else -PADDING, -1)
        if cell.glyph is not None:
            two_lines = bool(cell.detail)
            middle = box.center().y() - (self._line / 2 if two_lines else 0)
            painter.drawPixmap(box.left(), round(middle - GLYPH_PX / 2), self._glyph(painter, cell.glyph))
            box.setLeft(box.left() + _GLYPH_ROOM)
        elif cell.avatar is not None:
            place = QRectF(box.left(), box.center().y() - _AVATAR / 2 + 1, _AVATAR, _AVATAR)
            paint_avatar(painter, place, self._theme, cell.avatar[0], cell.text, bot=cell.avatar[1])
            box.setLeft(box.left() + _AVATAR_ROOM)
        align = _RIGHT if column in self._numeric else _LEFT
        self._paint_content(painter, box, cell, align)

    def _paint_ground(self, painter: QPainter, rect: QRect, row: int, column: int, selected: bool) -> None:
        if selected:
            painter.fillRect(rect, self._colors[Token.SELECT])
            if column == 0:
                painter.fillRect(rect.left(), rect.top(), _EDGE, rect.height(), self._colors[Token.ACCENT])
        elif row == self.hover_row:
            painter.fillRect(rect, self._colors[Token.HOVER])
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, self._colors[Token.LINE])

    def _paint_content(self, painter: QPainter, box: QRect, cell: Cell, align: int) -> None:
        second = bool(cell.detail) or (cell.bar is not None and bool(cell.words))
        first_line = QRect(box.left(), box.center().y() - self._line, box.width(), self._line) if second else box
        second_line = QRect(box.left(), box.center().y() + 1, box.width(), self._line)
        if cell.tags:
            self._paint_tags(painter, box, cell.tags)
        elif cell.trend:
            self._paint_trend(painter, box, cell.trend, cell.tone or Tone.ACCENT)
        elif cell.words or cell.bar is None:
            self._paint_words(painter, first_line, cell, align)
        if cell.detail:
            self._text(painter, second_line, cell.detail, Role.HINT, self._colors[Token.TEXT3], align)
        elif cell.bar is not None:
            self._paint_bar(painter, second_line if second else box, cell.bar)

    def _paint_words(self, painter: QPainter, box: QRect, cell: Cell, align: int) -> None:
        if not cell.words:
            self._text(painter, box, "–", Role.BODY, self._colors[Token.TEXT3], align)
            return
        if cell.lead:
            toned = self._colors[cell.tone.text if cell.tone else Token.TEXT]
            self._text(painter, box, cell.lead, Role.H3, toned, align)
            used = self._metrics[Role.H3].horizontalAdvance(cell.lead) + 4
            box = box.adjusted(used, 0, 0, 0)
            self._text(painter, box, cell.text, cell.role, self._colors[STYLES[cell.role].token], align)
            return
        token = cell.tone.text if cell.tone else STYLES[cell.role].token
        self._text(painter, box, cell.text, cell.role, self._colors[token], align)

    def _text(self, painter: QPainter, box: QRect, text: str, role: Role, color: QColor, align: int) -> None:
        # On the base line of our own font, and not clipped to the line: letters of other scripts stand higher.
        metrics, left, room = self._metrics[role], box.left(), box.width()
        if align != _LEFT:
            left += room - metrics.horizontalAdvance(text)
        elif (len(text) * self._widest[role] > room or not text.isascii()) and metrics.horizontalAdvance(text) > room:
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        height, ascent = self._heights[role]
        painter.setFont(self._fonts[role])
        painter.setPen(color)
        painter.drawText(left, box.top() + (box.height() - height) // 2 + ascent, text)

    def _paint_bar(self, painter: QPainter, box: QRect, bar: Bar) -> None:
        place = QRectF(box.left(), box.center().y() - _BAR / 2 + 1, box.width() - PADDING // 2, _BAR)
        parts = [(part.count, self._colors[part.tone.fill]) for part in bar.parts]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_parts(painter, place, parts, bar.total, self._colors[Token.PRESS], self._colors[Token.SURFACE])

    def _paint_trend(self, painter: QPainter, box: QRect, trend: tuple[float | None, ...], tone: Tone) -> None:
        known = [value for value in trend if value is not None]
        if known:
            place = QRectF(box.left(), box.center().y() - 9, min(box.width(), _TREND), 20)
            area = self._theme.tint(tone.text, AREA_ALPHA)
            paint_line(painter, place, trend, 0.0, max(known) or 1.0, self._colors[tone.text], area)

    def _paint_tags(self, painter: QPainter, box: QRect, tags: tuple[tuple[str, Tone], ...]) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._fonts[Role.TINY])
        left = box.left()
        for text, tone in tags:
            width = self._metrics[Role.TINY].horizontalAdvance(text) + 14
            if left + width > box.right():
                break
            place = QRectF(left, box.center().y() - 9, width, 20)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._colors[tone.background])
            painter.drawRoundedRect(place, 5, 5)
            painter.setPen(self._colors[tone.text])
            painter.drawText(place, _CENTRE, text)
            left += width + 5

    def needed_width(self, cell: Cell, column: int) -> int:
        """What the cell takes when nothing of it is cut; a bar takes what there is."""
        room = self._metrics
        words = room[cell.role].horizontalAdvance(cell.text)
        if cell.lead:
            words += room[Role.H3].horizontalAdvance(cell.lead) + 4
        if cell.tags:
            words = sum(room[Role.TINY].horizontalAdvance(text) + 14 + 5 for text, _ in cell.tags)
        elif cell.trend:
            words = _TREND
        before = _GLYPH_ROOM if cell.glyph is not None else _AVATAR_ROOM if cell.avatar is not None else 0
        detail = room[Role.HINT].horizontalAdvance(cell.detail)
        after = PADDING if column in self._numeric else PADDING // 2
        return PADDING + before + max(words, detail) + after + 1

    def _glyph(self, painter: QPainter, glyph: Glyph) -> QPixmap:
        ratio = painter.device().devicePixelRatioF()
        kept = self._glyphs.get((glyph, ratio))
        if kept is None:
            side = round(GLYPH_PX * ratio)
            kept = QPixmap(side, side)
            kept.setDevicePixelRatio(ratio)
            kept.fill(Qt.GlobalColor.transparent)
            brush = QPainter(kept)
            paint_glyph(brush, glyph, 0, 0, self._colors[glyph.tone.text])
            brush.end()
            self._glyphs[glyph, ratio] = kept
        return kept

    def helpEvent(
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: _Index
    ) -> bool:
        """The whole of a text that was cut, as the tool tip."""
        cell = index.data(CELL)
        if event.type() != QEvent.Type.ToolTip or not isinstance(cell, Cell):
            return False
        room = option.rect.width() - 2 * PADDING - (_GLYPH_ROOM if cell.glyph else 0)
        lines = ((cell.words, cell.role), (cell.detail, Role.HINT))
        cut = any(self._metrics[role].horizontalAdvance(text) > room for text, role in lines)
        QToolTip.showText(event.globalPos(), "\n".join(text for text, _ in lines if text) if cut else "", view)
        return True


def paint_row_ring(painter: QPainter, box: QRect, theme: Theme) -> None:
    """The focus ring around the row that has the keyboard."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_focus_ring(painter, QRectF(box), 4, theme)
