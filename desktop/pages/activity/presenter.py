"""Activity: every event, newest first, followed while nobody has scrolled. Knows no Qt."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from campaigns.report.screens import EventQuestion
from core.errors import AppError
from desktop.models.paged_rows import ALL, Ids, PagedRows, RowsByIds
from desktop.models.rows import EventRow
from desktop.pages.activity.words import ActivityView, event_row, question
from desktop.pages.refresher import Refresher
from desktop.pages.services import PageServices

MOST_NEW = 500
"""More than that at once is read as a new list."""


class EventSource(RowsByIds[EventRow]):
    """The answer to one question about events, as rows."""

    def __init__(self, services: PageServices, asked: EventQuestion) -> None:
        self._services = services
        self.asked = asked

    async def ids(self, limit: int = ALL) -> Ids:
        return await self._services.screens.event_ids(self.asked, limit=limit)

    async def rows(self, ids: Sequence[int]) -> Mapping[int, EventRow]:
        events = await self._services.screens.events(ids)
        formats, now = self._services.formats, self._services.clock.now()
        return {row_id: event_row(event, formats, now) for row_id, event in events.items()}


class ActivityPageView(Protocol):
    def show_state(self, *, count: int, text: str, is_filtered: bool) -> None: ...
    def show_following(self, *, is_following: bool, came: int) -> None: ...
    def show_failed(self, error: AppError) -> None: ...


class ActivityPresenter:
    """One question at a time. What comes while somebody reads below is counted, not pushed in."""

    def __init__(self, services: PageServices) -> None:
        self._services = services
        self._view: ActivityPageView | None = None
        self._chosen = ActivityView.ALL
        self._text = ""
        self._is_following = True
        self._waiting: Ids | None = None
        self._source: EventSource | None = None
        self.rows = PagedRows[EventRow](services.spawn, self._failed)
        self._news = Refresher(self._read_news, services.spawn, "new events")

    def show_on(self, view: ActivityPageView) -> None:
        self._view = view

    def watch(self, *, is_watched: bool) -> None:
        if is_watched and self._source is None:
            self.refresh()
        self._news.watch(is_watched=is_watched)
        if is_watched:
            self._news.ask()

    def changed(self) -> None:
        """There are new events."""
        self._news.ask()

    def choose(self, chosen: ActivityView) -> None:
        if chosen is not self._chosen:
            self._chosen = chosen
            self.refresh()

    def search(self, text: str) -> None:
        if text.strip() != self._text:
            self._text = text.strip()
            self.refresh()

    def refresh(self) -> None:
        self._source = EventSource(self._services, question(self._chosen, self._text))
        self._waiting = None
        self._services.spawn(self._open(self._source), "events")

    def follow(self, *, is_following: bool) -> None:
        """Somebody scrolled away from the newest, or wants them again."""
        if is_following == self._is_following:
            return
        self._is_following = is_following
        if is_following and self._waiting is not None:
            self._news.ask()
        self._tell()

    async def _open(self, source: EventSource) -> None:
        try:
            await self.rows.open(source)
        except AppError as error:
            self._failed(error)
            return
        if self._source is source:
            self._show_state()
            self._tell()

    async def _read_news(self) -> None:
        source = self._source
        if source is None or not self.rows.is_complete:
            return
        newest = self.rows.id_at(0) if len(self.rows) else 0
        try:
            ids = await self._services.screens.event_ids(replace(source.asked, after_id=newest), limit=MOST_NEW + 1)
            if source is not self._source or not len(ids):
                return
            if len(ids) > MOST_NEW and self._is_following:
                self.refresh()
                return
            self._waiting = ids
            if self._is_following:
                rows = await source.rows(ids)
                if source is not self._source:
                    return
                self._waiting = None
                self.rows.put_on_top({row_id: rows[row_id] for row_id in ids if row_id in rows})
                self._show_state()
        except AppError as error:
            self._failed(error)
            return
        self._tell()

    def _show_state(self) -> None:
        if self._view is not None:
            is_filtered = self._chosen is not ActivityView.ALL
            self._view.show_state(count=len(self.rows), text=self._text, is_filtered=is_filtered)

    def _tell(self) -> None:
        if self._view is not None:
            self._view.show_following(is_following=self._is_following, came=len(self._waiting or ()))

    def _failed(self, error: AppError) -> None:
        if self._view is not None:
            self._view.show_failed(error)
