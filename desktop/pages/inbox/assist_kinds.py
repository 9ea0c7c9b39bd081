"""Above the list: conversations of one kind alone, as a model sorted them, and why sorting waits."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from campaigns.inbox.sorting import ReplyKind
from desktop.pages.inbox.assist_words import KINDS
from desktop.theme import Role, Token
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.choices import ChosenFilter
from desktop.widgets.labels import label


class KindChoice(QWidget):
    """Only conversations whose newest message is of one kind; below it why sorting waits, if it does."""

    chosen = Signal(object)  # ReplyKind, or None for all

    def __init__(self) -> None:
        super().__init__()
        self.open = Button("Sorted as…", "mdi6.filter-variant", kind=Kind.LINK)
        self.filter = ChosenFilter("")
        self.problem = label("", Role.HINT, Token.WARN, wrap=True)
        line = QHBoxLayout()
        line.setSpacing(6)
        line.addWidget(self.open)
        line.addWidget(self.filter)
        line.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(line)
        column.addWidget(self.problem)
        self.open.clicked.connect(self._offer)
        self.filter.clicked.connect(lambda: self._choose(None))
        self.filter.hide()
        self.problem.hide()
        self.hide()

    def show_state(self, *, is_offered: bool, problem: str) -> None:
        """`is_offered`: sorting was turned on once, so there may be something to choose."""
        self.setVisible(is_offered)
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))

    def menu(self) -> QMenu:
        """The kinds. Deletes itself when it closes."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for kind, words in KINDS.items():
            menu.addAction(words).triggered.connect(lambda _=False, kind=kind: self._choose(kind))
        return menu

    def _offer(self) -> None:
        self.menu().popup(self.open.mapToGlobal(self.open.rect().bottomLeft()))

    def _choose(self, kind: ReplyKind | None) -> None:
        self.open.setVisible(kind is None)
        self.filter.setVisible(kind is not None)
        if kind is not None:
            self.filter.setText(KINDS[kind])
            self.filter.setAccessibleName(f"Remove the filter {KINDS[kind]}")
            self.filter.updateGeometry()
        self.chosen.emit(kind)
