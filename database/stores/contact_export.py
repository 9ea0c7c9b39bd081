"""What an export of people holds of each, read some hundred at a time."""

import json
import sqlite3
from collections.abc import Sequence
from typing import Final

from campaigns.audience.people_export import ExportedConsent, ExportedPerson
from campaigns.reasons import DeliveryReason
from core.domain.consent import ConsentBasis
from database.stores.contacts import VISIBLE
from database.stores.rows import Row, from_ms

_FIELDS: Final = f"""
SELECT DISTINCT f.key FROM contact AS k JOIN json_each(k.fields) AS f
WHERE k.id IN (SELECT value FROM json_each(?)) AND {VISIBLE}
"""
_ROWS: Final = f"""
SELECT k.name, ifnull(k.username, ''), ifnull(k.phone, ''), ifnull(k.language, ''), ifnull(k.time_zone, ''), k.fields,
    (SELECT json_array(c.basis, c.given_at, c.source, iif(c.wording = '', c.evidence, c.wording)) FROM consent AS c
     WHERE c.contact_id = k.id AND c.withdrawn_at IS NULL AND c.account_id IS NULL
     ORDER BY c.basis <> 'agreed', c.id LIMIT 1),
    (SELECT json_group_array(a.title) FROM consent AS c JOIN account AS a ON a.id = c.account_id
     WHERE c.contact_id = k.id AND c.withdrawn_at IS NULL),
    ifnull((SELECT json_array(s.reason, s.at) FROM suppression AS s WHERE s.contact_id = k.id),
           (SELECT json_array(s.reason, s.at) FROM suppression AS s WHERE s.telegram_user_id = k.telegram_user_id)),
    (SELECT json_group_array(tag) FROM contact_tag AS t WHERE t.contact_id = k.id)
FROM json_each(?) AS wanted CROSS JOIN contact AS k ON k.id = wanted.value WHERE {VISIBLE} ORDER BY wanted.key
"""


def field_names(raw: sqlite3.Connection, ids: Sequence[int]) -> list[str]:
    """Of the further fields that these people have."""
    return [row[0] for row in raw.execute(_FIELDS, (json.dumps(list(ids)),)).fetchall()]


def exported(raw: sqlite3.Connection, ids: Sequence[int]) -> list[ExportedPerson]:
    """In the order of the ids; who is gone is missing."""
    return [_person(row) for row in raw.execute(_ROWS, (json.dumps(list(ids)),)).fetchall()]


def _person(row: Row) -> ExportedPerson:
    consent = None
    if row[6]:
        basis, given_at, source, wording = json.loads(row[6])
        consent = ExportedConsent(basis=ConsentBasis(basis), at=from_ms(given_at), source=source, wording=wording)
    suppression = None
    if row[8]:
        reason, at = json.loads(row[8])
        suppression = DeliveryReason(reason), from_ms(at)
    return ExportedPerson(
        name=row[0],
        username=row[1],
        phone=row[2],
        language=row[3],
        time_zone=row[4],
        fields=json.loads(row[5]),
        consent=consent,
        started=tuple(json.loads(row[7])),
        suppression=suppression,
        tags=tuple(json.loads(row[9])),
    )
