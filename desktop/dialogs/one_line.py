"""Asks for one line of text: a name, a title, a reason, a label."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from desktop.dialogs.dialog import Dialog
from desktop.widgets.buttons import Kind
from desktop.widgets.fields import Field

WIDTH = 440


class OneLineDialog(Dialog):
    """Accepted: `text`, without blanks at its ends; `given` carries it too."""

    given = Signal(str)

    def __init__(
        self,
        parent: QWidget,
        title: str,
        name: str,
        confirm: str,
        *,
        longest: int,
        text: str = "",
        hint: str = "",
        message: str = "",
        known: Sequence[str] = (),
        missing: str = "Write it here",
    ) -> None:
        """`known` answers are offered. `missing` is said when nothing was typed; "" where that means something."""
        super().__init__(parent, title, width=WIDTH)
        self._missing = missing
        self.message = self.add_text(message)
        self.message.setVisible(bool(message))
        self.entry = QLineEdit()
        holder: QWidget = self.entry
        if known:
            holder = QComboBox()
            holder.setEditable(True)
            holder.setLineEdit(self.entry)
            holder.addItems(list(known))
        self.entry.setMaxLength(longest)
        self.entry.setText(text)
        self.field = Field(name, holder, hint)
        self.body.addWidget(self.field)
        self.add_action("Cancel").clicked.connect(self.reject)
        self.keep = self.add_action(confirm, kind=Kind.PRIMARY, is_default=True)
        self.keep.clicked.connect(self.check)
        self.entry.selectAll()
        self.entry.setFocus()

    @property
    def text(self) -> str:
        return self.entry.text().strip()

    def check(self) -> None:
        """Take it, or say what is missing."""
        if self._missing and not self.text:
            self.field.set_error(self._missing)
            self.fit()
            return
        self.given.emit(self.text)
        self.accept()
