"""Accounts: which there are, how each stands, and what can be done about one or many of them."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import Final

from PySide6.QtCore import QPoint, QUrl
from PySide6.QtGui import QDesktopServices, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QStackedWidget, QWidget

from campaigns.accounts.standing import StandingWords
from campaigns.accounts.views import AccountCondition, AccountCounts, AccountQuestion, AccountRow
from core.domain.account import AccountState
from core.domain.device import Device
from core.domain.ids import AccountId
from core.errors import AppError
from desktop.event_loop import in_turns
from desktop.models.paged_rows import Span
from desktop.pages.accounts.acts import AccountActs
from desktop.pages.accounts.asking import AccountAsks
from desktop.pages.accounts.bulk_panel import BulkPanel
from desktop.pages.accounts.cells import AccountCells, subtitle
from desktop.pages.accounts.list_view import AccountListWidget
from desktop.pages.accounts.panel import AccountPanel
from desktop.pages.accounts.panel_words import Step
from desktop.pages.accounts.presenter import AccountListPresenter
from desktop.pages.accounts.removing import AccountRemoving
from desktop.pages.accounts.side import SidePane
from desktop.pages.page import Page, PageContext, PageKey, PageOffer
from desktop.pages.services import page_services
from desktop.pages.work_strip import WorkStrip
from desktop.scope import Scope
from desktop.widgets.buttons import Button, Kind

TICK_MS: Final = 500
SPAMBOT: Final = "https://t.me/SpamBot"
"""Where Telegram says whether and until when an account is limited."""


class AccountsPage(Page):
    """A list, and beside it the chosen account, or what can be done with the chosen ones."""

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.scope = Scope(self)
        self.services = page_services(context, self.scope.task)
        self.presenter = AccountListPresenter(self.services, self)
        self.list = AccountListWidget(self.presenter.rows, AccountCells(self.services.formats, context.clock))
        self.acts = AccountActs(self.services, lambda: self.presenter.has_worker, self.presenter.act_done)
        self.removing = AccountRemoving(self, self.services, lambda: self.strip, self.presenter.act_done)
        self.asks = AccountAsks(self, self.services, self.acts, self.removing)
        self.add = Button("Add account", "mdi6.plus", kind=Kind.PRIMARY)
        self.side = SidePane(self)
        self._appeal_url = ""
        self._sides = QStackedWidget()
        self._wanted: int | None = None  # to be chosen as soon as it is in the list
        self._build_ui()
        self._connect_signals()
        self.set_heading("Accounts", "")

    @cached_property
    def panel(self) -> AccountPanel:
        """Made when it is first needed, as `bulk`: with the list it would be more than one handler may take."""
        panel = AccountPanel(self.services, self._sides)
        self.scope.connect(self.context.hub.eventsChanged, panel.events_changed)
        panel.endDeviceRequested.connect(self._end_device)
        panel.stepRequested.connect(self.do)
        panel.closeRequested.connect(self._choose_none)
        self._sides.addWidget(panel)
        return panel

    @property
    def _has_panel(self) -> bool:
        """It was made."""
        return "panel" in self.__dict__

    @cached_property
    def bulk(self) -> BulkPanel:
        bulk = BulkPanel(self.services.formats, self._sides)
        bulk.stepRequested.connect(self.do)
        bulk.closeRequested.connect(self._choose_none)
        self._sides.addWidget(bulk)
        return bulk

    @cached_property
    def strip(self) -> WorkStrip:
        """How far a removal is. Made when the first one begins."""
        strip = WorkStrip("Removing", "Accounts that are removed", "Stop")
        strip.cancelRequested.connect(self.removing.stop)
        self.list.add_strip(strip)
        return strip

    def prepare(self) -> Iterator[None]:
        panel = self.panel
        yield
        yield from panel.prepare()
        _ = self.bulk
        yield

    # ------------------------------------------------------------------------------------------------- page

    @property
    def header_actions(self) -> Sequence[QWidget]:
        return (self.add,)

    @property
    def search_field(self) -> QLineEdit | None:
        return self.list.search

    @property
    def panes(self) -> Sequence[QWidget]:
        return (self.list, self.side)

    @property
    def keys(self) -> Sequence[PageKey]:
        return (
            PageKey(keys="P", text="Pause or resume what is chosen", act=self.pause_or_resume),
            PageKey(keys="C", text="Check again what Telegram limits or froze", act=self._check_again),
            PageKey(keys="F2", text="Labels of what is chosen", act=self._ask_labels),
            PageKey(keys="L", text="Limits of what is chosen", act=self._set_limits),
            PageKey(keys="S", text="Sign the chosen account in again", act=self._sign_in_again),
            PageKey(keys="Del", text="Remove what is chosen (asks)", act=self._remove),
            PageKey(keys="Ctrl+N", text="Add an account…", act=self._add_account),
        )

    def show_subject(self, subject_id: int) -> None:
        self._wanted = subject_id
        self._select_wanted()

    def refresh(self) -> None:
        self.presenter.refresh()

    def escape(self) -> bool:
        if self.side.isHidden():
            return False
        self._choose_none()
        return True

    # ------------------------------------------------------------------------------------------------- view

    def show_counts(self, counts: AccountCounts) -> None:
        self.list.show_counts(counts)
        self.set_heading(
            "Accounts",
            subtitle(counts.total, counts.bots, counts.online, self.services.formats) if counts.total else "",
        )
        if not self.side.isHidden() and len(ids := self.list.selected_ids) > 1:
            self._read_bulk(ids)

    def show_list(self, *, question: AccountQuestion, count: int, total: int) -> None:
        self.list.show_list(question, count, total)
        self._select_wanted()

    def show_opened(self, row: AccountRow | None, standing: StandingWords | None) -> None:
        if row is None:
            self._choose_none()
            return
        self._appeal_url = standing.appeal_url if standing is not None else ""
        self.panel.show_row(row, standing)

    def show_failed(self, error: AppError) -> None:
        self.list.show_failed(error)

    def visible_rows(self) -> Span:
        return self.list.visible_rows()

    # ------------------------------------------------------------------------------------------------- acting

    def pause_or_resume(self) -> None:
        """P: one account by its state; several are paused."""
        ids = self.list.selected_ids
        if len(ids) == 1 and self.panel.row is not None and self.panel.row.state is AccountState.PAUSED:
            self.do(Step.RESUME)
        elif ids:
            self.do(Step.PAUSE)

    def do(self, step: Step) -> None:
        """Do this with what is chosen; most steps ask first."""
        ids = self.list.selected_ids
        if ids:
            self.scope.task(self._act(step, ids), f"accounts: {step.name.lower()}")

    async def _act(self, step: Step, ids: Sequence[int]) -> None:
        try:
            match step:
                case Step.PAUSE:
                    await self.acts.pause(ids)
                case Step.RESUME:
                    await self.acts.resume(ids)
                case Step.CHECK:
                    await self.acts.check_stopped(ids)
                case Step.APPEAL:
                    QDesktopServices.openUrl(QUrl(self._appeal_url))
                case Step.SPAMBOT:
                    QDesktopServices.openUrl(QUrl(SPAMBOT))
                case Step.SIGN_IN:
                    self.context.open_sign_in(AccountId(ids[0]))
                case _:
                    await self.asks.ask(step, ids)
                    if step is Step.END_OTHERS:
                        self.panel.ask_devices()
        except AppError as error:
            self.services.tells.error(error)

    def _end_device(self, device: Device) -> None:
        if self.panel.row is not None:
            self.scope.task(self._ask_end_device(self.panel.row.id, device), "end a device")

    async def _ask_end_device(self, account_id: AccountId, device: Device) -> None:
        try:
            if await self.asks.ask_end_device(account_id, device):
                self.panel.ask_devices()
        except AppError as error:
            self.services.tells.error(error)

    def show_needing(self) -> None:
        """Those that stand still until a person acts."""
        self.list.chips[AccountCondition.NEEDS_YOU].click()

    def _add_account(self) -> None:
        self.context.open_sign_in(None)

    def _sign_in_again(self) -> None:
        if len(self.list.selected_ids) == 1:
            self.do(Step.SIGN_IN)

    def _check_again(self) -> None:
        self.do(Step.CHECK)

    def _remove(self) -> None:
        self.do(Step.REMOVE)

    def _set_limits(self) -> None:
        self.do(Step.LIMITS)

    def _ask_labels(self) -> None:
        self.do(Step.LABELS)

    def _open_menu(self, place: QPoint) -> None:
        self.row_menu().popup(place)

    def row_menu(self) -> QMenu:
        """What can be done with the chosen rows, under the pointer."""
        if len(self.list.selected_ids) == 1:
            return self.panel.more_menu()
        menu = QMenu(self)
        for step in self.bulk.steps:
            menu.addAction(step.value).triggered.connect(lambda _=False, step=step: self.do(step))
        return menu

    # ------------------------------------------------------------------------------------------------- choosing

    def _selection_changed(self) -> None:
        ids = self.list.selected_ids
        if not ids:
            self._close_side()
            return
        self.presenter.open(AccountId(ids[0]) if len(ids) == 1 else None)
        if self._has_panel:
            self._show_side(ids)
        else:
            self.scope.task(self._make_and_show_side(), "first account that is chosen", is_latest=True)

    async def _make_and_show_side(self) -> None:
        """The panel and its first tab, each in a turn of the loop of its own."""
        await in_turns(islice(self.prepare(), 2))
        if ids := self.list.selected_ids:
            self._show_side(ids)

    def _show_side(self, ids: Sequence[int]) -> None:
        if len(ids) == 1:
            row = self.presenter.rows.row(self.presenter.rows.find(ids[0]) or 0)
            if row is not None:
                self.panel.show_row(row)
        else:
            self.bulk.show_count(len(ids))
            self._read_bulk(ids)
        self._sides.setCurrentWidget(self.panel if len(ids) == 1 else self.bulk)
        if self.side.isHidden():
            self.side.show()
            self._place_side()

    def _read_bulk(self, ids: Sequence[int]) -> None:
        self.scope.task(self._show_bulk(ids), "accounts that are chosen", is_latest=True)

    async def _show_bulk(self, ids: Sequence[int]) -> None:
        try:
            self.bulk.show_tally(await self.services.account_lists.tally(ids))
        except AppError as error:
            self.services.tells.error(error)

    def _choose_none(self) -> None:
        self.list.table.clearSelection()
        self._close_side()

    def _close_side(self) -> None:
        self.presenter.open(None)
        self.side.hide()
        self.list.show_extra(shown=True)

    def _select_wanted(self) -> None:
        if self._wanted is not None and self.list.select(self._wanted):
            self._wanted = None

    def _place_side(self) -> None:
        self.side.place(self._row, self)
        self.list.show_extra(shown=self.side.isHidden() or self.side.is_over)

    # ------------------------------------------------------------------------------------------------- wiring

    def _build_ui(self) -> None:
        self.side.body.addWidget(self._sides)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._row.addWidget(self.list, 1)

    def _connect_signals(self) -> None:
        hub = self.context.hub
        for signal in (hub.accountsChanged, hub.lanesChanged, hub.campaignsChanged, hub.proxiesChanged):
            self.scope.connect(signal, self.presenter.changed)
        self.scope.timer(TICK_MS, self._tick)
        self.list.chosen.connect(self.presenter.choose)
        self.list.searched.connect(self.presenter.search)
        self.list.labelFiltered.connect(self.presenter.filter_label)
        self.list.routeFiltered.connect(self.presenter.filter_route)
        self.list.filtersCleared.connect(self.presenter.clear_filters)
        self.list.sorted.connect(self.presenter.sort)
        self.list.selectionChanged.connect(self._selection_changed)
        self.list.menuRequested.connect(self._open_menu)
        self.list.addRequested.connect(self._add_account)
        self.add.clicked.connect(self._add_account)

    def _tick(self) -> None:
        self.presenter.tick()
        if self.isVisible() and self._has_panel:
            self.panel.tick(self.context.clock.now())

    def watch(self, *, is_watched: bool) -> None:
        self.presenter.watch(is_watched=is_watched)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self.side.isHidden():
            self._place_side()


def _show_needing(page: Page) -> None:
    assert isinstance(page, AccountsPage)
    page.show_needing()


ACCOUNT_OFFERS: Final = (
    PageOffer(title="Show the accounts that need you", icon="mdi6.account-alert-outline", act=_show_needing),
)
