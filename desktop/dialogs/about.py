"""What this program is, which version, and that Telegram has nothing to do with it (Telegram's API terms, 2.2)."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.dialogs.dialog import Dialog
from desktop.theme import Role
from desktop.widgets.identity import Mark
from desktop.widgets.labels import label

API_NOTICE = "Unofficial client using the Telegram API. Not made or endorsed by Telegram."


class AboutDialog(Dialog):
    """Version, licence, notice."""

    def __init__(self, parent: QWidget, version: str) -> None:
        super().__init__(parent, "About Wireroom", width=440)
        row = QHBoxLayout()
        row.setSpacing(14)
        row.addWidget(Mark(44), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(label(f"Wireroom {version}", Role.H3))
        words.addWidget(
            label(
                "Write to people who asked to hear from you. Each of them gets it exactly once.", Role.DIM, wrap=True
            )
        )
        words.addSpacing(6)
        words.addWidget(label(API_NOTICE, Role.BODY, wrap=True))
        words.addWidget(
            label("Use your own api_id and accounts, and keep to Telegram's terms of service.", Role.HINT, wrap=True)
        )
        words.addWidget(label("MIT licence. The typeface is Inter (SIL Open Font License).", Role.HINT, wrap=True))
        row.addLayout(words, 1)
        self.body.addLayout(row)
        self.add_action("Close", is_default=True).clicked.connect(self.accept)
