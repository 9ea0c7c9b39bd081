"""Lets the person of the open conversation see that somebody types: one small write each five seconds while keys come."""

from PySide6.QtCore import QObject, QTimer

from campaigns.inbox.service import Inbox
from core.domain.ids import ConversationId
from core.errors import AppError
from desktop.pages.inbox.thread import Thread
from desktop.pages.page import PageContext
from desktop.pages.services import PageServices

EVERY_MS = 5_000
"""Telegram shows it for six seconds (core.telegram.org, messages.setTyping)."""


class TypingPart(QObject):
    """Lives as long as the thread in which answers are written."""

    def __init__(self, context: PageContext, services: PageServices, thread: Thread) -> None:
        super().__init__(thread)
        self._services = services
        self._thread = thread
        self._inbox = context.services.get(Inbox)
        self._told: ConversationId | None = None
        self._rest = QTimer(self, singleShot=True, interval=EVERY_MS)
        thread.answer.typing.connect(self._typed)

    def _typed(self) -> None:
        shown = self._thread.conversation
        if shown is None or (self._rest.isActive() and self._told == shown.row.id):
            return
        self._told = shown.row.id
        self._rest.start()
        self._services.spawn(self._tell(shown.row.id), "inbox: typing")

    async def _tell(self, conversation_id: ConversationId) -> None:
        try:
            await self._inbox.note_typing(conversation_id)
        except AppError as error:
            self._services.tells.error(error)
