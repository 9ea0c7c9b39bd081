"""The Report step: five figures, groups compared, how everyone ended, and a table of every person."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from campaigns.delivery import DeliveryState
from campaigns.reasons import DeliveryReason
from core.errors import AppError
from desktop.formatting import MISSING
from desktop.models.paged_rows import PagedRows
from desktop.models.rows import PersonRow
from desktop.models.table_model import TableModel
from desktop.pages.campaign.aftercare import AftercareButtons
from desktop.pages.campaign.groups_card import GroupsCard
from desktop.pages.campaign.report import FILTERS, Deeds, Ending, Report
from desktop.pages.campaign.report_groups import Groups
from desktop.pages.states import DELIVERY
from desktop.theme import Role
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.cards import Card, StatCard
from desktop.widgets.choices import FilterChip
from desktop.widgets.empty import EmptyState, FailedState
from desktop.widgets.fields import SearchField
from desktop.widgets.filters import Chips
from desktop.widgets.labels import label
from desktop.widgets.layouts import clear_layout, scrolled
from desktop.widgets.progress import Progress
from desktop.widgets.status import Status
from desktop.widgets.table import Cell, Column, Table, TableCard

COLUMNS = (
    Column("Person", 150, stretch=3),
    Column("State", 108),
    Column("Reason", 96, stretch=3),
    Column("Account", 84, stretch=2),
    Column("Variant", 92, stretch=1),
    Column("Ended", 84),
    Column("Read", 76),
    Column("Reply", 96, stretch=1),
)
_SIDE_WIDTH = 312
_MIDDLE_HEIGHT = 262
_EXPORT = "Export…"
FORMS = {
    "Tables (*.csv)": "csv",
    "Pages with charts (*.html)": "html",
    "Files for programs (*.json)": "json",
}


def person_cells(row: PersonRow) -> Sequence[Cell]:
    """One cell a column."""
    return (
        Cell(text=row.name, detail=row.handle, role=Role.STRONG, avatar=(row.number, False)),
        Cell.of_state(row.state),
        Cell(text=row.reason, role=Role.DIM),
        Cell(text=row.account, role=Role.DIM),
        Cell(text=row.variant, role=Role.DIM),
        *(Cell(text="" if time == MISSING else time, role=Role.DIM) for time in (row.time, row.read, row.reply)),
    )


class _EndingLine(QFrame):
    """A state with its reason and count; pressing it shows who."""

    chosen = Signal(object, object)  # DeliveryState, DeliveryReason | None

    def __init__(self, ending: Ending) -> None:
        super().__init__()
        self._ending = ending
        self._number = Button(ending.number, kind=Kind.LINK, small=True)
        self._number.setAccessibleName(f"{ending.number} {ending.text}: show them")
        self._number.clicked.connect(self._choose)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        state = Status(ending.state)
        state.set_state(type(ending.state)(ending.state.glyph, ending.text, ending.state.detail))
        state.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # the number is never cut
        state.setToolTip(ending.text)
        row.addWidget(state, 1)
        row.addWidget(self._number)

    def _choose(self) -> None:
        self.chosen.emit(self._ending.of_state, self._ending.reason)


class EndedCard(Card):
    """How everyone ended, by state and reason."""

    chosen = Signal(object, object)

    def __init__(self) -> None:
        super().__init__("How everyone ended")
        self.summary = label("", Role.HINT)
        self.bar = Progress("How everyone ended", 8)
        self._endings: tuple[Ending, ...] = ()
        self._lines = QVBoxLayout()
        self._lines.setSpacing(2)
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._lines)
        column.addStretch(1)
        self.body.addWidget(self.summary)
        self.body.addWidget(self.bar)
        self.body.addWidget(scrolled(holder), 1)

    def show_report(self, report: Report) -> None:
        if self.summary.text() != report.summary:
            self.summary.setText(report.summary)
        self.bar.set_parts(report.parts, report.total)
        if report.endings == self._endings:
            return
        self._endings = report.endings
        clear_layout(self._lines)
        for ending in report.endings:
            line = _EndingLine(ending)
            line.chosen.connect(self.chosen)
            self._lines.addWidget(line)


class PeopleCard(TableCard):
    """Every person, with chips and a search. What is shown comes row by row when it is looked at."""

    stateChosen = Signal(object)  # DeliveryState | None
    searched = Signal(str)
    exportRequested = Signal(str)  # the path of the file
    cancelRequested = Signal()  # of the export that is under way

    def __init__(self, rows: PagedRows[PersonRow]) -> None:
        super().__init__(Table("Every person", COLUMNS), "Every person", " ")
        self.model = TableModel(rows, person_cells, len(COLUMNS), self)
        self.table.setModel(self.model)
        self.search = SearchField("Find a person", self)
        self.search.setFixedWidth(190)
        self.chips = Chips(
            self, {state: FilterChip.of_state(DELIVERY[state] if state else None) for state in FILTERS}
        )
        self.chips.chosen.connect(self.stateChosen)
        chips = QHBoxLayout()
        chips.setContentsMargins(15, 0, 13, 2)
        chips.setSpacing(8)
        for _, chip in self.chips.items():
            chips.addWidget(chip)
        self.search.searched.connect(self.searched)
        chips.addStretch(1)
        self.head.addWidget(self.search)
        self.export = Button(_EXPORT, "mdi6.file-export-outline")
        self._is_exporting = False
        self.export.setToolTip("Write everybody into a table, a file for programs, or a page with charts")
        self.export.clicked.connect(self._export_clicked)
        self.head.addWidget(self.export)
        column = self.layout()
        assert isinstance(column, QVBoxLayout)
        column.insertLayout(1, chips)

    def show_counts(self, report: Report) -> None:
        self.chips.show_counts(report.counts)

    def set_state(self, state: DeliveryState | None) -> None:
        """Show which chip is on; a state without a chip leaves all of them off but "All"."""
        self.chips.show(state)

    def show_matches(self, count: int, text: str) -> None:
        if count:
            self.table.set_placeholder(None)
            return
        if text:
            clear = Button("Clear the search")
            clear.clicked.connect(self.search.clear)
            title = f"Nobody matches “{text}”"
            self.table.set_placeholder(EmptyState("mdi6.magnify", title, actions=[clear]))
        else:
            self.table.set_placeholder(EmptyState("mdi6.account-outline", "Nobody here", "No one ended this way."))

    def show_failed(self, error: AppError) -> None:
        self.table.set_placeholder(FailedState(error))

    def choose_file(self) -> None:
        """Ask where the file goes."""
        chooser = QFileDialog(self.window(), "Export the report")
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setNameFilters(list(FORMS))
        chooser.setDefaultSuffix("csv")
        chooser.filterSelected.connect(lambda chosen: chooser.setDefaultSuffix(FORMS[chosen]))
        chooser.selectFile("report")
        chooser.fileSelected.connect(self.exportRequested)
        chooser.open()

    def show_export(self, progress: str) -> None:
        """How far an export is; empty: none is under way. Pressed meanwhile, the button cancels."""
        self._is_exporting = bool(progress)
        self.export.set_text(f"Cancel · {progress}" if progress else _EXPORT)

    def _export_clicked(self) -> None:
        if self._is_exporting:
            self.cancelRequested.emit()
        else:
            self.choose_file()


class ReportStepView(QWidget):
    """The whole step."""

    chosen = Signal(object, object)  # DeliveryState | None, DeliveryReason | None

    def __init__(self, rows: PagedRows[PersonRow]) -> None:
        super().__init__()
        self.delivered = StatCard("mdi6.check-circle-outline", "Delivered")
        self.read = StatCard("mdi6.check-all", "Read")
        self.replied = StatCard("mdi6.reply", "Replied")
        self.opted_out = StatCard("mdi6.account-cancel-outline", "Opted out")
        self.unknown = StatCard("mdi6.help-rhombus-outline", "Fate unknown")
        self.ended = EndedCard()
        self.after = AftercareButtons()
        self.ended.body.addWidget(self.after)
        self.groups = GroupsCard()
        self.people = PeopleCard(rows)
        self.ended.setFixedWidth(_SIDE_WIDTH)
        self.ended.setFixedHeight(_MIDDLE_HEIGHT)
        self.groups.setFixedHeight(_MIDDLE_HEIGHT)
        figures = QHBoxLayout()
        figures.setSpacing(12)
        for card in (self.delivered, self.read, self.replied, self.opted_out, self.unknown):
            figures.addWidget(card, 1)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(12)
        grid.addLayout(figures, 0, 0, 1, 2)
        grid.addWidget(self.groups, 1, 0)
        grid.addWidget(self.ended, 1, 1)
        grid.addWidget(self.people, 2, 0, 1, 2)
        grid.setColumnStretch(0, 1)
        grid.setRowStretch(2, 1)
        self.people.stateChosen.connect(self._choose_state)
        self.ended.chosen.connect(self._choose_ending)

    def show_report(self, report: Report) -> None:
        for card, figure in ((self.delivered, report.delivered), (self.unknown, report.unknown)):
            card.set_value(figure.value, figure.line)
        self.ended.show_report(report)
        self.people.show_counts(report)

    def show_figures(self, deeds: Deeds, groups: Groups) -> None:
        for card, figure in (
            (self.read, deeds.read),
            (self.replied, deeds.replied),
            (self.opted_out, deeds.opted_out),
        ):
            card.set_value(figure.value, figure.line)
        self.groups.show_groups(groups)

    def show_matches(self, *, count: int, question: str) -> None:
        self.people.show_matches(count, question)

    def show_export(self, progress: str) -> None:
        self.people.show_export(progress)

    def show_people_failed(self, error: AppError) -> None:
        self.people.show_failed(error)

    def _choose_state(self, state: DeliveryState | None) -> None:
        self.chosen.emit(state, None)

    def _choose_ending(self, state: DeliveryState, reason: DeliveryReason | None) -> None:
        self.people.set_state(state)
        self.chosen.emit(state, reason)
