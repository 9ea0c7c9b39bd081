"""Overview: what needs a person first, then what waits by itself, then what runs, then what was."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from core.errors import AppError
from desktop.models.table_model import TableModel
from desktop.pages.campaign.rates import Series
from desktop.pages.campaign_rows import campaign_cells
from desktop.pages.overview.lists import AccountsCard, FirstStepsCard, NeedsCard, RepliesCard, WaitsCard
from desktop.pages.overview.presenter import Overview, OverviewPresenter, Span
from desktop.pages.page import Page, PageContext
from desktop.pages.services import page_services
from desktop.scope import Scope
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.cards import Banner, Card, StatCard
from desktop.widgets.choices import Segments
from desktop.widgets.rate_chart import RateChart
from desktop.widgets.table import Column, Table, TableCard

TICK_MS = 1_000
QWIDGETSIZE_MAX = 16_777_215  # Qt's own "no limit", which PySide6 does not export
SIDE_WIDTH = 363
LEAST_TABLE = 170
NARROW = 1_000
"""Below this width the right column goes under the left one."""

COLUMNS = (
    Column("Campaign", 110, stretch=3),
    Column("State", 140),
    Column("Progress", 60, stretch=1),
    Column("Delivered", 180, numeric=True),
    Column("Rate", 76, numeric=True),
    Column("Finish", 118, stretch=2),
)


class OverviewPage(Page):
    """Shows and emits; the presenter reads."""

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.scope = Scope(self)
        self.presenter = OverviewPresenter(page_services(context, self.scope.task))
        self.delivered = StatCard("mdi6.send-outline", "Delivered today")
        self.share = StatCard("mdi6.check-circle-outline", "Delivered of tried")
        self.replies_today = StatCard("mdi6.inbox-outline", "Replies today")
        self.stops = StatCard("mdi6.account-cancel-outline", "Said STOP")
        self.failed = Banner("mdi6.database-outline")
        self.needs, self.waits, self.first_steps = NeedsCard(), WaitsCard(), FirstStepsCard()
        self.table = Table("Campaigns", COLUMNS, row_height=36, kept_as="Overview, campaigns")
        self.model = TableModel(self.presenter.rows, campaign_cells, len(COLUMNS), self)
        self.all_campaigns = Button("All campaigns", kind=Kind.LINK)
        self.chart_card, self.chart = Card("Delivered per second"), RateChart("Delivered per second")
        self.span = Segments("Time", [(span.value, span.value) for span in Span])
        self.accounts, self.replies = AccountsCard(), RepliesCard()
        self._build_ui()
        self._connect_signals()
        self.presenter.show_on(self)
        self.set_heading("Overview", "")

    def refresh(self) -> None:
        self.presenter.refresh()

    def show_overview(self, overview: Overview) -> None:
        self.failed.hide()
        self.set_heading("Overview", overview.subtitle)
        for card, figure in zip(self._figures, overview.figures, strict=True):
            card.set_value(figure.value, figure.line)
        self.needs.show_needs(overview.needs)
        self.waits.show_waits(overview.waits)
        self.first_steps.show_steps(overview.first_steps)
        self.campaigns_card.setVisible(not overview.first_steps)
        self.needs.setVisible(bool(overview.needs) or not overview.first_steps)
        self.accounts.show_accounts(
            overview.accounts, overview.account_parts, overview.account_count, overview.online
        )
        self.replies.show_replies(overview.replies)

    def show_chart(self, series: Series) -> None:
        self.chart.set_series(series.start, series.step, series.values)

    def show_failed(self, error: AppError) -> None:
        self.failed.set_words(error.title, f"{error.message} {error.hint}".strip())
        self.failed.show()

    def watch(self, *, is_watched: bool) -> None:
        self.presenter.watch(is_watched=is_watched)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = self.width() < NARROW
        directions = QBoxLayout.Direction
        wanted = directions.TopToBottom if is_narrow else directions.LeftToRight
        if self._columns.direction() != wanted:
            self._columns.setDirection(wanted)
            self._side.setMinimumWidth(0 if is_narrow else SIDE_WIDTH)
            self._side.setMaximumWidth(QWIDGETSIZE_MAX if is_narrow else SIDE_WIDTH)

    def _build_ui(self) -> None:
        self._figures = (self.delivered, self.share, self.replies_today, self.stops)
        self.failed.hide()
        self.table.setModel(self.model)
        self.table.setMinimumHeight(LEAST_TABLE)
        self.chart.set_empty_text("Nothing was delivered in this time.")
        self.chart_card.add_to_head(self.span)
        self.chart_card.body.addWidget(self.chart, 1)
        self.chart_card.setMinimumHeight(260)
        self.campaigns_card = TableCard(self.table, "Campaigns", " ")
        self.campaigns_card.head.addWidget(self.all_campaigns)
        figures = QHBoxLayout()
        figures.setSpacing(12)
        for card in self._figures:
            figures.addWidget(card, 1)
        left = QVBoxLayout()
        left.setSpacing(12)
        left.addWidget(self.needs)
        left.addWidget(self.waits)
        left.addWidget(self.first_steps)
        left.addWidget(self.campaigns_card, 1)
        left.addStretch(0)
        right = QVBoxLayout()
        right.setSpacing(12)
        right.addWidget(self.chart_card, 1)
        right.addWidget(self.accounts)
        right.addWidget(self.replies)
        self._side = QWidget()
        self._side.setLayout(right)
        right.setContentsMargins(0, 0, 0, 0)
        self._side.setFixedWidth(SIDE_WIDTH)
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._columns.setSpacing(12)
        self._columns.addLayout(left, 1)
        self._columns.addWidget(self._side)
        holder = QWidget()
        inside = QVBoxLayout(holder)
        inside.setContentsMargins(24, 0, 24, 16)
        inside.setSpacing(12)
        inside.addWidget(self.failed)
        inside.addLayout(figures)
        inside.addLayout(self._columns, 1)
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(holder)
        area.viewport().setAutoFillBackground(False)
        holder.setAutoFillBackground(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(area)

    def _connect_signals(self) -> None:
        hub = self.context.hub
        self.scope.connect(hub.campaignsChanged, self._campaigns_changed)
        self.scope.connect(hub.lanesChanged, self._lanes_changed)
        self.scope.connect(hub.accountsChanged, self._lanes_changed)
        self.scope.connect(hub.eventsChanged, self._events_changed)
        self.scope.timer(TICK_MS, self._tick)
        self.span.valueChanged.connect(self._choose_span)
        self.needs.needOpened.connect(self._open_need)
        self.table.opened.connect(self._open_row)
        self.all_campaigns.clicked.connect(self._open_all)
        self.first_steps.accountRequested.connect(self._add_account)

    def _campaigns_changed(self, campaign_ids: frozenset[int]) -> None:
        self.presenter.campaigns_changed(campaign_ids)

    def _lanes_changed(self) -> None:
        self.presenter.lanes_changed()

    def _events_changed(self) -> None:
        self.presenter.events_changed()

    def _tick(self) -> None:
        self.presenter.tick()

    def _choose_span(self, key: str) -> None:
        self.presenter.choose_span(Span(key))

    def _open_need(self, place: tuple[str, int | None]) -> None:
        self.context.navigate(*place)

    def _open_row(self, row: int) -> None:
        self.presenter.open_campaign(self.presenter.rows.row(row).id)

    def _add_account(self) -> None:
        self.context.open_sign_in(None)

    def _open_all(self) -> None:
        self.context.navigate("campaigns", None)
