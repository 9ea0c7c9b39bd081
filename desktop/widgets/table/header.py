"""The head of a table: 34 px, words over their columns, numbers at the right, an arrow at the sorted column."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QHeaderView, QWidget

from desktop.theme import Role, Theme, Token
from desktop.widgets.painted import LEFT, RIGHT
from desktop.widgets.table.cells import Column
from desktop.widgets.table.delegate import PADDING

_HEIGHT = 34


class TableHeader(QHeaderView):
    """Painted from the columns, not from the model; only sortable columns react to the pointer."""

    def __init__(self, columns: Sequence[Column], parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._columns = tuple(columns)
        self._theme = Theme.of_application()
        self._theme.changed.connect(self.updateGeometry)
        self.setSectionsClickable(any(column.sortable for column in columns))
        self.setHighlightSections(False)
        self.setMinimumSectionSize(24)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self._theme.px(_HEIGHT))

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, column = self._theme, self._columns[section]
        painter.fillRect(rect, theme.color(Token.SURFACE))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, theme.color(Token.LINE))
        is_sorted = column.sortable and self.isSortIndicatorShown() and self.sortIndicatorSection() == section
        painter.setFont(theme.font(Role.LABEL))
        painter.setPen(theme.color(Token.TEXT if is_sorted else Token.TEXT3))
        box = rect.adjusted(PADDING, 0, -PADDING if column.numeric else -4, -1)
        painter.drawText(box, RIGHT if column.numeric else LEFT, column.title)
        if is_sorted:
            rising = self.sortIndicatorOrder() == Qt.SortOrder.AscendingOrder
            arrow = theme.pixmap("mdi6.arrow-up" if rising else "mdi6.arrow-down", Token.TEXT, 13)
            width = QFontMetrics(painter.font()).horizontalAdvance(column.title)
            left = box.right() - width - 17 if column.numeric else box.left() + width + 4
            painter.drawPixmap(left, round(box.center().y() - theme.px(13) / 2), arrow)
        painter.restore()
