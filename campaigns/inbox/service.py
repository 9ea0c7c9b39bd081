"""What a person may do with a conversation, checked before it is written."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from core.clock import Clock
from core.config import InboxSettings
from core.domain.ids import ConversationId
from core.errors import UserInputError

LONGEST_LABEL = 40
LONGEST_NOTE = 4_000


class InboxDesk(Protocol):
    """See database.stores.conversation_acts."""

    async def mark_read(self, conversation_id: ConversationId, *, tell: bool) -> None: ...
    async def note_typing(self, conversation_id: ConversationId, *, now: datetime) -> None: ...
    async def resolve(self, conversation_id: ConversationId, *, actor: str, now: datetime) -> None: ...
    async def reopen(self, conversation_id: ConversationId, *, actor: str, now: datetime) -> None: ...
    async def snooze(self, conversation_id: ConversationId, *, until: datetime | None) -> None: ...
    async def assign(self, conversation_id: ConversationId, *, to: str) -> None: ...
    async def label(
        self, conversation_id: ConversationId, *, add: Sequence[str] = (), remove: Sequence[str] = ()
    ) -> None: ...
    async def note(self, conversation_id: ConversationId, text: str, *, author: str, now: datetime) -> None: ...
    async def remove_note(self, conversation_id: ConversationId, note_id: int) -> None: ...


class Inbox:
    """The use cases. Every method raises UserInputError for a conversation that is gone."""

    def __init__(self, desk: InboxDesk, clock: Clock, settings: InboxSettings | None = None) -> None:
        self._desk = desk
        self._clock = clock
        self._settings = settings or InboxSettings()

    async def mark_read(self, conversation_id: ConversationId) -> None:
        """Somebody has seen it; the person learns of it as far as the settings say."""
        await self._desk.mark_read(conversation_id, tell=self._settings.send_read_marks)

    async def note_typing(self, conversation_id: ConversationId) -> None:
        """Somebody types an answer; the person sees it for six seconds, if nothing else has to leave."""
        if self._settings.send_typing:
            await self._desk.note_typing(conversation_id, now=self._clock.now())

    async def resolve(self, conversation_id: ConversationId, *, actor: str) -> None:
        """It needs nothing more. The person's next message opens it again."""
        await self._desk.resolve(conversation_id, actor=actor, now=self._clock.now())

    async def reopen(self, conversation_id: ConversationId, *, actor: str) -> None:
        """Take back that it was resolved."""
        await self._desk.reopen(conversation_id, actor=actor, now=self._clock.now())

    async def snooze(self, conversation_id: ConversationId, until: datetime | None) -> None:
        """Put it off until then (aware), or until the person writes; None brings it back.

        Raises UserInputError for a moment that has passed.
        """
        if until is not None and until <= self._clock.now():
            raise UserInputError("This moment has passed.", hint="Choose a later one.")
        await self._desk.snooze(conversation_id, until=until)

    async def assign(self, conversation_id: ConversationId, to: str) -> None:
        """Say whose it is; empty: nobody's."""
        await self._desk.assign(conversation_id, to=" ".join(to.split()))

    async def label(
        self, conversation_id: ConversationId, *, add: Sequence[str] = (), remove: Sequence[str] = ()
    ) -> None:
        """Raises UserInputError for a label that is empty or longer than 40 characters."""
        names = [" ".join(name.split()) for name in add]
        if any(not name or len(name) > LONGEST_LABEL for name in names):
            raise UserInputError(f"A label has between 1 and {LONGEST_LABEL} characters.")
        await self._desk.label(conversation_id, add=names, remove=remove)

    async def note(self, conversation_id: ConversationId, text: str, *, author: str) -> None:
        """For the team alone; it never leaves. Raises UserInputError when it is empty or longer than 4,000 characters."""
        text = text.strip()
        if not text or len(text) > LONGEST_NOTE:
            raise UserInputError(f"A note has between 1 and {LONGEST_NOTE:,} characters.")
        await self._desk.note(conversation_id, text, author=author, now=self._clock.now())

    async def remove_note(self, conversation_id: ConversationId, note_id: int) -> None:
        """A note that is gone already changes nothing."""
        await self._desk.remove_note(conversation_id, note_id)
