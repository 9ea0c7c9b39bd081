"""The inbox: one list of conversations at a time, and the one that is open. Knows no Qt.

The list keeps its order while somebody works in it; what came meanwhile is counted and shown when they ask.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final, Protocol

from campaigns.inbox.conversations import (
    Box,
    BoxCounts,
    Conversation,
    ConversationQuestion,
    ConversationRow,
    SearchHit,
)
from campaigns.inbox.sorting import ReplyKind
from core.clock import Clock
from core.domain.ids import AccountId, CampaignId, ConversationId
from core.errors import AppError
from database import ConversationStore
from desktop.models.paged_rows import ALL, Ids, PagedRows, RowsByIds, Span, Spawn
from desktop.pages.refresher import Refresher

PAGE: int = 60
"""Messages of a conversation that are read at once."""

AROUND: Final = 20
"""Messages before one that was searched for."""

FARTHEST: Final = 1_000
"""How far back a conversation is read at once for a message that was searched for."""

REORDER_S: Final = 0.5
"""While answers pour in, order and figures follow so often: who looks at them can read them."""


class ConversationSource(RowsByIds[ConversationRow]):
    """The answer to one question."""

    def __init__(self, store: ConversationStore, asked: ConversationQuestion, *, viewer: str, clock: Clock) -> None:
        self._store = store
        self._viewer = viewer
        self._clock = clock
        self.asked = asked

    async def ids(self, limit: int = ALL) -> Ids:
        return await self._store.ids(self.asked, viewer=self._viewer, now=self._clock.now(), limit=limit)

    async def rows(self, ids: Sequence[int]) -> Mapping[int, ConversationRow]:
        return await self._store.rows(ids, self.asked.text)


class InboxView(Protocol):
    def show_counts(self, counts: BoxCounts) -> None: ...
    def show_list(self, question: ConversationQuestion, count: int) -> None: ...
    def show_new(self, *, is_new: bool) -> None: ...
    async def make_ready(self) -> None: ...
    def show_conversation(self, conversation: Conversation) -> None: ...
    def show_hit(self, hit: SearchHit | None) -> None: ...
    def show_gone(self) -> None: ...
    def show_failed(self, error: AppError) -> None: ...
    def visible_rows(self) -> Span: ...
    def is_in_use(self) -> bool: ...


class InboxPresenter:
    """Reads for the page; what a person does goes through the use cases of `campaigns.inbox.service`."""

    def __init__(
        self, store: ConversationStore, spawn_latest: Spawn, clock: Clock, viewer: str, view: InboxView
    ) -> None:
        self._store = store
        self._spawn = spawn_latest
        self._clock = clock
        self._viewer = viewer
        self._view = view
        self.question = ConversationQuestion()
        self.rows = PagedRows[ConversationRow](spawn_latest, view.show_failed)
        self._source: ConversationSource | None = None
        self._opened: ConversationId | None = None
        self._limit = PAGE
        self._sought = ""  # what was searched for when the conversation was opened
        self._changed: set[int] = set()
        self._is_late = False  # something changed while a list was being opened
        self._news = Refresher(self._read_news, spawn_latest, "inbox: news")
        self._order = Refresher(self._read_order, spawn_latest, "inbox: order", rest_s=REORDER_S)

    def watch(self, *, is_watched: bool) -> None:
        if is_watched and self._source is None:
            self._open_anew()
        self._news.watch(is_watched=is_watched)
        self._order.watch(is_watched=is_watched)

    def changed(self, conversation_ids: Collection[int]) -> None:
        """Something about these conversations is different."""
        self._changed.update(conversation_ids)
        self._news.ask()

    def refresh(self) -> None:
        """Read everything again, in order."""
        self._open_anew()
        self._read_opened()

    def choose(self, box: Box) -> None:
        self._ask(replace(self.question, box=box))

    def search(self, text: str) -> None:
        self._ask(replace(self.question, text=text.strip()))

    def choose_kind(self, kind: ReplyKind | None) -> None:
        self._ask(replace(self.question, reply_kind=kind))

    def narrow(self, *, account_id: AccountId | None, campaign_id: CampaignId | None, label: str) -> None:
        """Only conversations of these."""
        self._ask(replace(self.question, account_id=account_id, campaign_id=campaign_id, label=label))

    def clear(self) -> None:
        """Without search."""
        self._ask(replace(self.question, text=""))

    def open(self, conversation_id: ConversationId | None) -> None:
        """Show one conversation, and keep it fresh, at the message that was searched for; None: none."""
        sought = self.question.text
        if conversation_id != self._opened:
            self._opened, self._limit = conversation_id, PAGE
        elif sought == self._sought:
            return
        self._sought = sought
        if conversation_id is not None:
            self._spawn(self._seek(conversation_id, sought), "inbox: conversation that was opened")

    def read_older(self) -> None:
        """More of the open conversation."""
        self._limit += PAGE
        self._read_opened()

    # --------------------------------------------------------------------------------------------------------

    def _ask(self, question: ConversationQuestion) -> None:
        if question != self.question:
            self.question = question
            self._open_anew()

    def _open_anew(self) -> None:
        self._source = ConversationSource(self._store, self.question, viewer=self._viewer, clock=self._clock)
        self._spawn(self._open(self._source), "inbox")

    def _read_opened(self) -> None:
        if self._opened is not None:
            self._spawn(self._read_conversation(self._opened), "inbox: conversation that was opened")

    async def _open(self, source: ConversationSource) -> None:
        try:
            await self.rows.open(source)
            if self._source is source:
                self._view.show_list(source.asked, len(self.rows))
                self._view.show_new(is_new=False)
                if self._is_late:
                    self._is_late = False
                    self._order.ask()
                await self._read_counts()
        except AppError as error:
            self._view.show_failed(error)

    async def _read_counts(self) -> None:
        self._view.show_counts(await self._store.counts(viewer=self._viewer, now=self._clock.now()))

    async def _read_news(self) -> None:
        source = self._source
        if source is None:
            return
        changed, self._changed = self._changed, set()
        try:
            await self.rows.refresh(self._view.visible_rows())
            if self._opened is not None and not changed.isdisjoint((self._opened, 0)):  # 0: any of them
                await self._read_conversation(self._opened)
        except AppError as error:
            self._view.show_failed(error)
            return
        if source is self._source:
            self._order.ask()

    async def _read_order(self) -> None:
        source = self._source
        if source is None:
            return
        if not self.rows.is_complete:
            self._is_late = True
            return
        try:
            await self._read_counts()
            if self._view.is_in_use():
                ids = await source.ids()
                if source is self._source and ids != self.rows.ids:
                    self._view.show_new(is_new=True)
            else:
                await self.rows.reorder(self._view.visible_rows())
                if source is self._source:
                    self._view.show_list(source.asked, len(self.rows))
                    self._view.show_new(is_new=False)
        except AppError as error:
            self._view.show_failed(error)

    async def _seek(self, conversation_id: ConversationId, text: str) -> None:
        try:
            found = await self._store.find(conversation_id, text) if text else None
        except AppError as error:
            self._view.show_failed(error)
            return
        hit, newer = found if found is not None else (None, 0)
        if hit is not None and conversation_id == self._opened:
            self._limit = max(self._limit, min(newer + AROUND, FARTHEST))
        await self._read_conversation(conversation_id)
        if conversation_id == self._opened:
            self._view.show_hit(hit)

    async def _read_conversation(self, conversation_id: ConversationId) -> None:
        try:
            found = await self._store.conversation(conversation_id, limit=self._limit)
        except AppError:  # erased meanwhile
            if conversation_id == self._opened:
                self._opened = None
                self._view.show_gone()
            return
        await self._view.make_ready()
        if conversation_id == self._opened:
            self._view.show_conversation(found)
