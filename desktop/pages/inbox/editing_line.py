"""Above the box while a message that was sent is being changed: which one, and the way back."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.theme import Role
from desktop.widgets.buttons import IconButton
from desktop.widgets.labels import ElidedLabel, label


class EditingLine(QWidget):
    """`message_id` 0: nothing is being changed. `kept` is what was typed before."""

    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.message_id = 0
        self.kept = ""
        self.text = ElidedLabel("", Role.HINT)
        self.cancel = IconButton("mdi6.close", "Leave it as it is (Esc)")
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(label("Edit your message", Role.STRONG))
        words.addWidget(self.text)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 0, 0, 0)
        row.setSpacing(10)
        row.addLayout(words, 1)
        row.addWidget(self.cancel)
        self.cancel.clicked.connect(self.cancelled)
        self.hide()

    def show_message(self, message_id: int, text: str, *, kept: str) -> None:
        self.message_id, self.kept = message_id, kept
        self.text.set_text(" ".join(text.split()))
        self.show()

    def hide_message(self) -> None:
        self.message_id = 0
        self.hide()
