"""The list of accounts: search, chips with counts, filters by label and proxy, table."""

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from campaigns.accounts.views import AccountCondition, AccountCounts, AccountOrder, AccountQuestion, AccountRow, Route
from core.errors import AppError
from desktop.models.kept_selection import KeptSelection
from desktop.models.paged_rows import PagedRows, Span
from desktop.models.table_model import TableModel
from desktop.pages.accounts.cells import COLUMNS, CONDITIONS, EXTRA_COLUMNS, ROUTES, AccountCells
from desktop.pages.accounts.presenter import CHIPS
from desktop.pages.late import LateSkeleton
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.choices import ChosenFilter, FilterChip
from desktop.widgets.empty import EmptyState, FailedState
from desktop.widgets.fields import SearchField
from desktop.widgets.filters import Chips, filter_row, show_chosen
from desktop.widgets.table import Table, TableCard

ORDERS: Final = (
    AccountOrder.TITLE,
    AccountOrder.NEED,
    AccountOrder.HEALTH,
    AccountOrder.TODAY,
    AccountOrder.UNTIL,
    AccountOrder.PROXY,
    AccountOrder.SEEN,
)
"""By column."""
FIRST_STEP = (
    "An account is a user account or a bot of your own. Sign it in by QR code, phone or bot token; "
    "its session is kept encrypted on this computer."
)


class AccountListWidget(QWidget):
    """Shows and emits; which rows there are is the presenter's business."""

    chosen = Signal(object)  # AccountCondition or None
    searched = Signal(str)
    labelFiltered = Signal(object)  # str or None
    routeFiltered = Signal(object)  # Route or None
    filtersCleared = Signal()
    sorted = Signal(object)  # AccountOrder
    selectionChanged = Signal()
    addRequested = Signal()
    menuRequested = Signal(QPoint)  # on the screen

    def __init__(self, rows: PagedRows[AccountRow], cells: AccountCells) -> None:
        super().__init__()
        self._rows = rows
        self._counts = AccountCounts()
        self._question = AccountQuestion()
        self.search = SearchField("Name, @name, label, proxy", self)
        self.chips = Chips[AccountCondition | None](
            self, {one: FilterChip.of_state(CONDITIONS[one] if one else None) for one in CHIPS}
        )
        self.filter = Button("Filter", "mdi6.filter-variant", kind=Kind.QUIET)
        self.chosen_filters: list[ChosenFilter] = []
        self.table = Table("Accounts", COLUMNS, several=True)
        self.model = TableModel(rows, cells, len(COLUMNS), self)
        self._kept = KeptSelection(self.table, self.model, rows)
        self.late = LateSkeleton(self.table)
        self._build_ui()
        self._connect_signals()
        self.late.begin()

    @property
    def selected_ids(self) -> list[int]:
        """In the order of the list."""
        return self._kept.chosen_ids

    def select(self, account_id: int) -> bool:
        """Make this row the selected one; False: it is not in the list."""
        row = self._rows.find(account_id)
        if row is None:
            return False
        self.table.choose_row(row)
        return True

    def visible_rows(self) -> Span:
        return Span(*self.table.visible_rows())

    def show_extra(self, *, shown: bool) -> None:
        """The columns that the panel takes the room of."""
        self.table.set_hidden_columns(() if shown else EXTRA_COLUMNS)

    def add_strip(self, strip: QWidget) -> None:
        """Over the table."""
        self._column.insertWidget(1, strip)

    def show_counts(self, counts: AccountCounts) -> None:
        self._counts = counts
        self.chips.show_counts(
            {None: counts.total, **{one: counts.by_condition.get(one, 0) for one in AccountCondition}}
        )

    def show_list(self, question: AccountQuestion, count: int, total: int) -> None:
        self.late.end()
        self._show_question(question)
        if not self._kept.restore():
            self.selectionChanged.emit()
        if count:
            self.table.set_placeholder(None)
        elif question.text or question.is_filtered:
            clear = Button("Clear the filters")
            clear.clicked.connect(self._clear)
            asked = f"No account matches “{question.text}”" if question.text else "No account is like this"
            self.table.set_placeholder(EmptyState("mdi6.magnify", asked, actions=[clear]))
        elif not total:
            add = Button("Add account", "mdi6.plus", kind=Kind.PRIMARY)
            add.clicked.connect(self.addRequested)
            self.table.set_placeholder(
                EmptyState("mdi6.account-multiple-outline", "No accounts yet", FIRST_STEP, actions=[add])
            )

    def show_failed(self, error: AppError) -> None:
        self.late.end()
        self.table.set_placeholder(FailedState(error))

    def _show_question(self, question: AccountQuestion) -> None:
        self._question = question
        order = Qt.SortOrder.DescendingOrder if question.is_descending else Qt.SortOrder.AscendingOrder
        self.table.set_sorted(ORDERS.index(question.order), order)
        filters: list[tuple[str, Callable[[], object]]] = []
        if question.label is not None:
            filters.append((f"Label: {question.label}", partial(self.labelFiltered.emit, None)))
        if question.route is not None:
            filters.append((ROUTES[question.route], partial(self.routeFiltered.emit, None)))
        self.chosen_filters = show_chosen(self._filters, self.filter, self.chosen_filters, filters)

    def _build_ui(self) -> None:
        self.table.setModel(self.model)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.search.setMinimumWidth(140)
        self.search.setMaximumWidth(270)
        self._filters = filter_row(self.search, self.chips, self.filter)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(24, 0, 24, 16)
        self._column.setSpacing(12)
        self._column.addLayout(self._filters)
        self._column.addWidget(TableCard(self.table), 1)

    def _connect_signals(self) -> None:
        self.search.searched.connect(self.searched)
        self.chips.chosen.connect(self.chosen)
        self.filter.clicked.connect(self._open_filter_menu)
        self.table.horizontalHeader().sectionClicked.connect(self._sort)
        self.table.selectionModel().selectionChanged.connect(self._selected)
        self.table.customContextMenuRequested.connect(self._ask_menu)

    def _selected(self, *_: object) -> None:
        self.selectionChanged.emit()

    def _sort(self, column: int) -> None:
        if column < len(ORDERS):
            self.sorted.emit(ORDERS[column])

    def _clear(self) -> None:
        self.chips.show(None)
        self.search.clear()
        self.filtersCleared.emit()

    def _ask_menu(self, place: QPoint) -> None:
        if self.selected_ids:
            self.menuRequested.emit(self.table.viewport().mapToGlobal(place))

    def filter_menu(self) -> QMenu:
        """By label, by way out; the one that is on is checked. Deletes itself when it closes."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for label, count in self._counts.by_label.items():
            self._add_choice(menu, label, count, label == self._question.label, self.labelFiltered, label)
        if self._counts.by_label:
            menu.addSeparator()
        for route in Route:
            count = self._counts.by_route.get(route, 0)
            self._add_choice(menu, ROUTES[route], count, route is self._question.route, self.routeFiltered, route)
        return menu

    def _add_choice(self, menu: QMenu, text: str, count: int, is_on: bool, signal: object, value: object) -> None:
        action = menu.addAction(f"{text}   {count:,}")
        action.setCheckable(True)
        action.setChecked(is_on)
        action.triggered.connect(partial(signal.emit, None if is_on else value))  # type: ignore[attr-defined]

    def _open_filter_menu(self) -> None:
        self.filter_menu().popup(self.filter.mapToGlobal(self.filter.rect().bottomLeft()))
