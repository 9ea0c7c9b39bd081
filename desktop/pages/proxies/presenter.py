"""The Proxies page: which rows are shown in which order, kept fresh in place, and what is chosen. Knows no Qt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from core.domain.ids import ProxyId
from core.errors import AppError
from database.stores.proxy_desk import ProxyDesk
from database.stores.proxy_screens import (
    CheckProgress,
    ProxyCounts,
    ProxyDetails,
    ProxyLine,
    ProxyOrder,
    ProxyQuestion,
    ProxyScreen,
    ProxyView,
)
from desktop.formatting import count_of
from desktop.models.paged_rows import ALL, Ids, PagedRows, RowsByIds, Span
from desktop.pages.proxies.checks import Checks
from desktop.pages.proxies.words import ProxyRow, proxy_row
from desktop.pages.refresher import Refresher
from desktop.pages.services import PageServices

MOST_SUMMED = 500
"""Chosen proxies whose states are read and summed up; of more only the number is said."""

MOST_REFRESHED = 200
"""Rows read again when something changed: more than are ever in view."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What the panel is about: nothing, one proxy (with `details`), or several."""

    lines: tuple[ProxyLine, ...] = ()
    details: ProxyDetails | None = None


class ProxiesView(Protocol):
    def show_counts(self, counts: ProxyCounts) -> None: ...
    def show_state(self, question: ProxyQuestion, count: int, *, is_first_time: bool) -> None: ...
    def show_failed(self, error: AppError) -> None: ...
    async def make_ready(self) -> None: ...
    def show_chosen(self, chosen: Chosen) -> None: ...
    def show_checks(self, progress: CheckProgress | None) -> None: ...
    def visible_span(self) -> Span: ...


class _Source(RowsByIds[ProxyRow]):
    """The answer to one question, as rows."""

    def __init__(self, presenter: "ProxiesPresenter", asked: ProxyQuestion) -> None:
        self._presenter = presenter
        self.asked = asked

    async def ids(self, limit: int = ALL) -> Ids:
        return await self._presenter.screen.ids(self.asked, limit=limit)

    async def rows(self, ids: Sequence[int]) -> Mapping[int, ProxyRow]:
        lines = await self._presenter.screen.lines(ids)
        return {row_id: self._presenter.row(line) for row_id, line in lines.items()}


class ProxiesPresenter:
    """Rows keep their places until the list is sorted, filtered or opened anew, or a proxy came or went."""

    def __init__(self, services: PageServices, screen: ProxyScreen, desk: ProxyDesk) -> None:
        self._services = services
        self.screen = screen
        self._view: ProxiesView | None = None
        self._asked = ProxyQuestion()
        self._source: _Source | None = None
        self._chosen: tuple[ProxyId, ...] = ()
        self._is_set_changed = False
        self.counts: ProxyCounts | None = None
        self.rows = PagedRows[ProxyRow](services.spawn, self._failed)
        self.checks = Checks(desk, screen, services.worker, services.clock, self._checks_ended)
        self._news = Refresher(self._read_news, services.spawn, "proxies that changed")

    def show_on(self, view: ProxiesView) -> None:
        self._view = view
        self.checks.show_on(view)

    @property
    def order(self) -> tuple[ProxyOrder, bool]:
        return self._asked.order, self._asked.is_descending

    @property
    def chosen_ids(self) -> tuple[ProxyId, ...]:
        return self._chosen

    def row(self, line: ProxyLine) -> ProxyRow:
        services, asked_at = self._services, self.checks.asked_at
        checked_at = line.proxy.checked_at
        is_asked = line.proxy.id in self.checks.proxy_ids and asked_at is not None
        is_checking = is_asked and (checked_at is None or asked_at is None or checked_at < asked_at)
        return proxy_row(line, services.formats, services.clock.now(), is_checking=is_checking)

    def watch(self, *, is_watched: bool) -> None:
        if is_watched and self._source is None:
            self.refresh()
        self._news.watch(is_watched=is_watched)
        if is_watched:
            self._news.ask()

    def changed(self, proxy_ids: frozenset[int]) -> None:
        """Proxies changed; 0 stands for which there are and who leaves through them."""
        self._is_set_changed = self._is_set_changed or 0 in proxy_ids
        self._news.ask()

    def tick(self) -> None:
        """Now and then: a quarantine ends and "2 min ago" goes on without any row being written."""
        self._news.ask()

    def choose_view(self, view: ProxyView) -> None:
        self._ask(replace(self._asked, view=view))

    def filter_label(self, label: str | None) -> None:
        self._ask(replace(self._asked, label=label))

    def filter_country(self, country: str | None) -> None:
        self._ask(replace(self._asked, country=country))

    def clear_filters(self) -> None:
        self._ask(ProxyQuestion(order=self._asked.order, is_descending=self._asked.is_descending))

    def search(self, text: str) -> None:
        self._ask(replace(self._asked, text=text.strip()))

    def sort(self, order: ProxyOrder, *, is_descending: bool) -> None:
        self._ask(replace(self._asked, order=order, is_descending=is_descending))

    def refresh(self) -> None:
        self._source = _Source(self, self._asked)
        self._services.spawn(self._open(self._source), "proxies")

    def choose(self, proxy_ids: Sequence[ProxyId]) -> None:
        """These rows are selected."""
        if tuple(proxy_ids) != self._chosen:
            self._chosen = tuple(proxy_ids)
            self._services.spawn(self._show_chosen(), "the chosen proxies")

    async def all_ids(self) -> list[ProxyId]:
        """Everything that answers the present question."""
        return [ProxyId(row_id) for row_id in await self.screen.ids(self._asked)]

    # --------------------------------------------------------------------------------------------------------

    def _ask(self, question: ProxyQuestion) -> None:
        if question != self._asked:
            self._asked = question
            self.refresh()

    async def _open(self, source: _Source) -> None:
        try:
            await self.rows.open(source)
            await self._show_counts()
        except AppError as error:
            self._failed(error)
            return
        if self._source is source:
            self._show_state()

    async def _read_news(self) -> None:
        source, view = self._source, self._view
        if source is None or view is None:
            return
        try:
            await self.checks.look()
            if self._is_set_changed:
                self._is_set_changed = False
                await self._reopen_when_others(source)
            seen = view.visible_span()
            await self.rows.refresh(Span(seen.first, min(seen.end, seen.first + MOST_REFRESHED)))
            await self._show_counts()
            await self._show_chosen()
        except AppError as error:
            self._failed(error)
            return
        if self._source is source:
            self._show_state()

    async def _reopen_when_others(self, source: _Source) -> None:
        """Proxies came or went: then the list is opened anew; that somebody leaves through one changes its row only."""
        fresh = await source.ids()
        shown = {self.rows.id_at(index) for index in range(len(self.rows))}
        if self._source is source and set(fresh) != shown:
            await self.rows.open(source)

    async def _show_counts(self) -> None:
        self.counts = await self.screen.counts()
        if self._view is not None:
            self._view.show_counts(self.counts)

    async def _show_chosen(self) -> None:
        chosen = self._chosen
        if len(chosen) == 1:
            details = await self.screen.details(chosen[0])
            made = Chosen(lines=(details.line,), details=details) if details is not None else Chosen()
        else:
            lines = await self.screen.lines(chosen) if 0 < len(chosen) <= MOST_SUMMED else {}
            made = Chosen(lines=tuple(lines[one] for one in chosen if one in lines))
        if self._view is not None and chosen:
            await self._view.make_ready()
        if self._view is not None and chosen == self._chosen:
            self._view.show_chosen(made)

    def _show_state(self) -> None:
        if self._view is not None and self.counts is not None:
            is_first_time = self.counts.by_view[ProxyView.ALL] == 0
            self._view.show_state(self._asked, len(self.rows), is_first_time=is_first_time)

    def _checks_ended(self, progress: CheckProgress, is_silent: bool) -> None:
        number = self._services.formats.number
        good = progress.checked - progress.failed
        if is_silent:
            rest = count_of(number(progress.total - progress.checked), "proxy was", "proxies were")
            self._services.tells.toast(
                f"{rest} not checked", "The worker got no answer about them. Is this computer online?"
            )
        elif progress.failed:
            self._services.tells.toast(
                f"{number(progress.checked)} checked: {number(progress.failed)} failed", f"{number(good)} work."
            )
        else:
            words = "It works." if progress.checked == 1 else "All of them work."
            self._services.tells.toast(f"{count_of(number(progress.checked), 'proxy', 'proxies')} checked", words)

    def _failed(self, error: AppError) -> None:
        if self._view is not None:
            self._view.show_failed(error)
