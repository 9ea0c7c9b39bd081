"""What somebody changes about people by hand: consents, suppressions, tags, fields, and which two are no one person."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from campaigns.audience.consent_rules import check_lift
from campaigns.audience.contacts import ContactEdit
from campaigns.reasons import DeliveryReason
from campaigns.report.event_kinds import EventKind
from core.domain.change import Subject
from core.domain.consent import ConsentBasis
from core.domain.ids import ContactId
from core.domain.search_key import to_search_key
from core.errors import UserInputError
from core.logs import current_correlation_id
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.contact_cards import SUPPRESSION_OF, find_contact
from database.stores.events import write_event
from database.stores.import_rows import HAS_CONSENT
from database.stores.rows import from_ms, to_json, to_ms
from database.stores.suppression_keys import attach_suppressions
from database.stores.suppressions import suppress

_ADD_CONSENT: Final = """
INSERT INTO consent (contact_id, basis, source, wording, evidence, given_at, recorded_at, recorded_by)
VALUES (?, 'agreed', ?, ?, ?, ?, ?, ?)
"""
_WITHDRAW: Final = """
UPDATE consent SET withdrawn_at = ?, withdrawn_by = ?, withdrawn_why = ?
WHERE contact_id = ? AND withdrawn_at IS NULL AND (?5 IS NULL OR id = ?5)
"""
_NEWEST_CONSENT: Final = """
SELECT max(given_at) FROM consent WHERE contact_id = ? AND basis = 'agreed' AND withdrawn_at IS NULL
"""
_USER_ID: Final = "SELECT telegram_user_id FROM contact WHERE id = ?"
_NOTE: Final = "UPDATE suppression SET added_by = ?, note = ? WHERE contact_id = ? AND added_by = '' AND at = ?"
_KEEP_LIFT: Final = """
INSERT INTO suppression_lift (contact_id, reason, at, lifted_at, lifted_by, why) VALUES (?, ?, ?, ?, ?, ?)
"""
_LIFT: Final = """
DELETE FROM suppression WHERE contact_id = ?1
    OR telegram_user_id = (SELECT telegram_user_id FROM contact WHERE id = ?1)
"""
_TAG: Final = """
INSERT OR IGNORE INTO contact_tag (contact_id, tag)
SELECT k.id, ?1 FROM json_each(?2) AS j JOIN contact AS k ON k.id = j.value
WHERE k.merged_into IS NULL AND k.erased_at IS NULL
"""
_UNTAG: Final = "DELETE FROM contact_tag WHERE tag = ? AND contact_id IN (SELECT value FROM json_each(?))"
_VALUES: Final = "SELECT name, username, phone, language, time_zone, fields FROM contact WHERE id = ?"
_EDIT: Final = """
UPDATE contact SET name = ?, username = ?, phone = ?, language = ?, time_zone = ?, fields = ?, search_key = ?,
    updated_at = ? WHERE id = ?
"""
_DISMISS: Final = """
INSERT INTO merge_offer (contact_id, other_id, at, dismissed_at) VALUES (?1, ?2, ?3, ?3)
ON CONFLICT DO UPDATE SET dismissed_at = excluded.dismissed_at
"""


class ContactDesk:
    """The store behind campaigns.audience.people_service.PeopleService."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def give_consent(
        self,
        contact_id: ContactId,
        *,
        source: str,
        wording: str,
        evidence: str,
        at: datetime,
        actor: str,
        now: datetime,
    ) -> bool:
        """An agreement that a person writes down. False: one stands already, or was taken back after that moment."""
        correlation_id = current_correlation_id()

        def add_consent(work: UnitOfWork) -> bool:
            raw = work.connection
            find_contact(raw, contact_id)
            if raw.execute(HAS_CONSENT, (contact_id, ConsentBasis.AGREED, to_ms(at))).fetchone()[0]:
                return False
            raw.execute(_ADD_CONSENT, (contact_id, source, wording, evidence, to_ms(at), to_ms(now), actor))
            _tell(work, EventKind.PERSON_AGREED, contact_id, actor, now, correlation_id)
            return True

        return await self._database.write(add_consent)

    async def withdraw_consent(
        self, contact_id: ContactId, *, consent_id: int | None, at: datetime, why: str, actor: str, now: datetime
    ) -> int:
        """Take back one consent in force, or all; returns how many."""
        correlation_id = current_correlation_id()

        def withdraw(work: UnitOfWork) -> int:
            find_contact(work.connection, contact_id)
            row = (to_ms(at), actor, why, contact_id, consent_id)
            count = work.connection.execute(_WITHDRAW, row).rowcount
            if count:
                _tell(work, EventKind.PERSON_WITHDREW, contact_id, actor, now, correlation_id)
            return count

        return await self._database.write(withdraw)

    async def suppress(self, contact_id: ContactId, *, note: str, actor: str, now: datetime) -> None:
        """Nobody writes to this person from now on; the first reason stays."""
        correlation_id = current_correlation_id()

        def suppress_person(work: UnitOfWork) -> None:
            raw = work.connection
            find_contact(raw, contact_id)
            (user_id,) = raw.execute(_USER_ID, (contact_id,)).fetchone()
            is_new = suppress(
                work,
                contact_id=contact_id,
                user_id=user_id,
                reason=DeliveryReason.SUPPRESSED,
                account_id=None,
                at=to_ms(now),
                actor=actor,
                correlation_id=correlation_id,
            )
            if is_new:
                raw.execute(_NOTE, (actor, note, contact_id, to_ms(now)))

        await self._database.write(suppress_person)

    async def lift_suppression(self, contact_id: ContactId, *, why: str, actor: str, now: datetime) -> None:
        """Take a suppression back, with its reason kept. Raises UserInputError where it may not be."""
        correlation_id = current_correlation_id()

        def lift(work: UnitOfWork) -> None:
            raw = work.connection
            find_contact(raw, contact_id)
            row = raw.execute(SUPPRESSION_OF, (contact_id,)).fetchone()
            if row is None:
                raise UserInputError("This person is not on the suppression list.", title="Nothing to take back")
            _, reason, at, _, _, _, was_erased = row
            (newest,) = raw.execute(_NEWEST_CONSENT, (contact_id,)).fetchone()
            check_lift(
                DeliveryReason(reason),
                from_ms(at),
                from_ms(newest),
                was_erased=bool(was_erased),
                why=why,
            )
            raw.execute(_KEEP_LIFT, (contact_id, reason, at, to_ms(now), actor, why.strip()))
            raw.execute(_LIFT, (contact_id,))
            _tell(work, EventKind.PERSON_UNSUPPRESSED, contact_id, actor, now, correlation_id)

        await self._database.write(lift)

    async def tag(
        self,
        ids: Sequence[int],
        *,
        add: Sequence[str],
        remove: Sequence[str],
        actor: str,
        now: datetime,
        is_last: bool,
        total: int,
    ) -> int:
        """Tags of at most 2,000 people in one unit; returns how many tags came or went.

        `is_last`: the act is whole with this unit, and `total` people stand in its one event.
        """
        wanted, correlation_id = json.dumps(list(ids)), current_correlation_id()

        def change_tags(work: UnitOfWork) -> int:
            raw, changed = work.connection, 0
            for tag in remove:
                changed += raw.execute(_UNTAG, (tag, wanted)).rowcount
            for tag in add:
                changed += raw.execute(_TAG, (tag, wanted)).rowcount
            work.touch(Subject.CONTACT, 0)
            if is_last:
                data: dict[str, str | int] = {"people": total, "added": ", ".join(add), "removed": ", ".join(remove)}
                write_event(
                    work,
                    EventKind.PEOPLE_TAGGED,
                    at=to_ms(now),
                    actor=actor,
                    correlation_id=correlation_id,
                    data=data,
                )
            return changed

        return await self._database.write(change_tags)

    async def edit(self, contact_id: ContactId, edit: ContactEdit, *, actor: str, now: datetime) -> bool:
        """Change what is known of a person; False: it was so already. Raises UserInputError for a name or number that
        another contact has, and when neither would be left.
        """
        correlation_id = current_correlation_id()

        def edit_contact(work: UnitOfWork) -> bool:
            raw = work.connection
            find_contact(raw, contact_id)
            before = raw.execute(_VALUES, (contact_id,)).fetchone()
            after = _edited(before, edit)
            if after == before:
                return False
            key = to_search_key(after[0] or "", after[1] or "", after[2] or "")
            try:
                raw.execute(_EDIT, (*after, key, to_ms(now), contact_id))
            except sqlite3.IntegrityError as error:
                raise _refusal(error) from error
            attach_suppressions(raw, contact_id, contact_id)
            _tell(work, EventKind.PERSON_EDITED, contact_id, actor, now, correlation_id)
            return True

        return await self._database.write(edit_contact)

    async def tell_exported(self, contact_id: ContactId, *, actor: str, now: datetime) -> None:
        """Everything about this person was written to a file."""
        correlation_id = current_correlation_id()

        def tell(work: UnitOfWork) -> None:
            _tell(work, EventKind.PERSON_EXPORTED, contact_id, actor, now, correlation_id)

        await self._database.write(tell)

    async def tell_many_exported(self, count: int, file: Path, *, actor: str, now: datetime) -> None:
        """So many people were written to this file."""
        correlation_id = current_correlation_id()

        def tell(work: UnitOfWork) -> None:
            write_event(
                work,
                EventKind.PEOPLE_EXPORTED,
                at=to_ms(now),
                actor=actor,
                correlation_id=correlation_id,
                data={"count": count, "file": str(file.absolute())},
            )

        await self._database.write(tell)

    async def dismiss_merge(self, first: ContactId, second: ContactId, *, now: datetime) -> None:
        """They are two people, and are not offered for merging again."""
        pair = (min(first, second), max(first, second), to_ms(now))

        def dismiss(work: UnitOfWork) -> None:
            work.connection.execute(_DISMISS, pair)
            work.touch(Subject.CONTACT, 0)

        await self._database.write(dismiss)


def _tell(
    work: UnitOfWork, kind: EventKind, contact_id: ContactId, actor: str, now: datetime, correlation_id: str
) -> None:
    work.touch(Subject.CONTACT, 0)
    write_event(work, kind, at=to_ms(now), actor=actor, contact_id=contact_id, correlation_id=correlation_id)


def _edited(before: tuple[str | None, ...], edit: ContactEdit) -> tuple[str | None, ...]:
    texts = (edit.name, edit.username, edit.phone, edit.language, edit.time_zone)
    after: list[str | None] = [
        old if new is None else (new or None) for old, new in zip(before[:5], texts, strict=True)
    ]
    after[0] = after[0] or ""
    fields: Mapping[str, str] | None = edit.fields
    return (*after, before[5] if fields is None else to_json({k: v for k, v in fields.items() if v}))


def _refusal(error: sqlite3.IntegrityError) -> UserInputError:
    what = "number" if "contact.phone" in str(error) else "username"
    if "UNIQUE" in str(error):
        return UserInputError(
            f"Another contact has this {what}. If they are one person, merge the two.",
            title="Somebody else is known by that",
        )
    return UserInputError(
        "A person needs a username or a phone number, or nobody could write to them.",
        title="Neither a username nor a number would be left",
    )
