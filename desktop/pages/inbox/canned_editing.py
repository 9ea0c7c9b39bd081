"""The dialog of canned replies without its widgets: read, checked, kept, removed and brought back. Knows no Qt."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Protocol

from campaigns.inbox.canned import CannedReplies, CannedReply, CannedText
from campaigns.inbox.canned_text import PersonFields, fill_text, find_gaps
from campaigns.inbox.replies import format_answer
from core.domain.ids import CannedReplyId
from core.domain.message import FormattedText
from core.errors import AppError, EmptyMessage
from desktop.scope import Scope

NOBODY = PersonFields(name="", language="", values={})


class CannedEditingView(Protocol):
    def show_replies(self, replies: Sequence[CannedReply], chosen: CannedReplyId | None) -> None: ...
    def show_preview(self, message: FormattedText | None, words: str) -> None: ...
    def show_problem(self, words: str, place: tuple[int, int] | None = None, *, may_be_new: bool = False) -> None: ...
    def show_kept(self, reply_id: CannedReplyId) -> None: ...
    def show_removed(self, reply: CannedReply | None) -> None: ...


class CannedEditing:
    """One dialog: what it asks ends with it."""

    def __init__(
        self, canned: CannedReplies, person: PersonFields | None, actor: str, view: CannedEditingView, scope: Scope
    ) -> None:
        self._canned = canned
        self._person = person or NOBODY
        self._actor = actor
        self._view = view
        self._scope = scope
        self._words = ""

    @property
    def heading(self) -> str:
        """Whose fields the preview has."""
        return f"As {self._person.name} reads it" if self._person.name else "As it reads, without a person"

    def find(self, words: str, chosen: CannedReplyId | None = None) -> None:
        """Those that hold the words; `chosen` is looked at when it is among them."""
        self._words = words
        self._scope.task(self._told(self._find(chosen)), "find canned replies", is_latest=True)

    def preview(self, text: str) -> None:
        """What the person would read of it."""
        self._scope.task(self._preview(text), "preview a canned reply", is_latest=True)

    def keep(self, reply_id: CannedReplyId | None, said: CannedText, *, may_be_new: bool) -> None:
        """None: a new one."""
        self._scope.task(self._told(self._keep(reply_id, said, may_be_new=may_be_new)), "keep a canned reply")

    def remove(self, reply_id: CannedReplyId) -> None:
        self._scope.task(self._told(self._remove(reply_id)), "remove a canned reply")

    def restore(self, reply: CannedReply) -> None:
        self._scope.task(self._told(self._restore(reply)), "bring back a canned reply")

    async def _find(self, chosen: CannedReplyId | None) -> None:
        self._view.show_replies(await self._canned.list(self._words), chosen)

    async def _preview(self, text: str) -> None:
        try:
            filled = await asyncio.to_thread(fill_text, text, self._person)
            message = format_answer(filled)
        except EmptyMessage:
            self._view.show_preview(None, "")
        except AppError as error:
            self._view.show_preview(None, f"{error.title}. {error.message}")
        else:
            gaps = find_gaps(filled)
            blank = f"{filled[slice(*gaps[0])]} has to be filled in before it is sent." if gaps else ""
            self._view.show_preview(message, blank)

    async def _keep(self, reply_id: CannedReplyId | None, said: CannedText, *, may_be_new: bool) -> None:
        from campaigns.message.grammar import TemplateMistake  # with jinja2, which takes 20 ms to import

        try:
            if reply_id is None:
                reply_id = await self._canned.add(said, actor=self._actor, may_be_new=may_be_new)
            else:
                await self._canned.edit(reply_id, said, actor=self._actor, may_be_new=may_be_new)
        except TemplateMistake as mistake:
            words = f"{mistake.title}. {mistake.message} {mistake.hint}".strip()
            place = (mistake.line, mistake.column)
            self._view.show_problem(words, place, may_be_new=await self._is_only_new(said))
            return
        self._view.show_kept(reply_id)
        self._words = ""
        await self._find(reply_id)

    async def _is_only_new(self, said: CannedText) -> bool:
        """Whether it could be kept but for fields that nobody has."""
        try:
            await self._canned.check(said, may_be_new=True)
        except AppError:
            return False
        return True

    async def _remove(self, reply_id: CannedReplyId) -> None:
        self._view.show_removed(await self._canned.remove(reply_id))
        await self._find(None)

    async def _restore(self, reply: CannedReply) -> None:
        await self._canned.restore(reply)
        self._view.show_removed(None)
        await self._find(reply.id)

    async def _told(self, work: Coroutine[object, object, None]) -> None:
        self._view.show_problem("")
        try:
            await work
        except AppError as error:
            self._view.show_problem(f"{error.message} {error.hint}".strip())
