"""What the other side of a chat is to see of us beside messages: that it was read, that somebody types."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from campaigns.ports import ChatSign
from core.domain.account import Lease
from core.domain.change import Subject
from core.domain.ids import AccountId, ConversationId
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.lease_check import check_lease
from database.stores.peers import PEER_COLUMNS, peer_from_row
from database.stores.rows import from_ms, to_ms

# Bots have no read marks.
_SEEN: Final = """
INSERT INTO chat_sign (conversation_id, account_id, read_to)
SELECT v.id, v.account_id, (SELECT ifnull(max(m.message_id), 0) FROM message AS m WHERE m.conversation_id = v.id)
FROM conversation AS v JOIN account AS a ON a.id = v.account_id WHERE v.id = ? AND v.unread > 0 AND a.kind = 'user'
ON CONFLICT DO UPDATE SET read_to = max(read_to, excluded.read_to) RETURNING account_id
"""
_TYPING: Final = """
INSERT INTO chat_sign (conversation_id, account_id, typing_at) SELECT id, account_id, ?2 FROM conversation WHERE id = ?1
ON CONFLICT DO UPDATE SET typing_at = excluded.typing_at RETURNING account_id
"""
# By the partial index chat_sign_waiting; who was seen first comes first.
WAITING: Final = f"""
SELECT s.conversation_id, iif(s.read_to > s.read_told, s.read_to, NULL), s.typing_at, {PEER_COLUMNS}
FROM chat_sign AS s JOIN conversation AS v ON v.id = s.conversation_id
JOIN peer AS p ON p.account_id = s.account_id AND p.user_id = v.telegram_user_id
WHERE s.account_id = ? AND (s.read_to > s.read_told OR s.typing_at IS NOT NULL) LIMIT ?
"""
_TOLD: Final = """
UPDATE chat_sign SET read_told = max(read_told, ?2), typing_at = nullif(typing_at, ?3) WHERE conversation_id = ?1
"""


def note_seen(work: UnitOfWork, conversation_id: ConversationId) -> None:
    """Telegram is to be told that what is unread here was read; before it counts as read here."""
    for (account_id,) in work.connection.execute(_SEEN, (conversation_id,)).fetchall():
        work.touch(Subject.ACCOUNT, account_id)


def note_typing(work: UnitOfWork, conversation_id: ConversationId, now: datetime) -> None:
    """Somebody types an answer here, at this moment."""
    for (account_id,) in work.connection.execute(_TYPING, (conversation_id, to_ms(now))).fetchall():
        work.touch(Subject.ACCOUNT, account_id)


class ChatSignStore:
    """The worker's side; see `campaigns.ports.ChatSignStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def waiting(self, account_id: AccountId, *, limit: int) -> Sequence[ChatSign]:
        """What Telegram is to be told by this account."""

        def read_waiting(raw: sqlite3.Connection) -> list[ChatSign]:
            signs = []
            for conversation_id, read_to, typing_at, *peer in raw.execute(WAITING, (account_id, limit)).fetchall():
                found = peer_from_row(tuple(peer))
                assert found is not None, "joined"
                signs.append(
                    ChatSign(
                        conversation_id=conversation_id, peer=found, read_to=read_to, typing_at=from_ms(typing_at)
                    )
                )
            return signs

        return await self._database.read(read_waiting)

    async def told(self, lease: Lease, sign: ChatSign) -> None:
        """Telegram knows it, or it came too late, or cannot be told."""

        def told(work: UnitOfWork) -> None:
            check_lease(work.connection, lease)
            work.connection.execute(_TOLD, (sign.conversation_id, sign.read_to or 0, to_ms(sign.typing_at)))

        await self._database.write(told)
