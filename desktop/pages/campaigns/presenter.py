"""The list of campaigns: filtered by state and title, kept fresh in place. Knows no Qt."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from campaigns.campaign import CampaignState
from campaigns.report.views import CampaignProgress
from core.errors import AppError
from desktop.models.keyed_rows import KeyedRows
from desktop.models.rows import CampaignRow
from desktop.pages.campaign_watch import CampaignWatch
from desktop.pages.repeat_words import is_series
from desktop.pages.services import PageServices

_S = CampaignState


class Chosen(StrEnum):
    """The views of the list."""

    ALL = "all"
    NEEDS_YOU = "needs_you"
    RUNNING = "running"
    SERIES = "series"
    SCHEDULED = "scheduled"
    PAUSED = "paused"
    DRAFT = "draft"
    ENDED = "ended"
    ARCHIVED = "archived"


STATES: Mapping[Chosen, frozenset[CampaignState]] = MappingProxyType(
    {
        Chosen.ALL: frozenset(CampaignState),
        Chosen.NEEDS_YOU: frozenset({_S.IN_REVIEW}),
        Chosen.RUNNING: frozenset({_S.RUNNING}),
        Chosen.SERIES: frozenset({_S.SCHEDULED, _S.RUNNING, _S.PAUSED}),
        Chosen.SCHEDULED: frozenset({_S.SCHEDULED}),
        Chosen.PAUSED: frozenset({_S.PAUSED}),
        Chosen.DRAFT: frozenset({_S.DRAFT, _S.APPROVED}),
        Chosen.ENDED: frozenset({_S.FINISHED, _S.CANCELLED, _S.FAILED}),
        Chosen.ARCHIVED: frozenset(CampaignState),
    }
)


class CampaignListView(Protocol):
    def show_counts(self, counts: Mapping[Chosen, int]) -> None: ...
    def show_emptiness(self, *, is_first_time: bool, text: str, has_filter: bool) -> None: ...
    def show_rows(self) -> None: ...
    def show_failed(self, error: AppError) -> None: ...


class CampaignListPresenter:
    """Newest first. Rows keep their places until the list is filtered or opened anew."""

    def __init__(self, services: PageServices, view: CampaignListView) -> None:
        self._view = view
        self._chosen = Chosen.ALL
        self._text = ""
        self._is_new = True
        self.rows = KeyedRows[CampaignRow](lambda row: row.id)
        self._watch = CampaignWatch(services, self._show, view.show_failed, "campaign list", with_archived=True)

    def watch(self, *, is_watched: bool) -> None:
        self._is_new = self._is_new or is_watched
        self._watch.watch(is_watched=is_watched)

    def changed(self, campaign_ids: frozenset[int]) -> None:
        self._watch.changed(campaign_ids)

    def tick(self) -> None:
        self._watch.tick()

    def refresh(self) -> None:
        self._is_new = True
        self._watch.refresh()

    def choose(self, chosen: Chosen) -> None:
        self._chosen = chosen
        self._show_anew()

    def search(self, text: str) -> None:
        self._text = text.strip()
        self._show_anew()

    def _show_anew(self) -> None:
        self._is_new = True
        if self._watch.is_read:
            self._show()

    def _show(self) -> None:
        text = self._text.casefold()
        rows = [
            self._watch.row(progress)
            for progress in self._watch.campaigns
            if _is_in(progress, self._chosen) and text in progress.title.casefold()
        ]
        if self._is_new:
            self._is_new = False
            self.rows.show(rows)
        else:
            self.rows.update(rows)
        campaigns = self._watch.campaigns
        self._view.show_counts({chosen: sum(_is_in(one, chosen) for one in campaigns) for chosen in Chosen})
        if rows:
            self._view.show_rows()
        else:
            self._view.show_emptiness(
                is_first_time=not self._watch.campaigns, text=self._text, has_filter=self._chosen is not Chosen.ALL
            )


def _is_in(progress: CampaignProgress, chosen: Chosen) -> bool:
    """What was put away is in no view but its own; a series is not what runs: it sends nothing itself."""
    if progress.is_archived is not (chosen is Chosen.ARCHIVED):
        return False
    is_right_kind = is_series(progress) is (chosen is Chosen.SERIES) or chosen not in (Chosen.RUNNING, Chosen.SERIES)
    return is_right_kind and progress.state in STATES[chosen]
