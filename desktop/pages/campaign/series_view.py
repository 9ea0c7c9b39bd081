"""The step of a series in the place of Run: which run comes next and after it, the rules, and every run so far."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.models.keyed_rows import KeyedRows
from desktop.models.table_model import TableModel
from desktop.pages.campaign.series_words import RunRow, SeriesWords
from desktop.theme import Role
from desktop.widgets.cards import Card, check_line
from desktop.widgets.empty import EmptyState
from desktop.widgets.labels import label
from desktop.widgets.layouts import clear_layout
from desktop.widgets.table import Bar, Cell, Column, Table, TableCard

COLUMNS: Final = (
    Column("Run", 150, stretch=1),
    Column("State", 170),
    Column("Progress", 120, stretch=2),
    Column("What became of it", 230, stretch=3),
)
SIDE_WIDTH: Final = 363


def run_cells(row: RunRow) -> Sequence[Cell]:
    """One cell a column."""
    return (
        Cell(text=row.moment, role=Role.STRONG),
        Cell.of_state(row.state),
        Cell(bar=Bar(row.parts, row.total)) if row.total else Cell(),
        Cell(text=row.line, role=Role.DIM),
    )


class SeriesView(QWidget):
    """Shows and emits: `opened` with the place of a row."""

    opened = Signal(int)

    def __init__(self, rows: KeyedRows[RunRow]) -> None:
        super().__init__()
        self.next_card, self.rules_card = Card("Next run"), Card("How it repeats")
        self.next_run = label("–", Role.NUM2)
        self.next_line = label("", Role.HINT, wrap=True)
        self.coming = label("", Role.DIM, wrap=True)
        self.counts = label("", Role.HINT)
        self.table = Table("Runs", COLUMNS, row_height=36)
        self.model = TableModel(rows, run_cells, len(COLUMNS), self)
        self._rules: tuple[str, ...] = ()
        self._rule_lines = QVBoxLayout()
        self._build_ui()
        self.table.opened.connect(self.opened)

    def show_series(self, words: SeriesWords) -> None:
        for line, text in (
            (self.next_run, words.next_run),
            (self.next_line, words.next_line),
            (self.coming, f"Then {', '.join(words.coming)} …" if words.coming else ""),
            (self.counts, words.counts),
        ):
            if line.text() != text:
                line.setText(text)
        self.coming.setVisible(bool(words.coming))
        if words.rules != self._rules:
            self._rules = words.rules
            self._show_rules()
        if words.rows:
            self.table.set_placeholder(None)
        elif self.table.placeholder is None:
            text = "Each run appears here when its moment comes, as a campaign of its own."
            self.table.set_placeholder(EmptyState("mdi6.refresh", "No run yet", text))

    def _show_rules(self) -> None:
        clear_layout(self._rule_lines)
        for sentence in self._rules:
            self._rule_lines.addWidget(check_line(sentence))

    def _build_ui(self) -> None:
        self.table.setModel(self.model)
        self.next_run.setAccessibleName("Next run")
        for line in (self.next_run, self.next_line, self.coming):
            self.next_card.body.addWidget(line)
        self.next_card.body.addStretch(1)
        self._rule_lines.setSpacing(6)
        self.rules_card.body.addLayout(self._rule_lines)
        self.rules_card.body.addStretch(1)
        self.next_card.setFixedWidth(SIDE_WIDTH)
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(self.next_card)
        top.addWidget(self.rules_card, 1)
        card = TableCard(self.table, "Runs", "each is a campaign of its own; Enter opens it")
        card.head.addWidget(self.counts)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addLayout(top)
        column.addWidget(card, 1)
