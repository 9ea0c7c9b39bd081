"""Sets, changes or removes the app lock. The passphrases typed here are kept nowhere."""

from enum import StrEnum

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.dialogs.dialog import Dialog
from desktop.widgets.buttons import Kind
from desktop.widgets.fields import Field


class LockTask(StrEnum):
    """What the dialog is for."""

    SET = "set"  # a passphrase for the lock alone
    USE_VAULTS = "use the vault's"  # the lock gets the passphrase that opens the vault
    CHANGE = "change"
    REMOVE = "remove"


_WORDS = {
    LockTask.SET: (
        "Set the app lock",
        "It is asked at the start, after idle time, and by commands that change something. When it is forgotten nobody "
        "can tell it to you.",
        "Set it",
    ),
    LockTask.USE_VAULTS: (
        "Set the app lock",
        "The lock uses the passphrase of this workspace’s vault: one to remember, and unlocking opens both.",
        "Set it",
    ),
    LockTask.CHANGE: (
        "Change the passphrase",
        "A worker that runs goes on. Where the passphrase is also the vault’s, both change.",
        "Change it",
    ),
    LockTask.REMOVE: (
        "Take the app lock away",
        "Whoever reaches this computer can then use this workspace.",
        "Take it away",
    ),
}
_OLD, _NEW, _AGAIN = "Passphrase", "New passphrase", "Once more"
_FIELDS = {
    LockTask.SET: (_NEW, _AGAIN),
    LockTask.USE_VAULTS: (_OLD,),
    LockTask.CHANGE: (_OLD, _NEW, _AGAIN),
    LockTask.REMOVE: (_OLD,),
}


class AppLockDialog(Dialog):
    """Emits `submitted` with the old and the new passphrase (either may be empty); who made it accepts or refuses."""

    submitted = Signal(str, str)

    def __init__(self, parent: QWidget, task: LockTask) -> None:
        title, text, verb = _WORDS[task]
        super().__init__(parent, title)
        self.add_text(text)
        self._fields = {name: self._add_field(name) for name in _FIELDS[task]}
        self.add_quiet("Cancel").clicked.connect(self.reject)
        self.confirm = self.add_action(verb, kind=Kind.PRIMARY, is_default=True)
        self.confirm.clicked.connect(self._submit)
        self._entry(_FIELDS[task][0]).setFocus()

    def show_busy(self, busy: bool) -> None:
        """While it is done nothing can be pressed twice."""
        self.confirm.set_reason_disabled("The passphrase is being checked" if busy else "")

    def show_refused(self, words: str, *, is_about_new: bool = False) -> None:
        """Why it was not done, below the field that is meant."""
        name = _NEW if is_about_new and _NEW in self._fields else next(iter(self._fields))
        self._fields[name].set_error(words)
        self._entry(name).setFocus()
        self._entry(name).selectAll()
        self.fit()

    def _add_field(self, name: str) -> Field:
        entry = QLineEdit()
        entry.setEchoMode(QLineEdit.EchoMode.Password)
        field = Field(name, entry)
        self.body.addWidget(field)
        return field

    def _entry(self, name: str) -> QLineEdit:
        entry = self._fields[name].control
        assert isinstance(entry, QLineEdit)
        return entry

    def _submit(self) -> None:
        texts = {name: self._entry(name).text() for name in self._fields}
        for name, field in self._fields.items():
            field.set_error("" if texts[name] else "Enter it here")
        if not all(texts.values()):
            self.fit()
            return
        if _AGAIN in texts and texts[_AGAIN] != texts[_NEW]:
            self._fields[_AGAIN].set_error("The two are not the same")
            self.fit()
            return
        self.submitted.emit(texts.get(_OLD, ""), texts.get(_NEW, ""))
