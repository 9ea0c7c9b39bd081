"""What we answered, as a search compares it: kept beside the rows, in the units that write, change and delete them."""

import sqlite3
from typing import Final

from core.domain.ids import AccountId, ConversationId, DeliveryId
from core.domain.message import OutgoingMessage
from core.domain.search_key import fold

_PUT: Final = "INSERT INTO answer_key (outgoing_id, conversation_id, search_key) VALUES (?, ?, ?)"
_FORGET: Final = "DELETE FROM answer_key WHERE outgoing_id = ?"
_REWORD: Final = "UPDATE answer_key SET search_key = ? WHERE outgoing_id = ?"
_MARKED: Final = """
SELECT o.id, k.text, k.deleted_at FROM message_mark AS k
JOIN outgoing AS o ON o.account_id = k.account_id AND o.message_id = k.message_id
WHERE k.account_id = ? AND k.message_id = ?
"""


def put_answer_key(
    raw: sqlite3.Connection, answer_id: DeliveryId, conversation_id: ConversationId, message: OutgoingMessage
) -> None:
    """From now on it is found by what it says."""
    raw.execute(_PUT, (answer_id, conversation_id, fold(message.text.text)))


def forget_answer_key(raw: sqlite3.Connection, answer_id: DeliveryId) -> None:
    """It is not found any more."""
    raw.execute(_FORGET, (answer_id,))


def follow_mark(raw: sqlite3.Connection, account_id: AccountId, message_id: int) -> None:
    """What became of the answer with Telegram's number, as its mark says: it says something else, or is gone."""
    for answer_id, text, deleted_at in raw.execute(_MARKED, (account_id, message_id)).fetchall():
        if deleted_at is not None:
            raw.execute(_FORGET, (answer_id,))
        elif text is not None:
            raw.execute(_REWORD, (fold(text), answer_id))
