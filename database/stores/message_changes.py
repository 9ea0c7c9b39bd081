"""Edits and deletions of messages that were sent, planned as rows of their own."""

import sqlite3
from datetime import datetime
from typing import Final

from campaigns.delivery import DeliveryState, transition
from campaigns.inbox.changes import SentMessageFacts
from campaigns.inbox.conversations import ChangeKind
from campaigns.plan.planning import new_random_id
from campaigns.reasons import SENTENCES, DeliveryReason
from core.domain.account import AccountKind
from core.domain.change import Subject
from core.domain.ids import DeliveryId
from core.domain.message import OutgoingMessage, encode_content
from core.errors import UserInputError
from core.missing import missing
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.claims import SUPPRESSION
from database.stores.conversations import OWN_EDIT
from database.stores.message_texts import text_of_row
from database.stores.rows import Row, from_ms, to_ms

# The row of a message, as far as it may be changed: with what it says now, and what a campaign's text is made of.
_TARGET: Final = f"""
SELECT o.state, o.message_id, o.unknown_since, o.account_id, o.telegram_user_id, o.contact_id, a.kind, a.removed_at IS NULL,
    k.deleted_at IS NOT NULL, v.id, o.variant, o.language, o.inputs, o.content, c.message, k.text, {OWN_EDIT}
FROM outgoing AS o JOIN account AS a ON a.id = o.account_id LEFT JOIN campaign AS c ON c.id = o.campaign_id
LEFT JOIN conversation AS v ON v.account_id = o.account_id AND v.telegram_user_id = o.telegram_user_id
LEFT JOIN message_mark AS k ON k.account_id = o.account_id AND k.message_id = o.message_id
WHERE o.id = ? AND o.target_id IS NULL AND o.kind <> 'test'
"""
_SUPERSEDE: Final = f"""
UPDATE outgoing SET state = 'cancelled', reason = '{DeliveryReason.SUPERSEDED}', not_before = NULL, settled_at = ?
WHERE target_id = ? AND state = ?
"""
_ADD: Final = """
INSERT INTO outgoing (kind, target_id, conversation_id, asked_at, asked_by, contact_id, account_id, telegram_user_id,
    random_id, inputs, content)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '{}', ?) RETURNING id
"""
_FORBIDDEN: Final = f"SELECT {SUPPRESSION} FROM outgoing AS o WHERE o.id = ?"


class MessageChangeStore:
    """Implements `campaigns.inbox.changes.ChangeDesk`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def facts(self, message_id: DeliveryId) -> SentMessageFacts:
        """What is known of the message that this row sent. Raises UserInputError when there is no such row."""
        return await self._database.read(lambda raw: _facts(raw, message_id))

    async def add(
        self, message_id: DeliveryId, kind: ChangeKind, content: OutgoingMessage, *, actor: str, now: datetime
    ) -> DeliveryId:
        """Plan the change; older ones of this message that still wait end. Raises UserInputError as `facts`, and for an
        edit when nobody may write to the person.
        """
        at = to_ms(now)

        def add(work: UnitOfWork) -> DeliveryId:
            raw = work.connection
            facts = _facts(raw, message_id)
            for state in (DeliveryState.PLANNED, DeliveryState.DEFERRED):
                transition(state, DeliveryState.CANCELLED)
                raw.execute(_SUPERSEDE, (at, message_id, state.value))
            row = (
                *(kind.value, message_id, facts.conversation_id, at, actor, facts.contact_id, facts.account_id),
                *(facts.user_id, new_random_id(), encode_content(content)),
            )
            (change_id,) = raw.execute(_ADD, row).fetchone()
            (forbidden,) = raw.execute(_FORBIDDEN, (change_id,)).fetchone()
            if forbidden is not None:
                raise UserInputError(
                    SENTENCES[DeliveryReason(forbidden)],
                    title="This person may not be written to",
                    hint="What was sent can still be deleted.",
                )
            work.touch(Subject.ACCOUNT, facts.account_id)
            if facts.conversation_id is not None:
                work.touch(Subject.CONVERSATION, facts.conversation_id)
            return DeliveryId(change_id)

        return await self._database.write(add)


def _facts(raw: sqlite3.Connection, message_id: DeliveryId) -> SentMessageFacts:
    row: Row | None = raw.execute(_TARGET, (message_id,)).fetchone()
    if row is None:
        raise missing("message", message_id)
    state, number, sent_at, account_id, user_id, contact_id, kind, has_account, is_deleted, conversation_id = row[:10]
    return SentMessageFacts(
        state=DeliveryState(state),
        message_id=number,
        sent_at=from_ms(sent_at),
        account_id=account_id,
        account_kind=AccountKind(kind),
        user_id=user_id,
        contact_id=contact_id,
        conversation_id=conversation_id,
        has_account=bool(has_account),
        is_deleted=bool(is_deleted),
        message=text_of_row(*row[10:]),
    )
