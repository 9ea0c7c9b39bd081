"""What became of an import: the four counts, and the refused rows with their reasons."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from campaigns.audience.imports import ImportView
from desktop.formatting import Formats
from desktop.models.keyed_rows import KeyedRows
from desktop.models.table_model import TableModel
from desktop.pages.audiences.import_words import REFUSED_COLUMNS, result_words
from desktop.theme import Role
from desktop.widgets.cards import StatCard
from desktop.widgets.empty import EmptyState
from desktop.widgets.labels import label
from desktop.widgets.status import Glyph, Tone
from desktop.widgets.table import Cell, Table, TableCard

MOST_SHOWN: Final = 1_000
"""Refused rows in the list; the saved file has all."""

Refused = tuple[int, str]  # line, reason


class ImportOutcomeView(QWidget):
    """Shows an ImportView that is done."""

    def __init__(self, formats: Formats) -> None:
        super().__init__()
        self._formats = formats
        self.title = label("", Role.H2)
        self.words = label("", Role.DIM, wrap=True)
        self.cards = {
            "added": StatCard("mdi6.account-plus-outline", "Added"),
            "updated": StatCard("mdi6.account-edit-outline", "Updated"),
            "unchanged": StatCard("mdi6.account-check-outline", "Unchanged"),
            "refused": StatCard("mdi6.account-alert-outline", "Refused"),
        }
        self._rows = KeyedRows[Refused](lambda row: row)
        self.table = Table("Refused rows", REFUSED_COLUMNS, row_height=36)
        self.table.setModel(TableModel(self._rows, _cells, len(REFUSED_COLUMNS), self.table))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self.title)
        column.addWidget(self.words)
        row = QHBoxLayout()
        row.setSpacing(12)
        for card in self.cards.values():
            row.addWidget(card, 1)
        column.addLayout(row)
        column.addWidget(TableCard(self.table), 1)

    def show_result(self, view: ImportView, refused: Sequence[Refused]) -> None:
        """`refused`: at most MOST_SHOWN of them."""
        title, words = result_words(view, self._formats)
        number = self._formats.number
        self.title.setText(title)
        self.words.setText(words)
        lines = {
            "added": "new people",
            "updated": "known, with something new",
            "unchanged": "known as they are",
            "refused": "not taken" if len(refused) == view.refused else f"the first {number(len(refused))} below",
        }
        for name, card in self.cards.items():
            card.set_value(number(getattr(view, name)), lines[name])
        self._rows.show(refused)
        nothing = EmptyState("mdi6.check", "No row was refused")
        self.table.set_placeholder(None if refused else nothing)


def _cells(row: Refused) -> Sequence[Cell]:
    line, reason = row
    return Cell(str(line), role=Role.DIM), Cell(reason, tone=Tone.BAD, glyph=Glyph.CROSS)
