"""What is asked about a conversation: until when, whose, which label, a note."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QWidget

from campaigns.inbox.service import LONGEST_LABEL, LONGEST_NOTE
from desktop.dialogs.dialog import Dialog
from desktop.formatting import Formats
from desktop.widgets.buttons import Kind
from desktop.widgets.fields import Field

MORNING: Final = 9


class OneLineDialog(Dialog):
    """Asks for one line; known answers are offered. `given` carries it; an empty one only where it means something."""

    given = Signal(str)

    def __init__(
        self,
        parent: QWidget,
        title: str,
        name: str,
        confirm: str,
        *,
        known: Sequence[str] = (),
        text: str = "",
        hint: str = "",
        may_be_empty: bool = False,
    ) -> None:
        super().__init__(parent, title, width=420)
        self._may_be_empty = may_be_empty
        self.entry = QComboBox()
        self.entry.setEditable(True)
        self.entry.addItems(list(known))
        self.entry.setEditText(text)
        line = self.entry.lineEdit()
        assert isinstance(line, QLineEdit)
        self.line = line
        line.setMaxLength(LONGEST_LABEL)
        self.field = Field(name, self.entry, hint)
        self.body.addWidget(self.field)
        self.add_action("Cancel").clicked.connect(self.reject)
        self.keep = self.add_action(confirm, kind=Kind.PRIMARY, is_default=True)
        self.keep.clicked.connect(self._keep)
        line.selectAll()
        line.setFocus()

    def _keep(self) -> None:
        text = self.line.text().strip()
        if not text and not self._may_be_empty:
            self.field.set_error("Write it here")
            return
        self.given.emit(text)
        self.accept()


class NoteDialog(Dialog):
    """`written` carries the note."""

    written = Signal(str)

    def __init__(self, parent: QWidget, person: str) -> None:
        super().__init__(parent, f"A note about {person}", width=460)
        self.entry = QPlainTextEdit()
        self.entry.setTabChangesFocus(True)
        self.entry.setMinimumHeight(110)
        self.field = Field("Note", self.entry, "For your team. It never leaves.")
        self.body.addWidget(self.field)
        self.add_action("Cancel").clicked.connect(self.reject)
        self.keep = self.add_action("Keep the note", kind=Kind.PRIMARY)
        self.keep.clicked.connect(self._keep)
        self.entry.setFocus()

    def _keep(self) -> None:
        text = self.entry.toPlainText().strip()
        if not text or len(text) > LONGEST_NOTE:
            self.field.set_error("Write it here" if not text else f"At most {LONGEST_NOTE:,} characters")
            return
        self.written.emit(text)
        self.accept()


def snooze_choices(now: datetime, formats: Formats) -> list[tuple[str, datetime]]:
    """Moments that people put things off to, in words, soonest first."""
    local = formats.local(now)
    morning = local.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    tomorrow = morning + timedelta(days=1)
    monday = morning + timedelta(days=7 - local.weekday())
    choices = [("In one hour", local + timedelta(hours=1)), ("In three hours", local + timedelta(hours=3))]
    choices += [("Tomorrow", tomorrow), ("Next Monday", monday)] if monday != tomorrow else [("Tomorrow", tomorrow)]
    return [(f"{words}, {formats.moment(at, now)}", at) for words, at in choices]
