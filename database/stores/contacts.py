"""Contacts: the people of imported lists, kept once each, with the consent that came with them."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from campaigns.audience.csv_import import ImportedPerson, RejectedRow
from campaigns.report.event_kinds import EventKind
from core.domain.change import Subject
from core.domain.consent import Consent
from core.domain.ids import ContactId
from core.logs import current_correlation_id
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.events import write_event
from database.stores.rows import to_json, to_ms

LARGEST_IMPORT: Final = 2_000
"""People a unit: 35 to 50 ms on the database thread (measured)."""

_COLUMNS: Final = "k.id, k.name, k.username, k.phone, k.language, k.time_zone, k.fields"
_BY_USERNAME: Final = f"SELECT {_COLUMNS} FROM json_each(?) AS j CROSS JOIN contact AS k ON k.username = j.value"
_BY_PHONE: Final = f"SELECT {_COLUMNS} FROM json_each(?) AS j CROSS JOIN contact AS k ON k.phone = j.value"
_LAST_ID: Final = "SELECT ifnull(max(id), 0) FROM contact"
_ADD: Final = """
INSERT INTO contact (id, name, username, phone, language, time_zone, fields, created_at, updated_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_UPDATE: Final = """
UPDATE contact SET name = ?, username = ?, phone = ?, language = ?, time_zone = ?, fields = ?, updated_at = ? WHERE id = ?
"""
# A consent that is in force already stays as it is, and one that was withdrawn later is not restored.
_ADD_CONSENT: Final = """
INSERT INTO consent (contact_id, basis, source, evidence, given_at, recorded_at)
SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE NOT EXISTS (
    SELECT 1 FROM consent WHERE contact_id = ?1 AND basis = ?2 AND account_id IS NULL
        AND (withdrawn_at IS NULL OR withdrawn_at >= ?5))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportCounts:
    """What became of a batch of people. `conflicts` were not taken."""

    added: int
    updated: int  # something about them, or a consent, is new
    unchanged: int
    conflicts: tuple[RejectedRow, ...]


@dataclass(slots=True)
class _Contact:
    """A contact while a batch is merged into it."""

    id: ContactId
    name: str
    username: str | None
    phone: str | None
    language: str | None
    time_zone: str | None
    fields: Mapping[str, str]
    is_new: bool = False
    is_changed: bool = False
    consents: list[Consent] = field(default_factory=list)


class ContactStore:
    """The people that are known. Usernames are compared without case, as Telegram does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def import_people(self, batch: Sequence[ImportedPerson], *, actor: str, now: datetime) -> ImportCounts:
        """Add or update at most 2,000 people with their consents, in one unit.

        A person is found by username or phone. What the list leaves empty stays as it is; a consent in force stays,
        one that was withdrawn after the list's date is not restored. A row whose username and phone belong to two
        people, or contradict the contact it names, is a conflict. The unit is one line of Activity; those of one
        import share the correlation id. Raises ValueError for a larger batch.
        """
        if len(batch) > LARGEST_IMPORT:
            raise ValueError(f"at most {LARGEST_IMPORT} people in one unit, not {len(batch)}")

        correlation_id = current_correlation_id()

        def import_people(work: UnitOfWork) -> ImportCounts:
            work.touch(Subject.CONTACT, 0)
            counts = _import(work.connection, batch, to_ms(now))
            data = {
                "added": counts.added,
                "updated": counts.updated,
                "unchanged": counts.unchanged,
                "conflicts": len(counts.conflicts),
            }
            write_event(
                work,
                EventKind.PEOPLE_IMPORTED,
                at=to_ms(now),
                actor=actor,
                correlation_id=correlation_id,
                data=data,
            )
            return counts

        return await self._database.write(import_people)

    async def count(self) -> int:
        """How many contacts there are."""

        def count_contacts(raw: sqlite3.Connection) -> int:
            return int(raw.execute("SELECT count(*) FROM contact").fetchone()[0])

        return await self._database.read(count_contacts, is_long=True)


def _import(raw: sqlite3.Connection, batch: Sequence[ImportedPerson], now: int) -> ImportCounts:
    contacts = _Contacts(raw, batch)
    conflicts: list[RejectedRow] = []
    touched: dict[ContactId, _Contact] = {}
    for person in batch:
        found = contacts.find(person)
        if isinstance(found, RejectedRow):
            conflicts.append(found)
        else:
            _merge(found, person)
            contacts.put(found)
            touched[found.id] = found
    raw.executemany(_ADD, [(c.id, *_values(c), now, now) for c in touched.values() if c.is_new])
    raw.executemany(_UPDATE, [(*_values(c), now, c.id) for c in touched.values() if c.is_changed and not c.is_new])
    for contact in touched.values():
        for consent in contact.consents:
            contact.is_changed |= _add_consent(raw, contact.id, consent, now)
    added = sum(contact.is_new for contact in touched.values())
    updated = sum(contact.is_changed and not contact.is_new for contact in touched.values())
    return ImportCounts(
        added=added,
        updated=updated,
        unchanged=len(touched) - added - updated,
        conflicts=tuple(conflicts),
    )


class _Contacts:
    """The contacts that a batch may concern, those that it adds among them."""

    def __init__(self, raw: sqlite3.Connection, batch: Sequence[ImportedPerson]) -> None:
        self._by_username: dict[str, _Contact] = {}
        self._by_phone: dict[str, _Contact] = {}
        usernames = json.dumps([person.username for person in batch if person.username])
        phones = json.dumps([person.phone for person in batch if person.phone])
        known: dict[ContactId, _Contact] = {}
        for sql, keys in ((_BY_USERNAME, usernames), (_BY_PHONE, phones)):
            for contact_id, name, username, phone, language, time_zone, fields in raw.execute(
                sql, (keys,)
            ).fetchall():
                if contact_id not in known:
                    known[contact_id] = _Contact(
                        contact_id, name, username, phone, language, time_zone, json.loads(fields)
                    )
                    self.put(known[contact_id])
        (last_id,) = raw.execute(_LAST_ID).fetchone()
        self._next_id = int(last_id) + 1

    def put(self, contact: _Contact) -> None:
        """Find it by its keys from now on."""
        if contact.username:
            self._by_username[contact.username.lower()] = contact
        if contact.phone:
            self._by_phone[contact.phone] = contact

    def find(self, person: ImportedPerson) -> _Contact | RejectedRow:
        """The contact this person is, a new one, or why it cannot be told."""
        by_username = self._by_username.get(person.username.lower()) if person.username else None
        by_phone = self._by_phone.get(person.phone) if person.phone else None
        if by_username is not None and by_phone is not None and by_username is not by_phone:
            return RejectedRow(
                person.line, "The username and the phone number belong to two contacts.", ("username", "phone")
            )
        found = by_username or by_phone
        if found is None:
            found = _Contact(ContactId(self._next_id), "", None, None, None, None, {}, is_new=True)
            self._next_id += 1
            return found
        if person.phone and found.phone and person.phone != found.phone:
            return RejectedRow(
                person.line, "This username belongs to a contact with another phone number.", ("phone",)
            )
        if person.username and found.username and person.username.lower() != found.username.lower():
            return RejectedRow(
                person.line, "This phone number belongs to a contact with another username.", ("username",)
            )
        return found


def _merge(contact: _Contact, person: ImportedPerson) -> None:
    before = _values(contact)
    contact.name = person.name or contact.name
    contact.username = person.username or contact.username
    contact.phone = person.phone or contact.phone
    contact.language = person.language or contact.language
    contact.time_zone = person.time_zone or contact.time_zone
    contact.fields = {**contact.fields, **person.fields}
    contact.is_changed |= _values(contact) != before
    if person.consent is not None:
        contact.consents.append(person.consent)


def _values(contact: _Contact) -> tuple[str | None, ...]:
    return (
        contact.name,
        contact.username,
        contact.phone,
        contact.language,
        contact.time_zone,
        to_json(contact.fields),
    )


def _add_consent(raw: sqlite3.Connection, contact_id: ContactId, consent: Consent, now: int) -> bool:
    values = (contact_id, consent.basis.value, consent.source, consent.wording, to_ms(consent.at), now)
    return raw.execute(_ADD_CONSENT, values).rowcount == 1
