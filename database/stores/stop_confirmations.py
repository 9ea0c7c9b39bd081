"""The one row that may leave to a person who said STOP, written in the unit that suppresses them."""

from typing import Final

from campaigns.inbox.stop_confirmation import StopConfirmations, confirmation_random_id
from campaigns.message.stop_words import languages_of
from campaigns.ports import Incoming
from core.domain.change import Subject
from core.domain.ids import AccountId
from core.domain.message import encode_content
from database.lock_handler import UnitOfWork
from database.stores.answer_keys import put_answer_key
from database.stores.rows import Row, to_ms

_CONVERSATION: Final = "SELECT id, contact_id FROM conversation WHERE account_id = ? AND telegram_user_id = ?"
# Since this person agreed last, or ever, by whichever account.
_IS_CONFIRMED: Final = """
SELECT EXISTS (SELECT 1 FROM outgoing WHERE kind = 'stop_confirmation' AND telegram_user_id = ?1 AND asked_at >= ifnull(
    (SELECT max(n.given_at) FROM contact AS k JOIN consent AS n ON n.contact_id = k.id WHERE k.telegram_user_id = ?1), 0))
"""
# In which language they were written to last, and theirs.
_LANGUAGES: Final = """
SELECT (SELECT language FROM outgoing WHERE contact_id = ?1 AND unknown_since IS NOT NULL AND language <> ''
        ORDER BY unknown_since DESC LIMIT 1),
    (SELECT language FROM contact WHERE id = ?1)
"""
_ADD: Final = """
INSERT INTO outgoing (kind, conversation_id, asked_at, asked_by, contact_id, account_id, telegram_user_id, random_id,
    inputs, content)
VALUES ('stop_confirmation', ?, ?, '', ?, ?, ?, ?, '{}', ?) ON CONFLICT DO NOTHING RETURNING id
"""


def confirm_stop(work: UnitOfWork, account_id: AccountId, item: Incoming, confirmations: StopConfirmations) -> None:
    """Plan the confirmation of this STOP; nothing when the person has had one and has not agreed again since."""
    raw = work.connection
    if raw.execute(_IS_CONFIRMED, (item.user_id,)).fetchone()[0]:
        return
    found: Row | None = raw.execute(_CONVERSATION, (account_id, item.user_id)).fetchone()
    if found is None:
        return  # the edit of a message that nobody here has seen
    conversation_id, contact_id = found
    written_in, own = raw.execute(_LANGUAGES, (contact_id,)).fetchone()
    said_in = languages_of(item.text)
    # "STOP" is said in every language; another word of one language alone tells more than what is noted of a person.
    languages = [*(said_in if len(said_in) == 1 and said_in != ("en",) else ()), written_in or "", own or ""]
    message = confirmations.find(languages)
    if message is None:
        return
    random_id = confirmation_random_id(account_id, item.user_id, item.message_id)
    row = (conversation_id, to_ms(item.at), contact_id, account_id, item.user_id, random_id, encode_content(message))
    added = raw.execute(_ADD, row).fetchone()
    if added is not None:
        put_answer_key(raw, added[0], conversation_id, message)
    work.touch(Subject.ACCOUNT, account_id)
