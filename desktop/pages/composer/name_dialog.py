"""The name of a campaign: asked when it begins, and when it is renamed."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from campaigns.drafting import MAX_TITLE
from desktop.dialogs.dialog import Dialog
from desktop.widgets.buttons import Kind
from desktop.widgets.fields import Field


class NameDialog(Dialog):
    """`named` carries the name."""

    named = Signal(str)

    def __init__(self, parent: QWidget, heading: str, name: str, confirm: str) -> None:
        super().__init__(parent, heading, width=440)
        self.name = QLineEdit(name)
        self.name.setMaxLength(MAX_TITLE)
        self.field = Field("Name", self.name, "Only you and your colleagues see it.")
        self.body.addWidget(self.field)
        self.add_action("Cancel").clicked.connect(self.reject)
        self.keep = self.add_action(confirm, kind=Kind.PRIMARY, is_default=True)
        self.keep.clicked.connect(self._keep)
        self.name.selectAll()
        self.name.setFocus()

    def _keep(self) -> None:
        name = self.name.text().strip()
        if not name:
            self.field.set_error("Give it a name by which you find it again")
            return
        self.named.emit(name)
        self.accept()
