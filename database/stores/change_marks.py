"""What stands in a chat after an edit or a deletion of ours that Telegram has done."""

import sqlite3
from typing import Final

from core.domain.ids import DeliveryId
from database.stores.answer_keys import follow_mark

# Telegram tells of it by an update as well, which may come before or after this.
_MARK_EDITED: Final = """
INSERT INTO message_mark (account_id, message_id, telegram_user_id, edited_at, text)
SELECT target.account_id, target.message_id, o.telegram_user_id, o.settled_at, o.content ->> '$.text.text'
FROM outgoing AS o JOIN outgoing AS target ON target.id = o.target_id
WHERE o.id = ? AND o.kind = 'edit' AND target.message_id IS NOT NULL AND o.telegram_user_id IS NOT NULL
ON CONFLICT DO UPDATE SET edited_at = excluded.edited_at, text = excluded.text WHERE deleted_at IS NULL
"""
_MARK_DELETED: Final = """
INSERT INTO message_mark (account_id, message_id, telegram_user_id, deleted_at)
SELECT target.account_id, target.message_id, o.telegram_user_id, o.settled_at
FROM outgoing AS o JOIN outgoing AS target ON target.id = o.target_id
WHERE o.id = ? AND o.kind = 'delete' AND target.message_id IS NOT NULL AND o.telegram_user_id IS NOT NULL
ON CONFLICT DO UPDATE SET deleted_at = ifnull(deleted_at, excluded.deleted_at), text = NULL
"""

_TARGET: Final = """
SELECT target.account_id, target.message_id FROM outgoing AS o JOIN outgoing AS target ON target.id = o.target_id
WHERE o.id = ? AND target.message_id IS NOT NULL
"""


def mark_changed(raw: sqlite3.Connection, change_id: DeliveryId) -> None:
    """Telegram has done this change: so it stands in the chat."""
    raw.execute(_MARK_EDITED, (change_id,))
    raw.execute(_MARK_DELETED, (change_id,))
    for account_id, message_id in raw.execute(_TARGET, (change_id,)).fetchall():
        follow_mark(raw, account_id, message_id)
