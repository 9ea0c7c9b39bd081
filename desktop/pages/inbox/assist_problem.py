"""Why the model could not help, in place, with the one next step."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.ai_errors import (
    AiBudgetSpent,
    AiFeatureOff,
    AiKeyRejected,
    AiModelUnknown,
    AiNotAllowed,
    AiNotSetUp,
    AiTurnedOff,
)
from core.errors import AppError, UserInputError
from desktop.theme import Role, Token
from desktop.widgets.buttons import Button
from desktop.widgets.labels import label

_IN_SETTINGS = (AiTurnedOff, AiNotSetUp, AiKeyRejected, AiNotAllowed, AiModelUnknown, AiBudgetSpent)


class Problem(QWidget):
    """Shows and emits; hidden as long as there is none."""

    againRequested = Signal()
    settingsRequested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.title = label("", Role.STRONG, Token.BAD, wrap=True)
        self.text = label("", Role.DIM, wrap=True)
        self.again = Button("Try again", "mdi6.refresh", small=True)
        self.settings = Button("Open Settings", "mdi6.cog-outline", small=True)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.again)
        line.addWidget(self.settings)
        line.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.title)
        column.addWidget(self.text)
        column.addLayout(line)
        self.again.clicked.connect(self.againRequested)
        self.settings.clicked.connect(self.settingsRequested)
        self.hide()

    def show_problem(self, error: AppError | None) -> None:
        """None: there is none (any more)."""
        self.setVisible(error is not None)
        if error is None:
            return
        self.title.setText(error.title)
        self.text.setText(" ".join(part for part in (error.message, error.hint) if part))
        is_for_settings = isinstance(error, _IN_SETTINGS) and not isinstance(error, AiFeatureOff)
        self.settings.setVisible(is_for_settings)
        self.again.setVisible(not is_for_settings and not isinstance(error, UserInputError))
        self.setAccessibleName(error.title)
