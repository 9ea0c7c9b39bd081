"""Finding conversations by words: of people's names, of what they wrote, and of what was written to them.

Messages are gone through once, in the order in which they lie: 0.05 s of a core for 200,000, against 0.27 s one conversation
after the other. Campaigns' messages are not stored one by one: of a campaign the texts are looked at, and its rows only when
they say it, or when it has fields beyond a name. There is no index of words: FTS5 would keep what was erased until its next
merge.
"""

import json
import sqlite3
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from campaigns.inbox.conversations import SearchHit
from campaigns.message.parsing import parse_template
from campaigns.message.variants import Choice
from core.domain.ids import ConversationId, DeliveryId
from core.domain.search_key import excerpt, find_words, fold, search_terms
from core.errors import AppError
from database.stores.message_texts import text_of_row
from database.stores.rows import Row, from_ms, known_message

# Whom the team or Telegram calls so; who wrote so, or was answered so; or who was sent a campaign that says so.
# What was written on another device is shown only while no row of ours is known to have sent it.
_HAS_TERM: Final = """
(EXISTS (SELECT 1 FROM contact AS k WHERE k.id = v.contact_id AND instr(k.search_key, {term}) > 0)
 OR v.id IN (SELECT m.conversation_id FROM message AS m WHERE instr(m.search_key, {term}) > 0)
 OR v.id IN (SELECT s.conversation_id FROM answer_key AS s WHERE instr(s.search_key, {term}) > 0)
 OR v.id IN (SELECT m.conversation_id FROM own_message AS m JOIN conversation AS w ON w.id = m.conversation_id
             WHERE instr(m.search_key, {term}) > 0 AND NOT EXISTS (
                 SELECT 1 FROM outgoing AS o WHERE o.account_id = w.account_id AND o.message_id = m.message_id))
 OR v.id IN (SELECT value FROM json_each({sent}))
 OR EXISTS (SELECT 1 FROM peer AS p WHERE p.account_id = v.account_id AND p.user_id = v.telegram_user_id
            AND (instr(lower(ifnull(p.name, '')), {term}) > 0 OR instr(lower(ifnull(p.username, '')), {term}) > 0)))
"""
BEFORE, LENGTH = 24, 160
"""Of a message that was found, what is shown: from so many characters before the word, at most so many."""

_FOUND_ANYWAY: Final = frozenset({"name", "first_name", "last_name", "username", "phone"})
"""Fields of which the contact itself is found: their values need not be looked for in every message."""

# By these campaigns somebody was written to.
_CAMPAIGNS: Final = """
SELECT c.id, c.message FROM campaign AS c
WHERE EXISTS (SELECT 1 FROM outgoing AS o WHERE o.campaign_id = c.id AND o.unknown_since IS NOT NULL)
"""
# What these campaigns sent to people who wrote: texts that say it to everybody, or may, or values of the person that may.
# CROSS: there are fewer conversations than messages that were sent.
_SENT: Final = """
SELECT v.id, o.campaign_id, o.variant, o.language, o.inputs, c.message
FROM conversation AS v CROSS JOIN json_each(:campaigns) AS one
CROSS JOIN outgoing AS o ON o.telegram_user_id = v.telegram_user_id AND o.campaign_id = one.value
    AND +o.account_id = v.account_id
JOIN campaign AS c ON c.id = o.campaign_id
LEFT JOIN message_mark AS k ON k.account_id = o.account_id AND k.message_id = o.message_id
WHERE o.unknown_since IS NOT NULL AND k.deleted_at IS NULL AND k.text IS NULL
    AND (o.campaign_id || char(31) || o.variant || char(31) || o.language IN (SELECT value FROM json_each(:texts))
        OR instr(fold(o.inputs), :term) > 0)
"""
# As somebody has edited them since.
_EDITED: Final = """
SELECT v.id FROM message_mark AS k CROSS JOIN outgoing AS o ON o.account_id = k.account_id AND o.message_id = k.message_id
JOIN conversation AS v ON v.account_id = k.account_id AND v.telegram_user_id = k.telegram_user_id
WHERE k.text IS NOT NULL AND k.deleted_at IS NULL AND o.campaign_id IS NOT NULL AND instr(fold(k.text), ?) > 0
"""
_KNOWN_AS: Final = """
SELECT v.account_id, v.telegram_user_id, ifnull(k.search_key, '') || char(10) || ifnull(lower(p.name), '') || char(10)
    || ifnull(lower(p.username), '')
FROM conversation AS v LEFT JOIN contact AS k ON k.id = v.contact_id
LEFT JOIN peer AS p ON p.account_id = v.account_id AND p.user_id = v.telegram_user_id WHERE v.id = ?
"""
_COUNT: Final = "(SELECT count(*) FROM json_each(:terms) WHERE instr({key}, value) > 0) AS found"
_BEST: Final = "found > 0 ORDER BY found DESC, {at} DESC LIMIT 1"
# How many of the words, when, ours or not, Telegram's number, our row, the text.
_HITS: Final = (
    f"""
SELECT {_COUNT.format(key="m.search_key")}, m.at, 0, m.message_id, NULL, m.text
FROM message AS m WHERE m.conversation_id = :conversation AND {_BEST.format(at="m.at")}
""",
    f"""
SELECT {_COUNT.format(key="s.search_key")}, ifnull(o.unknown_since, o.asked_at), 1, o.message_id, o.id,
    ifnull(k.text, json_extract(o.content, '$.text.text'))
FROM answer_key AS s JOIN outgoing AS o ON o.id = s.outgoing_id
LEFT JOIN message_mark AS k ON k.account_id = o.account_id AND k.message_id = o.message_id
WHERE s.conversation_id = :conversation AND {_BEST.format(at="ifnull(o.unknown_since, o.asked_at)")}
""",
    f"""
SELECT {_COUNT.format(key="m.search_key")}, m.at, 1, m.message_id, NULL, m.text
FROM own_message AS m WHERE m.conversation_id = :conversation AND NOT EXISTS (
    SELECT 1 FROM outgoing AS o WHERE o.account_id = :account AND o.message_id = m.message_id)
    AND {_BEST.format(at="m.at")}
""",
)
_CAMPAIGN_MESSAGES: Final = """
SELECT o.unknown_since, o.message_id, o.id, o.variant, o.language, o.inputs, c.message, k.text
FROM outgoing AS o JOIN campaign AS c ON c.id = o.campaign_id
LEFT JOIN message_mark AS k ON k.account_id = o.account_id AND k.message_id = o.message_id
WHERE o.telegram_user_id = ? AND +o.account_id = ? AND o.campaign_id > 0 AND o.unknown_since IS NOT NULL
    AND k.deleted_at IS NULL
ORDER BY o.unknown_since DESC LIMIT 50
"""
_NEWER: Final = """
SELECT (SELECT count(*) FROM message WHERE conversation_id = ?1 AND at >= ?2)
    + (SELECT count(*) FROM own_message WHERE conversation_id = ?1 AND at >= ?2)
    + (SELECT count(*) FROM outgoing AS o JOIN conversation AS v ON v.id = ?1 WHERE o.telegram_user_id = v.telegram_user_id
        AND +o.account_id = v.account_id AND ifnull(o.unknown_since, o.asked_at) >= ?2)
"""


def search_conditions(raw: sqlite3.Connection, text: str) -> tuple[list[str], dict[str, object]]:
    """What is asked of a `conversation AS v` in which every word of this text is found, with the values for it."""
    conditions: list[str] = []
    values: dict[str, object] = {}
    for number, term in enumerate(search_terms(text)):
        conditions.append(_HAS_TERM.format(term=f":term{number}", sent=f":sent{number}"))
        values |= {f"term{number}": term, f"sent{number}": json.dumps(list(_sent(raw, term)))}
    return conditions, values


def find_hit(raw: sqlite3.Connection, conversation_id: ConversationId, text: str) -> SearchHit | None:
    """The message that is meant: with the most of these words, the newest of those. None: the words are all of the
    person's name, or in no message.
    """
    known = raw.execute(_KNOWN_AS, (conversation_id,)).fetchone()
    if known is None:
        return None
    account_id, user_id, names = known
    terms = [term for term in search_terms(text) if term not in names]
    if not terms:
        return None
    asked = {"conversation": conversation_id, "account": account_id, "terms": json.dumps(terms, ensure_ascii=False)}
    found: list[Row] = [row for sql in _HITS if (row := raw.execute(sql, asked).fetchone()) is not None]
    for at, message_id, delivery_id, *made_of in raw.execute(_CAMPAIGN_MESSAGES, (user_id, account_id)).fetchall():
        said = _says(*made_of)
        key = fold(said)
        found.append((sum(term in key for term in terms), at, 1, message_id, delivery_id, said))
    count, at, is_ours, message_id, delivery_id, said = max(found, key=lambda row: row[:2], default=(0,) * 6)
    if not count:
        return None
    shown = excerpt(said, text, before=BEFORE, length=LENGTH)
    return SearchHit(
        at=from_ms(at),
        text=shown,
        words=find_words(shown, text),
        is_ours=bool(is_ours),
        message_id=message_id,
        delivery_id=None if delivery_id is None else DeliveryId(delivery_id),
    )


def count_since(raw: sqlite3.Connection, conversation_id: ConversationId, at: int) -> int:
    """How many messages of both sides have come since this moment, roughly: what is shown is no more than that."""
    count: int = raw.execute(_NEWER, (conversation_id, at)).fetchone()[0]
    return count


def _sent(raw: sqlite3.Connection, term: str) -> set[int]:
    """The conversations in which a campaign's message says it."""
    found = {row[0] for row in raw.execute(_EDITED, (term,))}
    campaigns: list[int] = []
    texts: dict[str, bool] = {}  # whether it says it to everybody
    for campaign_id, message in raw.execute(_CAMPAIGNS).fetchall():
        said = {choice: term in fixed for choice, (fixed, source) in _texts(message).items() if term in source}
        texts |= {
            f"{campaign_id}\x1f{choice.variant}\x1f{choice.language}": is_sure for choice, is_sure in said.items()
        }
        if said or known_message(message).fields - _FOUND_ANYWAY:
            campaigns.append(campaign_id)
    if campaigns:
        asked = {
            "term": term,
            "campaigns": json.dumps(campaigns),
            "texts": json.dumps(list(texts), ensure_ascii=False),
        }
        for number, campaign_id, variant, language, inputs, message in raw.execute(_SENT, asked):
            if number not in found and (
                texts.get(f"{campaign_id}\x1f{variant}\x1f{language}")
                or term in fold(_says(variant, language, inputs, message, None))
            ):
                found.add(number)
    return found


@lru_cache(maxsize=256)
def _texts(message: str) -> Mapping[Choice, tuple[str, str]]:
    """Of a campaign's frozen message: each text, as far as it says the same to everybody, and as it was written."""
    found: dict[Choice, tuple[str, str]] = {}
    for variant, text in known_message(message).texts():
        try:
            fixed = parse_template(text.source).fixed
        except AppError:
            continue
        found[Choice(variant.name, text.language)] = fold(fixed), fold(f"{fixed}\n{text.source}")
    return found


def _says(variant: str, language: str, inputs: str, message: str, edited: str | None) -> str:
    said = text_of_row(variant, language, inputs, None, message, edited, None)
    return "" if said is None else said.text.text
