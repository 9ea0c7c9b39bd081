"""Two contacts that are one person become one: nothing that proves, forbids or counts is lost by it."""

import json
import sqlite3
from datetime import datetime
from typing import Final

from campaigns.reasons import DeliveryReason
from campaigns.report.event_kinds import EventKind
from core.domain.change import Subject
from core.domain.ids import ContactId
from core.domain.search_key import to_search_key
from core.errors import UserInputError
from core.logs import current_correlation_id
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.contact_cards import find_contact
from database.stores.events import write_event
from database.stores.rows import Row, to_json, to_ms

SAME_CONSENT: Final = "The same consent stands from the contact that was merged."

_VALUES: Final = """
SELECT name, username, phone, telegram_user_id, language, time_zone, fields, import_id FROM contact WHERE id = ?
"""
_WAITS_APPROVED: Final = """
SELECT c.title FROM campaign_member AS m JOIN campaign AS c ON c.id = m.campaign_id
WHERE m.contact_id IN (?, ?) AND c.state IN ('in_review', 'approved') LIMIT 1
"""
_EMPTY: Final = """
UPDATE contact SET name = '', username = NULL, phone = NULL, telegram_user_id = NULL, language = NULL, time_zone = NULL,
    search_key = '', fields = '{}', import_id = NULL, merged_into = ?2, updated_at = ?3 WHERE id = ?1 OR merged_into = ?1
"""
_FILL: Final = """
UPDATE contact SET name = ?, username = ?, phone = ?, telegram_user_id = ?, language = ?, time_zone = ?, fields = ?,
    import_id = ?, search_key = ?, updated_at = ? WHERE id = ?
"""
# Of two consents that are the same the newer one goes on; the other ends, and stays as proof.
_END_DOUBLE: Final = f"""
UPDATE consent SET withdrawn_at = ?3, withdrawn_why = '{SAME_CONSENT}' WHERE id IN (
    SELECT CASE WHEN a.given_at >= b.given_at THEN b.id ELSE a.id END FROM consent AS a JOIN consent AS b
        ON b.basis = a.basis AND b.account_id IS a.account_id
    WHERE a.contact_id = ?1 AND b.contact_id = ?2 AND a.withdrawn_at IS NULL AND b.withdrawn_at IS NULL)
"""
_MOVE_CONSENTS: Final = "UPDATE consent SET contact_id = ?1 WHERE contact_id = ?2"
# Who took a consent back took back every one they had given before, under whichever contact it was written down.
_WITHDRAWN_EARLIER: Final = f"""
UPDATE consent SET (withdrawn_at, withdrawn_by, withdrawn_why) = (
    SELECT w.withdrawn_at, w.withdrawn_by, w.withdrawn_why FROM consent AS w
    WHERE w.contact_id = consent.contact_id AND w.basis = consent.basis AND w.account_id IS consent.account_id
        AND w.withdrawn_why <> '{SAME_CONSENT}' AND w.withdrawn_at >= consent.given_at
    ORDER BY w.withdrawn_at DESC LIMIT 1)
WHERE contact_id = ?1 AND withdrawn_at IS NULL AND EXISTS (
    SELECT 1 FROM consent AS w WHERE w.contact_id = consent.contact_id AND w.basis = consent.basis
        AND w.account_id IS consent.account_id AND w.withdrawn_why <> '{SAME_CONSENT}'
        AND w.withdrawn_at >= consent.given_at)
"""
# What weighs more comes first.
_SUPPRESSIONS: Final = """
SELECT id, telegram_user_id, phone, username FROM suppression WHERE contact_id IN (?, ?)
ORDER BY CASE reason WHEN 'said_stop' THEN 0 WHEN 'blocked_us' THEN 1 WHEN 'suppressed' THEN 2 ELSE 3 END, at DESC
"""
_JOIN_SUPPRESSION: Final = """
UPDATE suppression SET contact_id = ?, telegram_user_id = ifnull(telegram_user_id, ?), phone = ifnull(phone, ?),
    username = ifnull(username, ?) WHERE id = ?
"""
_MOVE: Final = (
    "UPDATE suppression_lift SET contact_id = ?1 WHERE contact_id = ?2",
    "UPDATE conversation SET contact_id = ?1 WHERE contact_id = ?2",
    "INSERT OR IGNORE INTO contact_tag (contact_id, tag) SELECT ?1, tag FROM contact_tag WHERE contact_id = ?2",
    "DELETE FROM contact_tag WHERE contact_id = ?2 AND ?1",
    """INSERT OR IGNORE INTO audience_member (audience_id, contact_id)
        SELECT audience_id, ?1 FROM audience_member WHERE contact_id = ?2""",
    "DELETE FROM audience_member WHERE contact_id = ?2 AND ?1",
    "DELETE FROM import_change WHERE contact_id IN (?1, ?2)",
    "DELETE FROM merge_offer WHERE contact_id = ?2 OR other_id = ?2 AND ?1",
    # What has not left yet goes to the one contact, once; what left stays as it is and is read through merged_into.
    f"""UPDATE outgoing SET state = 'skipped', reason = '{DeliveryReason.SAME_PERSON}', detail = NULL, not_before = NULL,
        settled_at = ?3 WHERE contact_id = ?2 AND state IN ('planned', 'deferred')
        AND EXISTS (SELECT 1 FROM outgoing AS o WHERE o.campaign_id = outgoing.campaign_id AND o.contact_id = ?1)""",
    """UPDATE outgoing SET contact_id = ?1 WHERE contact_id = ?2 AND state IN ('planned', 'deferred')
        AND unknown_since IS NULL""",
    """INSERT OR IGNORE INTO campaign_member (campaign_id, contact_id) SELECT m.campaign_id, ?1 FROM campaign_member AS m
        JOIN campaign AS c ON c.id = m.campaign_id WHERE m.contact_id = ?2 AND c.state = 'draft'""",
    """DELETE FROM campaign_member WHERE contact_id = ?2 AND ?1
        AND campaign_id IN (SELECT id FROM campaign WHERE state = 'draft')""",
)


class ContactMergeStore:
    """Merging is for good."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def merge(self, kept: ContactId, other: ContactId, *, actor: str, now: datetime) -> None:
        """`other` becomes part of `kept`, in one unit; what both say differently stays as `kept` says it.

        Consents and suppressions of both hold for the one; the stricter one wins. Another name or number is kept in the
        fields. Raises UserInputError for two Telegram ids, and while an approved campaign has one of them as it is.
        """
        correlation_id = current_correlation_id()

        def merge_contacts(work: UnitOfWork) -> None:
            raw = work.connection
            if kept == other:
                raise UserInputError("This is one contact already.", title="Nothing to merge")
            for contact_id in (kept, other):
                find_contact(raw, contact_id)
            values = _joined(_read(raw, kept), _read(raw, other))
            waits = raw.execute(_WAITS_APPROVED, (kept, other)).fetchone()
            if waits is not None:
                raise UserInputError(
                    f"“{waits[0]}” was sent to review or approved with both of them.",
                    title="They are merged later",
                    hint="Send it back, or merge the two once it has been planned.",
                )
            at = to_ms(now)
            raw.execute(_EMPTY, (other, kept, at))
            raw.execute(_FILL, (*values, at, kept))
            raw.execute(_END_DOUBLE, (kept, other, at))
            raw.execute(_MOVE_CONSENTS, (kept, other))
            raw.execute(_WITHDRAWN_EARLIER, (kept,))
            _join_suppressions(raw, kept, other)
            for sql in _MOVE:
                raw.execute(sql, (kept, other, at) if "?3" in sql else (kept, other))
            work.touch(Subject.CONTACT, 0)
            write_event(
                work, EventKind.PEOPLE_MERGED, at=at, actor=actor, contact_id=kept, correlation_id=correlation_id
            )

        await self._database.write(merge_contacts)


def _read(raw: sqlite3.Connection, contact_id: ContactId) -> Row:
    row: Row = raw.execute(_VALUES, (contact_id,)).fetchone()
    return row


def _joined(kept: Row, other: Row) -> Row:
    """The values of _FILL up to the search key."""
    if kept[3] is not None and other[3] is not None and kept[3] != other[3]:
        raise UserInputError(
            "Telegram knows them as two people: their Telegram ids differ.", title="They cannot be merged"
        )
    name, username, phone, user_id, language, time_zone = (
        mine or theirs for mine, theirs in zip(kept[:6], other[:6], strict=True)
    )
    fields = {**json.loads(other[6]), **json.loads(kept[6])}
    for key, mine, theirs in (("other_username", username, other[1]), ("other_phone", phone, other[2])):
        if theirs and theirs != mine:
            fields[key] = theirs
    import_id = kept[7] if kept[7] == other[7] else None
    key = to_search_key(name, username or "", phone or "")
    return (name, username, phone, user_id, language, time_zone, to_json(fields), import_id, key)


def _join_suppressions(raw: sqlite3.Connection, kept: ContactId, other: ContactId) -> None:
    found = raw.execute(_SUPPRESSIONS, (kept, other)).fetchall()
    if not found:
        return
    first, *weaker = found
    keys: list[object] = list(first[1:])
    for row in weaker:
        raw.execute("UPDATE suppression_hash SET suppression_id = ? WHERE suppression_id = ?", (first[0], row[0]))
        raw.execute("DELETE FROM suppression WHERE id = ?", (row[0],))
        keys = [mine or theirs for mine, theirs in zip(keys, row[1:], strict=True)]
    raw.execute(_JOIN_SUPPRESSION, (kept, *keys, first[0]))
