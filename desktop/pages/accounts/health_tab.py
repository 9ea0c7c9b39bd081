"""The health of one account: the score as a ring, each part with its points and its reason, then figures."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from campaigns.accounts.health_score import HealthPart
from campaigns.accounts.views import AccountRow
from desktop.formatting import Formats
from desktop.pages.accounts.cells import HEALTH_TONES
from desktop.pages.accounts.panel_words import fact_lines, part_reason, points_words
from desktop.theme import Role, Theme, Token
from desktop.widgets.labels import hairline, label
from desktop.widgets.layouts import clear_layout
from desktop.widgets.progress import Ring

POINTS_WIDTH = 38
SEVERE = -15
"""From here on a part is red, above it amber."""


class HealthTab(QWidget):
    """Shows a row; only what is different is made anew."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown_parts: Sequence[tuple[str, str, str]] = ()
        self.facts: dict[str, QLabel] = {}
        self.ring = Ring("Health")
        self.title = label("", Role.H3)
        self._parts = QVBoxLayout()
        self._parts.setSpacing(9)
        self._grid = QGridLayout()
        self._build_ui()

    @property
    def parts(self) -> Sequence[tuple[str, str, str]]:
        """Points, title and reason of each part, as a person reads them."""
        return self._shown_parts

    def show_row(self, row: AccountRow, formats: Formats, now: datetime) -> None:
        score = row.health
        self.ring.set_score(score.score, HEALTH_TONES[score.health])
        self.title.setText(f"Health {score.score} of 100")
        words = [(points_words(part), part.title, part_reason(part, formats, now)) for part in score.parts]
        if words != self._shown_parts:
            self._shown_parts = words
            clear_layout(self._parts)
            for part, (points, title, reason) in zip(score.parts, words, strict=True):
                self._parts.addLayout(_part_row(part, points, title, reason))
        self._show_facts(fact_lines(row, formats, now))

    def _show_facts(self, lines: Sequence[tuple[str, str]]) -> None:
        if list(self.facts) != [title for title, _ in lines]:
            clear_layout(self._grid)
            self.facts = {}
            for place, (title, _) in enumerate(lines):
                figure = self.facts[title] = label("", Role.BODY, wrap=True)
                figure.setAlignment(Qt.AlignmentFlag.AlignRight)
                self._grid.addWidget(label(title, Role.DIM), place, 0, Qt.AlignmentFlag.AlignTop)
                self._grid.addWidget(figure, place, 1)
        for title, value in lines:
            self.facts[title].setText(value)

    def _build_ui(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addStretch(1)
        words.addWidget(self.title)
        words.addWidget(label("100, less what each part takes.", Role.HINT))
        words.addStretch(1)
        head = QHBoxLayout()
        head.setSpacing(14)
        head.addWidget(self.ring)
        head.addLayout(words, 1)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self._grid.setHorizontalSpacing(12)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 14, 18, 14)
        column.setSpacing(14)
        column.addLayout(head)
        column.addLayout(self._parts)
        column.addWidget(hairline())
        column.addLayout(self._grid)
        column.addStretch(1)


def _part_row(part: HealthPart, points: str, title: str, reason: str) -> QHBoxLayout:
    token = Token.GOOD if not part.points else Token.BAD if part.points <= SEVERE else Token.WARN
    row = QHBoxLayout()
    row.setSpacing(10)
    number = label(points, Role.STRONG, token)
    number.setFixedWidth(Theme.of_application().px(POINTS_WIDTH))
    number.setAlignment(Qt.AlignmentFlag.AlignRight)
    row.addWidget(number, 0, Qt.AlignmentFlag.AlignTop)
    words = QVBoxLayout()
    words.setSpacing(1)
    words.addWidget(label(title, Role.STRONG, wrap=True))
    words.addWidget(label(reason, Role.HINT, wrap=True))
    row.addLayout(words, 1)
    return row
