"""The rows of an import inside a unit of work: new people all at once, known ones one by one with what they were before."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from campaigns.audience.imports import RefusedRow
from campaigns.audience.people import ImportedPerson, RejectedRow
from core.domain.consent import Consent
from core.domain.ids import ImportId
from core.domain.search_key import to_search_key
from database.stores.rows import to_json, to_ms
from database.stores.suppression_keys import attach_suppressions

_LAST_ID: Final = "SELECT ifnull(max(id), 0) FROM contact"
_ADD: Final = """
INSERT INTO contact (id, name, username, phone, language, time_zone, fields, search_key, created_at, updated_at, import_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
# A whole batch in one statement, its rows as JSON: run row by row, each would hand the interpreter's lock back and forth
# with the thread that parses the next rows.
_ADD_ALL: Final = """
INSERT INTO contact (id, name, username, phone, language, time_zone, fields, search_key, created_at, updated_at, import_id)
SELECT ?2 + j.key, j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, j.value ->> 5, j.value ->> 6,
    ?3, ?3, ?4
FROM json_each(?1) AS j
"""
_ADD_ALL_CONSENTS: Final = """
INSERT INTO consent (contact_id, basis, source, evidence, given_at, recorded_at)
SELECT ?3 + (j.value ->> 0), j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, ?2 FROM json_each(?1) AS j
"""
_ADD_CONSENT: Final = """
INSERT INTO consent (contact_id, basis, source, evidence, given_at, recorded_at) VALUES (?, ?, ?, ?, ?, ?)
"""
# A consent that is in force already stays as it is, and one that was withdrawn later is not restored.
HAS_CONSENT: Final = """
SELECT EXISTS (SELECT 1 FROM consent WHERE contact_id = ?1 AND basis = ?2 AND account_id IS NULL
    AND (withdrawn_at IS NULL OR withdrawn_at >= ?3))
"""
_FIND: Final = "SELECT id, import_id, name, username, phone, language, time_zone, fields FROM contact"
_BY_USERNAME: Final = f"{_FIND} WHERE username = ?"
_BY_PHONE: Final = f"{_FIND} WHERE phone = ?"
_UPDATE: Final = """
UPDATE contact SET name = ?, username = ?, phone = ?, language = ?, time_zone = ?, fields = ?, search_key = ?, updated_at = ?
WHERE id = ?
"""
_CHANGED: Final = """
INSERT INTO import_change (import_id, contact_id, values_before, values_after, consents) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT DO UPDATE SET values_after = excluded.values_after, consents = excluded.consents
"""
_HELD: Final = "SELECT consents FROM import_change WHERE import_id = ? AND contact_id = ?"
# Not again where a person said that they are two.
_OFFER_MERGE: Final = "INSERT OR IGNORE INTO merge_offer (contact_id, other_id, at) VALUES (?, ?, ?)"
_REFUSE: Final = "INSERT INTO import_refusal (import_id, line, reason, columns, cells) VALUES (?, ?, ?, ?, ?)"
_SAID_NO: Final = "INSERT INTO import_no (refusal_id, import_id, username, phone, at) VALUES (?, ?, ?, ?, ?)"

Values = tuple[str | None, ...]
"""name, username, phone, language, time zone, fields (JSON) of a contact."""


@dataclass(slots=True)
class Outcome:
    """What became of some people."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    without_basis: int = 0
    refused: list[RefusedRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Found:
    id: int
    import_id: int | None
    values: Values


@dataclass(frozen=True, slots=True)
class _Refused:
    row: RejectedRow
    pair: tuple[int, int] | None = None  # two contacts that this row takes for one person


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPeople:
    """People as the two statements take them that add them all: made before the unit, which then holds the lock shortly."""

    contacts: str
    consents: str
    count: int
    without_basis: int

    @classmethod
    def of(cls, people: Sequence[ImportedPerson]) -> "NewPeople":
        moments: dict[int, int] = {}  # many people agreed at the same moment, and it is then one object
        contacts, consents = [], []
        for at, p in enumerate(people):
            fields = to_json(p.fields) if p.fields else "{}"
            key = to_search_key(p.name, p.username, p.phone)
            contacts.append(
                (p.name, p.username or None, p.phone or None, p.language or None, p.time_zone or None, fields, key)
            )
            if (consent := p.consent) is not None:
                if id(consent) not in moments:
                    moments[id(consent)] = to_ms(consent.at)
                consents.append((at, consent.basis, consent.source, consent.wording, moments[id(consent)]))
        return cls(
            contacts=_as_json(contacts),
            consents=_as_json(consents),
            count=len(contacts),
            without_basis=len(contacts) - len(consents),
        )


def add_new(raw: sqlite3.Connection, import_id: ImportId, new: NewPeople, now: int) -> Outcome | None:
    """Add them all. None, with nothing written: somebody is known already, or stands here twice."""
    (last_id,) = raw.execute(_LAST_ID).fetchone()
    raw.execute("SAVEPOINT add_new")
    try:
        raw.execute(_ADD_ALL, (new.contacts, last_id + 1, now, import_id))
    except sqlite3.IntegrityError:
        raw.execute("ROLLBACK TO add_new")
        raw.execute("RELEASE add_new")
        return None
    raw.execute(_ADD_ALL_CONSENTS, (new.consents, now, last_id + 1))
    if new.count:
        attach_suppressions(raw, last_id + 1, last_id + new.count)
    raw.execute("RELEASE add_new")
    return Outcome(added=new.count, without_basis=new.without_basis)


def _as_json(rows: Sequence[tuple[object, ...]]) -> str:
    return msgspec.json.encode(rows).decode()


def merge(
    raw: sqlite3.Connection,
    import_id: ImportId,
    people: Sequence[ImportedPerson],
    cells: Sequence[tuple[str, ...]],
    now: int,
) -> Outcome:
    """Add or update one after the other; `cells` are their rows, for those who have to be refused."""
    outcome = Outcome()
    for person, row in zip(people, cells, strict=True):
        found = _find(raw, person)
        if isinstance(found, _Refused):
            outcome.refused.append(RefusedRow(row=found.row, cells=row))
            if found.pair:
                raw.execute(_OFFER_MERGE, (min(found.pair), max(found.pair), now))
            continue
        outcome.without_basis += person.consent is None
        if found is None:
            _add_one(raw, import_id, person, now)
            outcome.added += 1
        elif _update(raw, import_id, found, person, now):
            outcome.updated += 1
        else:
            outcome.unchanged += 1
    return outcome


def write_refusals(raw: sqlite3.Connection, import_id: ImportId, refused: Sequence[RefusedRow]) -> None:
    """Keep the rows that were not taken, and who of them said no."""
    for r in refused:
        row = (import_id, r.row.line, r.row.reason, to_json(list(r.row.columns)), to_json(list(r.cells)))
        refusal_id = raw.execute(_REFUSE, row).lastrowid
        if r.no is not None:
            who = (r.no.username or None, r.no.phone or None, to_ms(r.no.at))
            raw.execute(_SAID_NO, (refusal_id, import_id, *who))


def write_consents(
    raw: sqlite3.Connection, contact_id: int, consents: Sequence[Sequence[object]], now: int
) -> list[int]:
    """Those of them that are not in force yet; their ids."""
    written = []
    for basis, source, evidence, given_at in consents:
        if not raw.execute(HAS_CONSENT, (contact_id, basis, given_at)).fetchone()[0]:
            row = (contact_id, basis, source, evidence, given_at, now)
            written.append(raw.execute(_ADD_CONSENT, row).lastrowid or 0)
    return written


def _find(raw: sqlite3.Connection, person: ImportedPerson) -> _Found | _Refused | None:
    """The contact that this person is; None: somebody new; or why it cannot be told."""
    by_username = _read(raw, _BY_USERNAME, person.username)
    by_phone = _read(raw, _BY_PHONE, person.phone)
    if by_username is not None and by_phone is not None and by_username.id != by_phone.id:
        reason = "The username and the phone number belong to two contacts. If they are one person, merge the two."
        pair = (by_username.id, by_phone.id)
        return _Refused(RejectedRow(person.line, reason, ("username", "phone")), pair)
    found = by_username or by_phone
    if found is None:
        return None
    _, username, phone, *_ = found.values
    if person.phone and phone and person.phone != phone:
        reason = "This username belongs to a contact with another phone number."
        return _Refused(RejectedRow(person.line, reason, ("phone",)))
    if person.username and username and person.username.lower() != username.lower():
        reason = "This phone number belongs to a contact with another username."
        return _Refused(RejectedRow(person.line, reason, ("username",)))
    return found


def _read(raw: sqlite3.Connection, sql: str, key: str) -> _Found | None:
    row = raw.execute(sql, (key,)).fetchone() if key else None
    return None if row is None else _Found(row[0], row[1], row[2:])


def _add_one(raw: sqlite3.Connection, import_id: ImportId, person: ImportedPerson, now: int) -> None:
    (last_id,) = raw.execute(_LAST_ID).fetchone()
    values = _merged(("", None, None, None, None, "{}"), person)
    raw.execute(_ADD, (last_id + 1, *values, key_of(values), now, now, import_id))
    attach_suppressions(raw, last_id + 1, last_id + 1)
    if person.consent is not None:
        write_consents(raw, last_id + 1, [_consent_row(person.consent)], now)


def _update(raw: sqlite3.Connection, import_id: ImportId, found: _Found, person: ImportedPerson, now: int) -> bool:
    """Whether anything about the contact, or a consent, is new."""
    values = _merged(found.values, person)
    is_changed = values != found.values
    if is_changed:
        raw.execute(_UPDATE, (*values, key_of(values), now, found.id))
        attach_suppressions(raw, found.id, found.id)
    consents = [] if person.consent is None else [_consent_row(person.consent)]
    if found.import_id == import_id:  # added by this very import: an earlier row was the same person
        return bool(write_consents(raw, found.id, consents, now)) or is_changed
    held = _held_consents(raw, import_id, found.id)
    fresh = [
        consent
        for consent in consents
        if consent[0] not in {basis for basis, *_ in held}
        and not raw.execute(HAS_CONSENT, (found.id, consent[0], consent[3])).fetchone()[0]
    ]
    if is_changed or fresh:
        change = (to_json(list(found.values)), to_json(list(values)), to_json([*held, *fresh]))
        raw.execute(_CHANGED, (import_id, found.id, *change))
    return bool(fresh) or is_changed


def _held_consents(raw: sqlite3.Connection, import_id: ImportId, contact_id: int) -> list[list[object]]:
    row = raw.execute(_HELD, (import_id, contact_id)).fetchone()
    held: list[list[object]] = [] if row is None else json.loads(row[0])
    return held


def _merged(values: Values, person: ImportedPerson) -> Values:
    """What the row leaves empty stays as it is."""
    name, username, phone, language, time_zone, fields = values
    if person.fields:
        fields = to_json({**json.loads(fields or "{}"), **person.fields})
    return (
        person.name or name,
        person.username or username,
        person.phone or phone,
        person.language or language,
        person.time_zone or time_zone,
        fields,
    )


def key_of(values: Values) -> str:
    """What a search for this contact looks through."""
    name, username, phone, *_ = values
    return to_search_key(name or "", username or "", phone or "")


def _consent_row(consent: Consent) -> list[object]:
    return [consent.basis.value, consent.source, consent.wording, to_ms(consent.at)]
