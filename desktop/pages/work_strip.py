"""One line over a list while something is under way: how far it is, and a way to end it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from desktop.theme import Role
from desktop.widgets.buttons import Button
from desktop.widgets.labels import label
from desktop.widgets.progress import Part, Progress
from desktop.widgets.status import Glyph, StatusGlyph, Tone


class WorkStrip(QFrame):
    """Its owner hides it while nothing is under way."""

    cancelRequested = Signal()

    def __init__(self, what: str, bar: str, cancel: str) -> None:
        """`what` is under way, as one word ("Checking"); `bar` names the bar for who cannot see it."""
        super().__init__()
        self.setObjectName("note")
        self.words = label("", Role.STRONG)
        self.bar = Progress(bar)
        self.cancel = Button(cancel, small=True)
        self.cancel.clicked.connect(self.cancelRequested)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 7, 8, 7)
        row.setSpacing(12)
        row.addWidget(StatusGlyph(Glyph.RUN, what))
        row.addWidget(self.words)
        row.addWidget(self.bar, 1)
        row.addWidget(self.cancel)

    def show_work(self, words: str, *, done: int, failed: int, total: int) -> None:
        """`done` without those that failed."""
        self.words.setText(words)
        self.bar.set_parts([Part(done, Tone.GOOD, "work"), Part(failed, Tone.BAD, "failed")], total)
