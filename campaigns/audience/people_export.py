"""People as a CSV that can be imported again: whom a person chose, or all that match."""

import asyncio
import csv
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from campaigns.audience.columns import EXPORTED_STANDING, EXPORTED_TAGS, Column
from campaigns.audience.people import escape
from campaigns.audience.suppression_list import REASONS
from campaigns.jobs import Tell
from campaigns.reasons import DeliveryReason
from core.domain.consent import ConsentBasis
from core.files import written_whole

COLUMNS: Final = (
    Column.NAME,
    Column.USERNAME,
    Column.PHONE,
    Column.LANGUAGE,
    Column.TIME_ZONE,
    Column.CONSENT_BASIS,
    Column.CONSENT_AT,
    Column.CONSENT_SOURCE,
    Column.CONSENT_WORDING,
)
SAID_NO: Final = "stop"
"""The basis of whoever is suppressed: wherever the file is imported, nobody writes to them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedConsent:
    """One in force that lets every account write."""

    basis: ConsentBasis
    at: datetime
    source: str
    wording: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedPerson:
    """One line. `started`: accounts that this person started or wrote to, which alone may write to them."""

    name: str = field(repr=False)
    username: str = field(repr=False)
    phone: str = field(repr=False)
    language: str
    time_zone: str
    consent: ExportedConsent | None
    started: tuple[str, ...]
    suppression: tuple[DeliveryReason, datetime] | None
    tags: tuple[str, ...]
    fields: Mapping[str, str] = field(repr=False)


async def write_people(
    path: Path,
    fields: Sequence[str],
    pages: AsyncIterator[Sequence[ExportedPerson]],
    tell: Tell,
) -> int:
    """Write them as CSV, one column for each of `fields`; returns how many.

    `tell` is told how many are written. The file is whole or not there, also when it is cancelled. Raises StorageError.
    """
    written = 0
    with written_whole(path, encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow([*COLUMNS, *fields, EXPORTED_TAGS, EXPORTED_STANDING])
        async for page in pages:
            await asyncio.to_thread(writer.writerows, [_line(person, fields) for person in page])
            written += len(page)
            await tell(written)
    return written


def _line(person: ExportedPerson, fields: Sequence[str]) -> list[str]:
    own = (person.name, person.username, person.phone, person.language, person.time_zone)
    further = [person.fields.get(name, "") for name in fields]
    return [*map(escape, (*own, *_consent(person), *further, ", ".join(person.tags), _standing(person)))]


def _consent(person: ExportedPerson) -> tuple[str, str, str, str]:
    """What an account alone may do is not among it: an import would let every account write."""
    if person.suppression is not None:
        return SAID_NO, _moment(person.suppression[1]), "", ""
    consent = person.consent
    if consent is None:
        return "", "", "", ""
    return consent.basis.value, _moment(consent.at), consent.source, consent.wording


def _standing(person: ExportedPerson) -> str:
    if person.suppression is not None:
        return f"no: {REASONS.get(person.suppression[0], 'suppressed')}"
    if person.consent is not None:
        return "yes"
    return f"only by {', '.join(person.started)}" if person.started else "no basis"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
