"""The long lists of the console: the ids that answer a question, in order, and rows by id."""

import json
import sqlite3
from array import array
from collections.abc import Mapping, Sequence
from typing import Final

from campaigns.report.screens import EventQuestion, PeopleQuestion
from campaigns.report.views import EventView, RecipientRow
from database.stores.report_rows import PERSON, RECIPIENT_COLUMNS, event_from_row, recipient_from_row
from database.stores.rows import to_like

# Everybody, by the unique index of campaign and contact alone: the order in which they were planned.
EVERYBODY: Final = "SELECT id FROM outgoing WHERE campaign_id = ?1 ORDER BY contact_id LIMIT ?2"
# One state that has ended, newest first, by the index outgoing_settled; for a reason the rows are looked at. With the
# plus SQLite takes the order of the index as it is, instead of sorting what is left of it.
SETTLED: Final = """
SELECT id FROM outgoing WHERE campaign_id = ?1 AND settled_at IS NOT NULL AND +state = ?3
ORDER BY settled_at DESC, state DESC, id DESC LIMIT ?2
"""
SETTLED_FOR: Final = SETTLED.replace("AND +state = ?3", "AND +state = ?3 AND reason = ?4")
_UNSETTLED: Final = "SELECT id FROM outgoing WHERE campaign_id = ?1 AND state = ?3 ORDER BY contact_id LIMIT ?2"
# A name: every person of the campaign is looked at, so it is a long read.
NAMED: Final = """
SELECT o.id FROM outgoing AS o JOIN contact AS k ON k.id = o.contact_id
WHERE o.campaign_id = ?1 AND (?3 IS NULL OR o.state = ?3) AND (?4 IS NULL OR o.reason = ?4)
    AND (k.name LIKE ?5 ESCAPE '\\' OR k.username LIKE ?5 ESCAPE '\\')
ORDER BY o.contact_id LIMIT ?2
"""
PEOPLE: Final = f"""
SELECT o.id, {RECIPIENT_COLUMNS}
FROM json_each(?) AS j CROSS JOIN outgoing AS o ON o.id = j.value
JOIN contact AS k ON k.id = o.contact_id JOIN account AS a ON a.id = o.account_id
"""
EVENTS: Final = f"""
SELECT e.id, e.at, e.level, e.kind, e.actor, a.title, c.title, {PERSON}, e.correlation_id, e.data
FROM json_each(?) AS j CROSS JOIN event AS e ON e.id = j.value
LEFT JOIN account AS a ON a.id = e.account_id LEFT JOIN campaign AS c ON c.id = e.campaign_id
LEFT JOIN contact AS k ON k.id = e.contact_id
"""
_LEAVES_OPEN: Final = ("planned", "sending")  # states without a moment of settling
WITHOUT_END: Final = -1  # as a LIMIT


def read_people_ids(raw: sqlite3.Connection, question: PeopleQuestion, limit: int) -> "array[int]":
    """Ids of deliveries that answer the question, in the order in which they are shown."""
    text = question.text.strip()
    values = [question.campaign_id, limit, question.state, question.reason]
    if text:
        return _ids(raw, NAMED, *values, to_like(text))
    if question.state is None:
        return _ids(raw, EVERYBODY, *values[:2])
    if question.state in _LEAVES_OPEN:
        return _ids(raw, _UNSETTLED, *values[:3])
    return _ids(raw, SETTLED_FOR, *values) if question.reason else _ids(raw, SETTLED, *values[:3])


def read_people(raw: sqlite3.Connection, ids: Sequence[int]) -> Mapping[int, RecipientRow]:
    """These deliveries as they are now."""
    return {row[0]: recipient_from_row(row[1:]) for row in raw.execute(PEOPLE, (_json(ids),)).fetchall()}


def read_event_ids(raw: sqlite3.Connection, question: EventQuestion, limit: int) -> "array[int]":
    """Ids of lines of Activity that answer the question, newest first."""
    where = ["e.id > ?"]
    values: list[object] = [question.after_id]
    if question.account_id is not None:
        where.append("e.account_id = ?")
        values.append(question.account_id)
    if question.kinds:
        where.append("e.kind IN (SELECT value FROM json_each(?))")
        values.append(_words(question.kinds))
    if question.levels:
        where.append("e.level IN (SELECT value FROM json_each(?))")
        values.append(_words(question.levels))
    if question.by_worker is not None:
        where.append("e.actor = 'worker'" if question.by_worker else "e.actor <> 'worker'")
    text = question.text.strip()
    joined = ""
    if text:
        joined = "LEFT JOIN account AS a ON a.id = e.account_id LEFT JOIN campaign AS c ON c.id = e.campaign_id"
        places = ("a.title", "c.title", "e.actor", "e.correlation_id", "e.data")
        found = " OR ".join(f"{place} LIKE ? ESCAPE '\\'" for place in places)
        where.append(f"({found} OR e.kind IN (SELECT value FROM json_each(?)))")
        values += [*[to_like(text)] * len(places), _words(question.text_kinds)]
    sql = f"SELECT e.id FROM event AS e {joined} WHERE {' AND '.join(where)} ORDER BY e.id DESC LIMIT ?"
    return _ids(raw, sql, *values, limit)


def read_events(raw: sqlite3.Connection, ids: Sequence[int]) -> Mapping[int, EventView]:
    """These lines of Activity."""
    return {row[0]: event_from_row(row) for row in raw.execute(EVENTS, (_json(ids),)).fetchall()}


def _ids(raw: sqlite3.Connection, sql: str, *values: object) -> "array[int]":
    cursor = raw.execute(sql, values)
    found: array[int] = array("q")
    while rows := cursor.fetchmany(10_000):
        found.extend([row[0] for row in rows])
    return found


def _json(ids: Sequence[int]) -> str:
    return "[" + ",".join(map(str, ids)) + "]"


def _words(words: frozenset[str]) -> str:
    return json.dumps(sorted(words))
