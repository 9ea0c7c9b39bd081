"""Proxies: the pool and its health; a panel beside it; checks, imports and assignments from here."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, partial

from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QVBoxLayout, QWidget

from core.domain.ids import ProxyId
from core.errors import AppError
from core.workspace import Workspace
from database import Database, ProxyDesk, ProxyScreen
from database.stores.proxy_screens import CheckProgress, ProxyCounts, ProxyOrder, ProxyQuestion, ProxyView
from desktop.event_loop import in_turns
from desktop.formatting import count_of
from desktop.models.kept_selection import KeptSelection
from desktop.models.paged_rows import Span
from desktop.models.table_model import TableModel
from desktop.pages.late import LateSkeleton
from desktop.pages.page import Page, PageContext, PageKey, PageOffer
from desktop.pages.proxies.acts import ProxyActs
from desktop.pages.proxies.check_strip import CheckStrip
from desktop.pages.proxies.filters import ProxyFilters
from desktop.pages.proxies.panel import WIDTH, ProxyPanel
from desktop.pages.proxies.presenter import Chosen, ProxiesPresenter
from desktop.pages.proxies.promise import promise_card
from desktop.pages.proxies.words import (
    ACCOUNTS,
    CHECKED,
    COLUMNS,
    GROUP,
    LEFT_OUT,
    PLACE,
    STATE,
    TCP,
    TELEGRAM,
    proxy_cells,
)
from desktop.pages.services import page_services
from desktop.scope import Scope
from desktop.vault_access import VaultAccess
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.empty import EmptyState, FailedState
from desktop.widgets.table import Table, TableCard

TICK_MS = 10_000  # "2 min ago" and the end of a quarantine need no more
MARGIN, SCROLL_BAR = 24, 14
LIES_OVER_BELOW = 1000  # px of the page; below that the panel lies over the table instead of beside it
_ORDERS = {
    PLACE: ProxyOrder.ADDRESS,
    STATE: ProxyOrder.NEED,
    TELEGRAM: ProxyOrder.TELEGRAM,
    TCP: ProxyOrder.TCP,
    ACCOUNTS: ProxyOrder.ACCOUNTS,
    GROUP: ProxyOrder.GROUP,
    CHECKED: ProxyOrder.CHECKED,
}
FIRST_STEP = (
    "Paste the list that your provider gave you, or drop its file here. You see what each line means before anything is "
    "added. An account that is given a proxy leaves through it or not at all."
)


class ProxiesPage(Page):
    """Shows and emits; the presenter reads, `ProxyActs` does."""

    def __init__(self, workspace: Workspace, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.scope = Scope(self)
        services = page_services(context, self.scope.task)
        desk, screen = context.services.get(ProxyDesk), ProxyScreen(context.services.get(Database))
        self.presenter = ProxiesPresenter(services, screen, desk)
        vault = VaultAccess(self, workspace, services.worker)
        self.acts = ProxyActs(self, services, context.services, screen, desk, vault, self.presenter)
        self.filters = ProxyFilters()
        self.search, self.chips = self.filters.search, self.filters.chips
        self.check_all = Button("Check all", "mdi6.radar")
        self.assign = Button("Assign…", "mdi6.swap-horizontal")
        self.import_button = Button("Import…", "mdi6.tray-arrow-down", kind=Kind.PRIMARY)
        self.strip = CheckStrip()
        self.table = Table("Proxies", COLUMNS, several=True)
        self.model = TableModel(self.presenter.rows, proxy_cells, len(COLUMNS), self)
        self._kept = KeptSelection(self.table, self.model, self.presenter.rows)
        self.late = LateSkeleton(self.table)
        self._chosen = Chosen()
        self._why_no_check = ""
        self._left = QWidget()
        self._row = QHBoxLayout(self)
        self._build_ui()
        self._connect_signals()
        self.presenter.show_on(self)
        self.late.begin()
        self.set_heading("Proxies", "Reading")

    @cached_property
    def panel(self) -> ProxyPanel:
        """Made when it is first needed: with the list it would be more than one handler may take."""
        panel = ProxyPanel(self.acts.formats, self)
        panel.hide()
        panel.check.set_reason_disabled(self._why_no_check)
        panel.closeRequested.connect(self._close_panel)
        panel.checkRequested.connect(self._check_chosen)
        panel.assignRequested.connect(self._assign)
        panel.releaseRequested.connect(self._release)
        panel.editRequested.connect(self._edit)
        panel.removeRequested.connect(self._remove)
        panel.accountRequested.connect(partial(self.context.navigate, "accounts"))
        panel.place(self._row, self, is_over=self._is_narrow)
        return panel

    @property
    def _has_panel(self) -> bool:
        """It was made."""
        return "panel" in self.__dict__

    @property
    def _is_narrow(self) -> bool:
        return self.width() < LIES_OVER_BELOW

    def prepare(self) -> Iterator[None]:
        _ = self.panel
        yield

    @property
    def header_actions(self) -> Sequence[QWidget]:
        return (self.check_all, self.assign, self.import_button)

    @property
    def search_field(self) -> QLineEdit | None:
        return self.search

    @property
    def panes(self) -> Sequence[QWidget]:
        return (self._left, *((self.panel,) if self._has_panel else ()))

    @property
    def keys(self) -> Sequence[PageKey]:
        return (
            PageKey(keys="Ctrl+N", text="Import proxies…", act=self.acts.begin_import),
            PageKey(keys="C", text="Check the chosen proxies now", act=self._check_chosen),
            PageKey(keys="A", text="Assign proxies to accounts…", act=self._assign),
            PageKey(keys="R", text="Release accounts of the chosen proxies…", act=self._release),
            PageKey(keys="F2", text="Edit the chosen proxies…", act=self._edit),
            PageKey(keys="Ctrl+C", text="Copy the addresses of the chosen proxies", act=self._copy),
            PageKey(keys="Del", text="Remove the chosen proxies…", act=self._remove),
        )

    @property
    def can_go_back(self) -> bool:
        return False

    def refresh(self) -> None:
        self.presenter.refresh()

    def show_subject(self, subject_id: int) -> None:
        """Choose this proxy."""
        self.presenter.choose([ProxyId(subject_id)])

    # ----------------------------------------------------------------------------------------- ProxiesView

    def show_counts(self, counts: ProxyCounts) -> None:
        self.filters.show_counts(counts)
        total = counts.by_view[ProxyView.ALL]
        number = self.acts.formats.number
        free, failing = counts.by_view[ProxyView.FREE], counts.by_view[ProxyView.FAILING]
        facts = f"{count_of(number(total), 'proxy', 'proxies')} · {number(total - free)} in use · {number(free)} free"
        if failing:
            facts += f" · {number(failing)} out of service"
        self.set_heading("Proxies", facts if total else "None yet")
        self.check_all.setEnabled(bool(total))
        self.assign.setEnabled(bool(total))

    def show_state(self, question: ProxyQuestion, count: int, *, is_first_time: bool) -> None:
        self.late.end()
        if not self._kept.restore():
            self._selected()
        self.filters.show_question(question)
        if count:
            self.table.set_placeholder(None)
        elif is_first_time:
            begin = Button("Import…", "mdi6.tray-arrow-down", kind=Kind.PRIMARY)
            begin.clicked.connect(self.acts.begin_import)
            self.table.set_placeholder(EmptyState("mdi6.server-network", "No proxies yet", FIRST_STEP, [begin]))
        else:
            clear = Button("Clear the filters" if question.is_filtered else "Clear the search")
            clear.clicked.connect(self._clear)
            asked = f"No proxy matches “{question.text}”" if question.text else "No proxy is like this"
            self.table.set_placeholder(EmptyState("mdi6.magnify", asked, actions=[clear]))

    def show_failed(self, error: AppError) -> None:
        self.late.end()
        self.table.set_placeholder(FailedState(error))

    async def make_ready(self) -> None:
        """Before the first choice: its panel, in a turn of the loop of its own."""
        if not self._has_panel:
            await in_turns(self.prepare())

    def show_chosen(self, chosen: Chosen) -> None:
        self._chosen = chosen
        count, now = len(self.presenter.chosen_ids), self.context.clock.now()
        if chosen.details is not None:
            checking = chosen.details.line.proxy.id in self.presenter.checks.proxy_ids
            self.panel.show_details(chosen.details, now, is_checking=checking and self._is_waited_for(chosen))
        elif count > 1:
            self.panel.show_several(chosen.lines, count, now)
        self._show_panel(is_shown=chosen.details is not None or count > 1)

    def show_checks(self, progress: CheckProgress | None) -> None:
        self.strip.show_progress(progress, self.acts.formats)
        self._why_no_check = "Checks are under way" if progress is not None else ""
        self.check_all.set_reason_disabled(self._why_no_check)
        if self._has_panel:
            self.panel.check.set_reason_disabled(self._why_no_check)

    def visible_span(self) -> Span:
        return Span(*self.table.visible_rows())

    # -------------------------------------------------------------------------------------------- Qt events

    def watch(self, *, is_watched: bool) -> None:
        self.presenter.watch(is_watched=is_watched)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_panel()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() or event.mimeData().hasText():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.acts.begin_import_of(event.mimeData())

    # ------------------------------------------------------------------------------------------------ inside

    def _build_ui(self) -> None:
        self.setAcceptDrops(True)
        self.table.setModel(self.model)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.set_sorted(STATE, Qt.SortOrder.AscendingOrder)
        column = QVBoxLayout(self._left)
        column.setContentsMargins(MARGIN, 0, MARGIN, 16)
        column.setSpacing(12)
        column.addWidget(promise_card())
        column.addWidget(self.filters)
        column.addWidget(self.strip)
        column.addWidget(TableCard(self.table), 1)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._row.addWidget(self._left, 1)
        self.strip.hide()

    def _connect_signals(self) -> None:
        self.scope.connect(self.context.hub.proxiesChanged, self.presenter.changed)
        self.scope.timer(TICK_MS, self.presenter.tick)
        self.filters.searched.connect(self._search)
        self.filters.viewChosen.connect(self._choose_view)
        self.filters.labelChosen.connect(self.presenter.filter_label)
        self.filters.countryChosen.connect(self.presenter.filter_country)
        self.table.customContextMenuRequested.connect(self._open_menu)
        self.table.horizontalHeader().sectionClicked.connect(self._sort)
        self.table.selectionModel().selectionChanged.connect(self._selected)
        self.table.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.table.opened.connect(self._selected)
        self.check_all.clicked.connect(self._check_all)
        self.assign.clicked.connect(self._assign)
        self.import_button.clicked.connect(self.acts.begin_import)
        self.strip.cancelRequested.connect(self.acts.cancel_checks)

    def _is_waited_for(self, chosen: Chosen) -> bool:
        asked_at = self.presenter.checks.asked_at
        checked_at = chosen.details.line.proxy.checked_at if chosen.details else None
        return asked_at is not None and (checked_at is None or checked_at < asked_at)

    def _search(self, text: str) -> None:
        self.late.begin()
        self.presenter.search(text)

    def _choose_view(self, view: ProxyView) -> None:
        self.late.begin()
        self.presenter.choose_view(view)

    def _sort(self, column: int) -> None:
        order = _ORDERS.get(column)
        if order is None:
            return
        before, was_descending = self.presenter.order
        is_descending = order is before and not was_descending
        direction = Qt.SortOrder.DescendingOrder if is_descending else Qt.SortOrder.AscendingOrder
        self.table.set_sorted(column, direction)
        self.presenter.sort(order, is_descending=is_descending)

    def _selected(self, *_: object) -> None:
        self.presenter.choose([ProxyId(row_id) for row_id in self._kept.chosen_ids])

    def _scrolled(self, _: int) -> None:
        self.presenter.tick()

    def _close_panel(self) -> None:
        self.table.clearSelection()
        self.table.selectionModel().setCurrentIndex(self.table.rootIndex(), QItemSelectionModel.SelectionFlag.Clear)
        self.presenter.choose([])

    def _show_panel(self, *, is_shown: bool) -> None:
        if (is_shown or self._has_panel) and is_shown != self.panel.isVisibleTo(self):
            self.panel.setVisible(is_shown)
            self._place_panel()

    def _place_panel(self) -> None:
        """Beside the table where there is room, over it where there is not."""
        beside = 0
        if self._has_panel:
            self.panel.place(self._row, self, is_over=self._is_narrow)
            beside = WIDTH if self.panel.isVisibleTo(self) and not self._is_narrow else 0
        self._leave_out_columns(self.width() - beside - 2 * MARGIN - SCROLL_BAR)

    def _leave_out_columns(self, room: int) -> None:
        hidden: set[int] = set()
        for column in LEFT_OUT:
            if sum(one.width for index, one in enumerate(COLUMNS) if index not in hidden) <= room:
                break
            hidden.add(column)
        self.table.set_hidden_columns(hidden)

    def _clear(self) -> None:
        self.filters.clear()
        self.presenter.clear_filters()

    def row_menu(self) -> QMenu:
        """What can be done with the chosen rows, under the pointer. Deletes itself when it closes."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        is_one = len(self.presenter.chosen_ids) == 1
        steps: tuple[tuple[str, Callable[[], None], str], ...] = (
            ("Check now", self._check_chosen, self._why_no_check),
            ("Assign…", self._assign, ""),
            ("Release…", self._release, ""),
            ("Edit…", self._edit, ""),
            ("Copy the address" if is_one else "Copy the addresses", self._copy, ""),
            ("Remove…", self._remove, ""),
        )
        for text, act, why_not in steps:
            action = menu.addAction(text)
            action.setEnabled(not why_not)
            action.triggered.connect(lambda _=False, act=act: act())
        return menu

    def _open_menu(self, place: QPoint) -> None:
        if self.presenter.chosen_ids:
            self.row_menu().popup(self.table.viewport().mapToGlobal(place))

    def _copy(self) -> None:
        if self.presenter.chosen_ids:
            self.acts.copy_addresses(self.presenter.chosen_ids)

    def _check_all(self) -> None:
        self.acts.begin_checks(None)

    def _check_chosen(self) -> None:
        if self.presenter.chosen_ids:
            self.acts.begin_checks(self.presenter.chosen_ids)

    def _assign(self) -> None:
        self.acts.begin_assign(self.presenter.chosen_ids)

    def _release(self) -> None:
        if self.presenter.chosen_ids:
            self.acts.begin_release(self.presenter.chosen_ids)

    def _edit(self) -> None:
        if self.presenter.chosen_ids:
            self.acts.begin_edit(self.presenter.chosen_ids)

    def _remove(self) -> None:
        if self.presenter.chosen_ids:
            self.acts.begin_remove(self.presenter.chosen_ids)


def _import(page: Page) -> None:
    assert isinstance(page, ProxiesPage)
    page.acts.begin_import()


def _assign(page: Page) -> None:
    assert isinstance(page, ProxiesPage)
    page.acts.begin_assign(())


def _check(page: Page) -> None:
    assert isinstance(page, ProxiesPage)
    page.acts.begin_checks(None)


OFFERS = (
    PageOffer(title="Import proxies…", icon="mdi6.tray-arrow-down", act=_import),
    PageOffer(title="Assign proxies to accounts…", icon="mdi6.swap-horizontal", act=_assign),
    PageOffer(title="Check all proxies now", icon="mdi6.radar", act=_check),
)
