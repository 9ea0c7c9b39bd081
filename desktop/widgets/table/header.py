"""The head of a table: 34 px, words over their columns, numbers at the right, an arrow where it is sorted, edges to drag."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFontMetrics, QHoverEvent, QKeySequence, QMouseEvent, QPainter
from PySide6.QtWidgets import QHeaderView, QMenu, QWidget

from desktop.theme import Role, Theme, Token
from desktop.widgets.painted import LEFT, RIGHT
from desktop.widgets.table.cells import Column
from desktop.widgets.table.delegate import PADDING

_HEIGHT = 34
_ARROW_ROOM = 17
_WORDS_END = 4  # between the words and the edge, px
_EDGE_INSET = 9  # of the lines between columns, from above and below
FIT_KEYS, USUAL_KEYS = "Ctrl++", "Ctrl+0"
TABLE_KEYS = ((FIT_KEYS, "Fit the columns to what they show"), (USUAL_KEYS, "Usual widths of the columns"))


class TableHeader(QHeaderView):
    """Painted from the columns, not from the model. Only sortable columns react to a click; where there are several, their
    edges can be dragged and are seen while the pointer is on the head."""

    released = Signal()  # the pointer let go, of an edge or of a column
    fitAsked = Signal(int)  # the column, or -1 for all of them
    usualAsked = Signal()

    def __init__(self, columns: Sequence[Column], parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._columns = tuple(columns)
        self._theme = Theme.of_application()
        self._theme.changed.connect(self.updateGeometry)
        self.setSectionsClickable(any(column.sortable for column in columns))
        self.setHighlightSections(False)
        self.setMinimumSectionSize(24)
        is_movable = len(self._columns) > 1
        self.setSectionResizeMode(QHeaderView.ResizeMode.Interactive if is_movable else QHeaderView.ResizeMode.Fixed)
        self._is_pointed_at = False
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self._theme.px(_HEIGHT))

    def sectionSizeFromContents(self, section: int) -> QSize:
        return QSize(self.needed_width(section), self._theme.px(_HEIGHT))

    def needed_width(self, section: int) -> int:
        """What the words of this column take, with the arrow where it can be sorted."""
        return self.words_width(section) + (_ARROW_ROOM if self._columns[section].sortable else 0)

    def words_width(self, section: int) -> int:
        """What the words of this column take at least, to be read whole."""
        column = self._columns[section]
        words = QFontMetrics(self._theme.font(Role.LABEL)).horizontalAdvance(column.title)
        return PADDING + words + (PADDING if column.numeric else _WORDS_END)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHoverEvent):
            is_pointed_at = event.type() != QEvent.Type.HoverLeave
            if is_pointed_at != self._is_pointed_at:
                self._is_pointed_at = is_pointed_at
                self.viewport().update()
        return super().viewportEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self.released.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if len(self._columns) > 1:
            menu = self.make_menu(self.logicalIndexAt(event.pos()))
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(event.globalPos())

    def make_menu(self, section: int) -> QMenu:
        """What can be done with the widths; `section` is the column below the pointer, or -1."""
        menu = QMenu(self)
        if section >= 0:
            menu.addAction("Fit this column").triggered.connect(lambda: self.fitAsked.emit(section))
        menu.addAction(f"Fit columns\t{_native(FIT_KEYS)}").triggered.connect(lambda: self.fitAsked.emit(-1))
        menu.addAction(f"Usual widths\t{_native(USUAL_KEYS)}").triggered.connect(self.usualAsked)
        return menu

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, column = self._theme, self._columns[section]
        painter.fillRect(rect, theme.color(Token.SURFACE))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, theme.color(Token.LINE))
        if self._is_pointed_at and len(self._columns) > 1:
            inset = theme.px(_EDGE_INSET)
            painter.fillRect(rect.right(), rect.top() + inset, 1, rect.height() - 2 * inset, theme.color(Token.LINE2))
        is_sorted = column.sortable and self.isSortIndicatorShown() and self.sortIndicatorSection() == section
        painter.setFont(theme.font(Role.LABEL))
        painter.setPen(theme.color(Token.TEXT if is_sorted else Token.TEXT3))
        box = rect.adjusted(PADDING, 0, -PADDING if column.numeric else -_WORDS_END, -1)
        painter.drawText(box, RIGHT if column.numeric else LEFT, column.title)
        if is_sorted:
            rising = self.sortIndicatorOrder() == Qt.SortOrder.AscendingOrder
            arrow = theme.pixmap("mdi6.arrow-up" if rising else "mdi6.arrow-down", Token.TEXT, 13)
            width = QFontMetrics(painter.font()).horizontalAdvance(column.title)
            left = box.right() - width - _ARROW_ROOM if column.numeric else box.left() + width + 4
            painter.drawPixmap(left, round(box.center().y() - theme.px(13) / 2), arrow)
        painter.restore()


def _native(keys: str) -> str:
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
