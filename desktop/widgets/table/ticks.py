"""A table of which some rows are ticked, with how many there are and links that tick all or none."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.theme import Role
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.labels import label
from desktop.widgets.table.cells import Column
from desktop.widgets.table.view import Table, TableCard


class TickTable(QWidget):
    """Ticked by a click, or by Space on the row that has the keyboard. Subclasses hold the ticks and the model.

    `changed` comes from them when others are ticked.
    """

    changed = Signal()

    def __init__(self, title: str, columns: Sequence[Column]) -> None:
        super().__init__()
        self.table = Table(title, columns, row_height=40, kept_as=f"{title}, ticked")
        self.count = label("", Role.LABEL)
        self.all = Button("All", kind=Kind.LINK, small=True)
        self.none = Button("None", kind=Kind.LINK, small=True)
        self.head = QHBoxLayout()
        self.head.setSpacing(4)
        self.head.addWidget(self.count, 1)
        self.head.addWidget(self.all)
        self.head.addWidget(self.none)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(self.head)
        column.addWidget(TableCard(self.table), 1)
        space = QShortcut(QKeySequence(Qt.Key.Key_Space), self.table)
        space.setContext(Qt.ShortcutContext.WidgetShortcut)
        space.activated.connect(self._toggle_current)
        self.table.clicked.connect(self._clicked)
        self.all.clicked.connect(self._tick_all)
        self.none.clicked.connect(self._tick_none)

    def toggle(self, row: int) -> None:
        raise NotImplementedError

    def tick_all(self, *, ticked: bool) -> None:
        raise NotImplementedError

    def _clicked(self, index: QModelIndex) -> None:
        self.toggle(index.row())

    def _toggle_current(self) -> None:
        if self.table.currentIndex().isValid():
            self.toggle(self.table.currentIndex().row())

    def _tick_all(self) -> None:
        self.tick_all(ticked=True)

    def _tick_none(self) -> None:
        self.tick_all(ticked=False)
