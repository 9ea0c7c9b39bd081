"""What every view of the dialog is: a title, fields, one primary action, and what it does when its time passes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from core.secrets.choice import StoreKind
from desktop.sign_in.steps import Step
from desktop.theme import Role
from desktop.widgets.buttons import IconButton
from desktop.widgets.cards import Note
from desktop.widgets.labels import label
from desktop.widgets.status import State, Tone
from telegram.sign_in import values as v


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreChosen:
    kind: StoreKind
    passphrase: str = ""

    def __repr__(self) -> str:
        return f"StoreChosen({self.kind.value})"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PassphraseGiven:
    passphrase: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WayChosen:
    method: v.Method
    proxy: str


class Choice:
    """Answers that carry nothing."""

    GO_ON = "go on"
    DISCARD_CUT_OFF = "discard"
    START = "start"
    START_ANEW = "start anew"
    CLOSE = "close"


class StepView(QWidget):
    """Shows one step. `acted` carries what was answered: a command of the sign-in, or one of the values above."""

    acted = Signal(object)
    primaryChanged = Signal()
    resized = Signal()  # it needs more or less room now

    def __init__(self, title: str, subtitle: str = "", *, primary: str = "", method: v.Method | None = None) -> None:
        """`method`: the way of signing in that this belongs to; the ways are then offered above it."""
        super().__init__()
        self.title, self.subtitle, self.primary, self.method = title, subtitle, primary, method
        self.not_ready = ""  # why the primary action cannot be done yet
        self.cancel = "Cancel"
        self.status: State | None = None
        self.foot = ""
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(10)
        self.first: QWidget | None = None  # gets the focus

    def submit(self) -> None:
        """Enter, or the primary button."""

    def take(self, step: Step) -> bool:
        """Show this step in place, keeping what was typed; False: another view is needed."""
        return False

    def tick(self, now: datetime) -> None:
        """Twice a second."""

    def set_ready(self, reason: str) -> None:
        """Why the primary action cannot be done; empty: it can."""
        if reason != self.not_ready:
            self.not_ready = reason
            self.primaryChanged.emit()

    def add_text(self, text: str, role: Role = Role.DIM) -> None:
        self.column.addWidget(label(text, role, wrap=True))


def problem_text(problem: v.Problem) -> str:
    """Title, message and hint in one line of sentences."""
    title = problem.title if problem.title.endswith((".", "?")) else f"{problem.title}."
    if problem.message.startswith(problem.title):
        title = ""
    return " ".join(part for part in (title, problem.message, problem.hint) if part)


def problem_note(problem: v.Problem, tone: Tone = Tone.WARN) -> Note:
    return Note(problem_text(problem), "mdi6.alert-outline", tone)


class SecretEntry(QWidget):
    """A line for what nobody should read over one's shoulder, with a button that shows it."""

    def __init__(self, *, placeholder: str = "") -> None:
        super().__init__()
        self.entry = QLineEdit()
        self.entry.setEchoMode(QLineEdit.EchoMode.Password)
        self.entry.setPlaceholderText(placeholder)
        self._eye = IconButton("mdi6.eye-outline", "Show what is typed", checkable=True)
        self._eye.toggled.connect(self._show)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.entry, 1)
        row.addWidget(self._eye, 0, Qt.AlignmentFlag.AlignVCenter)
        self.setFocusProxy(self.entry)

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.entry.setAccessibleName(name)

    def _show(self, on: bool) -> None:
        modes = QLineEdit.EchoMode
        self.entry.setEchoMode(modes.Normal if on else modes.Password)
        self._eye.set_icon("mdi6.eye-off-outline" if on else "mdi6.eye-outline")
        self._eye.set_name("Hide what is typed" if on else "Show what is typed")


def focus_later(widget: QWidget) -> None:
    """When the events that are under way are through: a view gets the focus after it is shown."""
    QTimer.singleShot(0, widget, widget.setFocus)


def numbered(texts: Sequence[str]) -> QVBoxLayout:
    """Steps to follow, one line each."""
    lines = QVBoxLayout()
    lines.setSpacing(6)
    for number, text in enumerate(texts, start=1):
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(label(str(number), Role.STRONG))
        row.addWidget(label(text), 1)
        lines.addLayout(row)
    return lines
