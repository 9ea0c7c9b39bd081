"""One draft beside its original, with the ways to take it: whole, or one change of it."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.pages.composer.assist.difference import changes
from desktop.pages.composer.assist.difference_view import DifferenceView
from desktop.pages.composer.assist.shown import DraftShown
from desktop.theme import Role
from desktop.widgets.buttons import Button, IconButton, Kind
from desktop.widgets.labels import label
from desktop.widgets.status import Glyph, State, Status


class DraftItem(QWidget):
    """`buttons` is a row of its own, to be put below the item or into the foot of the card."""

    useRequested = Signal()
    changeRequested = Signal(int)  # the place of the piece

    def __init__(self, shown: DraftShown, *, is_only: bool) -> None:
        super().__init__()
        self._shown = shown
        self._changes: Sequence[int] = changes(shown.pieces)
        self._at = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        if shown.title:
            column.addWidget(label(shown.title, Role.LABEL))
        if not shown.pieces and shown.original:
            column.addWidget(label("Original", Role.HINT))
            original = DifferenceView()
            original.show_text(shown.original, "Original")
            column.addWidget(original)
            column.addWidget(label("Draft", Role.HINT))
        self.text = DifferenceView()
        column.addWidget(self.text)
        if shown.titles:
            column.addWidget(label(f"Buttons: {', '.join(shown.titles)}", Role.HINT, wrap=True))
        self._can_choose = (
            len(self._changes) > 1 and not shown.is_taken and not shown.why_not and shown.action == "Use this"
        )
        self.buttons = QWidget()
        self._build_buttons(is_only=is_only)
        self._show()

    def _build_buttons(self, *, is_only: bool) -> None:
        shown, row = self._shown, QHBoxLayout(self.buttons)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self.count = label("", Role.HINT)
        if shown.is_taken:
            row.addWidget(Status(State(Glyph.CHECK, "Taken")))
        else:
            self.use = Button(shown.action, "mdi6.check", kind=Kind.PRIMARY if is_only else Kind.DEFAULT, small=True)
            self.use.setAccessibleName(f"{shown.action}: {shown.title}" if shown.title else shown.action)
            self.use.set_reason_disabled(shown.why_not)
            self.use.clicked.connect(self.useRequested)
            row.addWidget(self.use)
        if self._can_choose:
            self.only = Button("Only this change", small=True)
            self.only.setToolTip("The one in bold; the others stay here")
            self.only.clicked.connect(self._take_change)
            self.previous = IconButton("mdi6.chevron-left", "Previous change")
            self.previous.clicked.connect(self._go_back)
            self.next = IconButton("mdi6.chevron-right", "Next change")
            self.next.clicked.connect(self._go_on)
            for part in (self.only, self.previous, self.count, self.next):
                row.addWidget(part)
        row.addStretch(1)

    def _show(self) -> None:
        if self._shown.pieces:
            self.text.show_pieces(self._shown.pieces, self._changes[self._at] if self._can_choose else -1)
        else:
            self.text.show_text(self._shown.text, "Draft")
        self.count.setText(f"{self._at + 1} of {len(self._changes)}")

    def _go_on(self) -> None:
        self._at = (self._at + 1) % len(self._changes)
        self._show()

    def _go_back(self) -> None:
        self._at = (self._at - 1) % len(self._changes)
        self._show()

    def _take_change(self) -> None:
        self.changeRequested.emit(self._changes[self._at])
