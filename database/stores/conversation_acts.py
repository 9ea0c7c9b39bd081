"""What the team does with a conversation: read, resolve, put off, assign, label, note. Each is one unit of work."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from core.domain.change import Subject
from core.domain.ids import ConversationId
from core.domain.webhook import HookEvent
from core.missing import missing
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.chat_signs import note_seen, note_typing
from database.stores.rows import to_ms
from database.stores.webhook_events import tell_conversation

_READ: Final = "UPDATE conversation SET unread = 0 WHERE id = ? AND unread > 0"
_RESOLVE: Final = """
UPDATE conversation SET state = 'resolved', state_at = ?2, state_by = ?3, snoozed_until = NULL, unread = 0
WHERE id = ?1 AND state = 'open'
"""
_REOPEN: Final = """
UPDATE conversation SET state = 'open', state_at = ?2, state_by = ?3 WHERE id = ?1 AND state = 'resolved'
"""
_SNOOZE: Final = "UPDATE conversation SET snoozed_until = ?2 WHERE id = ?1 AND state = 'open'"
_ASSIGN: Final = "UPDATE conversation SET assignee = ?2 WHERE id = ?1"
_LABEL: Final = "INSERT INTO conversation_label (conversation_id, label) VALUES (?, ?) ON CONFLICT DO NOTHING"
_UNLABEL: Final = "DELETE FROM conversation_label WHERE conversation_id = ? AND label = ?"
_NOTE: Final = "INSERT INTO conversation_note (conversation_id, at, author, text) VALUES (?, ?, ?, ?)"
_UNNOTE: Final = "DELETE FROM conversation_note WHERE id = ? AND conversation_id = ?"
_KNOWS: Final = "SELECT 1 FROM conversation WHERE id = ?"


class ConversationActs:
    """Implements `campaigns.inbox.service.InboxDesk`. Raises UserInputError for a conversation that is gone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def mark_read(self, conversation_id: ConversationId, *, tell: bool) -> None:
        """Nothing of it is unread any more; `tell` Telegram too."""
        if tell:
            await self._database.write(lambda work: note_seen(work, conversation_id))
        await self._act(conversation_id, (_READ, (conversation_id,)))

    async def note_typing(self, conversation_id: ConversationId, *, now: datetime) -> None:
        """Somebody types an answer."""
        await self._database.write(lambda work: note_typing(work, conversation_id, now))

    async def resolve(self, conversation_id: ConversationId, *, actor: str, now: datetime) -> None:
        """It needs nothing more, until the person writes again."""
        told = HookEvent.CONVERSATION_RESOLVED, to_ms(now)
        await self._act(conversation_id, (_RESOLVE, (conversation_id, to_ms(now), actor)), told=told)

    async def reopen(self, conversation_id: ConversationId, *, actor: str, now: datetime) -> None:
        """It was resolved too early."""
        told = HookEvent.CONVERSATION_REOPENED, to_ms(now)
        await self._act(conversation_id, (_REOPEN, (conversation_id, to_ms(now), actor)), told=told)

    async def snooze(self, conversation_id: ConversationId, *, until: datetime | None) -> None:
        """Put it off until then, or until the person writes; None: bring it back."""
        await self._act(conversation_id, (_SNOOZE, (conversation_id, to_ms(until))))

    async def assign(self, conversation_id: ConversationId, *, to: str) -> None:
        """Whose it is; empty: nobody's."""
        await self._act(conversation_id, (_ASSIGN, (conversation_id, to)))

    async def label(
        self, conversation_id: ConversationId, *, add: Sequence[str] = (), remove: Sequence[str] = ()
    ) -> None:
        """A label that is there already, or is not, changes nothing."""
        steps = [(_LABEL, (conversation_id, name)) for name in add]
        await self._act(conversation_id, *steps, *((_UNLABEL, (conversation_id, name)) for name in remove))

    async def note(self, conversation_id: ConversationId, text: str, *, author: str, now: datetime) -> None:
        """Add a note of the team."""
        await self._act(conversation_id, (_NOTE, (conversation_id, to_ms(now), author, text)))

    async def remove_note(self, conversation_id: ConversationId, note_id: int) -> None:
        """Take a note away again."""
        await self._act(conversation_id, (_UNNOTE, (note_id, conversation_id)))

    async def _act(
        self,
        conversation_id: ConversationId,
        *steps: tuple[str, tuple[object, ...]],
        told: tuple[HookEvent, int] | None = None,
    ) -> None:
        """`told`: what webhooks are told when it changed anything, and when that was."""

        def act(work: UnitOfWork) -> None:
            if work.connection.execute(_KNOWS, (conversation_id,)).fetchone() is None:
                raise missing("conversation", conversation_id)
            if sum(work.connection.execute(sql, values).rowcount for sql, values in steps):
                work.touch(Subject.CONVERSATION, conversation_id)
                if told is not None:
                    tell_conversation(work, conversation_id, told[0], at=told[1], data={"by": "team"})

        await self._database.write(act)
