"""Planning: one row per member of an approved campaign, a chunk at a time, each decided once."""

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

import msgspec

from campaigns.campaign import Campaign
from campaigns.delivery import DeliveryState
from campaigns.plan.planning import MemberFacts, Placing, Shares, inputs_for, new_random_id, place_member
from campaigns.reasons import DeliveryReason
from core.domain.ids import AccountId, CampaignId, ContactId, TelegramUserId
from core.errors import InvalidTransitionError
from database.stores.rows import Row, from_ms, to_json
from database.stores.suppression_keys import attach_suppressions

# CROSS JOIN fixes the order of the loops: without statistics SQLite would guess it.

# The next members without a row. Rows are written by rising contact id, and members are frozen once approved.
_NEXT: Final = """
SELECT k.id, k.telegram_user_id,
    coalesce(CASE WHEN k.erased_at IS NOT NULL THEN 'erased' WHEN k.merged_into IS NOT NULL THEN 'same_person' END,
             (SELECT s.reason FROM suppression AS s WHERE s.contact_id = k.id),
             (SELECT s.reason FROM suppression AS s WHERE s.telegram_user_id = k.telegram_user_id)),
    {columns}
FROM campaign_member AS m JOIN contact AS k ON k.id = m.contact_id
WHERE m.campaign_id = ?1 AND m.contact_id > ?2 ORDER BY m.contact_id LIMIT ?3
"""
NEXT_MEMBERS: Final = _NEXT.format(columns="k.name, k.username, k.language, k.fields")
NEXT_ZONES: Final = _NEXT.format(columns="k.time_zone")
"""The same members for a rehearsal, which makes no rows of them."""
LAST_PLANNED: Final = "SELECT ifnull(max(contact_id), 0) FROM outgoing WHERE campaign_id = ?"
# Consents in force of the chunk; without an account they allow every account.
CONSENTS: Final = """
SELECT c.contact_id, c.account_id FROM campaign_member AS m
JOIN consent AS c ON c.contact_id = m.contact_id AND c.withdrawn_at IS NULL
WHERE m.campaign_id = ? AND m.contact_id BETWEEN ? AND ?
"""
# Which of the campaign's accounts know these people, by Telegram id, or by username where no id is known.
PEERS_BY_ID: Final = """
SELECT k.id, p.account_id, p.user_id, p.wrote_at FROM campaign_member AS m
CROSS JOIN contact AS k ON k.id = m.contact_id CROSS JOIN peer AS p ON p.user_id = k.telegram_user_id
CROSS JOIN campaign_account AS a ON a.campaign_id = m.campaign_id AND a.account_id = p.account_id
WHERE m.campaign_id = ? AND m.contact_id BETWEEN ? AND ?
"""
PEERS_BY_NAME: Final = """
SELECT k.id, p.account_id, p.user_id, p.wrote_at FROM campaign_member AS m
CROSS JOIN contact AS k ON k.id = m.contact_id AND k.telegram_user_id IS NULL
CROSS JOIN peer AS p ON p.username = k.username COLLATE NOCASE
CROSS JOIN campaign_account AS a ON a.campaign_id = m.campaign_id AND a.account_id = p.account_id
WHERE m.campaign_id = ? AND m.contact_id BETWEEN ? AND ?
"""
ACCOUNTS: Final = """
SELECT m.account_id FROM campaign_account AS m JOIN account AS a ON a.id = m.account_id
WHERE m.campaign_id = ? AND a.removed_at IS NULL ORDER BY m.account_id
"""
LOAD: Final = """
SELECT account_id, sum(count) FROM delivery_count WHERE campaign_id = ? AND state = 'planned' GROUP BY account_id
"""
# Which of these people have a row of the campaign already.
_TAKEN: Final = """
SELECT o.telegram_user_id FROM json_each(?) AS j
CROSS JOIN outgoing AS o ON o.campaign_id = ? AND o.telegram_user_id = j.value
"""
_BIND_CONTACT: Final = (
    "UPDATE contact SET telegram_user_id = ?, updated_at = ? WHERE id = ? AND telegram_user_id IS NULL"
)
_ADD: Final = """
INSERT INTO outgoing (campaign_id, contact_id, account_id, variant, language, telegram_user_id, random_id, inputs, state,
    reason, settled_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


class Member(NamedTuple):
    """One member of a campaign as planning reads it."""

    contact_id: ContactId
    facts: MemberFacts
    columns: Row  # those that the query was given


def plan_chunk(raw: sqlite3.Connection, campaign: Campaign, fields: frozenset[str], *, limit: int, now: int) -> int:
    """Write the rows of the next members; returns how many. 0: everybody has a row."""
    campaign_id = campaign.id
    (after,) = raw.execute(LAST_PLANNED, (campaign_id,)).fetchone()
    members = read_members(raw, campaign_id, after=after, limit=limit)
    if not members:
        return 0
    accounts = [AccountId(row[0]) for row in raw.execute(ACCOUNTS, (campaign_id,)).fetchall()]
    if not accounts:
        raise InvalidTransitionError(
            "Every account of this campaign was removed.", hint="Write a new campaign with accounts that are here."
        )
    load = {AccountId(account): count for account, count in raw.execute(LOAD, (campaign_id,)).fetchall()}
    shares, taken = Shares(accounts, load), _read_taken(raw, campaign_id, members)
    rows, learned = [], []
    for member in members:
        placing = place_member(member.facts, shares, taken)
        rows.append(_row(campaign, member, placing, fields, now))
        if placing.reason is None and placing.user_id is not None and member.facts.user_id is None:
            learned.append((placing.user_id, now, member.contact_id))
    raw.executemany(_BIND_CONTACT, learned)
    for _, _, contact_id in learned:
        attach_suppressions(raw, contact_id, contact_id)
    raw.executemany(_ADD, rows)
    return len(rows)


def _row(campaign: Campaign, member: Member, placing: Placing, fields: frozenset[str], now: int) -> Row:
    name, username, language, stored = member.columns
    inputs = to_json(inputs_for(fields, values_of(name, username, language, stored)))
    choice = campaign.message.choose(campaign.id, member.contact_id, language or "")
    base = campaign.id, member.contact_id, placing.account_id, choice.variant, choice.language
    if placing.reason is None:
        return (*base, placing.user_id, new_random_id(), inputs, DeliveryState.PLANNED.value, None, None)
    # Who is skipped leaves the person's place to another contact who is the same person.
    return (*base, None, new_random_id(), inputs, DeliveryState.SKIPPED.value, placing.reason.value, now)


def read_members(
    raw: sqlite3.Connection, campaign_id: CampaignId, *, after: int, limit: int, sql: str = NEXT_MEMBERS
) -> list[Member]:
    """The members with a contact id above `after`, by rising id; `sql` says with which columns."""
    rows = raw.execute(sql, (campaign_id, after, limit)).fetchall()
    if not rows:
        return []
    chunk = campaign_id, rows[0][0], rows[-1][0]
    consents: dict[int, tuple[AccountId | None, ...]] = {}
    for contact_id, account_id in raw.execute(CONSENTS, chunk).fetchall():
        consents[contact_id] = (*consents.get(contact_id, ()), account_id)
    wrote_to: dict[int, dict[AccountId, datetime]] = {}
    user_ids: dict[int, dict[AccountId, TelegramUserId]] = {}
    for peers in (PEERS_BY_ID, PEERS_BY_NAME) if any(row[1] is None for row in rows) else (PEERS_BY_ID,):
        for contact_id, account_id, user_id, wrote_at in raw.execute(peers, chunk).fetchall():
            user_ids.setdefault(contact_id, {})[account_id] = user_id
            if wrote_at is not None:
                wrote_to.setdefault(contact_id, {})[account_id] = from_ms(wrote_at)
    nobody: dict[AccountId, datetime] = {}
    nowhere: dict[AccountId, TelegramUserId] = {}
    return [
        Member(
            contact_id,
            MemberFacts(
                user_id,
                None if suppression is None else DeliveryReason(suppression),
                consents.get(contact_id, ()),
                wrote_to.get(contact_id, nobody),
                user_ids.get(contact_id, nowhere),
            ),
            columns,
        )
        for contact_id, user_id, suppression, *columns in rows
    ]


def values_of(name: str, username: str | None, language: str | None, fields: str) -> dict[str, str]:
    """What a template may use of a contact."""
    return {**msgspec.json.decode(fields), "name": name, "username": username or "", "language": language or ""}


def _read_taken(raw: sqlite3.Connection, campaign_id: CampaignId, members: Sequence[Member]) -> set[TelegramUserId]:
    user_ids = {member.facts.user_id for member in members if member.facts.user_id is not None}
    user_ids.update(user_id for member in members for user_id in member.facts.user_ids.values())
    rows = raw.execute(_TAKEN, (json.dumps(sorted(user_ids)), campaign_id)).fetchall()
    return {TelegramUserId(row[0]) for row in rows}
