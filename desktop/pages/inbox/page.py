"""The inbox: conversations at the left, the open one in the middle, the person at the right."""

from collections.abc import Coroutine, Iterator, Sequence
from functools import cached_property

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QStackedWidget, QWidget

from campaigns.inbox.conversations import (
    BoxCounts,
    Conversation,
    ConversationQuestion,
    ConversationRow,
    SearchHit,
)
from core.domain.ids import ConversationId
from core.errors import AppError
from database import ConversationStore
from desktop.event_loop import in_turns
from desktop.models.paged_rows import Span
from desktop.pages.inbox.acting_part import ActingPart
from desktop.pages.inbox.assist_part import AssistPart
from desktop.pages.inbox.assist_summary import SummaryCard
from desktop.pages.inbox.canned_part import CannedPart
from desktop.pages.inbox.changing_part import ChangingPart
from desktop.pages.inbox.list_view import ConversationList
from desktop.pages.inbox.person_part import PersonPart
from desktop.pages.inbox.person_side import PersonSide
from desktop.pages.inbox.presenter import InboxPresenter
from desktop.pages.inbox.thread import Thread
from desktop.pages.inbox.ticket_part import TicketPart
from desktop.pages.inbox.typing_part import TypingPart
from desktop.pages.page import Page, PageContext, PageKey
from desktop.pages.services import page_services
from desktop.scope import Scope
from desktop.widgets.empty import EmptyState

NARROW = 1_000
"""Of the page: below it the person at the right gives its room to the conversation."""


class InboxPage(Page):
    """Shows and emits; the presenter reads, the use cases write."""

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.scope = Scope(self)
        self.services = page_services(context, self.scope.task)
        store = context.services.get(ConversationStore)
        self.presenter = InboxPresenter(store, self._spawn_latest, context.clock, context.actor, self)
        self.list = ConversationList(self.presenter.rows, self.services.formats, context.clock)
        self.nothing = EmptyState("mdi6.message-text-outline", "No conversation is open", "Choose one at the left.")
        self._middle = QStackedWidget()
        self._wanted: int | None = None
        self._is_ready = False
        self._build_ui()
        self._connect_signals()
        self.set_heading("Inbox", "What people write to your accounts")

    # ------------------------------------------------------- parts, made when they are first needed or ahead of it

    def prepare(self) -> Iterator[None]:
        _ = self.thread_view
        yield
        _ = self.side
        yield
        _ = self.acting, self.tickets, self.changing, self.typing, self.person
        yield
        _ = self.canned
        yield
        _ = self.assist
        self._fit()

    @cached_property
    def thread_view(self) -> Thread:
        thread = Thread(self.services.formats, self.context.clock)
        self._middle.addWidget(thread)
        thread.olderRequested.connect(self.presenter.read_older)
        thread.answer.left.connect(self.list.view.setFocus)
        return thread

    @cached_property
    def side(self) -> PersonSide:
        side = PersonSide(self.services.formats, self.context.clock)
        side.hide()
        self._row_of_panes.addWidget(side)
        return side

    @cached_property
    def person(self) -> PersonPart:
        return PersonPart(self.context, self.services, self.side, lambda: self._row)

    @cached_property
    def acting(self) -> ActingPart:
        return ActingPart(self.context, self.services, self.thread_view, self.side, lambda: self._row)

    @cached_property
    def tickets(self) -> TicketPart:
        return TicketPart(self.context, self.services, self.thread_view.ticket, lambda: self._row)

    @cached_property
    def changing(self) -> ChangingPart:
        return ChangingPart(self.context, self.services, self.thread_view, self.tickets)

    @cached_property
    def typing(self) -> TypingPart:
        return TypingPart(self.context, self.services, self.thread_view)

    @cached_property
    def canned(self) -> CannedPart:
        return CannedPart(self.context, self.services, self.thread_view.canned, self.scope)

    @cached_property
    def summary(self) -> SummaryCard:
        return SummaryCard()

    @cached_property
    def assist(self) -> AssistPart:
        assist = AssistPart(
            self.context,
            self.services,
            self.scope,
            answer=self.thread_view.answer,
            summary=self.summary,
            kinds=self.list.kinds,
            window=self,
        )
        self.thread_view.summarise.clicked.connect(assist.summarise)
        return assist

    # ------------------------------------------------------------------------------------------------- page

    @property
    def header_actions(self) -> Sequence[QWidget]:
        return (self.assist.button,)

    @property
    def search_field(self) -> QLineEdit | None:
        return self.list.search

    @property
    def panes(self) -> Sequence[QWidget]:
        return (self.list.view, self.thread_view, self.side)

    @property
    def keys(self) -> Sequence[PageKey]:
        return (
            PageKey(keys="J", text="Next conversation", act=lambda: self.list.step(1)),
            PageKey(keys="K", text="Previous conversation", act=lambda: self.list.step(-1)),
            PageKey(keys="F", text="Only of an account, a campaign or a label", act=self._offer_places),
            PageKey(keys="R", text="Answer", act=self.thread_view.answer.begin),
            PageKey(
                keys="M",
                text="Your last message; the arrows go to others, Enter shows what can be done",
                act=self.changing.focus_last,
            ),
            *self.acting.keys,
            *self.tickets.keys,
            *self.canned.keys,
            *self.assist.keys,
        )

    def show_subject(self, subject_id: int) -> None:
        if not self.list.select(subject_id):
            self._wanted = subject_id
            self.presenter.clear()

    def refresh(self) -> None:
        self.presenter.refresh()

    def watch(self, *, is_watched: bool) -> None:
        self.presenter.watch(is_watched=is_watched)
        self.canned.watch(is_watched=is_watched)
        self.assist.watch(is_watched=is_watched)

    def escape(self) -> bool:
        if self.thread_view.answer.suggestion.escape():
            return True
        if self.thread_view.answer.entry.hasFocus():
            self.list.view.setFocus()
            return True
        if self._row is None:
            return False
        self._close()
        return True

    # -------------------------------------------------------------------------------------------- InboxView

    def show_counts(self, counts: BoxCounts) -> None:
        self.list.show_counts(counts)
        number = self.services.formats.number
        self.set_heading("Inbox", f"{number(counts.unread)} unread, {number(counts.waiting)} wait for an answer")

    def show_list(self, question: ConversationQuestion, count: int) -> None:
        self.list.show_list(question, count)
        wanted = self._wanted if self._wanted is not None else self._row.id if self._row is not None else None
        if wanted is not None and self.list.select(wanted):
            self._wanted = None

    def show_new(self, *, is_new: bool) -> None:
        self.list.newest.setVisible(is_new)

    async def make_ready(self) -> None:
        """Before the first conversation: its parts, each in a turn of the loop of its own."""
        if not self._is_ready:
            await in_turns(self.prepare())
            self._is_ready = True

    def show_conversation(self, conversation: Conversation) -> None:
        self.thread_view.show_conversation(conversation)
        self.side.show_conversation(conversation)
        self.tickets.show_row(conversation.row)
        self.canned.open(conversation.row)
        self.assist.open(conversation.row)
        self._middle.setCurrentWidget(self.thread_view)
        was_shown = self.side.isVisible()
        self._fit()
        if was_shown:
            self.person.open(conversation.row)
        if conversation.row.unread and self.isVisible():
            self.acting.mark_read(conversation.row.id)

    def show_hit(self, hit: SearchHit | None) -> None:
        self.thread_view.show_hit(hit)

    def show_gone(self) -> None:
        self._close()

    def show_failed(self, error: AppError) -> None:
        self.list.show_failed(error)

    def visible_rows(self) -> Span:
        return self.list.visible_rows()

    def is_in_use(self) -> bool:
        return self.list.is_in_use

    @property
    def _row(self) -> ConversationRow | None:
        if self._middle.currentWidget() is self.nothing:
            return None
        shown = self.thread_view.conversation
        return shown.row if shown is not None else None

    # ------------------------------------------------------------------------------------------------ wiring

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._row is None and "side" not in self.__dict__:  # nothing to fit was made yet
            return
        is_wide, row, was_shown = self.width() >= NARROW, self._row, self.side.isVisible()
        self.side.setVisible(row is not None and is_wide)
        if row is not None and not was_shown:
            self.person.open(row)
        place = self.side.summary_place if is_wide else self.thread_view.summary_place
        if place.indexOf(self.summary) < 0:
            place.addWidget(self.summary)

    def _close(self) -> None:
        self.presenter.open(None)
        self.assist.open(None)
        self.list.view.clearSelection()
        self._middle.setCurrentWidget(self.nothing)
        self._fit()

    def _open(self, conversation_id: int) -> None:
        self.presenter.open(ConversationId(conversation_id))

    def _offer_places(self) -> None:
        self.services.spawn(self._read_places(), "inbox: what a list can be narrowed to")

    async def _read_places(self) -> None:
        try:
            self.list.places.offer(await self.context.services.get(ConversationStore).places())
        except AppError as error:
            self.services.tells.error(error)

    def _narrow(self) -> None:
        places = self.list.places
        self.presenter.narrow(account_id=places.account_id, campaign_id=places.campaign_id, label=places.label)

    def _spawn_latest(self, work: Coroutine[object, object, object], name: str) -> object:
        return self.scope.task(work, name, is_latest=True)

    def _build_ui(self) -> None:
        self._middle.addWidget(self.nothing)
        middle = QFrame()
        middle.setObjectName("panel")
        inside = QHBoxLayout(middle)
        inside.setContentsMargins(1, 0, 0, 0)
        inside.addWidget(self._middle)
        self._row_of_panes = QHBoxLayout(self)
        self._row_of_panes.setContentsMargins(0, 0, 0, 0)
        self._row_of_panes.setSpacing(0)
        self._row_of_panes.addWidget(self.list)
        self._row_of_panes.addWidget(middle, 1)

    def _connect_signals(self) -> None:
        self.scope.connect(self.context.hub.conversationsChanged, self.presenter.changed)
        self.list.opened.connect(self._open)
        self.list.boxChosen.connect(self.presenter.choose)
        self.list.kinds.chosen.connect(self.presenter.choose_kind)
        self.list.places.offerRequested.connect(self._offer_places)
        self.list.places.changed.connect(self._narrow)
        self.list.cleared.connect(self.list.search.clear)
        self.list.search.searched.connect(self.presenter.search)
        self.list.newestRequested.connect(self.presenter.refresh)
