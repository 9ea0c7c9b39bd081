"""Pays in small pieces, while nobody waits, for what the first sight of a page or dialog would cost in one."""

from collections.abc import Iterator
from itertools import chain

from PySide6.QtCore import QObject, QTimer

TURN_MS = 3  # between two pieces the window answers whatever came


class WarmUp(QObject):
    """Runs one piece a turn of the event loop until there are none. What is asked for later comes after the rest.

    A piece is one step of an iterator and takes less than a frame; a piece that fails ends its iterator only.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._pieces: Iterator[None] = iter(())
        self._timer = QTimer(self, interval=TURN_MS)
        self._timer.timeout.connect(self._do_one)

    @property
    def is_done(self) -> bool:
        return not self._timer.isActive()

    def add(self, pieces: Iterator[None]) -> None:
        self._pieces = chain(self._pieces, pieces)
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def _do_one(self) -> None:
        if next(self._pieces, self) is self:
            self._timer.stop()
