"""Exactly what would be sent to a provider, or was: the address and the body."""

from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from core.text_model import SentRequest
from desktop.theme import Role, Theme
from desktop.widgets.labels import label

HEIGHT = 170
_NOTE = (
    "The key travels in a header and is not part of it. Should the answer be of no use, the same goes once more with "
)
_NOTE += "a sentence about what was wrong with it."


class RequestView(QWidget):
    """The text can be selected and copied."""

    def __init__(self) -> None:
        super().__init__()
        self.address = label("", Role.HINT, wrap=True)
        self.body = QPlainTextEdit()
        self.body.setReadOnly(True)
        self.body.setTabChangesFocus(True)
        self.body.setAccessibleName("The request, as it is sent")
        self.body.setFixedHeight(Theme.of_application().px(HEIGHT))
        self.note = label("", Role.HINT, wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        column.addWidget(self.address)
        column.addWidget(self.body)
        column.addWidget(self.note)

    def show_request(self, sent: SentRequest | None, note: str = "") -> None:
        """None: it is being prepared."""
        self.address.setText("Preparing the request. Nothing is sent." if sent is None else f"POST {sent.address}")
        self.body.setPlainText("" if sent is None else sent.readable)
        self.body.setVisible(sent is not None)
        self.note.setText(f"{_NOTE} {note}".strip())
        self.note.setVisible(sent is not None)
