"""What is done with the open conversation: answering, resolving, putting off, assigning, labelling, and notes."""

from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QMenu

from campaigns.inbox.conversations import ConversationRow, ConversationState
from campaigns.inbox.replies import Replies
from campaigns.inbox.service import LONGEST_LABEL, Inbox
from core.domain.ids import ConversationId, DeliveryId
from core.errors import AppError
from database import ConversationStore
from desktop.dialogs.one_line import OneLineDialog
from desktop.event_loop import ask, ask_for
from desktop.pages.inbox.dialogs import NoteDialog, snooze_choices
from desktop.pages.inbox.person_side import PersonSide
from desktop.pages.inbox.thread import Thread
from desktop.pages.inbox.words import name_of
from desktop.pages.page import PageContext, PageKey
from desktop.pages.services import PageServices
from desktop.widgets.status import Glyph


class ActingPart(QObject):
    """Lives as long as the thread. `row_now`: the open conversation; None: none is."""

    def __init__(
        self,
        context: PageContext,
        services: PageServices,
        thread: Thread,
        side: PersonSide,
        row_now: Callable[[], ConversationRow | None],
    ) -> None:
        super().__init__(thread)
        self._context = context
        self._services = services
        self._thread = thread
        self._row_now = row_now
        self._inbox = context.services.get(Inbox)
        self._replies = context.services.get(Replies)
        self._store = context.services.get(ConversationStore)
        thread.resolveRequested.connect(self._resolve)
        thread.snoozeRequested.connect(self._snooze)
        thread.assignRequested.connect(self._assign)
        thread.labelRequested.connect(self._label)
        thread.replyRequested.connect(self._reply)
        side.noteRequested.connect(self._note)
        side.noteRemoved.connect(self._remove_note)
        side.cardRequested.connect(self._open_card)

    @property
    def keys(self) -> Sequence[PageKey]:
        return (
            PageKey(keys="E", text="Resolve, or open again", act=self._resolve),
            PageKey(keys="Z", text="Snooze…", act=self._snooze),
            PageKey(keys="A", text="Assign…", act=self._assign),
            PageKey(keys="L", text="Label…", act=self._label),
            PageKey(keys="N", text="Add a note…", act=self._note),
        )

    def mark_read(self, conversation_id: ConversationId) -> None:
        """Somebody looks at it."""
        self._begin(self._inbox.mark_read(conversation_id), "inbox: read")

    def _begin(self, work: Coroutine[object, object, None], name: str) -> None:
        self._services.spawn(self._run(work), name)

    async def _run(self, work: Coroutine[object, object, None]) -> None:
        try:
            await work
            await self._context.hub.poll_now()
        except AppError as error:
            self._services.tells.error(error)

    def _reply(self, text: str) -> None:
        row = self._row_now()
        if row is not None:
            self._begin(self._send(row, text), "inbox: answer")

    async def _send(self, row: ConversationRow, text: str) -> None:
        reply_id = await self._replies.send(row.id, text, actor=self._context.actor)
        self._thread.answer.clear(row.id)
        self._services.tells.toast(
            f"Answer to {name_of(row)}",
            f"{row.account} sends it as soon as its limits allow.",
            glyph=Glyph.CLOCK,
            undo=lambda: self._begin(self._take_back(reply_id, text), "inbox: take back"),
        )

    async def _take_back(self, reply_id: DeliveryId, text: str) -> None:
        if await self._replies.take_back(reply_id):
            self._thread.answer.put_back(text)
        else:
            self._services.tells.toast(
                "It has left already", "What was sent cannot be taken back.", glyph=Glyph.WARNING
            )

    def _resolve(self) -> None:
        row = self._row_now()
        if row is None:
            return
        is_open = row.state is ConversationState.OPEN
        self._begin(self._turn(row, resolve=is_open), "inbox: resolve")

    async def _turn(self, row: ConversationRow, *, resolve: bool) -> None:
        who, actor = name_of(row), self._context.actor
        if not resolve:
            await self._inbox.reopen(row.id, actor=actor)
            return
        await self._inbox.resolve(row.id, actor=actor)
        self._services.tells.toast(
            f"{who}: resolved",
            "Their next message opens it again.",
            undo=lambda: self._begin(self._inbox.reopen(row.id, actor=actor), "inbox: undo"),
        )

    def _snooze(self) -> None:
        row = self._row_now()
        if row is None:
            return
        menu = self.snooze_menu(row)
        menu.popup(self._thread.snooze.mapToGlobal(self._thread.snooze.rect().bottomLeft()))

    def snooze_menu(self, row: ConversationRow) -> QMenu:
        """Until when. Deletes itself when it closes."""
        menu = QMenu(self._thread)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for words, at in snooze_choices(self._context.clock.now(), self._services.formats):
            menu.addAction(words).triggered.connect(lambda _=False, at=at: self._snooze_until(row.id, at))
        if row.snoozed_until is not None:
            menu.addAction("Bring it back now").triggered.connect(lambda: self._snooze_until(row.id, None))
        return menu

    def _snooze_until(self, conversation_id: ConversationId, until: datetime | None) -> None:
        self._begin(self._inbox.snooze(conversation_id, until), "inbox: snooze")
        if until is not None:
            when = self._services.formats.moment(until, self._context.clock.now())
            back = self._inbox.snooze
            self._services.tells.toast(
                f"Put off until {when}",
                "It comes back then, or when they write.",
                glyph=Glyph.CLOCK,
                undo=lambda: self._begin(back(conversation_id, None), "inbox: undo"),
            )

    def _assign(self) -> None:
        row = self._row_now()
        if row is not None:
            self._begin(self._ask_assignee(row), "inbox: assign")

    async def _ask_assignee(self, row: ConversationRow) -> None:
        known = [self._context.actor]
        hint = "Empty: nobody’s."
        dialog = OneLineDialog(
            self._thread,
            "Who takes care of it?",
            "Name",
            "Assign",
            known=known,
            text=row.assignee,
            hint=hint,
            longest=LONGEST_LABEL,
            missing="",
        )
        name = await ask_for(dialog, lambda: dialog.text)
        if name is not None:
            await self._inbox.assign(row.id, name)

    def _label(self) -> None:
        row = self._row_now()
        if row is not None:
            self._begin(self._ask_label(row), "inbox: label")

    async def _ask_label(self, row: ConversationRow) -> None:
        known = list(await self._store.labels())
        hint = f"On it now: {', '.join(row.labels)}. The same label again takes it off." if row.labels else ""
        dialog = OneLineDialog(
            self._thread, "Label the conversation", "Label", "Label", known=known, hint=hint, longest=LONGEST_LABEL
        )
        name = await ask_for(dialog, lambda: dialog.text)
        if name is not None and name in row.labels:
            await self._inbox.label(row.id, remove=[name])
        elif name is not None:
            await self._inbox.label(row.id, add=[name])

    def _note(self) -> None:
        row = self._row_now()
        if row is not None:
            self._begin(self._ask_note(row), "inbox: note")

    async def _ask_note(self, row: ConversationRow) -> None:
        dialog = NoteDialog(self._thread, name_of(row))
        texts: list[str] = []
        dialog.written.connect(texts.append)
        await ask(dialog)
        for text in texts:
            await self._inbox.note(row.id, text, author=self._context.actor)

    def _remove_note(self, note_id: int) -> None:
        row = self._row_now()
        shown = self._thread.conversation
        if row is None or shown is None:
            return
        text = next((note.text for note in shown.notes if note.id == note_id), "")
        self._begin(self._inbox.remove_note(row.id, note_id), "inbox: remove note")
        back = self._inbox.note
        self._services.tells.toast(
            "The note is gone",
            glyph=Glyph.DASH,
            undo=lambda: self._begin(back(row.id, text, author=self._context.actor), "inbox: undo"),
        )

    def _open_card(self) -> None:
        row = self._row_now()
        if row is not None and row.contact_id is not None:
            self._context.navigate("audiences", row.contact_id)
