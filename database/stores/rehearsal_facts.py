"""What a rehearsal reads: the accounts and campaigns that take part, and their people a page at a time."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from campaigns.campaign import Campaign, CampaignState
from campaigns.message.variants import Choice
from campaigns.plan.limits import DAY
from campaigns.plan.rehearsal_facts import MemberRow, ProfileOf, Scene, StoredRow
from campaigns.plan.simulated_lanes import CampaignStart, LaneStart
from campaigns.reasons import DeliveryReason
from core.domain.account import Account
from core.domain.ids import AccountId, CampaignId, ContactId, TelegramUserId
from core.errors import InvalidTransitionError
from database.database import Database
from database.stores import planning
from database.stores.campaign_changes import get_campaign
from database.stores.claims import HAS_CONSENT, count_tried
from database.stores.first_contacts import TAKEN
from database.stores.rows import (
    ACCOUNT_COLUMNS,
    CAMPAIGN_COLUMNS,
    Row,
    account_from_row,
    campaign_from_row,
    from_ms,
    to_ms,
)
from database.stores.series_rows import find_repeat

_ACCOUNT: Final = f"SELECT {ACCOUNT_COLUMNS} FROM account WHERE id = ?"
# Campaigns that share an account with this one, and are on their way.
_OTHERS: Final = f"""
SELECT DISTINCT {CAMPAIGN_COLUMNS} FROM campaign_account AS a
JOIN campaign_account AS b ON b.account_id = a.account_id AND b.campaign_id <> a.campaign_id
JOIN campaign AS c ON c.id = b.campaign_id AND c.state IN ('scheduled', 'running', 'paused')
    AND c.id NOT IN (SELECT campaign_id FROM series)
WHERE a.campaign_id = ? ORDER BY c.id
"""
_SENDS: Final = """
SELECT unknown_since FROM outgoing WHERE {subject} = ? AND unknown_since > ? ORDER BY unknown_since DESC LIMIT ?
"""
_SLOWED: Final = "SELECT slowed_per_hour FROM campaign WHERE id = ?"
_LOOK_UPS: Final = "SELECT at FROM look_up WHERE account_id = ? AND at > ? ORDER BY at"
_LOOK_UP_COOLDOWN: Final = "SELECT look_up_cooldown_until FROM account WHERE id = ?"
_HAS_HISTORY: Final = "SELECT EXISTS (SELECT 1 FROM outgoing WHERE unknown_since IS NOT NULL)"
_COUNT_WAITING: Final = """
SELECT ifnull(sum(count), 0) FROM delivery_count
WHERE campaign_id = ? AND state IN ('planned', 'deferred') AND account_id IN (SELECT value FROM json_each(?))
"""
_COUNT_MEMBERS: Final = "SELECT count(*) FROM campaign_member WHERE campaign_id = ? AND contact_id > ?"
_ROW_COLUMNS: Final = f"""
o.contact_id, o.telegram_user_id, k.time_zone, p.user_id IS NOT NULL, p.wrote_at IS NOT NULL, {HAS_CONSENT},
ifnull((SELECT s.reason FROM suppression AS s WHERE s.contact_id = o.contact_id),
       (SELECT s.reason FROM suppression AS s WHERE s.telegram_user_id = o.telegram_user_id)),
o.not_before, iif(o.state = 'deferred', o.reason, NULL)
FROM outgoing AS o JOIN contact AS k ON k.id = o.contact_id
LEFT JOIN peer AS p ON p.account_id = o.account_id AND p.user_id = ifnull(o.telegram_user_id, (
    SELECT q.user_id FROM peer AS q WHERE q.account_id = o.account_id AND q.username = k.username COLLATE NOCASE))
"""
# In the order in which a lane takes them; by the indexes outgoing_planned and outgoing_deferred.
PLANNED_ROWS: Final = f"""
SELECT 0, o.id, {_ROW_COLUMNS} WHERE o.campaign_id = ? AND o.account_id = ? AND o.state = 'planned' AND o.id > ?
ORDER BY o.id LIMIT ?
"""
PUT_OFF_ROWS: Final = f"""
SELECT o.not_before, o.id, {_ROW_COLUMNS}
WHERE o.campaign_id = ? AND o.account_id = ? AND o.state = 'deferred' AND (o.not_before, o.id) > (?, ?)
ORDER BY o.not_before, o.id LIMIT ?
"""
# What campaigns sent to people before, by contact and by the person that they are known to be; UNION takes out what is both.
_PAST: Final = """
SELECT j.value, e.unknown_since, e.account_id, e.id FROM json_each(?1) AS j
CROSS JOIN outgoing AS e ON e.contact_id = j.value WHERE e.unknown_since IS NOT NULL AND e.campaign_id IS NOT NULL
UNION
SELECT k.id, e.unknown_since, e.account_id, e.id FROM json_each(?1) AS j CROSS JOIN contact AS k ON k.id = j.value
CROSS JOIN outgoing AS e ON e.telegram_user_id = k.telegram_user_id
WHERE e.unknown_since IS NOT NULL AND e.campaign_id IS NOT NULL
ORDER BY 1, 2 DESC
"""
_BARRED: Final = """
SELECT s.telegram_user_id, s.reason FROM json_each(?) AS j JOIN suppression AS s ON s.telegram_user_id = j.value
"""
_INPUTS: Final = """
SELECT o.contact_id, k.name, o.variant, o.language, o.inputs FROM outgoing AS o JOIN contact AS k ON k.id = o.contact_id
WHERE o.campaign_id = ? AND o.contact_id > ? AND o.state IN ('planned', 'deferred') ORDER BY o.contact_id LIMIT ?
"""
_VALUES: Final = """
SELECT k.id, k.name, k.username, k.language, k.fields FROM campaign_member AS m JOIN contact AS k ON k.id = m.contact_id
WHERE m.campaign_id = ? AND m.contact_id > ? ORDER BY m.contact_id LIMIT ?
"""

_BEFORE_PLANNING: Final = frozenset({CampaignState.DRAFT, CampaignState.IN_REVIEW, CampaignState.APPROVED})
_ENDED: Final = frozenset({CampaignState.FINISHED, CampaignState.CANCELLED, CampaignState.FAILED})


class RehearsalFactStore:
    """Implements `campaigns.plan.rehearsal_facts.RehearsalFacts`. Writes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def scene(
        self, campaign_id: CampaignId, profile_of: ProfileOf, *, start_at: datetime | None, now: datetime
    ) -> Scene:
        """Everything but the people.

        Raises UserInputError (no such campaign), InvalidTransitionError (it has ended, or its accounts were removed).
        """
        return await self._database.read(
            lambda raw: _scene(raw, campaign_id, profile_of, start_at, now), is_long=True
        )

    async def members(
        self, campaign_id: CampaignId, *, after: int, limit: int, has_history: bool
    ) -> Sequence[MemberRow]:
        """Members without a row, by rising contact id."""

        def read_members(raw: sqlite3.Connection) -> list[MemberRow]:
            members = planning.read_members(raw, campaign_id, after=after, limit=limit, sql=planning.NEXT_ZONES)
            past = _past(raw, [member.contact_id for member in members]) if has_history else {}
            learned = sorted({user_id for member in members for user_id in member.facts.user_ids.values()})
            rows = raw.execute(_BARRED, (json.dumps(learned),)).fetchall() if learned else []
            barred = {TelegramUserId(user_id): DeliveryReason(reason) for user_id, reason in rows}
            return [
                MemberRow(contact_id, facts, columns[0], past.get(contact_id, ()), barred)
                for contact_id, facts, columns in members
            ]

        return await self._database.read(read_members, is_long=True)

    async def rows(
        self,
        campaign_id: CampaignId,
        account_id: AccountId,
        *,
        is_put_off: bool,
        after: tuple[int, int],
        limit: int,
        has_history: bool,
    ) -> Sequence[StoredRow]:
        """Rows of one account that wait, in the order in which its lane takes them."""

        def read_rows(raw: sqlite3.Connection) -> list[StoredRow]:
            if is_put_off:
                rows = raw.execute(PUT_OFF_ROWS, (campaign_id, account_id, *after, limit)).fetchall()
            else:
                rows = raw.execute(PLANNED_ROWS, (campaign_id, account_id, after[1], limit)).fetchall()
            past = _past(raw, [row[2] for row in rows]) if has_history else {}
            return [_stored(row, past) for row in rows]

        return await self._database.read(read_rows, is_long=True)

    async def inputs(
        self, campaign: Campaign, *, after: int, limit: int, is_planned: bool
    ) -> Sequence[tuple[ContactId, str, Choice, Mapping[str, str]]]:
        """Contact, name, which text and the values for it, by rising contact."""

        def choose(contact_id: int, language: str | None) -> Choice:
            return campaign.message.choose(campaign.id, ContactId(contact_id), language or "")

        def read_inputs(raw: sqlite3.Connection) -> list[tuple[ContactId, str, Choice, Mapping[str, str]]]:
            values = (campaign.id, after, limit)
            if is_planned:
                return [
                    (ContactId(number), name, Choice(variant, language), json.loads(inputs))
                    for number, name, variant, language, inputs in raw.execute(_INPUTS, values)
                ]
            return [
                (
                    ContactId(number),
                    name,
                    choose(number, language),
                    planning.values_of(name, username, language, fields),
                )
                for number, name, username, language, fields in raw.execute(_VALUES, values)
            ]

        return await self._database.read(read_inputs, is_long=True)


def _scene(
    raw: sqlite3.Connection,
    campaign_id: CampaignId,
    profile_of: ProfileOf,
    start_at: datetime | None,
    now: datetime,
) -> Scene:
    campaign = get_campaign(raw, campaign_id)
    if campaign.state in _ENDED:
        raise InvalidTransitionError("It has ended, so there is nothing left to rehearse.")
    account_ids = [AccountId(row[0]) for row in raw.execute(planning.ACCOUNTS, (campaign_id,)).fetchall()]
    if not account_ids:
        raise InvalidTransitionError(
            "Every account of this campaign was removed.", hint="Write a new campaign with accounts that are here."
        )
    lanes = [_lane(raw, account_id, profile_of, now) for account_id in account_ids]
    others = [campaign_from_row(row) for row in raw.execute(_OTHERS, (campaign_id,)).fetchall()]
    moving = [each for each in others if each.state is not CampaignState.PAUSED]
    (planned_up_to,) = raw.execute(planning.LAST_PLANNED, (campaign_id,)).fetchone()
    repeat = find_repeat(raw, campaign_id)
    is_unplanned = campaign.state in _BEFORE_PLANNING or repeat is not None  # what repeats sends nothing itself
    wanted = json.dumps(account_ids)
    waiting = sum(raw.execute(_COUNT_WAITING, (each.id, wanted)).fetchone()[0] for each in (campaign, *moving))
    members = raw.execute(_COUNT_MEMBERS, (campaign_id, planned_up_to)).fetchone()[0] if is_unplanned else 0
    begins = max(start_at or campaign.start_at or campaign.plan.schedule.starts_at or now, now)
    next_run = repeat.next_runs(begins, 1) if repeat is not None else ()
    return Scene(
        campaign=campaign,
        lanes=lanes,
        campaigns=[
            _campaign(raw, campaign, next_run[0] if next_run else begins, now, is_unplanned=is_unplanned),
            *(_campaign(raw, each, max(each.start_at or now, now), now, is_unplanned=False) for each in moving),
        ],
        load={AccountId(account): count for account, count in raw.execute(planning.LOAD, (campaign_id,)).fetchall()},
        planned_up_to=planned_up_to,
        has_members_left=members > 0,
        is_next_run=repeat is not None,
        people=waiting + members,
        has_history=bool(raw.execute(_HAS_HISTORY).fetchone()[0]),
        paused_others=len(others) - len(moving),
    )


def _lane(raw: sqlite3.Connection, account_id: AccountId, profile_of: ProfileOf, now: datetime) -> LaneStart:
    account: Account = account_from_row(raw.execute(_ACCOUNT, (account_id,)).fetchone())
    profile, since = profile_of(account), to_ms(now - DAY)
    quota = max(profile.per_hour or 0, profile.per_day or 0)
    look_ups = raw.execute(_LOOK_UPS, (account_id, since)).fetchall()
    firsts = raw.execute(TAKEN, (account_id, since)).fetchall()
    return LaneStart(
        account=account,
        profile=profile,
        sends=_sends(raw, "account_id", account_id, since, quota),
        look_ups=[from_ms(int(at)) for (at,) in look_ups],
        first_contacts=[from_ms(int(at)) for (at,) in firsts],
        look_up_cooldown_until=from_ms(raw.execute(_LOOK_UP_COOLDOWN, (account_id,)).fetchone()[0]),
    )


def _campaign(
    raw: sqlite3.Connection, campaign: Campaign, begins: datetime, now: datetime, *, is_unplanned: bool
) -> CampaignStart:
    plan = campaign.plan
    quota = max(plan.per_hour or 0, plan.per_day or 0, 1)  # of one that is slowed down the newest counts
    return CampaignStart(
        id=campaign.id,
        plan=plan,
        starts_at=begins,
        sends=_sends(raw, "campaign_id", campaign.id, to_ms(now - DAY), quota),
        tried=count_tried(raw, campaign.id),
        canary_size=campaign.canary_size,
        slowed_per_hour=raw.execute(_SLOWED, (campaign.id,)).fetchone()[0],
        items=max(1, len(campaign.message.media)),
        has_canary_ahead=is_unplanned,
    )


def _sends(raw: sqlite3.Connection, subject: str, number: int, since: int, quota: int) -> list[datetime]:
    """The newest ones that count for a quota, oldest first."""
    rows = raw.execute(_SENDS.format(subject=subject), (number, since, quota)).fetchall() if quota else []
    return [from_ms(int(at)) for (at,) in reversed(rows)]


def _past(raw: sqlite3.Connection, contact_ids: Sequence[int]) -> dict[int, list[tuple[AccountId, int]]]:
    """By contact: from which account and when (ms), the newest first."""
    past: dict[int, list[tuple[AccountId, int]]] = {}
    for contact_id, at, account_id, _ in raw.execute(_PAST, (json.dumps(contact_ids),)):
        past.setdefault(contact_id, []).append((AccountId(account_id), at))
    return past


def _stored(row: Row, past: Mapping[int, Sequence[tuple[AccountId, int]]]) -> StoredRow:
    first, second, contact_id, user_id, time_zone, is_known, wrote, has_consent, suppression, not_before, reason = row
    return StoredRow(
        key=(first, second),
        contact_id=ContactId(contact_id),
        user_id=user_id,
        time_zone=time_zone,
        is_known=bool(is_known),
        wrote_to_us=bool(wrote),
        has_consent=bool(has_consent),
        suppression=None if suppression is None else DeliveryReason(suppression),
        not_before=from_ms(not_before),
        reason=None if reason is None else DeliveryReason(reason),
        past=past.get(contact_id, ()),
    )
