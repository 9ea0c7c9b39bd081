"""A line of a list that is put in order by hand: a button of the message, or one of its photos and files."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.widgets.buttons import IconButton


class MovableLine(QWidget):
    """Has `up`, `down` and `remove`, which whoever derives from it puts in their places; its card does what they say."""

    moved = Signal(object, int)  # this line, by how many places
    removed = Signal(object)

    def __init__(self, *, up: str, down: str, remove: str) -> None:
        """What the three say."""
        super().__init__()
        self.up = IconButton("mdi6.chevron-up", up)
        self.down = IconButton("mdi6.chevron-down", down)
        self.remove = IconButton("mdi6.close", remove)
        self.up.clicked.connect(self._move_up)
        self.down.clicked.connect(self._move_down)
        self.remove.clicked.connect(self._remove)

    def show_place(self, number: int, count: int) -> None:
        """It is this one (from 0) of so many."""
        self.up.setEnabled(number > 0)
        self.down.setEnabled(number < count - 1)

    def _move_up(self) -> None:
        self.moved.emit(self, -1)

    def _move_down(self) -> None:
        self.moved.emit(self, 1)

    def _remove(self) -> None:
        self.removed.emit(self)
