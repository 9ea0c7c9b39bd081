"""The list of people: one question at a time, its rows by id, counts after them. Knows no Qt."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from campaigns.audience.contacts import (
    ContactCard,
    ContactCounts,
    ContactFacets,
    ContactOrder,
    ContactQuestion,
    ContactRow,
)
from core.domain.ids import ContactId
from core.errors import AppError
from database import ContactCardStore, ContactListStore
from desktop.models.paged_rows import ALL, Ids, PagedRows, RowsByIds, Span
from desktop.pages.refresher import Refresher

SpawnLatest = Callable[[Coroutine[object, object, None], str], object]
"""Starts a named task; one of the same name that still runs is cancelled first."""


class ContactSource(RowsByIds[ContactRow]):
    """The answer to one question about people."""

    def __init__(self, lists: ContactListStore, asked: ContactQuestion) -> None:
        self._lists = lists
        self.asked = asked

    async def ids(self, limit: int = ALL) -> Ids:
        return await self._lists.ids(self.asked, limit=limit)

    async def rows(self, ids: Sequence[int]) -> Mapping[int, ContactRow]:
        return await self._lists.rows(ids)


class ContactsView(Protocol):
    def show_counts(self, counts: ContactCounts, facets: ContactFacets) -> None: ...
    def show_list(self, question: ContactQuestion, count: int, *, is_whole: bool) -> None: ...
    def show_card(self, card: ContactCard | None) -> None: ...
    def show_offers(self, count: int) -> None: ...
    def show_failed(self, error: AppError) -> None: ...
    def visible_rows(self) -> Span: ...


class ContactsPresenter:
    """Rows keep their places until somebody asks something else, or people came or went.

    Long reads come one after the other, the rows first: counting a million people would hold the first page back.
    """

    def __init__(
        self, lists: ContactListStore, cards: ContactCardStore, spawn_latest: SpawnLatest, view: ContactsView
    ) -> None:
        self._lists = lists
        self._cards = cards
        self._spawn = spawn_latest
        self._view = view
        self.question = ContactQuestion()
        self.counts: ContactCounts | None = None
        self.facets = ContactFacets()
        self.rows = PagedRows[ContactRow](spawn_latest, view.show_failed)
        self._source: ContactSource | None = None
        self._opened: ContactId | None = None
        self._news = Refresher(self._read_news, spawn_latest, "people: news")

    def watch(self, *, is_watched: bool) -> None:
        if is_watched and self._source is None:
            self._open_anew()
        self._news.watch(is_watched=is_watched)

    def changed(self) -> None:
        """Something about people is different."""
        self._news.ask()

    def refresh(self) -> None:
        """Read everything again, in order."""
        self._open_anew()
        if self._opened is not None:
            self.open(self._opened)

    def ask(self, question: ContactQuestion) -> None:
        """Show another list."""
        if question != self.question:
            self.question = question
            self._open_anew()

    def sort(self, order: ContactOrder) -> None:
        """By this column; once more: the other way round."""
        is_again = order is self.question.order
        self.ask(replace(self.question, order=order, is_reversed=is_again and not self.question.is_reversed))

    def clear(self) -> None:
        """Without filters and search."""
        self.ask(ContactQuestion(order=self.question.order, is_reversed=self.question.is_reversed))

    def open(self, contact_id: ContactId | None) -> None:
        """Show one person beside the list, and keep the card fresh; None: none."""
        self._opened = contact_id
        if contact_id is not None:
            self._spawn(self._read_card(contact_id), "person that was opened")

    # --------------------------------------------------------------------------------------------------------

    def _open_anew(self) -> None:
        self._source = ContactSource(self._lists, self.question)
        self._spawn(self._open(self._source), "people")

    async def _open(self, source: ContactSource) -> None:
        try:
            await self.rows.open(source)
            if self._source is source:
                self._view.show_list(source.asked, len(self.rows), is_whole=True)
                await self._read_counts()
        except AppError as error:
            self._view.show_failed(error)

    async def _read_counts(self) -> None:
        self.counts = await self._lists.counts()
        self.facets = await self._lists.facets()
        self._view.show_counts(self.counts, self.facets)
        self._view.show_offers(len(await self._cards.merge_offers()))

    async def _read_news(self) -> None:
        try:
            before = self.counts
            await self.rows.refresh(self._view.visible_rows())
            if self._opened is not None:
                await self._read_card(self._opened)
            await self._read_counts()
            came_or_went = before is not None and self.counts is not None and before.total != self.counts.total
            if came_or_went or await self._has_list_changed():
                self._open_anew()
        except AppError as error:
            self._view.show_failed(error)

    async def _has_list_changed(self) -> bool:
        """Somebody was put on the list that is shown, or taken off."""
        if self.question.list_id is None:
            return False
        return sorted(await self._lists.ids(self.question)) != sorted(self.rows.ids)

    async def _read_card(self, contact_id: ContactId) -> None:
        try:
            card = await self._cards.card(contact_id)
        except AppError as error:
            self._view.show_failed(error)
            return
        if contact_id == self._opened:
            self._view.show_card(card)
