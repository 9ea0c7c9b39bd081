"""Removing an account: what it will do, said line by line before it is done."""

from PySide6.QtWidgets import QCheckBox, QRadioButton, QWidget

from campaigns.accounts.removal import Removal, Unsent
from desktop.dialogs.dialog import Dialog
from desktop.formatting import count_of
from desktop.theme import Role
from desktop.widgets.buttons import Kind
from desktop.widgets.labels import label


class RemovalDialog(Dialog):
    """Accepted: `unsent` and `leaves_session`. Enter presses the way back, for nothing of it can be undone."""

    def __init__(self, parent: QWidget, removal: Removal, *, has_worker: bool, is_signed_in: bool) -> None:
        super().__init__(parent, f"Remove {removal.title}?", width=540)
        self._removal = removal
        self._needs_worker = is_signed_in and not has_worker
        self.cancel_unsent = QRadioButton("Cancel them: these people do not get it from anybody")
        self.move_unsent = QRadioButton("Let the other accounts of their campaign send them")
        self.leave = QCheckBox("Leave the session at Telegram: end it later in the official app")
        self.text = label("", Role.BODY, wrap=True)
        self._add_choice(removal)
        self.body.addWidget(self.text)
        if self._needs_worker:
            self.body.addWidget(
                label("No worker runs, so nobody can log the account out at Telegram now.", Role.HINT, wrap=True)
            )
        self.leave.setVisible(is_signed_in)
        self.body.addWidget(self.leave)
        self.add_action("Keep it", is_default=True).clicked.connect(self.reject)
        self.confirm = self.add_action("Remove it", kind=Kind.DANGER)
        self.confirm.clicked.connect(self.accept)
        for choice in (self.cancel_unsent, self.move_unsent, self.leave):
            choice.toggled.connect(self._follow)
        self._follow()

    @property
    def unsent(self) -> Unsent:
        return Unsent.MOVE if self.move_unsent.isChecked() else Unsent.CANCEL

    @property
    def leaves_session(self) -> bool:
        return self.leave.isChecked()

    def _add_choice(self, removal: Removal) -> None:
        self.cancel_unsent.setChecked(True)
        if not removal.unsent:
            return
        waiting = count_of(f"{removal.unsent:,}", "delivery is not sent yet", "deliveries are not sent yet")
        self.body.addWidget(label(f"{waiting}:", Role.H3))
        self.body.addWidget(self.cancel_unsent)
        self.body.addWidget(self.move_unsent)
        others = any(campaign.other_accounts for campaign in removal.campaigns)
        reason = removal.cannot_move or ("" if others else "Their campaigns have no other account.")
        self.move_unsent.setEnabled(not reason)
        if reason:
            self.body.addWidget(label(reason, Role.HINT, wrap=True))

    def _follow(self) -> None:
        lines = self._removal.sentences(self.unsent, leave_session=self.leave.isChecked())
        self.text.setText("\n".join(f"•  {line}" for line in lines))
        blocked = self._needs_worker and not self.leave.isChecked()
        self.confirm.set_reason_disabled("Start the worker, or leave the session at Telegram." if blocked else "")
        if self.isVisible():
            self.fit()
