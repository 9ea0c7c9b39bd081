"""One line over the list while checks are under way: how far they are, and a way to take back the rest."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from database.stores.proxy_screens import CheckProgress
from desktop.formatting import Formats
from desktop.theme import Role
from desktop.widgets.buttons import Button
from desktop.widgets.labels import label
from desktop.widgets.progress import Part, Progress
from desktop.widgets.status import Glyph, StatusGlyph, Tone


class CheckStrip(QFrame):
    """Hidden while nothing is checked."""

    cancelRequested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("note")
        self.words = label("", Role.STRONG)
        self.bar = Progress("Checks that are done")
        self.cancel = Button("Cancel", small=True)
        self.cancel.clicked.connect(self.cancelRequested)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 7, 8, 7)
        row.setSpacing(12)
        row.addWidget(StatusGlyph(Glyph.RUN, "Checking"))
        row.addWidget(self.words)
        row.addWidget(self.bar, 1)
        row.addWidget(self.cancel)

    def show_progress(self, progress: CheckProgress | None, formats: Formats) -> None:
        """None: nothing is checked."""
        self.setVisible(progress is not None)
        if progress is None:
            return
        number = formats.number
        words = f"{number(progress.checked)} of {number(progress.total)} checked"
        self.words.setText(f"{words}, {number(progress.failed)} failed" if progress.failed else words)
        good = Part(progress.checked - progress.failed, Tone.GOOD, "work")
        self.bar.set_parts([good, Part(progress.failed, Tone.BAD, "failed")], progress.total)
