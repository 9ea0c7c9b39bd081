"""The card at the foot of the side bar: whether the worker runs, and the button that brings it back."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout

from desktop.frame.facts import WorkerView
from desktop.theme import Role
from desktop.widgets.buttons import Button
from desktop.widgets.labels import ElidedLabel
from desktop.widgets.status import Glyph, State, Status


class WorkerCard(QFrame):
    """Shows a WorkerView; what its button means is decided by who listens."""

    actionRequested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("outlined")
        self.setAccessibleName("Worker")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(3)
        self._status = Status(State(Glyph.RING, "Worker"), role=Role.STRONG)
        self._line = ElidedLabel("", Role.HINT)
        self._button = Button("", small=True)
        self._button.clicked.connect(self.actionRequested)
        self._button.hide()
        for part in (self._status, self._line, self._button):
            column.addWidget(part)

    def show_worker(self, view: WorkerView) -> None:
        self._status.set_state(view.state)
        self._line.set_text(view.line)
        self._button.set_text(view.action)
        self._button.setVisible(bool(view.action))
        self.setAccessibleDescription(f"{view.state.word}. {view.line}")

    @property
    def words(self) -> tuple[str, str, str]:
        """What a person reads: state, line, and the button that is there."""
        return self._status.state.word, self._line.whole_text, "" if self._button.isHidden() else self._button.text()
