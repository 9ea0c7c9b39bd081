"""The list of saved audiences: search, table, and beside it the chosen one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QItemSelection, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from campaigns.audience.views import AudienceCount, AudienceKind, AudienceView
from core.domain.ids import AudienceId
from core.errors import AppError
from desktop.formatting import Formats
from desktop.models.keyed_rows import KeyedRows
from desktop.models.table_model import TableModel
from desktop.pages.accounts.side import SidePane
from desktop.pages.audiences.audience_facts import AudienceFacts
from desktop.pages.late import LateSkeleton
from desktop.theme import Role
from desktop.widgets.buttons import Button, IconButton
from desktop.widgets.empty import EmptyState, FailedState
from desktop.widgets.fields import SearchField
from desktop.widgets.labels import label
from desktop.widgets.status import Tone
from desktop.widgets.table import Cell, Column, Table, TableCard

COLUMNS: Final = (
    Column("Audience", 210, stretch=3),
    Column("Who is in it", 200, stretch=5),
    Column("People", 96, numeric=True),
    Column("May be written to", 130, numeric=True),
    Column("Last used", 110),
)
EXTRA: Final = (3, 4)
"""Columns that give way to the panel: it says the same."""
KINDS: Final = {
    AudienceKind.EVERYONE: "By itself",
    AudienceKind.STARTED_BOT: "By itself",
    AudienceKind.LIST: "Fixed list",
    AudienceKind.RULE: "Rule",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceLine:
    """One audience of the list. `count` None: not counted yet; `problem`: it cannot be."""

    view: AudienceView
    count: AudienceCount | None
    problem: str
    used: str


def audience_cells(line: AudienceLine, formats: Formats) -> Sequence[Cell]:
    view, count = line.view, line.count
    waiting = "" if line.problem else "…"
    return (
        Cell(view.title, KINDS[view.kind], Role.STRONG),
        Cell(line.problem or view.sentence, role=Role.DIM, tone=Tone.BAD if line.problem else None),
        Cell(formats.number(count.people) if count else waiting),
        Cell(formats.number(count.may_write) if count else waiting),
        Cell(line.used, role=Role.DIM),
    )


class SavedAudiencesWidget(QWidget):
    """Shows and emits."""

    searched = Signal(str)
    chosenChanged = Signal()
    editRequested = Signal()
    duplicateRequested = Signal()
    renameRequested = Signal()
    deleteRequested = Signal()
    peopleRequested = Signal(int)

    def __init__(self, rows: KeyedRows[AudienceLine], formats: Formats) -> None:
        super().__init__()
        self._rows = rows
        self.search = SearchField("Find an audience")
        self.search.setMaximumWidth(260)
        self.table = Table("Audiences", COLUMNS)
        self.model = TableModel(rows, lambda line: audience_cells(line, formats), len(COLUMNS), self)
        self.table.setModel(self.model)
        self.late = LateSkeleton(self.table)
        self.side = SidePane(self)
        self.title = label("", Role.H2, wrap=True)
        self.kind = label("", Role.HINT)
        self.facts = AudienceFacts(formats)
        self.uses = label("", Role.HINT, wrap=True)
        self.edit = Button("Edit rule", "mdi6.pencil-outline", small=True)
        self.people = Button("Its people", "mdi6.account-outline", small=True)
        self.duplicate = Button("Duplicate", small=True)
        self.rename = Button("Rename…", small=True)
        self.delete = Button("Delete…", small=True)
        self.close_side = IconButton("mdi6.close", "Close")
        self._build_ui()
        self._connect_signals()
        self.late.begin()

    @property
    def chosen(self) -> AudienceView | None:
        row = self.table.chosen_row
        return None if row is None or row >= len(self._rows) else self._rows.row(row).view

    def choose(self, audience_id: AudienceId) -> None:
        row = self._rows.find(audience_id)
        if row is not None:
            self.table.selectRow(row)

    def show_rows(self) -> None:
        self.late.end()
        self.table.set_placeholder(None)

    def show_no_match(self, text: str) -> None:
        self.late.end()
        clear = Button("Clear the search")
        clear.clicked.connect(self.search.clear)
        self.table.set_placeholder(EmptyState("mdi6.magnify", f"No audience matches “{text}”", actions=[clear]))

    def show_failed(self, error: AppError) -> None:
        self.late.end()
        self.table.set_placeholder(FailedState(error))

    def show_hint(self, *, has_own: bool) -> None:
        self._hint.setVisible(not has_own)

    def show_chosen(self, view: AudienceView | None) -> None:
        """The panel of this audience; its figures come later."""
        if view is None:
            self.side.hide()
            self.table.set_hidden_columns(())
            return
        self.title.setText(view.title)
        self.kind.setText(KINDS[view.kind])
        if view.problem:
            self.facts.show_problem(view.problem)
        else:
            self.facts.show_sentence(view.sentence)
        used = [*(f"The draft “{title}”" for title in view.drafts), *(f"“{title}”" for title in view.named_by)]
        self.uses.setText(f"Used by {', '.join(used)}" if used else "")
        self.uses.setVisible(bool(used))
        self.edit.setVisible(view.kind is AudienceKind.RULE)
        self.people.setVisible(view.kind is AudienceKind.LIST)
        self.rename.setVisible(view.can_change)
        self.delete.setVisible(view.can_change)
        if self.side.isHidden():
            self.side.show()
            self.place_side()

    def choose_none(self) -> None:
        self.table.clearSelection()
        self.show_chosen(None)

    def place_side(self) -> None:
        self.side.place(self._row, self)
        self.table.set_hidden_columns(() if self.side.is_over else EXTRA)

    def _build_ui(self) -> None:
        filters = QHBoxLayout()
        filters.addWidget(self.search)
        filters.addStretch(1)
        self._hint = label(
            "These exist by themselves. A rule of your own addresses some of them: by tag, language, activity, consent or "
            "what they got before.",
            Role.HINT,
            wrap=True,
        )
        self._hint.hide()
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(24, 8, 24, 16)
        column.setSpacing(12)
        column.addLayout(filters)
        column.addWidget(TableCard(self.table), 1)
        column.addWidget(self._hint)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._row.addWidget(left, 1)
        self.side.body.addWidget(self._panel())

    def _panel(self) -> QFrame:
        panel = QFrame()
        head, acts, more = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.close_side)
        for row, buttons in ((acts, (self.edit, self.people, self.duplicate)), (more, (self.rename, self.delete))):
            row.setSpacing(8)
            for button in buttons:
                row.addWidget(button)
            row.addStretch(1)
        column = QVBoxLayout(panel)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.kind)
        column.addLayout(acts)
        column.addLayout(more)
        column.addWidget(self.facts)
        column.addWidget(self.uses)
        column.addStretch(1)
        return panel

    def _connect_signals(self) -> None:
        self.search.searched.connect(self.searched)
        self.table.selectionModel().selectionChanged.connect(self._selection_changed)
        self.table.opened.connect(self._open)
        self.close_side.clicked.connect(self.choose_none)
        self.edit.clicked.connect(self.editRequested)
        self.people.clicked.connect(self._show_people)
        self.duplicate.clicked.connect(self.duplicateRequested)
        self.rename.clicked.connect(self.renameRequested)
        self.delete.clicked.connect(self.deleteRequested)

    def _selection_changed(self, _: QItemSelection, __: QItemSelection) -> None:
        self.chosenChanged.emit()

    def _show_people(self) -> None:
        if self.chosen is not None:
            self.peopleRequested.emit(int(self.chosen.id))

    def _open(self, _: int) -> None:
        if self.chosen is not None and self.chosen.kind is AudienceKind.LIST:
            self._show_people()
        else:
            self.editRequested.emit()
