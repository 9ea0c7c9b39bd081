"""Everything known about one person: for the card, and whole for who asks what is kept about them."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Final

from campaigns.audience.contacts import (
    ConsentView,
    ContactCard,
    DeliveryLine,
    LiftView,
    MergeOffer,
    PersonEvent,
    SuppressionView,
)
from campaigns.delivery import DeliveryState
from campaigns.reasons import DeliveryReason
from core.domain.consent import ConsentBasis
from core.domain.ids import CampaignId, ContactId, ImportId
from core.missing import missing
from database.database import Database
from database.stores.contact_lists import ROWS, contact_from_row
from database.stores.rows import Row, from_ms

SHOWN: Final = 100
MOST_OFFERS: Final = 100

_PERSON: Final = """
SELECT k.time_zone, k.telegram_user_id, k.fields, k.import_id, i.file_name, k.updated_at
FROM contact AS k LEFT JOIN import AS i ON i.id = k.import_id WHERE k.id = ?
"""
# The contact and those that were merged into it.
_SELF: Final = "(SELECT ?1 UNION ALL SELECT id FROM contact WHERE merged_into = ?1)"
_CONSENTS: Final = """
SELECT c.id, c.basis, ifnull(a.title, ''), c.source, c.wording, c.evidence, c.given_at, c.recorded_at, c.recorded_by,
    c.withdrawn_at, c.withdrawn_by, c.withdrawn_why
FROM consent AS c LEFT JOIN account AS a ON a.id = c.account_id WHERE c.contact_id = ?
ORDER BY c.withdrawn_at IS NOT NULL, c.given_at DESC, c.id DESC
"""
SUPPRESSION_OF: Final = """
SELECT s.id, s.reason, s.at, s.added_by, s.note, ifnull(a.title, ''), s.erased_at IS NOT NULL
FROM suppression AS s LEFT JOIN account AS a ON a.id = s.account_id
WHERE s.contact_id = ?1 OR s.telegram_user_id = (SELECT telegram_user_id FROM contact WHERE id = ?1)
ORDER BY s.reason <> 'said_stop', s.contact_id IS NULL, s.id LIMIT 1
"""
_LIFTS: Final = """
SELECT reason, at, lifted_at, lifted_by, why FROM suppression_lift WHERE contact_id = ? ORDER BY id DESC
"""
_DELIVERIES: Final = f"""
SELECT o.campaign_id, c.title, a.title, o.state, o.reason, ifnull(o.settled_at, o.unknown_since)
FROM outgoing AS o JOIN campaign AS c ON c.id = o.campaign_id JOIN account AS a ON a.id = o.account_id
WHERE o.contact_id IN {_SELF} ORDER BY o.id DESC LIMIT ?2
"""
_COUNT_DELIVERIES: Final = f"SELECT count(*) FROM outgoing WHERE contact_id IN {_SELF} AND campaign_id IS NOT NULL"
_EVENTS: Final = f"""
SELECT e.kind, e.at, e.actor, ifnull(a.title, ''), ifnull(c.title, '') FROM event AS e
LEFT JOIN account AS a ON a.id = e.account_id LEFT JOIN campaign AS c ON c.id = e.campaign_id
WHERE e.contact_id IN {_SELF} ORDER BY e.id DESC LIMIT ?2
"""
_RECEIVED: Final = f"SELECT count(*) FROM event WHERE contact_id IN {_SELF} AND kind = 'reply.received'"
_MERGED: Final = "SELECT count(*) FROM contact WHERE merged_into = ?"
# Two contacts with one Telegram id, and two that one row of a file took for one person.
_OFFERS: Final = """
SELECT a.id, b.id, 'telegram' FROM contact AS a JOIN contact AS b
    ON b.telegram_user_id = a.telegram_user_id AND b.id > a.id
WHERE a.telegram_user_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM merge_offer AS o WHERE o.contact_id = a.id AND o.other_id = b.id AND o.dismissed_at IS NOT NULL)
UNION ALL
SELECT o.contact_id, o.other_id, 'import' FROM merge_offer AS o
JOIN contact AS a ON a.id = o.contact_id JOIN contact AS b ON b.id = o.other_id
WHERE o.dismissed_at IS NULL AND (a.telegram_user_id IS NULL OR a.telegram_user_id IS NOT b.telegram_user_id)
    AND a.merged_into IS NULL AND a.erased_at IS NULL AND b.merged_into IS NULL AND b.erased_at IS NULL
LIMIT ?
"""
# Everything by table, for who asks what is kept about them. An access hash is Telegram's key of ours, and nothing about
# the person; hashes of texts say nothing either.
_EXPORT: Final[Mapping[str, str]] = {
    "contact": f"""SELECT id, name, username, phone, telegram_user_id, language, time_zone, fields, created_at,
        updated_at, import_id, merged_into FROM contact WHERE id IN {_SELF}""",
    "consents": f"""SELECT basis, account_id, source, wording, evidence, given_at, recorded_at, recorded_by,
        withdrawn_at, withdrawn_by, withdrawn_why FROM consent WHERE contact_id IN {_SELF} ORDER BY id""",
    "suppressions": f"""SELECT telegram_user_id, phone, username, reason, account_id, at, added_by, note FROM suppression
        WHERE contact_id IN {_SELF}
        OR telegram_user_id IN (SELECT telegram_user_id FROM contact WHERE id IN {_SELF})""",
    "lifted_suppressions": f"""SELECT reason, at, lifted_at, lifted_by, why FROM suppression_lift
        WHERE contact_id IN {_SELF} ORDER BY id""",
    "tags": f"SELECT tag FROM contact_tag WHERE contact_id IN {_SELF} ORDER BY tag",
    "audiences": f"""SELECT a.title, a.kind FROM audience_member AS m JOIN audience AS a ON a.id = m.audience_id
        WHERE m.contact_id IN {_SELF} ORDER BY a.id""",
    "rehearsals": f"SELECT rehearsal_id, reason FROM rehearsal_skip WHERE contact_id IN {_SELF}",
    "read": f"""SELECT account_id, message_id, at FROM read_mark
        WHERE telegram_user_id IN (SELECT telegram_user_id FROM contact WHERE id IN {_SELF})""",
    "deliveries": f"""SELECT o.campaign_id, c.title AS campaign, o.account_id, o.telegram_user_id, o.inputs, o.state,
        o.reason, o.first_tried_at, o.message_id, o.settled_at FROM outgoing AS o
        JOIN campaign AS c ON c.id = o.campaign_id WHERE o.contact_id IN {_SELF} ORDER BY o.id""",
    "campaigns": f"""SELECT m.campaign_id, c.title FROM campaign_member AS m JOIN campaign AS c ON c.id = m.campaign_id
        WHERE m.contact_id IN {_SELF} ORDER BY m.campaign_id""",
    "events": f"""SELECT at, kind, account_id, campaign_id, actor, data FROM event WHERE contact_id IN {_SELF}
        ORDER BY id""",
    "known_to_accounts": f"""SELECT account_id, user_id, username, name, wrote_at, seen_at FROM peer
        WHERE user_id IN (SELECT telegram_user_id FROM contact WHERE id IN {_SELF})""",
    "messages": f"""SELECT v.account_id, m.message_id, m.at, m.kind, m.text, m.media, s.kind AS sorted_as, s.confidence,
        s.model FROM message AS m
        JOIN conversation AS v ON v.id = m.conversation_id LEFT JOIN message_sorting AS s ON s.message_id = m.id
        WHERE v.contact_id IN {_SELF}
        OR v.telegram_user_id IN (SELECT telegram_user_id FROM contact WHERE id IN {_SELF}) ORDER BY m.id""",
    "messages_to_them": f"""SELECT v.account_id, m.message_id, m.at, m.text, m.media FROM own_message AS m
        JOIN conversation AS v ON v.id = m.conversation_id
        WHERE v.contact_id IN {_SELF}
        OR v.telegram_user_id IN (SELECT telegram_user_id FROM contact WHERE id IN {_SELF}) ORDER BY m.id""",
    "marks": f"""SELECT account_id, message_id, edited_at, text, deleted_at, theirs, ours, reacted_at FROM message_mark
        WHERE telegram_user_id IN (SELECT telegram_user_id FROM contact WHERE id IN {_SELF}) ORDER BY message_id""",
    "tickets": f"""SELECT t.id AS number, t.state, t.message_id, t.opened_at, t.opened_by, t.closed_at, t.closed_by
        FROM ticket AS t JOIN conversation AS v ON v.id = t.conversation_id WHERE v.contact_id IN {_SELF} ORDER BY t.id""",
    "notes": f"""SELECT n.at, n.author, n.text FROM conversation_note AS n JOIN conversation AS v ON v.id = n.conversation_id
        WHERE v.contact_id IN {_SELF} ORDER BY n.id""",
    "told_to_webhooks": f"""SELECT h.name, h.host, d.event, d.event_at AS at, d.state FROM webhook_delivery AS d
        JOIN webhook AS h ON h.id = d.hook_id WHERE d.contact_id IN {_SELF} ORDER BY d.id""",
    "changed_by_imports": f"""SELECT import_id, values_before, values_after FROM import_change
        WHERE contact_id IN {_SELF}""",
}
_TIMES: Final = frozenset({"at", "wrote_at", "seen_at"})
_DOCUMENTS: Final = frozenset({"fields", "inputs", "data", "values_before", "values_after"})

PersonData = Mapping[str, Sequence[Mapping[str, object]]]
"""Rows by section; times are ISO 8601 in UTC, columns that hold JSON are decoded."""


class ContactCardStore:
    """Reads about one person."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def card(self, contact_id: ContactId) -> ContactCard | None:
        """Everything for the card; None: there is no such person any more."""
        return await self._database.read(lambda raw: _read_card(raw, contact_id))

    async def export(self, contact_id: ContactId) -> PersonData:
        """Every row about this person, those of contacts merged into it too. Raises UserInputError for nobody."""

        def read_all(raw: sqlite3.Connection) -> PersonData:
            find_contact(raw, contact_id)
            return {section: _read_section(raw, sql, contact_id) for section, sql in _EXPORT.items()}

        return await self._database.read(read_all)

    async def merge_offers(self) -> Sequence[MergeOffer]:
        """Pairs of contacts that may be one person, at most 100."""

        def read_offers(raw: sqlite3.Connection) -> list[MergeOffer]:
            pairs = raw.execute(_OFFERS, (MOST_OFFERS,)).fetchall()
            wanted = json.dumps(sorted({contact_id for first, second, _ in pairs for contact_id in (first, second)}))
            rows = {row[0]: contact_from_row(row) for row in raw.execute(ROWS, (wanted,)).fetchall()}
            return [
                MergeOffer(first=rows[first], second=rows[second], why=why)
                for first, second, why in pairs
                if first in rows and second in rows
            ]

        return await self._database.read(read_offers, is_long=True)


def find_contact(raw: sqlite3.Connection, contact_id: ContactId) -> Row:
    """The columns of ROWS. Raises UserInputError when there is no such person."""
    row: Row | None = raw.execute(ROWS, (f"[{int(contact_id)}]",)).fetchone()
    if row is None:
        raise missing("person", contact_id)
    return row


def _read_card(raw: sqlite3.Connection, contact_id: ContactId) -> ContactCard | None:
    row = raw.execute(ROWS, (f"[{int(contact_id)}]",)).fetchone()
    if row is None:
        return None
    time_zone, user_id, fields, import_id, import_name, updated_at = raw.execute(_PERSON, (contact_id,)).fetchone()
    suppression = raw.execute(SUPPRESSION_OF, (contact_id,)).fetchone()
    return ContactCard(
        row=contact_from_row(row),
        time_zone=time_zone or "",
        telegram_user_id=user_id,
        fields=json.loads(fields),
        import_id=None if import_id is None else ImportId(import_id),
        import_name=import_name or "",
        updated_at=from_ms(updated_at),
        consents=[_consent(found) for found in raw.execute(_CONSENTS, (contact_id,)).fetchall()],
        suppression=None if suppression is None else suppression_from_row(suppression),
        lifts=[_lift(found) for found in raw.execute(_LIFTS, (contact_id,)).fetchall()],
        deliveries=[_delivery(found) for found in raw.execute(_DELIVERIES, (contact_id, SHOWN)).fetchall()],
        delivery_count=raw.execute(_COUNT_DELIVERIES, (contact_id,)).fetchone()[0],
        events=[_event(found) for found in raw.execute(_EVENTS, (contact_id, SHOWN)).fetchall()],
        received=raw.execute(_RECEIVED, (contact_id,)).fetchone()[0],
        merged=raw.execute(_MERGED, (contact_id,)).fetchone()[0],
    )


def suppression_from_row(row: Row) -> SuppressionView:
    """A row of SUPPRESSION_OF."""
    return SuppressionView(
        reason=DeliveryReason(row[1]),
        at=from_ms(row[2]),
        added_by=row[3],
        note=row[4],
        account_title=row[5],
        is_of_erased=bool(row[6]),
    )


def _consent(row: Row) -> ConsentView:
    return ConsentView(
        id=row[0],
        basis=ConsentBasis(row[1]),
        account_title=row[2],
        source=row[3],
        wording=row[4],
        evidence=row[5],
        given_at=from_ms(row[6]),
        recorded_at=from_ms(row[7]),
        recorded_by=row[8],
        withdrawn_at=from_ms(row[9]),
        withdrawn_by=row[10],
        withdrawn_why=row[11],
    )


def _lift(row: Row) -> LiftView:
    reason, at, lifted_at, lifted_by, why = row
    return LiftView(
        reason=DeliveryReason(reason), at=from_ms(at), lifted_at=from_ms(lifted_at), lifted_by=lifted_by, why=why
    )


def _delivery(row: Row) -> DeliveryLine:
    return DeliveryLine(
        campaign_id=CampaignId(row[0]),
        campaign_title=row[1],
        account_title=row[2],
        state=DeliveryState(row[3]),
        reason=None if row[4] is None else DeliveryReason(row[4]),
        at=from_ms(row[5]),
    )


def _event(row: Row) -> PersonEvent:
    kind, at, actor, account_title, campaign_title = row
    return PersonEvent(
        kind=kind, at=from_ms(at), actor=actor, account_title=account_title, campaign_title=campaign_title
    )


def _read_section(raw: sqlite3.Connection, sql: str, contact_id: ContactId) -> list[Mapping[str, object]]:
    cursor = raw.execute(sql, (contact_id,))
    names = [column[0] for column in cursor.description]
    return [{name: _plain(name, value) for name, value in zip(names, row, strict=True)} for row in cursor.fetchall()]


def _plain(name: str, value: object) -> object:
    if isinstance(value, int) and (name in _TIMES or name.endswith("_at")):
        return from_ms(value).isoformat()
    return json.loads(value) if isinstance(value, str) and name in _DOCUMENTS else value
