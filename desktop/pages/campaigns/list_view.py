"""The list of campaigns: search, chips with counts, table."""

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from campaigns.report.compare import LEAST, MOST
from core.errors import AppError
from desktop.models.keyed_rows import KeyedRows
from desktop.models.rows import CampaignRow
from desktop.models.table_model import TableModel
from desktop.pages.campaign_rows import COLUMNS, campaign_cells
from desktop.pages.campaigns.presenter import Chosen
from desktop.pages.late import LateSkeleton
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.choices import FilterChip
from desktop.widgets.empty import EmptyState, FailedState
from desktop.widgets.fields import SearchField
from desktop.widgets.filters import Chips, filter_row
from desktop.widgets.status import Glyph
from desktop.widgets.table import Table, TableCard

_CHIPS: tuple[tuple[Chosen, str, Glyph | None], ...] = (
    (Chosen.ALL, "All", None),
    (Chosen.NEEDS_YOU, "Needs you", Glyph.WARNING),
    (Chosen.RUNNING, "Running", Glyph.RUN),
    (Chosen.SERIES, "Repeating", Glyph.CLOCK),
    (Chosen.SCHEDULED, "Scheduled", Glyph.CLOCK),
    (Chosen.PAUSED, "Paused", Glyph.BARS),
    (Chosen.DRAFT, "Not started", Glyph.RING),
    (Chosen.ENDED, "Ended", Glyph.CHECK),
    (Chosen.ARCHIVED, "Archived", Glyph.DASH),
)
FIRST_STEP = (
    "A campaign writes once to everybody who agreed to hear from you. You write it, see it as each person will, "
    "and let it be approved before anything is sent."
)


class CampaignListWidget(QWidget):
    """Shows and emits; which rows there are is the presenter's business."""

    campaignOpened = Signal(int)
    newRequested = Signal()
    chosen = Signal(object)  # Chosen
    searched = Signal(str)
    compareRequested = Signal(list)  # numbers of two to four campaigns

    def __init__(self) -> None:
        super().__init__()
        self.search = SearchField("Find a campaign", self)
        self.search.setMinimumWidth(110)
        self.search.setMaximumWidth(260)
        self.new = Button("New campaign", "mdi6.plus", kind=Kind.PRIMARY, parent=self)
        self.new.hide()
        self.chips = Chips(self, {chosen: FilterChip(word, glyph=glyph) for chosen, word, glyph in _CHIPS})
        self.chips.show_counts(dict.fromkeys(Chosen, 0), are_told=False)  # they come when there is something in them
        self.table = Table("Campaigns", COLUMNS, several=True)
        self.compare = Button("Compare…", "mdi6.compare-horizontal")
        self.compare.hide()
        self._rows: KeyedRows[CampaignRow] | None = None
        self.late = LateSkeleton(self.table)
        self._build_ui()
        self._connect_signals()

    def set_rows(self, rows: KeyedRows[CampaignRow]) -> None:
        """Once, after the presenter was made."""
        self._rows = rows
        self.model = TableModel(rows, campaign_cells, len(COLUMNS), self)
        self.table.setModel(self.model)
        self.late.begin()
        self.table.selectionModel().selectionChanged.connect(self._chosen_changed)
        self.model.modelReset.connect(self._chosen_changed)

    def show_counts(self, counts: Mapping[Chosen, int]) -> None:
        self.chips.show_counts(counts)

    def show_rows(self) -> None:
        self.late.end()
        self.table.set_placeholder(None)

    def show_emptiness(self, *, is_first_time: bool, text: str, has_filter: bool) -> None:
        self.late.end()
        if is_first_time:
            begin = Button("Write the first one", "mdi6.plus")
            begin.clicked.connect(self.newRequested)
            self.table.set_placeholder(
                EmptyState("mdi6.bullhorn-outline", "No campaigns yet", FIRST_STEP, actions=[begin])
            )
            return
        clear = Button("Clear the filters" if has_filter else "Clear the search")
        clear.clicked.connect(self._clear)
        asked = f"No campaign matches “{text}”" if text else "No campaign is in this state"
        self.table.set_placeholder(EmptyState("mdi6.magnify", asked, actions=[clear]))

    def show_failed(self, error: AppError) -> None:
        self.late.end()
        self.table.set_placeholder(FailedState(error))

    def _build_ui(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 0, 24, 16)
        column.setSpacing(12)
        column.addLayout(filter_row(self.search, self.chips, self.compare))
        column.addWidget(TableCard(self.table), 1)

    def _connect_signals(self) -> None:
        self.new.clicked.connect(self.newRequested)
        self.search.searched.connect(self.searched)
        self.chips.chosen.connect(self.chosen)
        self.table.opened.connect(self._open)
        self.compare.clicked.connect(self._compare)

    def _chosen_changed(self) -> None:
        count = len(self.table.chosen_rows)
        self.compare.setVisible(count >= LEAST)
        self.compare.set_text(f"Compare {count}…")
        self.compare.set_reason_disabled("" if count <= MOST else f"At most {MOST} are compared")

    def _compare(self) -> None:
        if self._rows is not None and LEAST <= len(self.table.chosen_rows) <= MOST:
            self.compareRequested.emit([self._rows.row(row).id for row in self.table.chosen_rows])

    def _clear(self) -> None:
        self.chips[Chosen.ALL].click()
        self.search.clear()

    def _open(self, row: int) -> None:
        if self._rows is not None and row < len(self._rows):
            self.campaignOpened.emit(self._rows.row(row).id)
