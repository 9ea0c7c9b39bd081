"""Takes the key of a text model's provider. It goes into the secret store and is shown nowhere again."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.dialogs.dialog import Dialog
from desktop.widgets.buttons import Kind
from desktop.widgets.fields import Field


class AiKeyDialog(Dialog):
    """Emits `submitted` with what was typed; who made it accepts or refuses."""

    submitted = Signal(str)

    def __init__(self, parent: QWidget, provider: str) -> None:
        super().__init__(parent, "Store a key")
        self.add_text(
            f"For {provider}. It is kept in the secret store, goes to the provider alone, and is not shown again."
        )
        self.entry = QLineEdit()
        self.entry.setEchoMode(QLineEdit.EchoMode.Password)
        self._field = Field("Key", self.entry, "Copy it from the provider's page.")
        self.body.addWidget(self._field)
        self.add_quiet("Cancel").clicked.connect(self.reject)
        self.keep = self.add_action("Store it", kind=Kind.PRIMARY, is_default=True)
        self.keep.clicked.connect(self._submit)
        self.entry.setFocus()

    def show_busy(self, busy: bool) -> None:
        """While it is stored nothing can be pressed twice."""
        self.keep.setEnabled(not busy)

    def show_refused(self, reason: str) -> None:
        self._field.set_error(reason)
        self.fit()

    def _submit(self) -> None:
        if self.entry.text().strip():
            self.submitted.emit(self.entry.text())
        else:
            self.show_refused("Paste the key first")
