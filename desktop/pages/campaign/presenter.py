"""Keeps one campaign on the screen fresh, and does what the person asks. Knows no Qt: the view shows plain values."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from campaigns.backup.after_restore import RestoredCampaign
from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.report.forecast import Forecast
from campaigns.report.screens import CampaignDetails, LanePace, MonitorView, WorkerRun
from campaigns.worker_control import WorkerCondition
from core.domain.ids import CampaignId
from core.errors import AppError
from desktop.pages.campaign.acts import EDIT_QUESTION, stop_question
from desktop.pages.campaign.monitor import Monitor, make_forecast, make_monitor
from desktop.pages.campaign.monitor_text import chart_marks
from desktop.pages.campaign.rates import CounterRates, RateHistory, Series
from desktop.pages.campaign.series_words import end_question
from desktop.pages.refresher import Refresher
from desktop.pages.repeat_words import is_series
from desktop.pages.services import PageServices
from desktop.widgets.rate_chart import ChartMark

FEED_ROWS = 14
MOST_OPEN_RUNS = 20  # of a series; the next one waits for the one before
ENDED = (CampaignState.FINISHED, CampaignState.CANCELLED, CampaignState.FAILED)

Act = Callable[[], Coroutine[object, object, None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The rate over time and what explains it."""

    series: Series
    marks: tuple[ChartMark, ...]
    best: str


class CampaignView(Protocol):
    """What the page can show."""

    def show_details(self, details: CampaignDetails) -> None: ...
    def show_step(self) -> None: ...
    def show_monitor(self, monitor: Monitor) -> None: ...
    def show_chart(self, chart: Chart) -> None: ...
    def show_failed(self, error: AppError) -> None: ...
    def set_busy(self, *, is_busy: bool) -> None: ...
    async def choose_after_restore(self, campaign: RestoredCampaign) -> bool: ...


class CampaignPresenter:
    """One open campaign. Counters, lanes and feed at every change; chart, forecast and worker once a second."""

    def __init__(self, services: PageServices, view: CampaignView) -> None:
        self._services = services
        self._view = view
        self._id: CampaignId | None = None
        self._monitor: MonitorView | None = None
        self._details_of: tuple[CampaignState, str] | None = None
        self._rates = CounterRates()
        self._history: RateHistory | None = None
        self._paces: Sequence[LanePace] = ()
        self._told: Forecast | None = None
        self._gone_since: datetime | None = None
        self._counts = Refresher(self._read_counts, services.spawn, "campaign counts")
        self._slow = Refresher(self._read_slow, services.spawn, "campaign chart and forecast")

    @property
    def campaign_id(self) -> CampaignId | None:
        return self._id

    @property
    def state(self) -> CampaignState | None:
        """As it was read last."""
        return self._monitor.progress.state if self._monitor is not None else None

    @property
    def title(self) -> str:
        """As it was read last."""
        return self._monitor.progress.title if self._monitor is not None else ""

    def open(self, campaign_id: CampaignId) -> None:
        """Show this one from now on."""
        if campaign_id != self._id:
            self._id = campaign_id
            self._monitor = self._details_of = self._history = self._told = None
            self._paces = ()
            self._rates.forget()
        self.refresh()

    def watch(self, *, is_watched: bool) -> None:
        """The page is in view, or hidden: then nothing is read."""
        if not is_watched:
            self._rates.forget()
        self._counts.watch(is_watched=is_watched)
        self._slow.watch(is_watched=is_watched)
        if is_watched:
            self.refresh()

    def changed(self, campaign_ids: frozenset[int]) -> None:
        """Rows of these campaigns changed."""
        if self._id in campaign_ids:
            self._counts.ask()

    def lanes_changed(self) -> None:
        self._counts.ask()

    def tick(self) -> None:
        """Once a second: what changes with time alone."""
        self._slow.ask()

    def refresh(self) -> None:
        self._counts.ask()
        self._slow.ask()

    # --------------------------------------------------------------------------------------------------- reading

    async def _read_counts(self) -> None:
        campaign_id = self._id
        if campaign_id is None:
            return
        try:
            view = await self._services.screens.monitor(campaign_id, feed=FEED_ROWS)
            if self._id != campaign_id:
                return
            await self._read_details(view)
        except AppError as error:
            self._view.show_failed(error)
            return
        if self._id != campaign_id:
            return
        self._monitor = view
        now_s = self._services.clock.monotonic()
        self._rates.add(None, view.progress.counts.get(DeliveryState.SENT, 0), now_s)
        for lane in view.lanes:
            self._rates.add(lane.account_id, lane.counts.get(DeliveryState.SENT, 0), now_s)
        self._show()

    async def _read_details(self, view: MonitorView) -> None:
        """The text and who approved it: read when the campaign is opened and when its state changes."""
        progress = view.progress
        is_draft = progress.state is CampaignState.DRAFT  # may be written elsewhere as well
        if self._details_of == (progress.state, progress.state_by) and not is_draft:
            return
        details = await self._services.screens.details(progress.id)
        self._details_of = progress.state, progress.state_by
        self._view.show_details(details)
        await asyncio.sleep(0)  # the rest fills other parts of the page: in a turn of the loop of its own
        if self._id == progress.id:
            self._view.show_step()

    async def _read_slow(self) -> None:
        view = self._monitor
        if view is None:
            await self._read_counts()
            view = self._monitor
        if view is None or self._id != view.progress.id:
            return
        now = self._services.clock.now()
        try:
            gone_since = await self._look_for_worker()
            if view.progress.state is CampaignState.RUNNING and not view.progress.repeat:
                self._paces = await self._services.screens.paces(view.progress.id, now=now)
            await self._read_chart(view, now)
        except AppError as error:
            self._view.show_failed(error)
            return
        if self._monitor is not view and (self._monitor is None or self._monitor.progress.id != view.progress.id):
            return
        self._gone_since = gone_since
        self._told = make_forecast(self._monitor, self._paces, now)
        # Counters that stand still are news for a rate.
        now_s = self._services.clock.monotonic()
        self._rates.add(None, self._monitor.progress.counts.get(DeliveryState.SENT, 0), now_s)
        for lane in self._monitor.lanes:
            self._rates.add(lane.account_id, lane.counts.get(DeliveryState.SENT, 0), now_s)
        self._show()

    async def _look_for_worker(self) -> datetime | None:
        """When the worker was seen last, unless it runs."""
        status = await self._services.worker.status()
        if status.condition is WorkerCondition.RUNNING:
            return None
        worker = status.worker
        return (worker.ended_at or worker.heartbeat_at) if worker is not None else self._services.clock.now()

    async def _read_chart(self, view: MonitorView, now: datetime) -> None:
        progress = view.progress
        if progress.started_at is None:
            return
        if self._history is None:
            self._history = RateHistory(progress.started_at)
        history = self._history
        end = progress.finished_at or now
        since = history.next_read(end)
        points = await self._services.reports.rate(progress.id, since=since, bucket_s=history.step.total_seconds())
        runs = await self._services.screens.runs(progress.started_at)
        marks = await self._services.screens.marks(progress.id, progress.started_at)
        history.put(since, points)
        series = history.series(end, self._alive(runs, now), is_over=progress.state in ENDED)
        chart = Chart(
            series=series,
            marks=chart_marks(marks, runs, self._services.formats),
            best=self._services.formats.rate(series.best),
        )
        self._view.show_chart(chart)

    def _alive(self, runs: Sequence[WorkerRun], now: datetime) -> Sequence[WorkerRun]:
        """The worker that runs now was alive until now, though its last heartbeat is some seconds old."""
        if not runs or self._gone_since is not None or runs[-1].ended_at is not None:
            return runs
        return [*runs[:-1], replace(runs[-1], heartbeat_at=now + timedelta(seconds=1))]

    def _show(self) -> None:
        if self._monitor is None:
            return
        monitor = make_monitor(
            self._monitor,
            told=self._told,
            rate_of=self._rates.rate,
            formats=self._services.formats,
            now=self._services.clock.now(),
            gone_since=self._gone_since,
        )
        self._view.show_monitor(monitor)

    # ---------------------------------------------------------------------------------------------------- acting

    def submit(self, before: Act) -> None:
        """`before`: what has to be done first, such as saving what was typed."""

        async def submit() -> None:
            campaign_id = self._get_id()
            await before()
            await self._services.campaigns.submit(campaign_id, actor=self._services.actor)

        self._do(submit)

    def approve(self, name: str, comment: str) -> None:
        actor = name or self._services.actor
        self._do(lambda: self._services.campaigns.approve(self._get_id(), actor=actor, comment=comment))

    def send_back(self, name: str, comment: str) -> None:
        actor = name or self._services.actor
        self._do(lambda: self._services.campaigns.send_back(self._get_id(), actor=actor, comment=comment))

    def edit(self) -> None:
        """Back to a draft, after a question: the approval is lost."""
        self._do(self._ask_and_edit)

    async def _ask_and_edit(self) -> None:
        campaign_id, actor = self._get_id(), self._services.actor
        if await self._services.tells.confirm(EDIT_QUESTION):
            await self._services.campaigns.send_back(campaign_id, actor=actor, comment=f"{actor} wants to change it.")

    def start(self, start_at: datetime | None = None) -> None:
        """None: at once."""
        actor = self._services.actor
        start = self._services.campaigns.start
        self._do(lambda: self._go_on(lambda: start(self._get_id(), actor=actor, start_at=start_at)))

    def pause(self) -> None:
        self._do(lambda: self._services.campaigns.pause(self._get_id(), actor=self._services.actor))

    def resume(self) -> None:
        resume = self._services.campaigns.resume
        self._do(lambda: self._go_on(lambda: resume(self._get_id(), actor=self._services.actor)))

    async def _go_on(self, act: Act) -> None:
        """What came back with a backup goes on only as somebody chooses."""
        waiting = await self._services.restores.find_open(self._get_id())
        if waiting is None or await self._view.choose_after_restore(waiting):
            await act()

    def do(self, act: Callable[[CampaignId], Coroutine[object, object, None]]) -> None:
        """Something that asks the person itself; its errors are told, and the page reads anew after it."""
        campaign_id = self._get_id()
        self._do(lambda: act(campaign_id))

    @property
    def rate_per_s(self) -> float | None:
        """How fast it sends now, as measured."""
        return self._rates.rate(None)

    def stop(self) -> None:
        """Asks first, with the counts of this moment."""
        self._do(self._ask_and_stop)

    async def _ask_and_stop(self) -> None:
        campaign_id = self._get_id()
        progress = await self._services.reports.progress(campaign_id)
        question = stop_question(progress, self._services.formats)
        if is_series(progress):
            found = await self._services.screens.series_runs(campaign_id, limit=MOST_OPEN_RUNS)
            question = end_question(found.runs)
        if await self._services.tells.confirm(question):
            await self._services.campaigns.stop(campaign_id, actor=self._services.actor)

    def _get_id(self) -> CampaignId:
        assert self._id is not None, "buttons appear with an open campaign"
        return self._id

    def _do(self, act: Act) -> None:
        self._services.spawn(self._act(act), "campaign act")

    async def _act(self, act: Act) -> None:
        self._view.set_busy(is_busy=True)
        try:
            await act()
        except AppError as error:
            self._services.tells.error(error)
        finally:
            self._view.set_busy(is_busy=False)
            self.refresh()
