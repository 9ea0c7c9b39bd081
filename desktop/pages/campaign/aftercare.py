"""Two buttons below those who were not reached: send to them again, decide about those whose fate is unknown."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.formatting import Formats
from desktop.pages.campaign.acts import Aftercare
from desktop.widgets.buttons import Button


class AftercareButtons(QWidget):
    """Each is there while there is something to do."""

    againRequested = Signal()
    decisionRequested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.again = Button("Send again…", "mdi6.send-outline", small=True)
        self.decide = Button("Decide…", "mdi6.help-rhombus-outline", small=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 4, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.again)
        row.addWidget(self.decide)
        row.addStretch(1)
        self.again.clicked.connect(self.againRequested)
        self.decide.clicked.connect(self.decisionRequested)
        self.hide()

    def show_aftercare(self, after: Aftercare, formats: Formats) -> None:
        """How many there are."""
        self.again.set_text(f"Send {formats.number(after.again)} again…")
        self.decide.set_text(f"Decide {formats.number(after.unknown)}…")
        self.decide.setToolTip("Messages with unknown fate: count them as sent, or leave them")
        self.again.setVisible(after.again > 0)
        self.decide.setVisible(after.unknown > 0)
        self.setVisible(after.again > 0 or after.unknown > 0)
