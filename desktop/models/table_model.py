"""The Qt face of a list of rows: answers with cells, and passes on what changed. Holds no rows and asks no database."""

from collections.abc import Callable, Sequence
from typing import Final, Generic, Protocol, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from desktop.models.paged_rows import RowsListener, Span
from desktop.theme import Role
from desktop.widgets.table import CELL, Cell, cell_data

Row = TypeVar("Row")
Row_co = TypeVar("Row_co", covariant=True)

_Index = QModelIndex | QPersistentModelIndex
_ROOT: Final = QModelIndex()
_NOT_HERE: Final = Cell("…", role=Role.HINT)
_ROLES: Final = frozenset({CELL, int(Qt.ItemDataRole.DisplayRole), int(Qt.ItemDataRole.AccessibleTextRole)})


class Rows(Protocol[Row_co]):
    """PagedRows or KeyedRows."""

    def __len__(self) -> int: ...
    def row(self, index: int) -> Row_co | None: ...
    def listen(self, listener: RowsListener) -> None: ...


class TableModel(QAbstractTableModel, Generic[Row]):
    """`cells` makes the cells of one row. A row that is not here yet shows "…" and is asked for by being looked at."""

    def __init__(
        self, rows: Rows[Row], cells: Callable[[Row], Sequence[Cell]], columns: int, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._rows = rows
        self._cells = cells
        self._columns = columns
        self._last: tuple[Row, Sequence[Cell]] | None = None  # cells are asked for row by row
        rows.listen(self)

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else self._columns

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role not in _ROLES:  # asked for half a dozen roles a cell, so this comes first
            return None
        return cell_data(self.cell(index.row(), index.column()), role)

    def cell(self, row: int, column: int) -> Cell:
        """What stands there."""
        value = self._rows.row(row)
        if value is None:
            return _NOT_HERE
        if self._last is None or self._last[0] is not value:
            self._last = value, self._cells(value)
        return self._last[1][column]

    def is_unread(self, first: int, end: int) -> bool:
        """Whether one of the rows from `first` up to, not including, `end` is not here yet; asks for it."""
        return any(self._rows.row(row) is None for row in range(first, end))

    # What the rows tell. Nothing is told of columns: a changed row is painted whole.

    def about_to_reset(self) -> None:
        self.beginResetModel()

    def was_reset(self) -> None:
        self.endResetModel()

    def about_to_insert(self, span: Span) -> None:
        self.beginInsertRows(QModelIndex(), span.first, span.end - 1)

    def was_inserted(self) -> None:
        self.endInsertRows()

    def has_changed(self, span: Span) -> None:
        self.dataChanged.emit(self.index(span.first, 0), self.index(span.end - 1, self._columns - 1))
