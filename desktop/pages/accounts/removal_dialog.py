"""Removing accounts: what it will do and who stays, said line by line before it is done."""

from PySide6.QtWidgets import QCheckBox, QRadioButton, QWidget

from campaigns.accounts.removal import Unsent
from campaigns.accounts.removal_of_several import Removals, RemovalWish, accounts_words
from desktop.dialogs.dialog import Dialog
from desktop.formatting import count_of
from desktop.theme import Role
from desktop.widgets.buttons import Kind
from desktop.widgets.cards import Note
from desktop.widgets.labels import label
from desktop.widgets.status import Tone


class RemovalDialog(Dialog):
    """Accepted: `wish`. Enter presses the way back, for nothing of it can be undone."""

    def __init__(self, parent: QWidget, removals: Removals) -> None:
        super().__init__(parent, f"Remove {removals.who}?", width=540)
        self._removals = removals
        self._is_one = len(removals.accounts) == 1
        self.cancel_unsent = QRadioButton("Cancel them: these people do not get it from anybody")
        whose = "its campaign" if self._is_one else "their campaigns"
        self.move_unsent = QRadioButton(f"Let the other accounts of {whose} send them")
        its = "Leave the session at Telegram: end it" if self._is_one else "Leave the sessions at Telegram: end them"
        self.leave = QCheckBox(f"{its} later in the official app")
        self.keep_open = QCheckBox(_keep_words(len(removals.with_open)))
        self.text = label("", Role.BODY, wrap=True)
        self.staying = Note("", "mdi6.alert-outline", Tone.WARN)
        self._add_choice()
        self.body.addWidget(self.text)
        self.body.addWidget(self.staying)
        self.body.addWidget(self.keep_open)
        self.body.addWidget(self.leave)
        self.keep_open.setVisible(bool(removals.with_open) and not self._is_one)
        self.keep_open.setChecked(not self.keep_open.isHidden())
        self.leave.setVisible(any(each.is_signed_in for each in removals.accounts))
        back = self.add_action("Keep it" if self._is_one else "Keep them", is_default=True)
        back.clicked.connect(self.reject)
        self.confirm = self.add_action("Remove it", kind=Kind.DANGER)
        self.confirm.clicked.connect(self.accept)
        for choice in (self.cancel_unsent, self.move_unsent, self.leave, self.keep_open):
            choice.toggled.connect(self._follow)
        self._follow()

    @property
    def wish(self) -> RemovalWish:
        return RemovalWish(
            unsent=Unsent.MOVE if self.move_unsent.isChecked() else Unsent.CANCEL,
            leave_session=self.leave.isChecked(),
            keeps_open=self.keep_open.isChecked(),
        )

    def _add_choice(self) -> None:
        self.cancel_unsent.setChecked(True)
        if not self._removals.unsent:
            for choice in (self.cancel_unsent, self.move_unsent):
                choice.setParent(self)
                choice.hide()
            return
        count = f"{self._removals.unsent:,}"
        waiting = count_of(count, "delivery is not sent yet", "deliveries are not sent yet")
        self.body.addWidget(label(f"{waiting}:", Role.H3))
        self.body.addWidget(self.cancel_unsent)
        self.body.addWidget(self.move_unsent)
        reason = self._removals.cannot_move
        self.move_unsent.setEnabled(not reason)
        if reason:
            self.body.addWidget(label(reason, Role.HINT, wrap=True))

    def _follow(self) -> None:
        wish = self.wish
        going = len(self._removals.going(wish))
        lines = self._removals.sentences(wish)
        self.text.setText("\n".join(f"•  {line}" for line in lines))
        self.text.setVisible(bool(lines))
        staying = self._removals.staying_sentences(wish)
        self.staying.text.setText("\n".join(staying))
        self.staying.setVisible(bool(staying))
        if not self._is_one:
            self.confirm.set_text(f"Remove {accounts_words(going)}" if going else "Remove them")
        self.confirm.set_reason_disabled("" if going else "\n".join(staying))
        if self.isVisible():
            self.fit()


def _keep_words(count: int) -> str:
    whose = "the one whose open tries are" if count == 1 else f"the {count:,} whose open tries are"
    return f"Keep {whose} not settled yet; most are within a minute of a pause"
