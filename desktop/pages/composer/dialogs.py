"""Small questions of the editor: what a field says where it is empty, and where a link leads."""

import re

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.dialogs.dialog import Dialog
from desktop.pages.composer.tags import Field
from desktop.widgets.buttons import Kind
from desktop.widgets.fields import Field as InputField

_ADDRESS = re.compile(r"(?:https?|tg)://[^\s)]+", re.IGNORECASE)


def make_link(label: str, address: str) -> str:
    """A link as it stands in the source. Brackets that would end it early become round."""
    clean = label.replace("[", "(").replace("]", ")").replace("\n", " ").strip()
    return f"[{clean or address}]({address.strip()})"


class FieldDialog(Dialog):
    """`chosen` carries the source to put in the place of the chip; "" takes it out."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget, field: Field) -> None:
        super().__init__(parent, f"Field “{field.name.replace('_', ' ')}”", width=440)
        self._field = field
        self.fallback = QLineEdit(field.fallback or "")
        self.fallback.setPlaceholderText("Without one, people whose field is empty are skipped")
        self.body.addWidget(
            InputField("Where it is empty, say", self.fallback, "Plain text; it stands in the place of the field.")
        )
        self.remove = self.add_quiet("Take it out", "mdi6.close")
        self.remove.clicked.connect(self._remove)
        self.add_action("Cancel").clicked.connect(self.reject)
        self.keep = self.add_action("Keep", kind=Kind.PRIMARY, is_default=True)
        self.keep.clicked.connect(self._keep)
        self.fallback.setFocus()

    def _keep(self) -> None:
        fallback = self.fallback.text().strip() or None
        self.chosen.emit(Field(self._field.name, fallback, self._field.filters).source())
        self.accept()

    def _remove(self) -> None:
        self.chosen.emit("")
        self.accept()


class LinkDialog(Dialog):
    """`chosen` carries the link as it stands in the source."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget, text: str, address: str) -> None:
        super().__init__(parent, "Link", width=440)
        self.text = QLineEdit(text)
        self.address = QLineEdit(address)
        self.address.setPlaceholderText("https://")
        self.address_field = InputField("Address", self.address, "Begins with https://, http:// or tg://")
        self.body.addWidget(InputField("Text", self.text))
        self.body.addWidget(self.address_field)
        self.add_action("Cancel").clicked.connect(self.reject)
        self.keep = self.add_action("Put it in", kind=Kind.PRIMARY, is_default=True)
        self.keep.clicked.connect(self._keep)
        (self.address if text else self.text).setFocus()

    def _keep(self) -> None:
        address = self.address.text().strip()
        if address and "://" not in address:
            address = f"https://{address}"
        if not _ADDRESS.fullmatch(address):
            self.address_field.set_error(
                "Telegram takes addresses like https://example.org, without blanks or brackets"
            )
            self.fit()
            return
        self.chosen.emit(make_link(self.text.text(), address))
        self.accept()
