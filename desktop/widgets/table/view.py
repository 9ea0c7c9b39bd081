"""The table view: whole rows, fixed heights, hover and selection by the theme, and a place for "nothing here"."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import QAbstractItemModel, QEvent, QItemSelectionModel, QModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHoverEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHBoxLayout, QHeaderView, QTableView, QVBoxLayout, QWidget

from desktop.theme import Role, Theme
from desktop.widgets.labels import label
from desktop.widgets.table.cells import CELL, Cell, Column
from desktop.widgets.table.delegate import CellDelegate, paint_row_ring
from desktop.widgets.table.header import TableHeader
from desktop.widgets.table.widths import Measure, fill, keep_widths, move_edge, read_widths

ROW_TWO_LINES = 44
MOST_IN_VIEW = 100
"""Rows: no screen holds more, and a table that has no size yet says that all of them are in view."""


class Table(QTableView):
    """Shows a model whose `data(index, CELL)` answers with a Cell (see `cell_data`). Which columns there are is fixed at
    making; how wide they are the person may change, and finds it again under the name of the table.

    `opened` comes with the row that was double-clicked or on which Enter was pressed.
    """

    opened = Signal(int)

    def __init__(
        self,
        name: str,
        columns: Sequence[Column],
        *,
        row_height: int = ROW_TWO_LINES,
        several: bool = False,
        kept_as: str | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`kept_as`: what its widths are kept under where several tables have the same name; "": they are not kept."""
        super().__init__(parent)
        self._columns = tuple(columns)
        self._row_height = row_height
        self._placeholder: QWidget | None = None
        self._shown: QAbstractItemModel | None = None
        self._by_keyboard = False
        self._theme = Theme.of_application()
        numeric = frozenset(index for index, column in enumerate(columns) if column.numeric)
        self._delegate = CellDelegate(self, numeric)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName(name)
        self._head = TableHeader(columns, self)
        self.setHorizontalHeader(self._head)
        self._head.sectionResized.connect(self._edge_moved)
        self._head.released.connect(self._edge_released)
        self._head.fitAsked.connect(self.fit_columns)
        self._head.usualAsked.connect(self.use_usual_widths)
        self._kept_as = name if kept_as is None else kept_as
        self._wants = read_widths(self._kept_as) if self._kept_as and len(columns) > 1 else {}
        self._is_laying_out = False
        self._is_edge_moved = False
        self._laid_out: list[int] = []  # the widths before an edge was taken
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._set_behaviour(several)
        self.activated.connect(self._open)
        self._theme.changed.connect(self._restyle)
        self._restyle()

    def _set_behaviour(self, several: bool) -> None:
        modes = QAbstractItemView.SelectionMode
        self.setSelectionMode(modes.ExtendedSelection if several else modes.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setWordWrap(False)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_Hover)

    def setModel(self, model: QAbstractItemModel | None) -> None:
        """Show a model. Raises ValueError when its columns are not those of the table."""
        if model is not None and model.columnCount() != len(self._columns):
            raise ValueError(f"The model has {model.columnCount()} columns, the table {len(self._columns)}.")
        self._shown = model
        self._is_laying_out = True
        super().setModel(model)
        self._lay_out_columns()

    def visible_rows(self) -> tuple[int, int]:
        """The first row in view and the one after the last, at most MOST_IN_VIEW."""
        count = self.model().rowCount()
        first = min(max(0, self.rowAt(0)), count)
        last = self.rowAt(self.viewport().height() - 1)
        return first, min(count if last < 0 else last + 1, first + MOST_IN_VIEW)

    def choose_row(self, row: int) -> None:
        """Make it the selected one."""
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(self.model().index(row, 0), flags)

    def set_sorted(self, column: int, order: Qt.SortOrder) -> None:
        """Show at which column the rows are sorted; the model does the sorting when `sectionClicked` asks for it."""
        self.horizontalHeader().setSortIndicator(column, order)
        self.horizontalHeader().setSortIndicatorShown(True)

    def set_hidden_columns(self, columns: Collection[int]) -> None:
        """Leave these columns out while there is no room for them; the others share the width."""
        self._is_laying_out = True
        for column in range(len(self._columns)):
            self.setColumnHidden(column, column in columns)
        self._lay_out_columns()

    @property
    def chosen_rows(self) -> list[int]:
        """The selected rows in their order."""
        return sorted({row for first, end in self.chosen_spans for row in range(first, end)})

    @property
    def chosen_spans(self) -> list[tuple[int, int]]:
        """The selected rows as spans: the first of each and the one after its last. A selection may be a million rows."""
        if self._shown is None:
            return []
        chosen = self.selectionModel().selection()
        return sorted({(chosen.at(place).top(), chosen.at(place).bottom() + 1) for place in range(chosen.count())})

    def set_placeholder(self, widget: QWidget | None) -> None:
        """Put an EmptyState, Skeleton or FailedState in the place of the rows; None shows the rows. The head stays."""
        if self._placeholder is not None and self._placeholder is not widget:
            self._placeholder.hide()
            self._placeholder.deleteLater()
        self._placeholder = widget
        if widget is not None:
            widget.setParent(self.viewport())
            widget.setGeometry(self.viewport().rect())
            widget.show()

    @property
    def placeholder(self) -> QWidget | None:
        return self._placeholder

    @property
    def chosen_row(self) -> int | None:
        """The selected row, or None."""
        if self._shown is None:
            return None
        rows = self.selectionModel().selectedRows()
        return rows[0].row() if rows else None

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out_columns()
        if self._placeholder is not None:
            self._placeholder.setGeometry(self.viewport().rect())

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHoverEvent):
            is_out = event.type() == QEvent.Type.HoverLeave
            self._hover(-1 if is_out else self.rowAt(round(event.position().y())))
        return super().viewportEvent(event)

    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:  # Home and End go to the first and last row, not column: rows are what one moves between
        model, rows = self._shown, self._shown.rowCount() if self._shown is not None else 0
        if model is not None and rows and action == QAbstractItemView.CursorAction.MoveHome:
            return model.index(0, 0)
        if model is not None and rows and action == QAbstractItemView.CursorAction.MoveEnd:
            return model.index(rows - 1, 0)
        return super().moveCursor(action, modifiers)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._set_by_keyboard(True)
        has_control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if has_control and event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):  # on many keyboards + is Shift and =
            self.fit_columns()
        elif has_control and event.key() == Qt.Key.Key_0:
            self.use_usual_widths()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._set_by_keyboard(False)
        super().mousePressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        reasons = (
            Qt.FocusReason.TabFocusReason,
            Qt.FocusReason.BacktabFocusReason,
            Qt.FocusReason.ShortcutFocusReason,
        )
        self._set_by_keyboard(event.reason() in reasons)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._placeholder is not None:
            return
        super().paintEvent(event)
        if self.hasFocus() and self._by_keyboard:
            row = self.currentIndex().row()
            box = self._row_box(row) if row >= 0 else self.viewport().rect()
            paint_row_ring(QPainter(self.viewport()), box, self._theme)

    def _row_box(self, row: int) -> QRect:
        return QRect(0, self.rowViewportPosition(row), self.viewport().width(), self.rowHeight(row))

    def _hover(self, row: int) -> None:
        before, self._delegate.hover_row = self._delegate.hover_row, row
        if before != row:
            for changed in (before, row):
                if changed >= 0:
                    self.viewport().update(self._row_box(changed))

    def _set_by_keyboard(self, by_keyboard: bool) -> None:
        if by_keyboard != self._by_keyboard:
            self._by_keyboard = by_keyboard
            self.viewport().update()

    # ----------------------------------------------------------------------------------------------- columns

    def fit_columns(self, column: int = -1) -> None:
        """Make this column, or with -1 all of them, as wide as what it shows in the rows in view; remembered."""
        shown = self._shown_columns()
        for one in shown if column < 0 else (column,):
            needed = max(self.sizeHintForColumn(one), self._head.needed_width(one))
            self._wants[self._columns[one].title] = self._unscaled(max(needed, self._measure(one).least))
        self._lay_out_columns()
        self._keep_widths()

    def use_usual_widths(self) -> None:
        """As if nobody had changed a column; remembered."""
        self._wants = {}
        self._lay_out_columns()
        self._keep_widths()

    def sizeHintForColumn(self, column: int) -> int:  # Qt asks when an edge is double-clicked
        model, needed = self.model(), 0
        for row in range(*self.visible_rows()):
            cell = model.index(row, column).data(CELL)
            if isinstance(cell, Cell):
                needed = max(needed, self._delegate.needed_width(cell, column))
        return needed

    def _shown_columns(self) -> list[int]:
        return [index for index in range(len(self._columns)) if not self.isColumnHidden(index)]

    def _measure(self, index: int) -> Measure:
        column = self._columns[index]
        usual = self._usual_width(index)
        want = self._theme.px(self._wants[column.title]) if column.title in self._wants else usual
        least = usual if column.numeric else min(usual, self._head.needed_width(index))
        return Measure(want=want, usual=min(usual, max(want, least)), least=least, stretch=column.stretch)

    def _usual_width(self, index: int) -> int:
        return max(self._theme.px(self._columns[index].width), self._head.words_width(index))

    def _lay_out_columns(self) -> None:
        if self._shown is None:
            return
        measures = [self._measure(index) for index in self._shown_columns()]
        self._laid_out = fill(measures, self.viewport().width())
        self._set_widths(self._laid_out)

    def _set_widths(self, widths: Sequence[int]) -> None:
        self._is_laying_out = True
        for index, width in zip(self._shown_columns(), widths, strict=True):
            self.setColumnWidth(index, width)
        self._is_laying_out = False

    def _edge_moved(self, column: int, _: int, width: int) -> None:
        """The pointer has moved an edge: always reckoned from where all of them were before."""
        if self._is_laying_out or self._shown is None:
            return
        shown = self._shown_columns()
        measures = [self._measure(index) for index in shown]
        widths = move_edge(measures, self._laid_out, shown.index(column), width, self.viewport().width())
        self._set_widths(widths)
        self._is_edge_moved = True

    def _edge_released(self) -> None:
        if not self._is_edge_moved:
            return
        self._is_edge_moved = False
        for index in self._shown_columns():
            column, width = self._columns[index], self.columnWidth(index)
            if column.stretch or width != self._usual_width(index) or column.title in self._wants:
                self._wants[column.title] = self._unscaled(width)
        self._lay_out_columns()
        self._keep_widths()

    def _unscaled(self, width: int) -> int:
        return round(width / self._theme.scale)

    def _keep_widths(self) -> None:
        if self._kept_as:
            keep_widths(self._kept_as, self._wants)

    def _open(self, index: QModelIndex) -> None:
        self.opened.emit(index.row())

    def _restyle(self) -> None:
        height = self._theme.px(self._row_height)
        self.verticalHeader().setMinimumSectionSize(height)
        self.verticalHeader().setDefaultSectionSize(height)
        self._lay_out_columns()


class TableCard(QFrame):
    """A table on a surface with round corners, with a title and links above it when `title` is given."""

    def __init__(self, table: Table, title: str = "", explanation: str = "") -> None:
        super().__init__()
        self.setObjectName("tableCard")
        self.table = table
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 6 if not title else 10, 1, 8)
        column.setSpacing(4)
        self.head = QHBoxLayout()
        self.head.setContentsMargins(13, 0, 13, 0)
        self.head.setSpacing(8)
        self.explanation = label(explanation, Role.HINT)
        if title:
            self.title = label(title, Role.H2)
            self.head.addWidget(self.title)
            self.head.addWidget(self.explanation, 1)
            column.addLayout(self.head)
        column.addWidget(table, 1)
