"""The lines of a list that is to be imported: chips with counts, the lines, and the refused ones for the clipboard."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.models.keyed_rows import KeyedRows
from desktop.models.table_model import TableModel
from desktop.pages.proxies.import_preview import Fate, ImportLine, Preview
from desktop.theme import Role
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.choices import FilterChip
from desktop.widgets.filters import Chips
from desktop.widgets.status import Glyph, State
from desktop.widgets.table import Cell, Column, Table, TableCard

COLUMNS: Final = (Column("Line", 64, numeric=True), Column("", 130), Column("Proxy, or why not", 300, stretch=1))
_STATES: Final = {
    Fate.NEW: State(Glyph.CHECK, "New"),
    Fate.KNOWN: State(Glyph.DASH, "Here already"),
    Fate.DUPLICATE: State(Glyph.DASH, "Duplicate"),
    Fate.REFUSED: State(Glyph.CROSS, "Refused"),
}
_CHIPS: Final[tuple[tuple[Fate | None, str, Glyph | None], ...]] = (
    (None, "All lines", None),
    (Fate.NEW, "New", Glyph.CHECK),
    (Fate.KNOWN, "Here already", Glyph.DASH),
    (Fate.DUPLICATE, "Duplicates", Glyph.DASH),
    (Fate.REFUSED, "Refused", Glyph.CROSS),
)


class ImportLines(QWidget):
    """Shows a Preview."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: Sequence[ImportLine] = ()
        self._rows = KeyedRows[ImportLine](lambda line: line.line)
        self.table = Table("Lines of the list", COLUMNS, row_height=40)
        self.table.setModel(TableModel(self._rows, _cells, len(COLUMNS), self))
        self.chips = Chips(self, {fate: FilterChip(word, glyph=glyph) for fate, word, glyph in _CHIPS})
        self.copy = Button("Copy the refused lines", kind=Kind.LINK, small=True)
        row = QHBoxLayout()
        row.setSpacing(8)
        for _, chip in self.chips.items():
            row.addWidget(chip)
        row.addStretch(1)
        row.addWidget(self.copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(row)
        column.addWidget(TableCard(self.table), 1)
        self.chips.chosen.connect(self._choose)
        self.copy.clicked.connect(self._copy_refused)

    def show_preview(self, preview: Preview) -> None:
        self._lines = preview.lines
        self._rows.show(preview.lines)
        counts: dict[Fate | None, int | None] = {fate: preview.count(fate) for fate in Fate}
        self.chips.show(None)
        self.chips.show_counts(counts | {None: len(preview.lines)})
        self.copy.setVisible(preview.count(Fate.REFUSED) > 0)
        self.copy.set_text("Copy the refused lines")

    def _choose(self, wanted: Fate | None) -> None:
        self._rows.show(line for line in self._lines if wanted is None or line.fate is wanted)

    def _copy_refused(self) -> None:
        refused = [f"{line.line}\t{line.what}\t{line.hint}" for line in self._lines if line.fate is Fate.REFUSED]
        QGuiApplication.clipboard().setText("\n".join(refused))
        self.copy.set_text("Copied")


def _cells(line: ImportLine) -> Sequence[Cell]:
    role = Role.BODY if line.fate is Fate.NEW else Role.DIM
    return (
        Cell(text=str(line.line)),
        Cell.of_state(_STATES[line.fate]),
        Cell(text=line.what, detail=line.hint, role=role),
    )
