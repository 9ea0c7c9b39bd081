"""Canned replies as the inbox uses them: read ahead, so that the first letter after "/" finds them. Knows no Qt."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from campaigns.inbox.canned import CannedReplies, CannedReply
from campaigns.inbox.canned_text import PersonFields
from campaigns.message.parsing import parse_template
from core.domain.ids import ConversationId
from core.errors import AppError
from desktop.models.paged_rows import Spawn


class CannedView(Protocol):
    def show_replies(self, replies: Sequence[CannedReply]) -> None: ...
    def show_person(self, person: PersonFields | None) -> None: ...


class CannedPresenter:
    """`view` gets all canned replies, and the person of the conversation that is open."""

    def __init__(self, canned: CannedReplies, spawn_latest: Spawn, view: CannedView) -> None:
        self._canned = canned
        self._spawn = spawn_latest
        self._view = view
        self._opened: ConversationId | None = None
        self.person: PersonFields | None = None

    def open(self, conversation_id: ConversationId) -> None:
        """An answer is written there now; the same again does nothing."""
        if conversation_id != self._opened:
            self._opened = conversation_id
            self._show(None)
            self._spawn(self.read(conversation_id), "inbox: canned replies")

    def changed(self) -> None:
        """Canned replies or people are others by now."""
        if self._opened is not None:
            self._spawn(self.read(self._opened), "inbox: canned replies")

    async def count_use(self, reply: CannedReply) -> None:
        """It was put into an answer."""
        await self._canned.count_use(reply.id)

    async def read(self, conversation_id: ConversationId) -> None:
        """Canned replies and the person of this conversation, as they are now."""
        try:
            self._view.show_replies(await self._canned.list())
            person = await self._canned.person(conversation_id)
        except AppError:  # the conversation is gone, or nothing can be read: the page says so itself
            return
        await asyncio.to_thread(parse_template, "")  # the first one takes 20 ms, which no key press is to wait for
        if conversation_id == self._opened:
            self._show(person)

    def _show(self, person: PersonFields | None) -> None:
        self.person = person
        self._view.show_person(person)
