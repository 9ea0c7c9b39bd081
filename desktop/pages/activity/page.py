"""Activity: what happened, when, to whom and by whom; followed while the newest are in view."""

from collections.abc import Sequence

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from core.errors import AppError
from desktop.models.rows import EventRow
from desktop.models.table_model import TableModel
from desktop.pages.activity.presenter import ActivityPresenter
from desktop.pages.activity.words import ActivityView
from desktop.pages.late import LateSkeleton
from desktop.pages.page import Page, PageContext
from desktop.pages.services import page_services
from desktop.scope import Scope
from desktop.theme import Role
from desktop.widgets.buttons import Button
from desktop.widgets.choices import FilterChip
from desktop.widgets.empty import EmptyState, FailedState
from desktop.widgets.fields import SearchField
from desktop.widgets.filters import Chips, filter_row
from desktop.widgets.status import Glyph
from desktop.widgets.table import Cell, Column, Table, TableCard

COLUMNS = (
    Column("Time", 92),
    Column("What", 200, stretch=2),
    Column("Details", 180, stretch=5),
    Column("About", 130, stretch=2),
    Column("Who", 96, stretch=1),
    Column("Id", 70),
)
_CHIPS: tuple[tuple[ActivityView, str, Glyph | None, str], ...] = (
    (ActivityView.ALL, "All", None, ""),
    (ActivityView.NEEDS_YOU, "Needs you", Glyph.WARNING, ""),
    (ActivityView.FAILED, "Failed", Glyph.CROSS, ""),
    (ActivityView.PEOPLE, "By people", None, "mdi6.account-outline"),
    (ActivityView.WORKER, "By the worker", None, "mdi6.cogs"),
)


def event_cells(row: EventRow) -> Sequence[Cell]:
    """One cell a column."""
    return (
        Cell(text=row.time, role=Role.DIM),
        Cell(text=row.state.word, role=Role.STRONG, glyph=row.state.glyph),
        Cell(text=row.details, role=Role.DIM),
        Cell(text=row.about),
        Cell(text=row.who, role=Role.HINT),
        Cell(text=row.code, role=Role.HINT),
    )


class ActivityPage(Page):
    """Shows and emits; the presenter reads."""

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.scope = Scope(self)
        self.presenter = ActivityPresenter(page_services(context, self.scope.task))
        self.search = SearchField("Words, account, campaign, id", self)
        chips = {view: FilterChip(word, glyph=glyph, icon=icon) for view, word, glyph, icon in _CHIPS}
        self.chips = Chips(self, chips)
        self.following = Button("Following", "mdi6.arrow-collapse-up")
        self.table = Table("Activity", COLUMNS, row_height=40)
        self.model = TableModel(self.presenter.rows, event_cells, len(COLUMNS), self)
        self.late = LateSkeleton(self.table)
        self._build_ui()
        self._connect_signals()
        self.presenter.show_on(self)
        self.late.begin()
        self.set_heading(
            "Activity", "Everything that happened, in order. Names of people never appear in the log file"
        )

    @property
    def search_field(self) -> QLineEdit | None:
        return self.search

    def refresh(self) -> None:
        self.presenter.refresh()

    def show_state(self, *, count: int, text: str, is_filtered: bool) -> None:
        self.late.end()
        if count:
            self.table.set_placeholder(None)
        elif text or is_filtered:
            clear = Button("Clear the filters")
            clear.clicked.connect(self._clear)
            asked = f"Nothing matches “{text}”" if text else "Nothing of this kind has happened"
            self.table.set_placeholder(EmptyState("mdi6.magnify", asked, actions=[clear]))
        else:
            title = "Nothing has happened yet"
            words = "Every change of an account or a campaign, and everything the worker meets, stands here at once."
            self.table.set_placeholder(EmptyState("mdi6.text-box-outline", title, words))

    def show_following(self, *, is_following: bool, came: int) -> None:
        words = "Following" if is_following else f"{came:,} new" if came else "Follow again"
        if self.following.accessibleName() != words:
            self.following.set_text(words)

    def show_failed(self, error: AppError) -> None:
        self.late.end()
        self.table.set_placeholder(FailedState(error))

    def watch(self, *, is_watched: bool) -> None:
        self.presenter.watch(is_watched=is_watched)

    def _build_ui(self) -> None:
        self.table.setModel(self.model)
        self.search.setMinimumWidth(150)
        self.search.setMaximumWidth(270)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 0, 24, 16)
        column.setSpacing(12)
        column.addLayout(filter_row(self.search, self.chips, self.following))
        column.addWidget(TableCard(self.table), 1)
        self.show_following(is_following=True, came=0)

    def _connect_signals(self) -> None:
        self.scope.connect(self.context.hub.eventsChanged, self._events_changed)
        self.search.searched.connect(self._search)
        self.chips.chosen.connect(self._choose)
        self.following.clicked.connect(self._follow)
        self.table.verticalScrollBar().valueChanged.connect(self._scrolled)

    def _events_changed(self) -> None:
        self.presenter.changed()

    def _choose(self, view: ActivityView) -> None:
        self.late.begin()
        self.presenter.choose(view)

    def _search(self, text: str) -> None:
        self.late.begin()
        self.presenter.search(text)

    def _follow(self) -> None:
        self.table.scrollToTop()
        self.presenter.follow(is_following=True)

    def _scrolled(self, position: int) -> None:
        self.presenter.follow(is_following=position == 0)

    def _clear(self) -> None:
        self.chips[ActivityView.ALL].click()
        self.search.clear()
