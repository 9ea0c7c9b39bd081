"""What becomes of messages after they were written, and what the account does on other devices. In the unit of the batch.

A message belongs here when it stands in the inbox or was sent by a row of ours; of everything else nothing is kept.
"""

import sqlite3
from typing import Final

from campaigns.inbox.reaction_rules import ReactionRules, added_reactions, has_emoji
from campaigns.ports import Incoming
from campaigns.report.event_kinds import EventKind
from core.domain.change import Subject
from core.domain.ids import AccountId, ConversationId
from core.domain.search_key import fold
from core.domain.webhook import HookEvent
from database.lock_handler import UnitOfWork
from database.stores.answer_keys import follow_mark
from database.stores.events import write_event
from database.stores.rows import to_ms
from database.stores.tickets import open_ticket
from database.stores.webhook_events import tell_conversation

TYPING_MS: Final = 6_000
"""Telegram tells again every 5 s for as long as somebody types (core.telegram.org/api/typing: shown for 6 s)."""

BY_PERSON: Final = "the person"
BY_OWNER: Final = "another device"

_CONVERSATION: Final = "SELECT id FROM conversation WHERE account_id = ? AND telegram_user_id = ?"
_IS_SENT: Final = "SELECT 1 FROM outgoing WHERE account_id = ? AND message_id = ?"
_IS_ON_ITS_WAY: Final = "SELECT 1 FROM outgoing WHERE account_id = ? AND state = 'sending' AND telegram_user_id = ?"
_IS_UPLOADED: Final = "SELECT 1 FROM upload WHERE account_id = ? AND media_id = ?"
_MARK: Final = """
INSERT INTO message_mark (account_id, message_id, telegram_user_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING
"""
_EDIT_MARK: Final = """
UPDATE message_mark SET edited_at = ?3, text = ?4 WHERE account_id = ?1 AND message_id = ?2
    AND deleted_at IS NULL AND (edited_at IS NULL OR edited_at < ?3)
"""
_EDIT: Final = """
UPDATE message SET text = ?3, search_key = ?4, media = ?5, kind = CASE WHEN ?6 THEN 'stop' WHEN kind IN ('stop', 'started')
    THEN kind WHEN ?5 = '' THEN 'text' ELSE 'media' END
WHERE conversation_id = ?1 AND message_id = ?2
"""
_EDIT_OWN: Final = """
UPDATE own_message SET text = ?, search_key = ?, media = ? WHERE conversation_id = ? AND message_id = ?
"""
# Of a number without a chat: whose it is, wherever it stands.
WHOSE: Final = """
SELECT v.telegram_user_id FROM message AS m JOIN conversation AS v ON v.id = m.conversation_id
WHERE m.message_id = ?2 AND v.account_id = ?1
UNION ALL SELECT v.telegram_user_id FROM own_message AS m JOIN conversation AS v ON v.id = m.conversation_id
WHERE m.message_id = ?2 AND v.account_id = ?1
UNION ALL SELECT o.telegram_user_id FROM outgoing AS o
WHERE o.account_id = ?1 AND o.message_id = ?2 AND o.telegram_user_id IS NOT NULL
LIMIT 1
"""
_DELETE_MARK: Final = """
UPDATE message_mark SET deleted_at = ?3, text = NULL WHERE account_id = ?1 AND message_id = ?2 AND deleted_at IS NULL
"""
_EMPTY: Final = (
    "UPDATE message SET text = '', search_key = '', media = '' WHERE conversation_id = ? AND message_id = ?",
    "UPDATE own_message SET text = '', search_key = '', media = '' WHERE conversation_id = ? AND message_id = ?",
)
_REACTIONS: Final = "SELECT theirs, ours, reacted_at FROM message_mark WHERE account_id = ? AND message_id = ?"
_REACT: Final = """
UPDATE message_mark SET theirs = ?3, ours = ?4, reacted_at = ?5 WHERE account_id = ?1 AND message_id = ?2
"""
_ADD_OWN: Final = """
INSERT INTO own_message (conversation_id, message_id, at, text, search_key, media, album_id) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING
"""
# Whoever was answered elsewhere does not wait here.
_ANSWERED: Final = """
UPDATE conversation SET is_answered = 1, unread = 0, snoozed_until = NULL WHERE id = ? AND last_at <= ?
"""
_OWN_READ: Final = """
UPDATE conversation SET unread = min(unread, (SELECT count(DISTINCT iif(m.album_id > 0, -m.album_id, m.message_id))
    FROM message AS m WHERE m.conversation_id = conversation.id
    AND m.message_id > ?2 AND m.kind IN ('text', 'media')))
WHERE id = ?1 AND unread > 0
"""
_TYPING: Final = "UPDATE conversation SET typing_until = ?2 WHERE id = ?1 AND ifnull(typing_until, 0) < ?2"
_BEGIN: Final = """
INSERT INTO conversation (account_id, telegram_user_id, state_at, last_at, last_message_id, is_answered, contact_id,
    campaign_id)
SELECT ?1, ?2, ?3, ?3, ?4, 1, o.contact_id, o.campaign_id FROM outgoing AS o WHERE o.account_id = ?1 AND o.message_id = ?4
LIMIT 1 RETURNING id
"""
_RESOLVE: Final = """
UPDATE conversation SET state = 'resolved', state_at = ?2, state_by = ?3, snoozed_until = NULL, unread = 0
WHERE id = ?1 AND state = 'open'
"""


def find_conversation(raw: sqlite3.Connection, account_id: AccountId, item: Incoming) -> ConversationId | None:
    """The conversation that the item is about."""
    row = raw.execute(_CONVERSATION, (account_id, item.user_id)).fetchone()
    return None if row is None else ConversationId(row[0])


def take_in_edit(work: UnitOfWork, account_id: AccountId, item: Incoming, *, is_stop: bool) -> bool:
    """The message says this now. False: that was known already, or the message is gone."""
    raw, at = work.connection, to_ms(item.at)
    conversation_id = find_conversation(raw, account_id, item)
    is_sent = item.is_own and raw.execute(_IS_SENT, (account_id, item.message_id)).fetchone() is not None
    if conversation_id is None and not is_sent:
        return True  # nothing is kept of it; whether it says STOP counts all the same
    raw.execute(_MARK, (account_id, item.message_id, item.user_id))
    text = item.text if is_sent else None
    if not raw.execute(_EDIT_MARK, (account_id, item.message_id, at, text)).rowcount:
        return False
    if is_sent:
        follow_mark(raw, account_id, item.message_id)
    if conversation_id is None:
        return True
    if item.is_own:
        raw.execute(_EDIT_OWN, (item.text, fold(item.text), item.media, conversation_id, item.message_id))
    else:
        values = conversation_id, item.message_id, item.text, fold(item.text), item.media, is_stop
        raw.execute(_EDIT, values)
    work.touch(Subject.CONVERSATION, conversation_id)
    return True


def take_in_deletion(work: UnitOfWork, account_id: AccountId, item: Incoming) -> None:
    """The text goes, the row stays. What a row of ours sent keeps its text, since that is what was sent."""
    raw = work.connection
    row = raw.execute(WHOSE, (account_id, item.message_id)).fetchone()
    if row is None:
        return
    user_id = row[0]
    raw.execute(_MARK, (account_id, item.message_id, user_id))
    if not raw.execute(_DELETE_MARK, (account_id, item.message_id, to_ms(item.at))).rowcount:
        return
    follow_mark(raw, account_id, item.message_id)
    for (conversation_id,) in raw.execute(_CONVERSATION, (account_id, user_id)).fetchall():
        for sql in _EMPTY:
            raw.execute(sql, (conversation_id, item.message_id))
        work.touch(Subject.CONVERSATION, conversation_id)


def take_in_reactions(work: UnitOfWork, account_id: AccountId, item: Incoming, rules: ReactionRules) -> None:
    """What both sides have on a message now; the emoji that were added act by the rules, once."""
    raw, at = work.connection, to_ms(item.at)
    conversation_id = find_conversation(raw, account_id, item)
    if conversation_id is None and raw.execute(_IS_SENT, (account_id, item.message_id)).fetchone() is None:
        return
    raw.execute(_MARK, (account_id, item.message_id, item.user_id))
    theirs, ours, reacted_at = raw.execute(_REACTIONS, (account_id, item.message_id)).fetchone()
    now_theirs = theirs if item.theirs is None else item.theirs
    now_ours = ours if item.ours is None else item.ours
    # Missed reactions are asked for beside live ones, so older news may come after newer.
    if (theirs, ours) == (now_theirs, now_ours) or at < (reacted_at or 0):
        return
    raw.execute(_REACT, (account_id, item.message_id, now_theirs, now_ours, at))
    if conversation_id is not None:
        work.touch(Subject.CONVERSATION, conversation_id)
    for added, actor in (
        (added_reactions(theirs, now_theirs), BY_PERSON),
        (added_reactions(ours, now_ours), BY_OWNER),
    ):
        if has_emoji(added, rules.ticket):
            # Whoever reacts to what a campaign sent may never have written.
            conversation_id = conversation_id or _begin_conversation(raw, account_id, item)
            by = "person" if actor == BY_PERSON else "team"
            open_ticket(work, conversation_id, item.message_id, at=at, actor=actor, by=by)
        if has_emoji(added, rules.resolve) and conversation_id is not None:
            _resolve(work, account_id, conversation_id, item, actor)


def _begin_conversation(raw: sqlite3.Connection, account_id: AccountId, item: Incoming) -> ConversationId:
    begun = account_id, item.user_id, to_ms(item.at), item.message_id
    return ConversationId(raw.execute(_BEGIN, begun).fetchone()[0])


def _resolve(
    work: UnitOfWork, account_id: AccountId, conversation_id: ConversationId, item: Incoming, actor: str
) -> None:
    at = to_ms(item.at)
    if work.connection.execute(_RESOLVE, (conversation_id, at, actor)).rowcount:
        write_event(
            work,
            EventKind.CONVERSATION_RESOLVED,
            at=at,
            account_id=account_id,
            data={"conversation": conversation_id, "by": actor},
        )
        by = "person" if actor == BY_PERSON else "team"
        tell_conversation(work, conversation_id, HookEvent.CONVERSATION_RESOLVED, at=at, data={"by": by})


def take_in_own(work: UnitOfWork, account_id: AccountId, item: Incoming) -> None:
    """The account wrote, and no row of ours is known to have sent it. Shown only while none turns out to have."""
    raw, at = work.connection, to_ms(item.at)
    conversation_id = find_conversation(raw, account_id, item)
    if conversation_id is None or raw.execute(_IS_SENT, (account_id, item.message_id)).fetchone() is not None:
        return
    # Of an album that a row of ours sent, the row knows the number of one item only.
    if item.album_media_id and raw.execute(_IS_UPLOADED, (account_id, item.album_media_id)).fetchone() is not None:
        return
    own = conversation_id, item.message_id, at, item.text, fold(item.text), item.media, item.album_id
    if not raw.execute(_ADD_OWN, own).rowcount:
        return
    # It may be what a row of ours just sent; a campaign's message is no answer.
    if raw.execute(_IS_ON_ITS_WAY, (account_id, item.user_id)).fetchone() is None:
        raw.execute(_ANSWERED, (conversation_id, at))
    work.touch(Subject.CONVERSATION, conversation_id)


def take_in_own_read(work: UnitOfWork, account_id: AccountId, item: Incoming) -> None:
    """Somebody looked, on another device."""
    conversation_id = find_conversation(work.connection, account_id, item)
    if conversation_id is None:
        return
    if work.connection.execute(_OWN_READ, (conversation_id, item.message_id)).rowcount:
        work.touch(Subject.CONVERSATION, conversation_id)


def take_in_typing(work: UnitOfWork, account_id: AccountId, item: Incoming) -> None:
    """The person types; forgotten by itself after some seconds, and with their next message."""
    conversation_id = find_conversation(work.connection, account_id, item)
    if conversation_id is None:
        return
    if work.connection.execute(_TYPING, (conversation_id, to_ms(item.at) + TYPING_MS)).rowcount:
        work.touch(Subject.CONVERSATION, conversation_id)
