"""A trial run as two databases see it: the sample is read from the real one and written into that of the trial."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from campaigns.delivery import DeliveryState
from campaigns.reasons import DeliveryReason
from core.domain.account import AccountKind
from core.domain.ids import CampaignId, ContactId, TelegramUserId
from core.domain.search_key import to_search_key
from core.errors import UserInputError
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.rows import to_ms

_COUNT: Final = "SELECT count(*) FROM campaign_member WHERE campaign_id = ?"
# Evenly over all of them, in the order of the contacts, so that the same campaign gives the same sample.
_SAMPLE: Final = """
SELECT k.id, k.name, k.username, k.language, k.time_zone, k.fields,
    EXISTS (SELECT 1 FROM consent AS c WHERE c.contact_id = k.id AND c.withdrawn_at IS NULL),
    ifnull((SELECT s.reason FROM suppression AS s WHERE s.contact_id = k.id),
           (SELECT s.reason FROM suppression AS s WHERE s.telegram_user_id = k.telegram_user_id))
FROM contact AS k WHERE k.id IN (
    SELECT contact_id FROM (
        SELECT contact_id, row_number() OVER (ORDER BY contact_id) - 1 AS n FROM campaign_member WHERE campaign_id = ?1)
    WHERE n IN (SELECT value FROM json_each(?2)))
ORDER BY k.id
"""
_ACCOUNTS: Final = """
SELECT a.kind, a.title FROM campaign_account AS m JOIN account AS a ON a.id = m.account_id
WHERE m.campaign_id = ? ORDER BY a.id
"""
# So that the trial's campaign gets the same number, and everybody the same variant.
_RESERVE: Final = """
INSERT INTO campaign (id, title, state, state_at, state_by, message, created_at, created_by)
VALUES (?, 'before', 'cancelled', 0, 'trial', '{}', 0, 'trial')
"""
_CONTACT: Final = """
INSERT INTO contact (id, name, username, telegram_user_id, language, time_zone, search_key, fields, created_at, updated_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_CONSENT: Final = """
INSERT INTO consent (contact_id, basis, source, evidence, given_at, recorded_at) VALUES (?, 'agreed', 'trial run', '', ?, ?)
"""
_SUPPRESS: Final = "INSERT INTO suppression (contact_id, reason, at) VALUES (?, ?, ?)"
_ENDS: Final = """
SELECT o.contact_id, o.telegram_user_id, a.title, o.state, o.reason, ifnull(o.detail, '')
FROM outgoing AS o JOIN account AS a ON a.id = o.account_id WHERE o.campaign_id = ? ORDER BY o.contact_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplePerson:
    """One of the campaign's people, as far as a text and the rules need them."""

    contact_id: ContactId
    name: str
    username: str | None
    language: str | None
    time_zone: str | None
    fields: str  # JSON
    may_be_written_to: bool
    suppression: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialEnd:
    """How the row of one person ended in the trial."""

    contact_id: ContactId
    user_id: TelegramUserId | None
    account_title: str
    state: DeliveryState
    reason: DeliveryReason | None
    detail: str


class TrialStore:
    """Sample and accounts are read from the workspace; the rest is for the trial's own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self, campaign_id: CampaignId) -> int:
        """How many people the campaign addresses now."""
        return await self._database.read(
            lambda raw: int(raw.execute(_COUNT, (campaign_id,)).fetchone()[0]), is_long=True
        )

    async def sample(self, campaign_id: CampaignId, count: int) -> Sequence[SamplePerson]:
        """At most so many of its people, evenly over all. Raises UserInputError when it addresses nobody."""
        members = await self.count(campaign_id)
        if not members:
            raise UserInputError("The campaign addresses nobody yet.", hint="Choose its people first.")
        count = min(count, members)
        wanted = json.dumps([number * members // count for number in range(count)])

        def read_sample(raw: sqlite3.Connection) -> list[SamplePerson]:
            return [
                SamplePerson(
                    contact_id=ContactId(row[0]),
                    name=row[1],
                    username=row[2],
                    language=row[3],
                    time_zone=row[4],
                    fields=row[5],
                    may_be_written_to=bool(row[6]),
                    suppression=row[7],
                )
                for row in raw.execute(_SAMPLE, (campaign_id, wanted)).fetchall()
            ]

        return await self._database.read(read_sample, is_long=True)

    async def accounts(self, campaign_id: CampaignId) -> Sequence[tuple[AccountKind, str]]:
        """Kind and title of the accounts that the campaign is sent from."""
        return await self._database.read(
            lambda raw: [(AccountKind(row[0]), row[1]) for row in raw.execute(_ACCOUNTS, (campaign_id,)).fetchall()]
        )

    async def fill(
        self, campaign_id: CampaignId, people: Sequence[tuple[SamplePerson, TelegramUserId]], *, now: datetime
    ) -> None:
        """The sample becomes the people of this empty workspace, each as somebody of the sandbox, under their numbers."""
        at = to_ms(now)

        def fill(work: UnitOfWork) -> None:
            raw = work.connection
            if campaign_id > 1:
                raw.execute(_RESERVE, (campaign_id - 1,))
            for person, user_id in people:
                key = to_search_key(person.name, person.username or "", "")
                raw.execute(
                    _CONTACT,
                    (
                        person.contact_id,
                        person.name,
                        person.username,
                        user_id,
                        person.language,
                        person.time_zone,
                        key,
                        person.fields,
                        at,
                        at,
                    ),
                )
                if person.may_be_written_to:
                    raw.execute(_CONSENT, (person.contact_id, at, at))
                if person.suppression is not None:
                    raw.execute(_SUPPRESS, (person.contact_id, person.suppression, at))

        await self._database.write(fill)

    async def ends(self, campaign_id: CampaignId) -> Sequence[TrialEnd]:
        """How everybody ended, by rising contact id."""

        def read_ends(raw: sqlite3.Connection) -> list[TrialEnd]:
            return [
                TrialEnd(
                    contact_id=ContactId(row[0]),
                    user_id=None if row[1] is None else TelegramUserId(row[1]),
                    account_title=row[2],
                    state=DeliveryState(row[3]),
                    reason=None if row[4] is None else DeliveryReason(row[4]),
                    detail=row[5],
                )
                for row in raw.execute(_ENDS, (campaign_id,)).fetchall()
            ]

        return await self._database.read(read_ends)
