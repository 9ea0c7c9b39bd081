"""A summary beside its conversation: a few lines and what is open. It is gone when another conversation is opened."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout

from ai.inbox.summarise import Summary
from core.errors import AppError
from desktop.pages.inbox.assist_problem import Problem
from desktop.theme import Role, Token
from desktop.widgets.buttons import Button, IconButton
from desktop.widgets.cards import Card, IconLabel
from desktop.widgets.labels import label
from desktop.widgets.layouts import clear_layout


class SummaryCard(Card):
    """Shows and emits; hidden as long as nobody asked for one."""

    againRequested = Signal()
    stopRequested = Signal()
    settingsRequested = Signal()

    def __init__(self) -> None:
        super().__init__("Summary", role=Role.LABEL)
        self.dismiss = IconButton("mdi6.close", "Put the summary away")
        self.progress = label("Reading the conversation…", Role.HINT)
        self.stop = Button("Stop", small=True)
        self.lines = QVBoxLayout()
        self.lines.setSpacing(4)
        self.problem = Problem()
        self.note = label("", Role.HINT, wrap=True)
        self.body.setContentsMargins(14, 10, 10, 12)
        self.head.insertWidget(0, IconLabel("mdi6.creation", Token.ODD, 16))
        self.head.addWidget(self.dismiss)
        line = QHBoxLayout()
        line.addWidget(self.progress, 1)
        line.addWidget(self.stop)
        self.body.addLayout(line)
        self.body.addLayout(self.lines)
        self.body.addWidget(self.problem)
        self.body.addWidget(self.note)
        self.stop.clicked.connect(self._put_away)
        self.dismiss.clicked.connect(self._put_away)
        self.problem.againRequested.connect(self.againRequested)
        self.problem.settingsRequested.connect(self.settingsRequested)
        self.hide()

    @property
    def is_asking(self) -> bool:
        """A model reads the conversation."""
        return not self.isHidden() and not self.stop.isHidden()

    def show_asking(self) -> None:
        """The question is on its way."""
        self._show(is_asking=True)

    def show_summary(self, summary: Summary) -> None:
        """Whole."""
        self._show(is_asking=False)
        for words in summary.lines:
            self.lines.addWidget(_text(words))
        self.lines.addWidget(label("Open" if summary.open else "Nothing is open.", Role.LABEL))
        for words in summary.open:
            self.lines.addWidget(_text(f"• {words}"))
        of = "Of the newest messages. " if summary.is_cut else ""
        self.note.setText(f"{of}A model wrote it; it is not kept.")
        self.note.show()

    def show_problem(self, error: AppError) -> None:
        self._show(is_asking=False)
        self.problem.show_problem(error)

    def put_away(self) -> None:
        """Nothing of it stays."""
        clear_layout(self.lines)
        self.hide()

    def _show(self, *, is_asking: bool) -> None:
        clear_layout(self.lines)
        self.problem.show_problem(None)
        self.note.hide()
        self.progress.setVisible(is_asking)
        self.stop.setVisible(is_asking)
        self.show()

    def _put_away(self) -> None:
        self.stopRequested.emit()
        self.put_away()


def _text(words: str) -> QLabel:
    made = label(words, wrap=True)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made
