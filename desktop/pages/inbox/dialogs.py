"""What is asked about a conversation: until when, whose, which label, a note."""

from datetime import datetime, timedelta
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from campaigns.inbox.service import LONGEST_NOTE
from desktop.dialogs.dialog import Dialog
from desktop.formatting import Formats
from desktop.widgets.buttons import Kind
from desktop.widgets.fields import Field

MORNING: Final = 9


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
