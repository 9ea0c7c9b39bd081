"""The runs of the open series, kept fresh while they are in view. Knows no Qt."""

from typing import Final, Protocol

from campaigns.report.screens import SeriesRuns
from campaigns.report.views import CampaignProgress
from campaigns.worker_control import WorkerCondition
from core.domain.ids import CampaignId
from core.errors import AppError
from desktop.models.keyed_rows import KeyedRows
from desktop.pages.campaign.series_words import RunRow, SeriesWords, describe_series
from desktop.pages.refresher import Refresher
from desktop.pages.services import PageServices

MOST_RUNS: Final = 100
"""Older ones are in the list of campaigns."""


class SeriesShows(Protocol):
    def show_series(self, words: SeriesWords) -> None: ...


class SeriesPresenter:
    """One series; read again when it or one of its runs changed, and once a second for what changes with time."""

    def __init__(self, services: PageServices, view: SeriesShows) -> None:
        self._services = services
        self._view = view
        self._progress: CampaignProgress | None = None
        self._run_ids: frozenset[int] = frozenset()
        self.rows = KeyedRows[RunRow](lambda row: row.id)
        self._reads = Refresher(self._read, services.spawn, "runs of a series")

    def show(self, progress: CampaignProgress) -> None:
        """This series is in view, as it was read last."""
        if self._progress is None or self._progress.id != progress.id:
            self.rows.show(())
            self._run_ids = frozenset()
        self._progress = progress
        self._reads.watch(is_watched=True)
        self._reads.ask()

    def changed(self, campaign_ids: frozenset[int]) -> None:
        """Rows of these campaigns changed."""
        if self._run_ids & campaign_ids:
            self._reads.ask()

    def leave(self) -> None:
        """It is not in view any more."""
        self._reads.watch(is_watched=False)

    def open_run(self, row: int) -> None:
        """The campaign of this run, where there is one."""
        if row < len(self.rows) and self.rows.row(row).id > 0:
            self._services.navigate("campaigns", self.rows.row(row).id)

    async def _read(self) -> None:
        progress = self._progress
        if progress is None:
            return
        try:
            found = await self._services.screens.series_runs(CampaignId(progress.id), limit=MOST_RUNS)
            has_worker = (await self._services.worker.status()).condition is WorkerCondition.RUNNING
        except AppError as error:
            self._services.tells.error(error)
            return
        if self._progress is not None and self._progress.id == progress.id:
            self._show(self._progress, found, has_worker=has_worker)

    def _show(self, progress: CampaignProgress, found: SeriesRuns, *, has_worker: bool) -> None:
        self._run_ids = frozenset(run.id for run in found.runs)
        now = self._services.clock.now()
        words = describe_series(progress, found, self._services.formats, now, has_worker=has_worker)
        if len(self.rows):
            self.rows.update(words.rows)
        else:
            self.rows.show(words.rows)
        self._view.show_series(words)
