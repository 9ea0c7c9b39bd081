"""Canned replies as the inbox uses them: read ahead, so that the first letter after "/" finds them. Knows no Qt."""

import asyncio
from collections.abc import Sequence
from typing import Final, Protocol

from campaigns.inbox.canned import CannedReplies, CannedReply
from campaigns.inbox.canned_text import PersonFields
from campaigns.message.parsing import parse_template
from core.domain.ids import ConversationId
from core.errors import AppError
from desktop.models.paged_rows import Spawn
from desktop.pages.refresher import Refresher

REST_S: Final = 1.0
"""An import changes contacts ten times a second; an answer is written over many seconds."""


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
        self._news = Refresher(self._read_again, spawn_latest, "inbox: canned replies again", rest_s=REST_S)
        self.person: PersonFields | None = None

    def open(self, conversation_id: ConversationId) -> None:
        """An answer is written there now; the same again does nothing."""
        if conversation_id != self._opened:
            self._opened = conversation_id
            self._show(None)
            self._spawn(self.read(conversation_id), "inbox: canned replies")

    def changed(self) -> None:
        """Canned replies or people are others by now."""
        self._news.ask()

    def watch(self, *, is_watched: bool) -> None:
        """Whether somebody looks."""
        self._news.watch(is_watched=is_watched)

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

    async def _read_again(self) -> None:
        if self._opened is not None:
            await self.read(self._opened)

    def _show(self, person: PersonFields | None) -> None:
        self.person = person
        self._view.show_person(person)
