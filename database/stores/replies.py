"""Answers to people: planned like deliveries, by the account that was written to, of no campaign's."""

import sqlite3
from datetime import datetime
from typing import Final

from campaigns.delivery import DeliveryState, transition
from campaigns.inbox.replies import OrderedReply
from campaigns.plan.planning import new_random_id
from campaigns.reasons import SENTENCES, DeliveryReason
from core.domain.change import Subject
from core.domain.ids import ConversationId, DeliveryId
from core.domain.message import encode_content
from core.errors import UserInputError
from core.missing import missing
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.answer_keys import forget_answer_key, put_answer_key
from database.stores.claims import SUPPRESSION
from database.stores.rows import Row, to_ms

_CONVERSATION: Final = """
SELECT v.account_id, v.telegram_user_id, v.contact_id, a.removed_at IS NULL
FROM conversation AS v JOIN account AS a ON a.id = v.account_id WHERE v.id = ?
"""
_ADD: Final = """
INSERT INTO outgoing (kind, conversation_id, asked_at, asked_by, contact_id, account_id, telegram_user_id, random_id,
    inputs, content)
VALUES ('reply', ?, ?, ?, ?, ?, ?, ?, '{}', ?) RETURNING id
"""
_FORBIDDEN: Final = f"SELECT {SUPPRESSION} FROM outgoing AS o WHERE o.id = ?"
# Whoever is answered does not wait any more; should it not leave, a trigger takes that back.
_ANSWERED: Final = "UPDATE conversation SET is_answered = 1, unread = 0, snoozed_until = NULL WHERE id = ?"
_REPLY: Final = "SELECT state, account_id, conversation_id FROM outgoing WHERE id = ? AND kind = 'reply'"
_TAKE_BACK: Final = f"""
UPDATE outgoing SET state = 'cancelled', reason = '{DeliveryReason.TAKEN_BACK}', not_before = NULL, settled_at = ?
WHERE id = ? AND state = ?
"""


class ReplyStore:
    """Implements `campaigns.inbox.replies.ReplyDesk`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, order: OrderedReply, *, actor: str, now: datetime) -> DeliveryId:
        """Plan the row. Raises UserInputError when nobody may write to the person, or the account is gone."""
        at = to_ms(now)

        def add(work: UnitOfWork) -> DeliveryId:
            raw = work.connection
            account_id, user_id, contact_id = _target(raw, order.conversation_id)
            content = encode_content(order.message)
            row = (order.conversation_id, at, actor, contact_id, account_id, user_id, new_random_id(), content)
            (reply_id,) = raw.execute(_ADD, row).fetchone()
            put_answer_key(raw, reply_id, order.conversation_id, order.message)
            (forbidden,) = raw.execute(_FORBIDDEN, (reply_id,)).fetchone()
            if forbidden is not None:
                raise UserInputError(
                    SENTENCES[DeliveryReason(forbidden)],
                    title="This person may not be written to",
                    hint="They can be answered once they write again.",
                )
            raw.execute(_ANSWERED, (order.conversation_id,))
            work.touch(Subject.ACCOUNT, account_id)
            work.touch(Subject.CONVERSATION, order.conversation_id)
            return DeliveryId(reply_id)

        return await self._database.write(add)

    async def take_back(self, reply_id: DeliveryId, *, now: datetime) -> bool:
        """It does not leave. False: it has left, or may have."""

        def take_back(work: UnitOfWork) -> bool:
            row: Row | None = work.connection.execute(_REPLY, (reply_id,)).fetchone()
            if row is None:
                return False
            text, account_id, conversation_id = row
            state = DeliveryState(text)
            if state not in (DeliveryState.PLANNED, DeliveryState.DEFERRED):
                return False
            transition(state, DeliveryState.CANCELLED)
            work.connection.execute(_TAKE_BACK, (to_ms(now), reply_id, state.value))
            forget_answer_key(work.connection, reply_id)
            work.touch(Subject.ACCOUNT, account_id)
            if conversation_id is not None:
                work.touch(Subject.CONVERSATION, conversation_id)
            return True

        return await self._database.write(take_back)


def _target(raw: sqlite3.Connection, conversation_id: ConversationId) -> Row:
    """Account, person and contact."""
    row: Row | None = raw.execute(_CONVERSATION, (conversation_id,)).fetchone()
    if row is None:
        raise missing("conversation", conversation_id)
    if not row[3]:
        raise UserInputError(
            "The account that this person wrote to was removed, and no other one answers in its place.",
            title="This conversation cannot be answered",
        )
    return row[:3]
