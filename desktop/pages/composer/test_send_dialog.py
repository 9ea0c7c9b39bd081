"""Where a test of the message goes: from which account, to oneself or to somebody who agreed."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from core.domain.ids import AccountId
from desktop.dialogs.dialog import Dialog
from desktop.pages.composer.plan_view import AccountChoice
from desktop.widgets.buttons import Kind
from desktop.widgets.fields import Field


class TestSendDialog(Dialog):
    """`chosen` carries the account and the @name; an empty name: to the account itself."""

    __test__ = False  # its name begins as that of a test
    chosen = Signal(int, str)

    def __init__(self, parent: QWidget, accounts: Sequence[AccountChoice], person: str) -> None:
        super().__init__(parent, "Test send", width=440)
        self._accounts = accounts
        self.account = QComboBox()
        self.account.addItems([account.title for account in accounts])
        self.to = QLineEdit()
        self.to.setPlaceholderText("to myself: the Saved Messages of the account")
        whose = f"It has the fields of {person}, and is sent once by a running worker." if person else ""
        self.add_text(whose)
        self.body.addWidget(Field("From", self.account))
        self.body.addWidget(Field("To", self.to, "The @name of a contact who agreed. A bot cannot write to itself."))
        self.add_action("Cancel").clicked.connect(self.reject)
        self.send = self.add_action("Send it", kind=Kind.PRIMARY, is_default=True)
        self.send.setEnabled(bool(accounts))
        self.send.clicked.connect(self._send)

    def _send(self) -> None:
        account_id: AccountId = self._accounts[self.account.currentIndex()].id
        self.chosen.emit(int(account_id), self.to.text().strip())
        self.accept()
