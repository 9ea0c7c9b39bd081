"""The welcome window: shown when no workspace was opened before. It says what was chosen; app.py does it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QVBoxLayout, QWidget

from core.clock import Clock
from core.errors import AppError
from core.version import VERSION
from desktop.dialogs.about import API_NOTICE
from desktop.notifications import NotificationCenter
from desktop.theme import Role, Theme
from desktop.welcome.doors import AccountDoor, SandboxDoor
from desktop.welcome.sandbox_start import StartStep
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.identity import Mark, app_icon
from desktop.widgets.labels import label


class WelcomeWindow(QMainWindow):
    """Two doors, two ways to a workspace, and the note that this is an unofficial client."""

    sandboxRequested = Signal()
    openRequested = Signal()
    makeRequested = Signal()
    accountRequested = Signal()
    closed = Signal()

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        theme = Theme.of_application()
        self.setWindowTitle("Welcome · Wireroom")
        self.setWindowIcon(app_icon(theme))
        self.setMinimumSize(1080, 680)
        self.resize(1360, 860)
        self.notifications = NotificationCenter(self, clock)
        middle = QWidget()
        middle.setObjectName("page")
        middle.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(middle)
        column.setContentsMargins(24, 24, 24, 20)
        column.addStretch(3)
        column.addWidget(Mark(52), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(12)
        centre = Qt.AlignmentFlag.AlignHCenter
        column.addWidget(label("Welcome to Wireroom", Role.HERO), 0, centre)
        column.addWidget(
            label("Write to people who asked to hear from you. Each of them gets it exactly once.", Role.DIM),
            0,
            centre,
        )
        column.addSpacing(22)
        column.addLayout(self._build_doors())
        column.addSpacing(20)
        column.addLayout(self._build_ways())
        column.addStretch(4)
        column.addWidget(label(f"{API_NOTICE}  ·  Wireroom {VERSION}", Role.HINT), 0, centre)
        self.setCentralWidget(middle)
        self.sandbox.button.setFocus()

    def show_steps(self, steps: Sequence[StartStep]) -> None:
        self.sandbox.show_steps(steps)

    def show_failed(self, error: AppError) -> None:
        self.sandbox.show_failed(error)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closed.emit()
        super().closeEvent(event)

    def _build_doors(self) -> QHBoxLayout:
        self.sandbox = SandboxDoor()
        self.sandbox.opened.connect(self.sandboxRequested)
        self.account = AccountDoor()
        self.account.opened.connect(self.accountRequested)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addStretch(1)
        row.addWidget(self.sandbox)
        row.addWidget(self.account)
        row.addStretch(1)
        return row

    def _build_ways(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addStretch(1)
        for text, icon, signal in (
            ("Open a workspace…", "mdi6.folder-open-outline", self.openRequested),
            ("Make a workspace…", "mdi6.folder-plus-outline", self.makeRequested),
        ):
            button = Button(text, icon, kind=Kind.QUIET)
            button.clicked.connect(signal)
            row.addWidget(button)
        row.addStretch(1)
        return row
