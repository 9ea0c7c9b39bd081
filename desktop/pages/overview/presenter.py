"""The first page: totals of the day, needs, waits, campaigns, rate and accounts, kept fresh. Knows no Qt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.ports import LaneStatus
from campaigns.report.views import CampaignProgress, LaneView, OverviewView, without_worker
from campaigns.worker_control import WorkerCondition
from core.domain.ids import CampaignId
from core.errors import AppError
from desktop.models.keyed_rows import KeyedRows
from desktop.models.rows import CampaignRow
from desktop.pages.campaign.rates import RateHistory, Series
from desktop.pages.campaign_watch import CampaignWatch
from desktop.pages.overview.facts import (
    AccountLine,
    Figure,
    FirstStep,
    Need,
    Wait,
    account_lines,
    figures,
    first_steps,
    needs,
    since,
    waits,
)
from desktop.pages.refresher import Refresher
from desktop.pages.services import PageServices
from desktop.widgets.progress import Part

SHOWN_CAMPAIGNS: Final = 8
TOTALS_EVERY_S: Final = 30.0
"""Totals are counted over rows; between two counts they follow the counters."""
ENDED: Final = (CampaignState.FINISHED, CampaignState.CANCELLED, CampaignState.FAILED)


ONLINE: Final = (LaneStatus.SENDING, LaneStatus.IDLE, LaneStatus.SETTLING, LaneStatus.WAITING)
"""What a lane with a connected account does."""


class Span(StrEnum):
    """How far the chart looks back."""

    QUARTER = "15 min"
    DAY = "Day"
    WEEK = "7 d"

    @property
    def length(self) -> timedelta:
        return {
            Span.QUARTER: timedelta(minutes=15),
            Span.DAY: timedelta(days=1),
            Span.WEEK: timedelta(days=7),
        }[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Everything but the chart and the rows of the table."""

    subtitle: str
    figures: tuple[Figure, Figure, Figure, Figure]
    needs: tuple[Need, ...]
    waits: tuple[Wait, ...]
    accounts: tuple[AccountLine, ...]
    account_parts: tuple[Part, ...]
    account_count: int
    online: str
    replies: tuple[tuple[str, str, str], ...]  # campaign, replies, of delivered
    first_steps: tuple[FirstStep, ...]  # empty once there is a campaign


class OverviewPageView(Protocol):
    def show_overview(self, overview: Overview) -> None: ...
    def show_chart(self, series: Series) -> None: ...
    def show_failed(self, error: AppError) -> None: ...


class OverviewPresenter:
    """Campaigns and lanes at every change, totals and chart by the clock."""

    def __init__(self, services: PageServices) -> None:
        self._services = services
        self._view: OverviewPageView | None = None
        self._base: OverviewView | None = None
        self._base_at_s = 0.0
        self._day: datetime | None = None
        self._lanes: Sequence[LaneView] = ()
        self._has_worker = False
        self._people = 0
        self._restored: Mapping[CampaignId, datetime] = {}
        self._span = Span.QUARTER
        self._history: RateHistory | None = None
        self._is_new = True
        self.rows = KeyedRows[CampaignRow](lambda row: row.id)
        self._watch = CampaignWatch(services, self._show, self._failed, "overview")
        self._lane_reads = Refresher(self._read_lanes, services.spawn, "overview: lanes")
        self._totals = Refresher(self._read_totals, services.spawn, "overview: totals")
        self._chart = Refresher(self._read_chart, services.spawn, "overview: chart")

    def show_on(self, view: OverviewPageView) -> None:
        self._view = view

    def watch(self, *, is_watched: bool) -> None:
        self._is_new = self._is_new or is_watched
        for reads in (self._totals, self._lane_reads, self._chart):
            reads.watch(is_watched=is_watched)
        self._watch.watch(is_watched=is_watched)
        if is_watched:
            self.refresh()

    def refresh(self) -> None:
        for reads in (self._totals, self._lane_reads, self._chart):
            reads.ask()
        self._watch.refresh()

    def campaigns_changed(self, campaign_ids: frozenset[int]) -> None:
        self._watch.changed(campaign_ids)
        if self._restored.keys() & campaign_ids:
            self._totals.ask()

    def lanes_changed(self) -> None:
        self._lane_reads.ask()

    def events_changed(self) -> None:
        """Replies and STOPs are events: the next tick counts them."""
        self._base_at_s = 0.0

    def tick(self) -> None:
        """Once a second: countdowns, forecasts, the chart, and now and then the totals."""
        self._watch.tick()
        self._chart.ask()
        self._lane_reads.ask()  # a worker that dies changes no row
        if self._services.clock.monotonic() - self._base_at_s > TOTALS_EVERY_S:
            self._totals.ask()

    def choose_span(self, span: Span) -> None:
        self._span = span
        self._history = None
        self._chart.ask()

    def open_campaign(self, campaign_id: CampaignId) -> None:
        self._services.navigate("campaigns", campaign_id)

    # --------------------------------------------------------------------------------------------------- reading

    async def _read_totals(self) -> None:
        now = self._services.clock.now()
        try:
            self._base = await self._services.reports.overview(self._services.formats.midnight(now))
            waiting = await self._services.restores.list_open()
            self._restored = {one.id: one.since for one in waiting if one.state is CampaignState.PAUSED}
            self._people = await self._services.contacts.count() if not self._base.campaigns else 1
        except AppError as error:
            self._failed(error)
            return
        self._base_at_s = self._services.clock.monotonic()
        self._show()

    async def _read_lanes(self) -> None:
        try:
            lanes = await self._services.reports.lanes(None)
            self._has_worker = (await self._services.worker.status()).condition is WorkerCondition.RUNNING
            self._lanes = lanes if self._has_worker else without_worker(lanes)
        except AppError as error:
            self._failed(error)
            return
        self._show()

    async def _read_chart(self) -> None:
        now = self._services.clock.now()
        length = self._span.length
        if self._history is None or now - self._history.start > length * 1.25:
            self._history = RateHistory(now - length)
        history = self._history
        read_from = history.next_read(now)
        try:
            points = await self._services.reports.rate(None, since=read_from, bucket_s=history.step.total_seconds())
            runs = await self._services.screens.runs(history.start)
        except AppError as error:
            self._failed(error)
            return
        if history is not self._history or self._view is None:
            return
        history.put(read_from, points)
        self._view.show_chart(history.series(now, runs, is_over=False))

    def _show(self) -> None:
        base, view = self._base, self._view
        if base is None or view is None or not self._watch.is_read:
            return
        formats, now = self._services.formats, self._services.clock.now()
        campaigns = self._watch.campaigns
        lines, parts = account_lines(self._lanes, formats, now)
        online = sum(lane.status in ONLINE for lane in self._lanes) if self._has_worker else 0
        self._show_rows(campaigns)
        view.show_overview(
            Overview(
                subtitle=f"{formats.long_day(now)} · everything the worker did today",
                figures=figures(base.today, lambda state: since(base, campaigns, state), formats),
                needs=needs(campaigns, self._lanes, formats, now, self._restored),
                waits=waits(campaigns, self._lanes, formats, now),
                accounts=lines,
                account_parts=parts,
                account_count=len(self._lanes),
                online=f"{formats.number(online)} of {formats.number(len(self._lanes))} online",
                replies=self._replies(base, campaigns),
                first_steps=first_steps(len(self._lanes), self._people, 0, formats) if not campaigns else (),
            )
        )

    def _replies(self, base: OverviewView, campaigns: Sequence[CampaignProgress]) -> tuple[tuple[str, str, str], ...]:
        formats = self._services.formats
        known = {progress.id: progress for progress in campaigns}
        found = [(known[one], count) for one, count in base.replies_by_campaign.items() if count and one in known]
        found.sort(key=lambda one: -one[1])
        return tuple(
            (
                progress.title,
                formats.number(count),
                formats.percent(count, progress.counts.get(DeliveryState.SENT, 0)),
            )
            for progress, count in found[:5]
        )

    def _show_rows(self, campaigns: Sequence[CampaignProgress]) -> None:
        current = sorted(campaigns, key=lambda progress: progress.state in ENDED)[:SHOWN_CAMPAIGNS]
        rows = [self._watch.row(progress) for progress in current]
        if self._is_new:
            self._is_new = False
            self.rows.show(rows)
        else:
            self.rows.update(rows)

    def _failed(self, error: AppError) -> None:
        if self._view is not None:
            self._view.show_failed(error)
