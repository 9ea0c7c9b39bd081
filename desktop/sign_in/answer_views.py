"""The other questions: e-mail address, second password, api_id and api_hash."""

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QLineEdit

from core.errors import UserInputError
from desktop.sign_in import steps as s
from desktop.sign_in.view import SecretEntry, StepView, problem_note, problem_text
from desktop.sign_in.words import STAYS
from desktop.theme import Role
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.fields import Field
from desktop.widgets.labels import label
from telegram.sign_in import values as v

API_PAGE = "https://my.telegram.org"


class EmailView(StepView):
    """AskEmail: Telegram wants an address for this account before it goes on."""

    def __init__(self, state: v.AskEmail) -> None:
        super().__init__("Telegram wants an e-mail address", primary="Send a code there")
        self.add_text(
            "For this account login codes go to an e-mail address, and none is set yet. The address you enter becomes that "
            "of the account."
        )
        self.entry = QLineEdit()
        self.entry.setPlaceholderText("name@example.org")
        self.entry.textChanged.connect(self._judge)
        self._field = Field("E-mail address", self.entry, " ")
        self.column.addWidget(self._field)
        self.first = self.entry
        self._judge()
        self.take(state)

    def take(self, step: s.Step) -> bool:
        if not isinstance(step, v.AskEmail):
            return False
        if step.problem is not None:
            self._field.set_error(problem_text(step.problem))
        self.resized.emit()
        return True

    def submit(self) -> None:
        self.acted.emit(v.GiveEmail(address=self.entry.text()))

    def _judge(self) -> None:
        from telegram.sign_in.entries import clean_email

        self._field.set_error("")
        try:
            clean_email(self.entry.text())
        except UserInputError as error:
            self.set_ready(error.title)
        else:
            self.set_ready("")


class PasswordView(StepView):
    """AskPassword: with its owner's hint; shown only while the eye is pressed in."""

    def __init__(self, state: v.AskPassword) -> None:
        super().__init__("Enter the second password", primary="Sign in")
        self.add_text("The code was right. This account also has a password of its own (two-step verification).")
        self._secret = SecretEntry()
        self.entry = self._secret.entry
        self.entry.textChanged.connect(self._judge)
        hint = f"Your hint: {state.hint}" if state.hint else "No hint was set"
        self._field = Field("Second password", self._secret, hint)
        self.column.addWidget(self._field)
        self.add_text(
            "Forgotten? It can be reset in the official app only: Settings, Privacy, Two-step verification.",
            Role.HINT,
        )
        self.add_text(STAYS.replace(", with the same code", " for 10 minutes"), Role.HINT)
        self.first = self.entry
        self._judge()
        self.take(state)

    def take(self, step: s.Step) -> bool:
        if not isinstance(step, v.AskPassword):
            return False
        self.entry.clear()
        self._field.set_error("" if step.problem is None else problem_text(step.problem))
        self.resized.emit()
        return True

    def submit(self) -> None:
        self.acted.emit(v.GivePassword(password=self.entry.text()))
        self.entry.clear()

    def _judge(self) -> None:
        if self.entry.text():
            self._field.set_error("")
        self.set_ready("" if self.entry.text() else "Enter the password first")


class ApiView(StepView):
    """AskApi: where the pair comes from, and its shape while it is typed."""

    def __init__(self, state: v.AskApi) -> None:
        from telegram.sign_in.entries import WHERE_API_COMES_FROM

        super().__init__("First, your own api_id and api_hash", primary="Go on")
        self._problem = problem_note(state.problem) if state.problem is not None else None
        if self._problem is not None:
            self.column.addWidget(self._problem)
        self.column.addWidget(label(WHERE_API_COMES_FROM, Role.DIM, wrap=True))
        link = Button("Open my.telegram.org", "mdi6.link-variant", kind=Kind.LINK)
        link.clicked.connect(lambda: QDesktopServices.openUrl(QUrl(API_PAGE)))
        row = QHBoxLayout()
        row.addWidget(link)
        row.addStretch(1)
        self.column.addLayout(row)
        self.api_id = QLineEdit()
        self.api_id.setPlaceholderText("1234567")
        self._secret = SecretEntry(placeholder="32 letters and digits")
        self.api_hash = self._secret.entry
        self._id_field = Field("api_id", self.api_id, "A number")
        self._hash_field = Field("api_hash", self._secret, "32 characters, 0 to 9 and a to f")
        self.column.addWidget(self._id_field)
        self.column.addWidget(self._hash_field)
        for entry in (self.api_id, self.api_hash):
            entry.textChanged.connect(self._judge)
        self.first = self.api_id
        self._judge()

    def submit(self) -> None:
        self.acted.emit(v.GiveApi(api_id=self.api_id.text(), api_hash=self.api_hash.text()))
        self.api_hash.clear()

    def _judge(self) -> None:
        wrong_id, wrong_hash = _wrong(self.api_id.text(), "0" * 32), _wrong("1", self.api_hash.text())
        self._id_field.set_error(wrong_id if self.api_id.text() else "")
        self._hash_field.set_error(wrong_hash if self.api_hash.text() else "")
        self.set_ready(wrong_id or wrong_hash)


def _wrong(api_id: str, api_hash: str) -> str:
    """What is wrong with the pair; empty: nothing."""
    from telegram.sign_in.entries import clean_api

    try:
        clean_api(api_id, api_hash)
    except UserInputError as error:
        return error.message
    return ""
