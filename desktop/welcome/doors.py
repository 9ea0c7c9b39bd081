"""The two doors of the welcome page, and the steps that one of them becomes."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.errors import AppError
from desktop.theme import Role, Theme, Token
from desktop.welcome.sandbox_start import StartStep, StepState
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.cards import IconLabel
from desktop.widgets.labels import label
from desktop.widgets.status import Glyph, State, StatusGlyph

WIDTH, HEIGHT = 424, 356
GLYPHS = {
    StepState.TO_DO: Glyph.RING,
    StepState.RUNNING: Glyph.RUN,
    StepState.DONE: Glyph.CHECK,
    StepState.FAILED: Glyph.CROSS,
}


class Door(QFrame):
    """A card with an icon, what is behind it in three lines, and one button."""

    opened = Signal()

    def __init__(
        self, *, icon: str, tint: Token, ink: Token, title: str, text: str, points: Sequence[str], hint: str
    ) -> None:
        super().__init__()
        theme = Theme.of_application()
        self.setObjectName("card")
        self.setAccessibleName(title)
        self.setFixedSize(theme.px(WIDTH), theme.px(HEIGHT))
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(28, 26, 28, 20)
        self.column.setSpacing(8)
        self.column.addWidget(_tile(icon, tint, ink))
        self.column.addSpacing(6)
        self.column.addWidget(label(title, Role.TITLE))
        self.column.addWidget(label(text, Role.DIM))
        self.points = QWidget()
        lines = QVBoxLayout(self.points)
        lines.setContentsMargins(0, 4, 0, 0)
        lines.setSpacing(7)
        for point in points:
            row = QHBoxLayout()
            row.setSpacing(10)
            row.addWidget(IconLabel("mdi6.check", Token.GOOD))
            row.addWidget(label(point), 1)
            lines.addLayout(row)
        self.column.addWidget(self.points)
        self.column.addStretch(1)
        self._hint = label(hint, Role.HINT, wrap=True)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._hint.setMinimumHeight(theme.px(34))  # two lines, so that the buttons of both doors stand level
        self._hint_index = self.column.count()
        self.column.addWidget(self._hint)

    def add_button(self, button: Button) -> None:
        button.clicked.connect(self.opened)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.column.insertWidget(self._hint_index, button)

    def set_hint(self, text: str) -> None:
        self._hint.setText(text)


class SandboxDoor(Door):
    """Try it: while it starts, the card is a list of four steps with their glyphs."""

    def __init__(self) -> None:
        super().__init__(
            icon="mdi6.flask-outline",
            tint=Token.ODD_BG,
            ink=Token.ODD,
            title="Try it in the sandbox",
            text="A small Telegram on this computer. Nothing leaves it.",
            points=(
                "5 accounts and 500 made-up people who answer",
                "The same engine and the same protocol as in earnest",
                "Throw it away whenever you like",
            ),
            hint="Ready in about 10 seconds. No phone number needed.",
        )
        self.button = Button("Open the sandbox", "mdi6.flask-outline", kind=Kind.PRIMARY)
        self.add_button(self.button)
        self._steps = QWidget()
        self._rows = QVBoxLayout(self._steps)
        self._rows.setContentsMargins(0, 6, 0, 0)
        self._rows.setSpacing(9)
        self._lines: list[tuple[StatusGlyph, QLabel, QLabel]] = []
        self._steps.hide()
        self.column.insertWidget(self.column.indexOf(self.points), self._steps)

    def show_steps(self, steps: Sequence[StartStep]) -> None:
        """The card while it starts."""
        self.points.hide()
        self._steps.show()
        self.button.set_reason_disabled("It starts already")
        self.set_hint("It lives as long as the window: closing it ends the sandbox in order.")
        while len(self._lines) < len(steps):
            self._lines.append(self._add_line())
        for (glyph, title, detail), step in zip(self._lines, steps, strict=True):
            glyph.set_state(State(GLYPHS[step.state], step.state.value))
            title.setText(step.title)
            detail.setText(step.detail)

    def show_failed(self, error: AppError) -> None:
        """The sentence of the step that failed, and the button to try again."""
        self.set_hint(" ".join(part for part in (f"{error.title}.", error.message, error.hint) if part))
        self.button.set_reason_disabled("")
        self.button.set_text("Try again")

    def _add_line(self) -> tuple[StatusGlyph, QLabel, QLabel]:
        row = QHBoxLayout()
        row.setSpacing(10)
        line = (StatusGlyph(Glyph.RING), label(), label("", Role.HINT))
        row.addWidget(line[0])
        row.addWidget(line[1], 1)
        row.addWidget(line[2])
        self._rows.addLayout(row)
        return line


class AccountDoor(Door):
    """Connect one's own account: makes a workspace for it and begins with its sign-in."""

    def __init__(self) -> None:
        super().__init__(
            icon="mdi6.account-key-outline",
            tint=Token.ACCENT_BG,
            ink=Token.ACCENT_TEXT,
            title="Connect my account",
            text="Your own account or bot, with your own api_id.",
            points=(
                "Your api_id and api_hash, from my.telegram.org",
                "Keys stay on this computer, never in a file in clear",
                "Careful limits from the first message",
            ),
            hint="By QR code, phone number or bot token. About a minute.",
        )
        self.button = Button("Connect my account", "mdi6.qrcode-scan")
        self.add_button(self.button)


def _tile(icon: str, tint: Token, ink: Token) -> QWidget:
    """The icon on its tint, 44 px."""
    tile = _Tile(tint)
    tile.setFixedSize(44, 44)
    row = QHBoxLayout(tile)
    row.setContentsMargins(11, 11, 11, 11)
    row.addWidget(IconLabel(icon, ink, 22))
    return tile


class _Tile(QWidget):
    def __init__(self, tint: Token) -> None:
        super().__init__()
        self._tint = tint
        self._theme = Theme.of_application()
        self._theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(self._tint))
        painter.drawRoundedRect(self.rect(), 10, 10)
