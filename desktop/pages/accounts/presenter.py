"""The list of accounts: one question at a time, its rows by id, kept fresh in place. Knows no Qt."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final, Protocol

from campaigns.accounts.standing import StandingWords, describe_standing
from campaigns.accounts.views import AccountCondition, AccountCounts, AccountOrder, AccountQuestion, AccountRow, Route
from campaigns.worker_control import WorkerCondition
from core.domain.ids import AccountId
from core.errors import AppError
from desktop.models.paged_rows import ALL, Ids, PagedRows, RowsByIds, Span
from desktop.pages.refresher import Refresher
from desktop.pages.services import PageServices

CHIPS: Final = (None, AccountCondition.NEEDS_YOU, AccountCondition.WAITING, AccountCondition.SENDING)
"""The views of the list; None: all."""


class AccountSource(RowsByIds[AccountRow]):
    """The answer to one question about accounts."""

    def __init__(self, services: PageServices, asked: AccountQuestion, has_worker: Callable[[], bool]) -> None:
        self._services = services
        self._has_worker = has_worker
        self.asked = asked

    async def ids(self, limit: int = ALL) -> Ids:
        now = self._services.clock.now()
        return await self._services.account_lists.ids(self.asked, now=now, has_worker=self._has_worker(), limit=limit)

    async def rows(self, ids: Sequence[int]) -> Mapping[int, AccountRow]:
        now = self._services.clock.now()
        return await self._services.account_lists.rows(ids, now=now, has_worker=self._has_worker())


class AccountListView(Protocol):
    def show_counts(self, counts: AccountCounts) -> None: ...
    def show_list(self, *, question: AccountQuestion, count: int, total: int) -> None: ...
    def show_opened(self, row: AccountRow | None, standing: StandingWords | None) -> None: ...
    def show_failed(self, error: AppError) -> None: ...
    def visible_rows(self) -> Span: ...


class AccountListPresenter:
    """Rows keep their places until somebody filters, searches or sorts, or an account comes or goes."""

    def __init__(self, services: PageServices, view: AccountListView) -> None:
        self._services = services
        self._view = view
        self.question = AccountQuestion()
        self.counts = AccountCounts()
        self.rows = PagedRows[AccountRow](services.spawn, view.show_failed)
        self._source: AccountSource | None = None
        self._has_worker = False
        self._opened: AccountId | None = None
        self._is_dirty = False
        self._news = Refresher(self._read_news, services.spawn, "accounts: news")

    @property
    def has_worker(self) -> bool:
        return self._has_worker

    def watch(self, *, is_watched: bool) -> None:
        if is_watched and self._source is None:
            self._open_anew()
        self._news.watch(is_watched=is_watched)
        if is_watched:
            self._is_dirty = True
            self._news.ask()

    def changed(self, *_: object) -> None:
        """Something about accounts is different; the next tick reads it, so that a busy worker costs two reads a s."""
        self._is_dirty = True

    def tick(self) -> None:
        """Twice a second. A worker that dies changes no row, so it is looked at each time."""
        self._news.ask()

    def refresh(self) -> None:
        """Read everything again, in order."""
        self._open_anew()
        self.act_done()

    def act_done(self) -> None:
        """Something was done here: show it at once."""
        self._is_dirty = True
        self._news.ask()

    def choose(self, condition: AccountCondition | None) -> None:
        self._ask(replace(self.question, condition=condition))

    def search(self, text: str) -> None:
        self._ask(replace(self.question, text=text.strip()))

    def filter_label(self, label: str | None) -> None:
        self._ask(replace(self.question, label=label))

    def filter_route(self, route: Route | None) -> None:
        self._ask(replace(self.question, route=route))

    def clear_filters(self) -> None:
        self._ask(AccountQuestion(order=self.question.order, is_descending=self.question.is_descending))

    def sort(self, order: AccountOrder) -> None:
        """By this column; once more: the other way round."""
        again = order is self.question.order
        self._ask(replace(self.question, order=order, is_descending=again and not self.question.is_descending))

    def open(self, account_id: AccountId | None) -> None:
        """Show one account beside the list, and keep it fresh; None: none."""
        self._opened = account_id
        if account_id is not None:
            self._services.spawn(self._read_opened(account_id), "account that was opened")

    # --------------------------------------------------------------------------------------------------------

    def _ask(self, question: AccountQuestion) -> None:
        if question != self.question:
            self.question = question
            self._open_anew()

    def _open_anew(self) -> None:
        self._source = AccountSource(self._services, self.question, lambda: self._has_worker)
        self._services.spawn(self._open(self._source), "accounts")

    async def _open(self, source: AccountSource) -> None:
        try:
            await self._look_at_worker()
            await self.rows.open(source)
        except AppError as error:
            self._view.show_failed(error)
            return
        if self._source is source:
            self._view.show_list(question=source.asked, count=len(self.rows), total=self.counts.total)

    async def _look_at_worker(self) -> None:
        is_running = (await self._services.worker.status()).condition is WorkerCondition.RUNNING
        if is_running != self._has_worker:
            self._has_worker = is_running
            self._is_dirty = True

    async def _read_news(self) -> None:
        try:
            await self._look_at_worker()
            if not self._is_dirty:
                return
            self._is_dirty = False
            await self._read_counts()
            await self.rows.refresh(self._view.visible_rows())
            if self._opened is not None:
                await self._read_opened(self._opened)
        except AppError as error:
            self._view.show_failed(error)

    async def _read_counts(self) -> None:
        before = self.counts
        self.counts = await self._services.account_lists.counts(
            now=self._services.clock.now(), has_worker=self._has_worker
        )
        self._view.show_counts(self.counts)
        if (before.total, before.newest) != (self.counts.total, self.counts.newest) and self._source is not None:
            self._open_anew()

    async def _read_opened(self, account_id: AccountId) -> None:
        rows = await self._services.account_lists.rows(
            [account_id], now=self._services.clock.now(), has_worker=self._has_worker
        )
        row = rows.get(account_id)
        standing = describe_standing(await self._services.accounts.get(account_id)) if row is not None else None
        if account_id == self._opened:
            self._view.show_opened(row, standing)
