"""Above the page while campaigns stand still because no worker answers: what that means, and the next step."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.formatting import count_of
from desktop.frame.facts import WorkerView
from desktop.widgets.buttons import Button
from desktop.widgets.cards import Banner
from desktop.widgets.status import Glyph


class WorkerBanner(QWidget):
    """There only when it has something to say."""

    actionRequested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._button = Button("", small=True)
        self._banner = Banner("mdi6.server-off", [self._button])
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 0, 24, 0)
        column.addWidget(self._banner)
        self._button.clicked.connect(self.actionRequested)
        self.hide()

    def show_worker(self, view: WorkerView, *, standing: int) -> None:
        """`standing`: how many campaigns would run if it did."""
        is_needed = view.state.glyph in (Glyph.CROSS, Glyph.WARNING) and standing > 0
        if is_needed:
            count = count_of(str(standing), "campaign stands", "campaigns stand")
            self._banner.set_words(f"{view.state.word}: nothing is sent now", f"{count} still. Nothing is lost.")
            self._button.set_text(view.action)
        self.setVisible(is_needed)
