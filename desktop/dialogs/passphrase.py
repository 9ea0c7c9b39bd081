"""Asks for the passphrase of a workspace's vault, for a worker or for an act that keeps a secret. It is kept nowhere."""

from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.dialogs.dialog import Dialog
from desktop.widgets.buttons import Kind
from desktop.widgets.fields import Field

FOR_WORKER = "The worker needs the keys of the accounts, and they are locked by your passphrase."


class PassphraseDialog(Dialog):
    """Accepted: `passphrase` holds what was typed."""

    def __init__(
        self, parent: QWidget, *, error: str = "", why: str = FOR_WORKER, way_back: str = "Go on without the worker"
    ) -> None:
        super().__init__(parent, "Unlock this workspace")
        self.add_text(why)
        self._entry = QLineEdit()
        self._entry.setEchoMode(QLineEdit.EchoMode.Password)
        self._field = Field("Passphrase", self._entry)
        self._field.set_error(error)
        self.body.addWidget(self._field)
        self.add_quiet(way_back).clicked.connect(self.reject)
        self.add_action("Unlock", kind=Kind.PRIMARY, is_default=True).clicked.connect(self._check)
        self._entry.setFocus()

    @property
    def passphrase(self) -> str:
        return self._entry.text()

    def _check(self) -> None:
        if self._entry.text():
            self.accept()
        else:
            self._field.set_error("Enter the passphrase of this workspace")
            self.fit()
