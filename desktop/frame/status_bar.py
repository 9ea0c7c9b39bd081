"""The foot of the window: what is saved, who is online, what was delivered, what comes next, what time it is."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel

from desktop.theme import Role, Theme, Token
from desktop.widgets.labels import label, set_token

HEIGHT = 28


class StatusBar(QFrame):
    """28 px; texts change in place."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("statusBar")
        self.setAccessibleName("Status")
        self._theme = Theme.of_application()
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 0, 16, 0)
        row.setSpacing(6)
        self._icons: list[tuple[QLabel, str]] = []
        self.saved = self._add(row, "mdi6.database-outline")
        self.accounts = self._add(row, "mdi6.account-multiple-outline")
        self.delivered = self._add(row, "mdi6.send-outline")
        row.addStretch(1)
        self.next = label("", Role.HINT)
        row.addWidget(self.next)
        row.addSpacing(14)
        self.clock = label("", Role.HINT)
        row.addWidget(self.clock)
        self._theme.changed.connect(self._restyle)
        self._restyle()

    def show_saved(self, text: str, *, is_good: bool) -> None:
        self.saved.setText(text)
        set_token(self.saved, None if is_good else Token.BAD)

    def show_facts(self, accounts: str, delivered: str, following: str) -> None:
        self.accounts.setText(accounts)
        self.delivered.setText(delivered)
        self.next.setText(following)

    def show_time(self, text: str) -> None:
        self.clock.setText(text)

    def _add(self, row: QHBoxLayout, icon: str) -> QLabel:
        picture = QLabel()
        row.addWidget(picture)
        self._icons.append((picture, icon))
        text = label("", Role.HINT)
        row.addWidget(text)
        row.addSpacing(16)
        return text

    def _restyle(self) -> None:
        self.setFixedHeight(self._theme.px(HEIGHT))
        for picture, icon in self._icons:
            picture.setPixmap(self._theme.pixmap(icon, Token.TEXT3, 14))
