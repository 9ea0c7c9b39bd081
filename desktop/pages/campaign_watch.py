"""Several campaigns kept fresh for a table: only those that changed are read, forecasts once a second. Knows no Qt."""

from collections.abc import Callable, Sequence

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.report.forecast import Forecast
from campaigns.report.views import CampaignProgress
from core.domain.ids import CampaignId
from core.errors import AppError
from desktop.models.rows import CampaignRow
from desktop.pages.campaign.monitor import make_forecast
from desktop.pages.campaign.rates import CounterRates
from desktop.pages.campaign_rows import campaign_row
from desktop.pages.refresher import Refresher
from desktop.pages.services import PageServices

MOST_FORECASTS = 8
"""A forecast reads each lane's pace; more running campaigns than that show none in a list."""


class CampaignWatch:
    """The newest campaigns with their rates and forecasts; `show` is called after each read."""

    def __init__(
        self,
        services: PageServices,
        show: Callable[[], None],
        on_error: Callable[[AppError], None],
        name: str,
        *,
        with_archived: bool = False,
    ) -> None:
        self._services = services
        self._show = show
        self._with_archived = with_archived
        self._on_error = on_error
        self._campaigns: dict[CampaignId, CampaignProgress] = {}
        self._changed: set[CampaignId] = set()
        self._is_whole_list_due = True
        self._rates = CounterRates()
        self._told: dict[CampaignId, Forecast] = {}
        self.is_read = False
        self._counts = Refresher(self._read, services.spawn, f"{name}: campaigns")
        self._slow = Refresher(self._read_forecasts, services.spawn, f"{name}: forecasts")

    def watch(self, *, is_watched: bool) -> None:
        if is_watched:
            self._rates.forget()
            self._is_whole_list_due = True
        self._counts.watch(is_watched=is_watched)
        self._slow.watch(is_watched=is_watched)
        if is_watched:
            self.tick()
            self._counts.ask()

    def refresh(self) -> None:
        self._is_whole_list_due = True
        self._counts.ask()

    def changed(self, campaign_ids: frozenset[int]) -> None:
        self._changed |= {CampaignId(number) for number in campaign_ids}
        self._counts.ask()

    def tick(self) -> None:
        """Once a second."""
        self._slow.ask()

    @property
    def campaigns(self) -> Sequence[CampaignProgress]:
        """Newest first."""
        shown = (one for one in self._campaigns.values() if self._with_archived or not one.is_archived)
        return sorted(shown, key=lambda one: -one.id)

    def row(self, progress: CampaignProgress) -> CampaignRow:
        return campaign_row(
            progress,
            rate=self._rates.rate(progress.id),
            told=self._told.get(progress.id),
            formats=self._services.formats,
            now=self._services.clock.now(),
        )

    async def _read(self) -> None:
        changed, self._changed = self._changed, set()
        try:
            if self._is_whole_list_due or not changed <= self._campaigns.keys():
                self._is_whole_list_due = False
                fresh = list(await self._services.reports.list_campaigns())
                if self._with_archived:
                    fresh += await self._services.reports.list_campaigns(is_archived=True)
                self._campaigns = {progress.id: progress for progress in fresh}
            else:
                for campaign_id in changed:
                    self._campaigns[campaign_id] = await self._services.reports.progress(campaign_id)
        except AppError as error:
            self._is_whole_list_due = True
            self._on_error(error)
            return
        self.is_read = True
        self._sample()
        self._show()

    async def _read_forecasts(self) -> None:
        running = [one for one in self._campaigns.values() if one.state is CampaignState.RUNNING and not one.repeat]
        told: dict[CampaignId, Forecast] = {}
        now = self._services.clock.now()
        try:
            for progress in running[:MOST_FORECASTS]:
                view = await self._services.screens.monitor(progress.id, feed=0)
                paces = await self._services.screens.paces(progress.id, now=now)
                told[progress.id] = make_forecast(view, paces, now)
        except AppError as error:
            self._on_error(error)
            return
        self._told = told
        self._sample()
        if self.is_read:
            self._show()

    def _sample(self) -> None:
        now_s = self._services.clock.monotonic()
        for progress in self._campaigns.values():
            if progress.state is CampaignState.RUNNING:
                self._rates.add(progress.id, progress.counts.get(DeliveryState.SENT, 0), now_s)
