"""One finding of a review: what, why, the change it suggests, and the ways to take it and to take it back."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.pages.composer.assist.difference import Piece
from desktop.pages.composer.assist.difference_view import DifferenceView
from desktop.pages.composer.assist.shown import KIND_WORDS, FindingShown, FindingState
from desktop.theme import Role, Token
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.labels import label, set_token
from desktop.widgets.status import Glyph, State, StatusGlyph

_UNFIT = "It does not fit the text as it stands now, or would break a field."


class FindingItem(QWidget):
    """Shows and emits. It stays while its state changes, so that the focus does."""

    applyRequested = Signal()
    takeBackRequested = Signal()

    def __init__(self, shown: FindingShown) -> None:
        super().__init__()
        finding = shown.finding
        self._words = KIND_WORDS[finding.kind]
        self._state = shown.state
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.glyph = StatusGlyph(Glyph.CLOCK)
        row.addWidget(self.glyph)
        column = QVBoxLayout()
        column.setSpacing(2)
        self.why = label(f"{self._words}: {finding.why}", Role.BODY, wrap=True)
        column.addWidget(self.why)
        self.change = DifferenceView()
        self.change.show_pieces([Piece(finding.quote, finding.suggestion)], -1)
        column.addWidget(self.change)
        row.addLayout(column, 1)
        self.act = Button("Apply", kind=Kind.LINK)
        self.act.clicked.connect(self._act)
        row.addWidget(self.act)
        self.show_state(shown.state)

    def show_state(self, state: FindingState) -> None:
        self._state = state
        is_applied = state is FindingState.APPLIED
        self.glyph.set_state(State(Glyph.CHECK, "Applied") if is_applied else State(Glyph.CLOCK, "Open"))
        set_token(self.why, Token.GOOD if is_applied else Token.WARN)
        verb = "Take back" if is_applied else "Apply"
        self.act.set_text(verb)
        self.act.setAccessibleName(f"{verb}: {self._words}")
        self.act.set_reason_disabled(_UNFIT if state is FindingState.UNFIT else "")

    def _act(self) -> None:
        (self.takeBackRequested if self._state is FindingState.APPLIED else self.applyRequested).emit()
