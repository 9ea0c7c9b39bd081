"""How many of the people get which variant: shares in percent that add up to 100."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from desktop.dialogs.dialog import Dialog
from desktop.theme import Role, Token
from desktop.widgets.buttons import Kind
from desktop.widgets.labels import label, set_token


class SharesDialog(Dialog):
    """`chosen` carries the shares in the order of the variants."""

    chosen = Signal(object)  # tuple of int

    def __init__(self, parent: QWidget, names: Sequence[str], shares: Sequence[int]) -> None:
        super().__init__(parent, "Shares of the variants", width=440)
        self.add_text("Each person gets the same variant every time; who gets which is drawn by these shares.")
        self.entries: list[QLineEdit] = []
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(3, 1)
        for row, (name, share) in enumerate(zip(names, shares, strict=True)):
            entry = QLineEdit(str(share))
            entry.setValidator(QIntValidator(1, 99, entry))
            entry.setFixedWidth(self._theme.px(64))
            entry.setAccessibleName(f"Share of variant {name} in percent")
            entry.textEdited.connect(self._count)
            self.entries.append(entry)
            grid.addWidget(label(f"Variant {name}", Role.BODY), row, 0)
            grid.addWidget(entry, row, 1)
            grid.addWidget(label("%", Role.DIM), row, 2)
        self.body.addLayout(grid)
        self.sum = label("", Role.HINT)
        self.body.addWidget(self.sum)
        self.equal = self.add_quiet("The same for all")
        self.equal.clicked.connect(self._equalise)
        self.add_action("Cancel").clicked.connect(self.reject)
        self.keep = self.add_action("Keep", kind=Kind.PRIMARY, is_default=True)
        self.keep.clicked.connect(self._keep)
        self.entries[0].setFocus()
        self.entries[0].selectAll()
        self._count()

    @property
    def values(self) -> list[int]:
        return [int(entry.text()) if entry.text().isdigit() else 0 for entry in self.entries]

    def _equalise(self) -> None:
        each, rest = divmod(100, len(self.entries))
        for number, entry in enumerate(self.entries):
            entry.setText(str(each + (number < rest)))
        self._count()

    def _count(self) -> None:
        whole, has_none = sum(self.values), 0 in self.values
        words = "They add up to 100"
        if has_none:
            words = "Each variant gets at least 1 %; take one out that nobody is to get"
        elif whole < 100:
            words = f"They add up to {whole}: {100 - whole} are missing"
        elif whole > 100:
            words = f"They add up to {whole}: {whole - 100} too many"
        is_whole = whole == 100 and not has_none
        self.sum.setText(words)
        set_token(self.sum, None if is_whole else Token.BAD)
        self.keep.set_reason_disabled("" if is_whole else words)

    def _keep(self) -> None:
        self.chosen.emit(tuple(self.values))
        self.accept()
