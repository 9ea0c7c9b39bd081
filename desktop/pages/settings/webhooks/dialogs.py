"""Setting a webhook up, and its secret, shown once."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLineEdit, QVBoxLayout, QWidget

from core.domain.webhook import CHOOSABLE, HookEvent, HookWish, Webhook
from core.errors import AppError
from desktop.dialogs.dialog import Dialog
from desktop.pages.settings.webhooks.words import EVENTS, SHOWN_ONCE, WARNING, WITH_PERSON, WITH_TEXT
from desktop.theme import Role, Token
from desktop.widgets.buttons import Kind
from desktop.widgets.cards import Note
from desktop.widgets.fields import Field
from desktop.widgets.labels import label
from desktop.widgets.status import Tone

MOST_NAME = 80


class WebhookDialog(Dialog):
    """Emits `submitted` with the wish; who made it accepts or refuses. `hook`: the one to change."""

    submitted = Signal(object)  # HookWish

    def __init__(self, parent: QWidget, hook: Webhook | None = None) -> None:
        super().__init__(parent, f"Change {hook.name}" if hook else "Add a webhook", width=540)
        self._is_new = hook is None
        self.name = QLineEdit(hook.name if hook else "")
        self.name.setMaxLength(MOST_NAME)
        self.address = QLineEdit()
        self.address.setPlaceholderText(
            f"{hook.host}/…  (as it is)" if hook else "https://help.example.org/hooks/wireroom"
        )
        self.boxes = {event: QCheckBox(EVENTS[event]) for event in CHOOSABLE}
        chosen = hook.events if hook else frozenset({HookEvent.MESSAGE_RECEIVED})
        for event, box in self.boxes.items():
            box.setChecked(event in chosen)
        self.with_text = QCheckBox(WITH_TEXT)
        self.with_person = QCheckBox(WITH_PERSON)
        self.with_text.setChecked(hook is not None and hook.with_text)
        self.with_person.setChecked(hook is not None and hook.with_person)
        self.warning = Note(WARNING, "mdi6.alert-outline", Tone.WARN)
        self.problem = label("", Role.HINT, Token.BAD, wrap=True)
        self._build_ui(hook)
        for switch in (self.with_text, self.with_person):
            switch.toggled.connect(self._follow)
        self._follow()
        self.name.setFocus()

    def show_busy(self, busy: bool) -> None:
        """While it is kept nothing can be pressed twice."""
        self.keep.setEnabled(not busy)

    def show_refused(self, error: AppError, *, is_of_address: bool = False) -> None:
        """Say why it was not taken, at its place."""
        words = f"{error.message} {error.hint}".strip()
        self._address.set_error(words if is_of_address else "")
        self.problem.setText("" if is_of_address else words)
        self.problem.setVisible(not is_of_address)
        self.fit()

    def _build_ui(self, hook: Webhook | None) -> None:
        self.body.addWidget(Field("Name", self.name, "Yours, such as the name of the program"))
        hint = "Kept with its secret, since it may hold a token; only the host is shown afterwards."
        self._address = Field("Address", self.address, hint)
        self.body.addWidget(self._address)
        self.body.addSpacing(4)
        self.body.addWidget(label("It is told when", Role.LABEL))
        kinds = QGridLayout()  # in one column the dialog would be higher than the least window
        kinds.setVerticalSpacing(2)
        for number, box in enumerate(self.boxes.values()):
            kinds.addWidget(box, number // 2, number % 2)
        self.body.addLayout(kinds)
        self.body.addSpacing(4)
        self.body.addWidget(label("About people it is told ids only", Role.LABEL))
        more = QVBoxLayout()
        more.setSpacing(2)
        for switch in (self.with_text, self.with_person):
            more.addWidget(switch)
        self.body.addLayout(more)
        self.body.addWidget(self.warning)
        self.problem.hide()
        self.body.addWidget(self.problem)
        self.add_quiet("Cancel").clicked.connect(self.reject)
        self.keep = self.add_action("Save" if hook else "Add it", kind=Kind.PRIMARY, is_default=True)
        self.keep.clicked.connect(self._submit)

    def _follow(self) -> None:
        self.warning.setVisible(self.with_text.isChecked() or self.with_person.isChecked())
        if self.isVisible():
            self.fit()

    def _submit(self) -> None:
        address = self.address.text().strip()
        self.submitted.emit(
            HookWish(
                name=self.name.text(),
                address=address if address or self._is_new else None,
                events=frozenset(event for event, box in self.boxes.items() if box.isChecked()),
                with_text=self.with_text.isChecked(),
                with_person=self.with_person.isChecked(),
            )
        )


class SecretDialog(Dialog):
    """The secret, once."""

    def __init__(self, parent: QWidget, secret: str, note: str = "") -> None:
        super().__init__(parent, "Enter this secret at the receiver", width=540)
        self.add_text(SHOWN_ONCE)
        self.entry = QLineEdit(secret)
        self.entry.setReadOnly(True)
        self.entry.setCursorPosition(0)
        self.body.addWidget(Field("Secret", self.entry, note))
        self.copy = self.add_action("Copy", "mdi6.content-copy")
        self.copy.clicked.connect(self._copy)
        self.add_action("It is entered", kind=Kind.PRIMARY, is_default=True).clicked.connect(self.accept)
        self.entry.selectAll()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.entry.text())
        self.copy.set_text("Copied")
