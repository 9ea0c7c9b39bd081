"""What may come before a sign-in: where keys are kept, the passphrase, and a sign-in that was cut off."""

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QRadioButton, QVBoxLayout

from core.secrets.choice import StoreKind
from core.secrets.passphrase import MIN_LENGTH
from desktop.sign_in import steps as s
from desktop.sign_in.view import (
    Choice,
    PassphraseGiven,
    SecretEntry,
    StepView,
    StoreChosen,
    problem_note,
    problem_text,
)
from desktop.sign_in.words import STORES
from desktop.theme import Role
from desktop.widgets.buttons import Button
from desktop.widgets.fields import Field
from desktop.widgets.labels import label


class StoreView(StepView):
    """Asked once in the life of a workspace."""

    def __init__(self, step: s.ChooseStore) -> None:
        super().__init__("Where should keys be kept?", primary="Go on")
        if step.problem is not None:
            self.column.addWidget(problem_note(step.problem))
        self.add_text(
            "Sessions, passwords and keys are kept encrypted in this workspace, and what opens them in one of these places. "
            "The choice stays."
        )
        self._buttons: dict[StoreKind, QRadioButton] = {}
        for kind, title, text in STORES:
            button = QRadioButton(title)
            button.setAccessibleDescription(text)
            button.setChecked(kind is step.kind)
            button.toggled.connect(self._judge)
            self._buttons[kind] = button
            line = label(text, Role.HINT, wrap=True)
            line.setContentsMargins(24, 0, 0, 0)
            lines = QVBoxLayout()
            lines.setSpacing(0)
            lines.addWidget(button)
            lines.addWidget(line)
            self.column.addLayout(lines)
        self._secret, self._again = SecretEntry(), SecretEntry()
        self.entry, self.again = self._secret.entry, self._again.entry
        self._fields = (
            Field(
                "Passphrase", self._secret, f"At least {MIN_LENGTH} characters; several words are easy to remember"
            ),
            Field("The same again", self._again),
        )
        for field in self._fields:
            self.column.addWidget(field)
        for entry in (self.entry, self.again):
            entry.textChanged.connect(self._judge)
        self.first = self._buttons[step.kind]
        self._judge()

    @property
    def kind(self) -> StoreKind:
        return next(kind for kind, button in self._buttons.items() if button.isChecked())

    def choose(self, kind: StoreKind) -> None:
        self._buttons[kind].setChecked(True)

    def submit(self) -> None:
        self.acted.emit(StoreChosen(kind=self.kind, passphrase=self.entry.text()))

    def _judge(self) -> None:
        is_passphrase = self._buttons[StoreKind.PASSPHRASE].isChecked()
        for field in self._fields:
            if field.isHidden() == is_passphrase:
                field.setVisible(is_passphrase)
                self.resized.emit()
        missing = MIN_LENGTH - len(self.entry.text())
        if is_passphrase and missing > 0:
            self.set_ready(f"Too short: {missing} characters are missing")
        elif is_passphrase and self.entry.text() != self.again.text():
            self.set_ready("The two are not the same")
        else:
            self.set_ready("")
        is_other = bool(self.again.text()) and self.entry.text() != self.again.text()
        self._fields[1].set_error("The two are not the same" if is_other else "")


class UnlockView(StepView):
    """The keys are locked by a passphrase."""

    def __init__(self, step: s.Unlock) -> None:
        super().__init__("Unlock this workspace", primary="Unlock")
        self.add_text("The keys of its accounts are locked by your passphrase, and a new one is to be added.")
        self._secret = SecretEntry()
        self.entry: QLineEdit = self._secret.entry
        self._field = Field("Passphrase", self._secret)
        self._field.set_error("" if step.problem is None else problem_text(step.problem))
        self.column.addWidget(self._field)
        self.entry.textChanged.connect(self._judge)
        self.first = self.entry
        self.set_ready("Enter the passphrase first")

    def submit(self) -> None:
        self.acted.emit(PassphraseGiven(passphrase=self.entry.text()))

    def _judge(self, text: str) -> None:
        self._field.set_error("")
        self.set_ready("" if text else "Enter the passphrase first")


class GoOnView(StepView):
    """A sign-in was cut off, by closing the dialog or by the end of Wireroom."""

    def __init__(self, step: s.GoOn) -> None:
        phone = step.cut_off.phone
        super().__init__(
            f"Go on with the sign-in of {phone}?" if phone else "Go on with the sign-in?", primary="Go on"
        )
        if step.cut_off.waits_for_password:
            self.add_text("Its code was right; the second password is missing. No new code is needed.")
        else:
            self.add_text("The code that Telegram sent is still good. No new code is needed.")
        discard = Button("Give it up and begin anew")
        discard.clicked.connect(lambda: self.acted.emit(Choice.DISCARD_CUT_OFF))
        row = QHBoxLayout()
        row.addWidget(discard)
        row.addStretch(1)
        self.column.addLayout(row)

    def submit(self) -> None:
        self.acted.emit(Choice.GO_ON)
