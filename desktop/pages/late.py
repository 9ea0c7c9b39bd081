"""A skeleton that comes only when rows take longer than 300 ms: a list that is quick never blinks."""

from PySide6.QtCore import QObject, QTimer

from desktop.widgets.empty import Skeleton
from desktop.widgets.table import Table

LATE_MS = 300


class LateSkeleton(QObject):
    """Begin when rows are asked for, end when there is something to show."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self._table = table
        self._timer = QTimer(self, singleShot=True, interval=LATE_MS)
        self._timer.timeout.connect(self._show)

    def begin(self) -> None:
        self._timer.start()

    def end(self) -> None:
        self._timer.stop()

    def _show(self) -> None:
        if self._table.placeholder is None:
            self._table.set_placeholder(Skeleton(12))
