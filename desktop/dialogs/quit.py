"""Closing the window while campaigns run: asks once what should happen to them, and remembers the answer on request."""

from collections.abc import Sequence
from enum import StrEnum

from PySide6.QtWidgets import QCheckBox, QRadioButton, QVBoxLayout, QWidget

from desktop.dialogs.dialog import Dialog
from desktop.formatting import count_of
from desktop.theme import Role
from desktop.widgets.buttons import Kind
from desktop.widgets.labels import label


class OnClose(StrEnum):
    """What becomes of running campaigns; the values of the setting worker.keep_running_on_close but for "ask"."""

    KEEP = "keep"
    PAUSE = "pause"
    STOP = "stop"


CHOICES = (
    (OnClose.KEEP, "Keep sending", "The worker goes on without the window. Open Wireroom again to look."),
    (
        OnClose.PAUSE,
        "Pause the campaigns",
        "Nothing more is sent until you resume them. Replies and STOP are noticed.",
    ),
    (
        OnClose.STOP,
        "Stop the worker",
        "What is under way is answered first. The campaigns go on when the worker is started again.",
    ),
)


class QuitDialog(Dialog):
    """Accepted: `choice` holds the answer and `is_remembered` whether to ask again. Rejected: the window stays."""

    def __init__(self, parent: QWidget, titles: Sequence[str]) -> None:
        count = count_of(str(len(titles)), "campaign is", "campaigns are")
        super().__init__(parent, f"{count} still at work")
        names = "“" + "”, “".join(titles[:3]) + "”"
        more = f" and {len(titles) - 3} more" if len(titles) > 3 else ""
        self.add_text(f"{names}{more}. What should happen when the window closes?")
        self._buttons: dict[OnClose, QRadioButton] = {}
        for choice, title, text in CHOICES:
            button = QRadioButton(title)
            button.setObjectName(choice.value)
            button.setAccessibleDescription(text)
            self._buttons[choice] = button
            pair = QVBoxLayout()
            pair.setSpacing(0)
            pair.addWidget(button)
            line = label(text, Role.HINT, wrap=True)
            line.setContentsMargins(24, 0, 0, 0)
            pair.addWidget(line)
            self.body.addLayout(pair)
        self._buttons[OnClose.KEEP].setChecked(True)
        self._remember = QCheckBox("Do this every time (Settings, Worker)")
        self._remember.setObjectName("remember")
        self.body.addWidget(self._remember)
        self.add_quiet("Keep the window open").clicked.connect(self.reject)
        self.add_action("Close the window", kind=Kind.PRIMARY, is_default=True).clicked.connect(self.accept)
        self._buttons[OnClose.KEEP].setFocus()

    @property
    def choice(self) -> OnClose:
        return next(choice for choice, button in self._buttons.items() if button.isChecked())

    @property
    def is_remembered(self) -> bool:
        return self._remember.isChecked()
