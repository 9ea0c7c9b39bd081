"""Telling webhooks: one row a webhook that wants to know, in the unit of work of what happened."""

from collections.abc import Mapping
from typing import Final

from core.domain.change import Subject
from core.domain.ids import ContactId, ConversationId
from core.domain.webhook import MOST_WAITING, HookEvent
from database.lock_handler import UnitOfWork
from database.stores.rows import to_json

_WHO_WANTS: Final = """
SELECT id, waiting FROM webhook WHERE EXISTS (SELECT 1 FROM json_each(events) WHERE value = ?)
"""
_ADD: Final = """
INSERT INTO webhook_delivery (hook_id, message_id, event, event_at, data, conversation_id, contact_id, message_row)
VALUES (?, 'msg_' || lower(hex(randomblob(16))), ?, ?, ?, ?, ?, ?)
"""
_CONVERSATION: Final = "SELECT account_id, contact_id FROM conversation WHERE id = ?"
_LOSE: Final = "UPDATE webhook SET lost = lost + 1 WHERE id = ?"


def tell_webhooks(
    work: UnitOfWork,
    event: HookEvent,
    *,
    at: int,
    data: Mapping[str, str | int | None] | None = None,
    conversation_id: ConversationId | None = None,
    contact_id: ContactId | None = None,
    message_row: int | None = None,
) -> None:
    """Queue this event for every webhook that asked for its kind; `at` in milliseconds, `data` ids and kinds only.

    It is told if and only if the caller's unit is committed. `message_row` is the row of the message, for webhooks that
    carry texts. A webhook whose queue is full counts the event as lost.
    """
    raw = work.connection
    for hook_id, waiting in raw.execute(_WHO_WANTS, (event.value,)).fetchall():
        if waiting >= MOST_WAITING:
            raw.execute(_LOSE, (hook_id,))
        else:
            queue(work, hook_id, event, at, to_json(data or {}), conversation_id, contact_id, message_row)
        work.touch(Subject.WEBHOOK, hook_id)


def tell_conversation(
    work: UnitOfWork,
    conversation_id: ConversationId,
    event: HookEvent,
    *,
    at: int,
    data: Mapping[str, str | int | None],
) -> None:
    """What became of a conversation, with the ids of its account and contact."""
    account_id, contact_id = work.connection.execute(_CONVERSATION, (conversation_id,)).fetchone()
    whole = {"account_id": account_id, **data}
    tell_webhooks(work, event, at=at, data=whole, conversation_id=conversation_id, contact_id=contact_id)


def queue(
    work: UnitOfWork,
    hook_id: int,
    event: HookEvent,
    at: int,
    data: str,
    conversation_id: ConversationId | None = None,
    contact_id: ContactId | None = None,
    message_row: int | None = None,
) -> None:
    """Add one row to the queue of one webhook."""
    values = (hook_id, event.value, at, data, conversation_id, contact_id, message_row)
    work.connection.execute(_ADD, values)
