"""What a person wrote becomes part of a conversation, in the unit that commits how far the account has read."""

import sqlite3
from typing import Final

from campaigns.inbox.conversations import ConversationState, MessageKind
from campaigns.ports import Incoming
from core.domain.change import Subject
from core.domain.ids import AccountId, CampaignId, ContactId
from core.domain.search_key import fold
from core.domain.webhook import HookEvent
from database.lock_handler import UnitOfWork
from database.stores.rows import to_ms
from database.stores.webhook_events import tell_conversation, tell_webhooks

_OPEN: Final = """
INSERT INTO conversation (account_id, telegram_user_id, state, state_at, last_at, last_message_id, is_answered)
VALUES (?1, ?2, ?3, ?4, ?4, ?5, 1) ON CONFLICT DO NOTHING
"""
_FIND: Final = "SELECT id FROM conversation WHERE account_id = ? AND telegram_user_id = ?"
_ADD: Final = """
INSERT INTO message (conversation_id, message_id, at, text, search_key, kind, media, album_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING RETURNING id
"""
_IS_RESOLVED: Final = "SELECT state = 'resolved' FROM conversation WHERE id = ?"
_IS_MORE: Final = f"""
SELECT EXISTS (SELECT 1 FROM message WHERE conversation_id = ({_FIND}) AND album_id = ? AND message_id <> ?)
"""
# A message opens what was resolved and brings back what was put off. Whoever pressed Start or said STOP asks nothing.
# Another item of an album that was read meanwhile is unread again.
_ASKS: Final = """
UPDATE conversation SET unread = iif(?3, max(unread, 1), unread + 1), snoozed_until = NULL,
    is_answered = iif(?2 >= last_at, 0, is_answered),
    state_at = iif(state = 'open', state_at, ?2), state_by = iif(state = 'open', state_by, ''), state = 'open'
WHERE id = ?1
"""
# Missed messages may come after newer ones. What is known of the person stays where this message says nothing.
_NEWEST: Final = """
UPDATE conversation SET last_at = max(last_at, ?2), last_message_id = max(last_message_id, ?3),
    typing_until = NULL, contact_id = ifnull(?4, contact_id), campaign_id = ifnull(?5, campaign_id)
WHERE id = ?1
"""


def is_more_of_album(raw: sqlite3.Connection, account_id: AccountId, item: Incoming) -> bool:
    """Another item of its album is in the conversation. They come one by one and are one message."""
    album = account_id, item.user_id, item.album_id, item.message_id
    return item.album_id > 0 and bool(raw.execute(_IS_MORE, album).fetchone()[0])


def take_in_message(
    work: UnitOfWork,
    account_id: AccountId,
    item: Incoming,
    kind: MessageKind,
    *,
    contact_id: ContactId | None,
    campaign_id: CampaignId | None,
) -> None:
    """Add a person's message to their conversation with this account; a message that is there already changes nothing.

    An album is one message, unread and told to webhooks once, under the item that came first.
    """
    raw, at = work.connection, to_ms(item.at)
    # Nothing is to be done about somebody who only pressed Start.
    state = ConversationState.RESOLVED if kind is MessageKind.STARTED else ConversationState.OPEN
    raw.execute(_OPEN, (account_id, item.user_id, state.value, at, item.message_id))
    (conversation_id,) = raw.execute(_FIND, (account_id, item.user_id)).fetchone()
    message = conversation_id, item.message_id, at, item.text, fold(item.text), kind.value, item.media, item.album_id
    row = raw.execute(_ADD, message).fetchone()
    if row is None:
        return
    is_more = is_more_of_album(raw, account_id, item)
    if kind not in (MessageKind.STOP, MessageKind.STARTED):
        is_reopened = raw.execute(_IS_RESOLVED, (conversation_id,)).fetchone()[0]
        raw.execute(_ASKS, (conversation_id, at, is_more))
        if is_reopened:
            tell_conversation(work, conversation_id, HookEvent.CONVERSATION_REOPENED, at=at, data={"by": "person"})
    raw.execute(_NEWEST, (conversation_id, at, item.message_id, contact_id, campaign_id))
    if kind is not MessageKind.STARTED and (kind is MessageKind.STOP or not is_more):
        tell_webhooks(
            work,
            HookEvent.MESSAGE_RECEIVED,
            at=at,
            data={
                "account_id": account_id,
                "campaign_id": campaign_id,
                "message_id": item.message_id,
                "message_kind": kind.value,
            },
            conversation_id=conversation_id,
            contact_id=contact_id,
            message_row=row[0],
        )
    work.touch(Subject.CONVERSATION, conversation_id)
