"""The inbox: conversations at the left, the open one in the middle, the person at the right."""

from collections.abc import Coroutine, Sequence
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QMenu, QStackedWidget, QWidget

from campaigns.inbox.conversations import (
    BoxCounts,
    Conversation,
    ConversationQuestion,
    ConversationRow,
    ConversationState,
)
from campaigns.inbox.replies import Replies
from campaigns.inbox.service import Inbox
from core.domain.ids import ConversationId, DeliveryId
from core.errors import AppError
from database import ConversationStore
from desktop.event_loop import ask
from desktop.models.paged_rows import Span
from desktop.pages.inbox.assist_part import AssistPart
from desktop.pages.inbox.assist_summary import SummaryCard
from desktop.pages.inbox.canned_part import CannedPart
from desktop.pages.inbox.changing_part import ChangingPart
from desktop.pages.inbox.dialogs import NoteDialog, OneLineDialog, snooze_choices
from desktop.pages.inbox.list_view import ConversationList
from desktop.pages.inbox.person_side import PersonSide
from desktop.pages.inbox.presenter import InboxPresenter
from desktop.pages.inbox.thread import Thread
from desktop.pages.inbox.ticket_part import TicketPart
from desktop.pages.inbox.typing_part import TypingPart
from desktop.pages.inbox.words import name_of
from desktop.pages.page import Page, PageContext, PageKey
from desktop.pages.services import page_services
from desktop.scope import Scope
from desktop.widgets.empty import EmptyState
from desktop.widgets.status import Glyph

NARROW = 1_000
"""Of the page: below it the person at the right gives its room to the conversation."""


class InboxPage(Page):
    """Shows and emits; the presenter reads, the use cases write."""

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.scope = Scope(self)
        self.services = page_services(context, self.scope.task)
        self._inbox = context.services.get(Inbox)
        self._replies = context.services.get(Replies)
        self._store = context.services.get(ConversationStore)
        self.presenter = InboxPresenter(self._store, self._spawn_latest, context.clock, context.actor, self)
        formats = self.services.formats
        self.list = ConversationList(self.presenter.rows, formats, context.clock)
        self.thread_view = Thread(formats, context.clock)
        self.side = PersonSide(formats, context.clock)
        self.summary = SummaryCard()
        self.nothing = EmptyState("mdi6.message-text-outline", "No conversation is open", "Choose one at the left.")
        self.tickets = TicketPart(context, self.services, self.thread_view.ticket, lambda: self._row)
        self.canned = CannedPart(context, self.services, self.thread_view.canned, self.scope)
        self.changing = ChangingPart(context, self.services, self.thread_view)
        self.typing = TypingPart(context, self.services, self.thread_view)
        self.assist = AssistPart(
            context,
            self.services,
            self.scope,
            answer=self.thread_view.answer,
            summary=self.summary,
            kinds=self.list.kinds,
            window=self,
        )
        self._middle = QStackedWidget()
        self._wanted: int | None = None
        self._build_ui()
        self._connect_signals()
        self.set_heading("Inbox", "What people write to your accounts")

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
            PageKey(keys="R", text="Answer", act=self.thread_view.answer.begin),
            PageKey(keys="M", text="Your last message, to edit or delete", act=self.changing.focus_last),
            PageKey(keys="E", text="Resolve, or open again", act=self._resolve),
            PageKey(keys="Z", text="Snooze…", act=self._snooze),
            PageKey(keys="A", text="Assign…", act=self._assign),
            PageKey(keys="L", text="Label…", act=self._label),
            PageKey(keys="N", text="Add a note…", act=self._note),
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

    def show_conversation(self, conversation: Conversation) -> None:
        self.thread_view.show_conversation(conversation)
        self.side.show_conversation(conversation)
        self.tickets.show_row(conversation.row)
        self.canned.open(conversation.row)
        self.assist.open(conversation.row)
        self._middle.setCurrentWidget(self.thread_view)
        self._fit()
        if conversation.row.unread and self.isVisible():
            self._begin(self._inbox.mark_read(conversation.row.id), "inbox: read")

    def show_gone(self) -> None:
        self._close()

    def show_failed(self, error: AppError) -> None:
        self.list.show_failed(error)

    def visible_rows(self) -> Span:
        return self.list.visible_rows()

    def is_in_use(self) -> bool:
        return self.list.is_in_use

    # ------------------------------------------------------------------------------------------------ acting

    @property
    def _row(self) -> ConversationRow | None:
        shown = self.thread_view.conversation
        return shown.row if shown is not None and self._middle.currentWidget() is self.thread_view else None

    def _begin(self, work: Coroutine[object, object, None], name: str) -> None:
        self.services.spawn(self._run(work), name)

    async def _run(self, work: Coroutine[object, object, None]) -> None:
        try:
            await work
            await self.context.hub.poll_now()
        except AppError as error:
            self.services.tells.error(error)

    def _reply(self, text: str) -> None:
        row = self._row
        if row is not None:
            self._begin(self._send(row, text), "inbox: answer")

    async def _send(self, row: ConversationRow, text: str) -> None:
        reply_id = await self._replies.send(row.id, text, actor=self.context.actor)
        self.thread_view.answer.clear(row.id)
        self.services.tells.toast(
            f"Answer to {name_of(row)}",
            f"{row.account} sends it as soon as its limits allow.",
            glyph=Glyph.CLOCK,
            undo=lambda: self._begin(self._take_back(reply_id, text), "inbox: take back"),
        )

    async def _take_back(self, reply_id: DeliveryId, text: str) -> None:
        if await self._replies.take_back(reply_id):
            self.thread_view.answer.put_back(text)
        else:
            self.services.tells.toast(
                "It has left already", "What was sent cannot be taken back.", glyph=Glyph.WARNING
            )

    def _resolve(self) -> None:
        row = self._row
        if row is None:
            return
        is_open = row.state is ConversationState.OPEN
        self._begin(self._turn(row, resolve=is_open), "inbox: resolve")

    async def _turn(self, row: ConversationRow, *, resolve: bool) -> None:
        who, actor = name_of(row), self.context.actor
        if not resolve:
            await self._inbox.reopen(row.id, actor=actor)
            return
        await self._inbox.resolve(row.id, actor=actor)
        self.services.tells.toast(
            f"{who}: resolved",
            "Their next message opens it again.",
            undo=lambda: self._begin(self._inbox.reopen(row.id, actor=actor), "inbox: undo"),
        )

    def _snooze(self) -> None:
        row = self._row
        if row is None:
            return
        menu = self.snooze_menu(row)
        menu.popup(self.thread_view.snooze.mapToGlobal(self.thread_view.snooze.rect().bottomLeft()))

    def snooze_menu(self, row: ConversationRow) -> QMenu:
        """Until when. Deletes itself when it closes."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for words, at in snooze_choices(self.context.clock.now(), self.services.formats):
            menu.addAction(words).triggered.connect(lambda _=False, at=at: self._snooze_until(row.id, at))
        if row.snoozed_until is not None:
            menu.addAction("Bring it back now").triggered.connect(lambda: self._snooze_until(row.id, None))
        return menu

    def _snooze_until(self, conversation_id: ConversationId, until: datetime | None) -> None:
        self._begin(self._inbox.snooze(conversation_id, until), "inbox: snooze")
        if until is not None:
            when = self.services.formats.moment(until, self.context.clock.now())
            back = self._inbox.snooze
            self.services.tells.toast(
                f"Put off until {when}",
                "It comes back then, or when they write.",
                glyph=Glyph.CLOCK,
                undo=lambda: self._begin(back(conversation_id, None), "inbox: undo"),
            )

    def _assign(self) -> None:
        row = self._row
        if row is not None:
            self._begin(self._ask_assignee(row), "inbox: assign")

    async def _ask_assignee(self, row: ConversationRow) -> None:
        known = [self.context.actor]
        hint = "Empty: nobody’s."
        dialog = OneLineDialog(
            self,
            "Who takes care of it?",
            "Name",
            "Assign",
            known=known,
            text=row.assignee,
            hint=hint,
            may_be_empty=True,
        )
        names: list[str] = []
        dialog.given.connect(names.append)
        await ask(dialog)
        for name in names:
            await self._inbox.assign(row.id, name)

    def _label(self) -> None:
        row = self._row
        if row is not None:
            self._begin(self._ask_label(row), "inbox: label")

    async def _ask_label(self, row: ConversationRow) -> None:
        known = list(await self._store.labels())
        hint = f"On it now: {', '.join(row.labels)}. The same label again takes it off." if row.labels else ""
        dialog = OneLineDialog(self, "Label the conversation", "Label", "Label", known=known, hint=hint)
        names: list[str] = []
        dialog.given.connect(names.append)
        await ask(dialog)
        for name in names:
            if name in row.labels:
                await self._inbox.label(row.id, remove=[name])
            else:
                await self._inbox.label(row.id, add=[name])

    def _note(self) -> None:
        row = self._row
        if row is not None:
            self._begin(self._ask_note(row), "inbox: note")

    async def _ask_note(self, row: ConversationRow) -> None:
        dialog = NoteDialog(self, name_of(row))
        texts: list[str] = []
        dialog.written.connect(texts.append)
        await ask(dialog)
        for text in texts:
            await self._inbox.note(row.id, text, author=self.context.actor)

    def _remove_note(self, note_id: int) -> None:
        row = self._row
        shown = self.thread_view.conversation
        if row is None or shown is None:
            return
        text = next((note.text for note in shown.notes if note.id == note_id), "")
        self._begin(self._inbox.remove_note(row.id, note_id), "inbox: remove note")
        back = self._inbox.note
        self.services.tells.toast(
            "The note is gone",
            glyph=Glyph.DASH,
            undo=lambda: self._begin(back(row.id, text, author=self.context.actor), "inbox: undo"),
        )

    # ------------------------------------------------------------------------------------------------ wiring

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        is_wide = self.width() >= NARROW
        self.side.setVisible(self._row is not None and is_wide)
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

    def _open_card(self) -> None:
        row = self._row
        if row is not None and row.contact_id is not None:
            self.context.navigate("audiences", row.contact_id)

    def _spawn_latest(self, work: Coroutine[object, object, object], name: str) -> object:
        return self.scope.task(work, name, is_latest=True)

    def _build_ui(self) -> None:
        self._middle.addWidget(self.nothing)
        self._middle.addWidget(self.thread_view)
        middle = QFrame()
        middle.setObjectName("panel")
        inside = QHBoxLayout(middle)
        inside.setContentsMargins(1, 0, 0, 0)
        inside.addWidget(self._middle)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.list)
        row.addWidget(middle, 1)
        row.addWidget(self.side)
        self.side.hide()

    def _connect_signals(self) -> None:
        self.scope.connect(self.context.hub.conversationsChanged, self.presenter.changed)
        self.list.opened.connect(self._open)
        self.list.boxChosen.connect(self.presenter.choose)
        self.list.kinds.chosen.connect(self.presenter.choose_kind)
        self.list.cleared.connect(self.list.search.clear)
        self.list.search.searched.connect(self.presenter.search)
        self.list.newestRequested.connect(self.presenter.refresh)
        thread = self.thread_view
        thread.resolveRequested.connect(self._resolve)
        thread.snoozeRequested.connect(self._snooze)
        thread.assignRequested.connect(self._assign)
        thread.labelRequested.connect(self._label)
        thread.summarise.clicked.connect(self.assist.summarise)
        thread.olderRequested.connect(self.presenter.read_older)
        thread.replyRequested.connect(self._reply)
        thread.answer.left.connect(self.list.view.setFocus)
        self.side.noteRequested.connect(self._note)
        self.side.noteRemoved.connect(self._remove_note)
        self.side.cardRequested.connect(self._open_card)
