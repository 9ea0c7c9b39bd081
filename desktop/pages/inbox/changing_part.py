"""The menu of a message, editing and deleting what was sent: the question before it goes, the box while one is edited."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from campaigns.delivery import DeliveryState
from campaigns.inbox.changes import ChangeOptions, MessageChanges
from campaigns.inbox.conversations import OurMessage, TheirMessage
from campaigns.message.marks import write_marks
from core.domain.ids import DeliveryId
from core.errors import AppError
from desktop.dialogs.confirm import Question
from desktop.pages.inbox.message_line import MessageLine
from desktop.pages.inbox.thread import Thread
from desktop.pages.inbox.ticket_part import TicketPart
from desktop.pages.page import PageContext
from desktop.pages.services import PageServices
from desktop.widgets.status import Glyph

Act: TypeAlias = tuple[str, str, Callable[[], object]]
"""Its words, why it cannot be done now (empty: it can), and what it does."""


class ChangingPart(QObject):
    """Lives as long as the thread whose messages it changes."""

    def __init__(self, context: PageContext, services: PageServices, thread: Thread, tickets: TicketPart) -> None:
        super().__init__(thread)
        self._tickets = tickets
        self._context = context
        self._services = services
        self._thread = thread
        self._changes = context.services.get(MessageChanges)
        thread.menuRequested.connect(self._ask_menu)
        thread.deleteRequested.connect(self._ask_delete)
        thread.answer.lastRequested.connect(self.edit_last)
        thread.answer.edited.connect(self._save)

    def edit_last(self) -> None:
        """The newest answer that arrived and is still there."""
        for line in reversed(self._thread.lines):
            item = line.item
            is_there = isinstance(item, OurMessage) and item.state is DeliveryState.SENT and not item.marks.deleted_at
            if is_there and isinstance(item, OurMessage) and item.is_reply:
                self._services.spawn(self._begin_edit(item.id), "inbox: edit")
                return

    def focus_last(self) -> None:
        """The newest message that can be changed, else the newest; from there the arrows go on."""
        lines = self._thread.lines
        found = [line for line in lines if line.is_changeable] or lines
        if found:
            found[-1].setFocus(Qt.FocusReason.OtherFocusReason)
            self._thread.area.ensureWidgetVisible(found[-1])

    # ------------------------------------------------------------------------------------------------- menu

    def _ask_menu(self, line: MessageLine, place: QPoint) -> None:
        self._services.spawn(self._open_menu(line, place), "inbox: menu of a message")

    async def _open_menu(self, line: MessageLine, place: QPoint) -> None:
        item = line.item
        if isinstance(item, OurMessage) and not item.is_elsewhere:
            options = await self._options(item.id)
            if options is None:
                return
            acts = self._acts(item, options)
        else:
            acts = [self._copying(item.text if isinstance(item, TheirMessage) else line.bubble.message.text)]
        about = ("Open a ticket about this", self._tickets.refusal(item), lambda: self._tickets.open_about(item))
        self._menu([*acts, about]).popup(place)

    def _acts(self, item: OurMessage, options: ChangeOptions) -> list[Act]:
        spawn = self._services.spawn
        return [
            ("Edit…", options.edit_refusal, lambda: spawn(self._begin_edit(item.id), "inbox: edit")),
            self._copying(options.message.text.text if options.message is not None else ""),
            ("Delete for both sides…", options.delete_refusal, lambda: spawn(self._delete(item.id), "inbox: delete")),
        ]

    @staticmethod
    def _copying(text: str) -> Act:
        return ("Copy text", "" if text else "There is none.", lambda: QGuiApplication.clipboard().setText(text))

    def _menu(self, acts: Sequence[Act]) -> QMenu:
        """What may be done to it, and why the rest may not. Deletes itself when it closes."""
        menu = QMenu(self._thread)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        for words, refusal, act in acts:
            action = menu.addAction(words)
            action.setEnabled(not refusal)
            action.setToolTip(refusal or words)
            action.triggered.connect(act)
        return menu

    async def _options(self, message_id: DeliveryId) -> ChangeOptions | None:
        try:
            return await self._changes.options(message_id)
        except AppError as error:
            self._services.tells.error(error)
            return None

    # ------------------------------------------------------------------------------------------------- edit

    async def _begin_edit(self, message_id: DeliveryId) -> None:
        options = await self._options(message_id)
        if options is None:
            return
        if options.edit_refusal or options.message is None:
            self._services.tells.toast("This message cannot be edited", options.edit_refusal, glyph=Glyph.WARNING)
            return
        self._thread.answer.begin_edit(message_id, write_marks(options.message.text))

    def _save(self, message_id: int, text: str) -> None:
        self._services.spawn(self._edit(DeliveryId(message_id), text), "inbox: save an edit")

    async def _edit(self, message_id: DeliveryId, text: str) -> None:
        try:
            await self._changes.edit(message_id, text, actor=self._context.actor)
            if self._thread.answer.editing.message_id == message_id:
                self._thread.answer.end_edit()
            await self._context.hub.poll_now()
        except AppError as error:
            self._services.tells.error(error)

    # ----------------------------------------------------------------------------------------------- delete

    def _ask_delete(self, line: MessageLine) -> None:
        if isinstance(line.item, OurMessage):
            self._services.spawn(self._delete(line.item.id), "inbox: delete")

    async def _delete(self, message_id: DeliveryId) -> None:
        options = await self._options(message_id)
        if options is None:
            return
        if options.delete_refusal:
            self._services.tells.toast("This message cannot be deleted", options.delete_refusal, glyph=Glyph.WARNING)
            return
        question = Question(
            title="Delete this message for both sides?",
            message="It leaves the chat of the account and of the person. What was sent stays in your records.",
            confirm="Delete for both",
            cancel="Keep it",
            is_dangerous=True,
        )
        if not await self._services.tells.confirm(question):
            return
        try:
            await self._changes.delete(message_id, actor=self._context.actor)
            await self._context.hub.poll_now()
        except AppError as error:
            self._services.tells.error(error)
