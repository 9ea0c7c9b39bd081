"""What a locked console shows: nothing of the workspace, a field for the passphrase, and how long a wait lasts."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QMainWindow, QVBoxLayout, QWidget

from core.errors import format_seconds
from desktop.theme import Role, Theme
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.fields import Field
from desktop.widgets.identity import Mark, app_icon
from desktop.widgets.labels import label

LOCKED_TITLE = "Wireroom · locked"
CARD_WIDTH = 380


class LockScreen(QWidget):
    """Emits what was typed; says what it is told. The field is empty after every try."""

    tried = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Wireroom is locked")
        self._is_waiting = False
        self.entry = QLineEdit()
        self.entry.setEchoMode(QLineEdit.EchoMode.Password)
        self.entry.setInputMethodHints(
            Qt.InputMethodHint.ImhHiddenText
            | Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
        )
        self.entry.returnPressed.connect(self._try)
        self._field = Field("Passphrase", self.entry)
        self.button = Button("Unlock", kind=Kind.PRIMARY)
        self.button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.button.clicked.connect(self._try)
        self._build()

    @property
    def words(self) -> str:
        """The line below the field, as a person reads it."""
        return self.entry.accessibleDescription()

    def show_busy(self, busy: bool) -> None:
        """While a try is checked nothing can be typed or pressed."""
        self.entry.setReadOnly(busy)
        self.button.set_reason_disabled("The passphrase is being checked" if busy else "")

    def show_refused(self, words: str) -> None:
        """The try failed, and why."""
        self._field.set_error(words)
        self.entry.setFocus()

    def show_wait(self, wait_s: float) -> None:
        """Called about once a second: the rest of a wait, in which no try is taken; 0: there is none (any more)."""
        is_waiting = wait_s > 0
        if is_waiting:
            self._field.set_error(f"Too many wrong tries. The next one is taken in {format_seconds(wait_s)}.")
        if is_waiting == self._is_waiting:
            return
        self._is_waiting = is_waiting
        self.entry.setEnabled(not is_waiting)
        self.button.set_reason_disabled("The wait is not over" if is_waiting else "")
        if not is_waiting:
            self._field.set_error("")
            self.entry.setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.entry.setFocus()

    def _build(self) -> None:
        card = QFrame()
        card.setObjectName("card")
        card.setFixedWidth(Theme.of_application().px(CARD_WIDTH))
        column = QVBoxLayout(card)
        column.setContentsMargins(24, 22, 24, 22)
        column.setSpacing(8)
        column.addWidget(label("Wireroom is locked", Role.H2))
        column.addWidget(label("What was started goes on.", Role.DIM, wrap=True))
        column.addSpacing(4)
        column.addWidget(self._field)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.button)
        column.addLayout(row)
        outer = QVBoxLayout(self)
        outer.addStretch(3)
        outer.addWidget(Mark(52), 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addSpacing(14)
        outer.addWidget(card, 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(4)

    def _try(self) -> None:
        text = self.entry.text()
        if self.entry.isReadOnly() or not self.entry.isEnabled():
            return
        if not text:
            self._field.set_error("Enter the passphrase")
            return
        self.entry.clear()
        self.tried.emit(text)


class LockWindow(QMainWindow):
    """The lock at the start, before there is a window that could show anything."""

    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle(LOCKED_TITLE)
        self.setWindowIcon(app_icon(Theme.of_application()))
        self.setMinimumSize(1080, 680)
        self.resize(1360, 860)
        self.screen_widget = LockScreen()
        self.setCentralWidget(self.screen_widget)

    def come_forward(self) -> None:
        """Show it in front of others: a second start of this workspace."""
        self.show()
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.raise_()
        self.activateWindow()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closed.emit()
        super().closeEvent(event)
