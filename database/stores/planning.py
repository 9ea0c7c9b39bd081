"""Planning: one row per member of an approved campaign, a chunk at a time, each decided once."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from campaigns.delivery import DeliveryState
from campaigns.plan.planning import choose_account, inputs_for, new_random_id
from campaigns.reasons import DeliveryReason
from core.domain.ids import AccountId, CampaignId, ContactId, TelegramUserId
from core.errors import InvalidTransitionError
from database.stores.rows import Row, from_ms, to_json

# CROSS JOIN fixes the order of the loops: without statistics SQLite would guess it.

# The next members without a row. Rows are written by rising contact id, and members are frozen once approved.
NEXT_MEMBERS: Final = """
SELECT k.id, k.name, k.username, k.language, k.telegram_user_id, k.fields,
    ifnull((SELECT s.reason FROM suppression AS s WHERE s.contact_id = k.id),
           (SELECT s.reason FROM suppression AS s WHERE s.telegram_user_id = k.telegram_user_id))
FROM campaign_member AS m JOIN contact AS k ON k.id = m.contact_id
WHERE m.campaign_id = ?1
    AND m.contact_id > (SELECT ifnull(max(contact_id), 0) FROM outgoing WHERE campaign_id = ?1)
ORDER BY m.contact_id LIMIT ?2
"""
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
_ACCOUNTS: Final = """
SELECT m.account_id FROM campaign_account AS m JOIN account AS a ON a.id = m.account_id
WHERE m.campaign_id = ? AND a.removed_at IS NULL ORDER BY m.account_id
"""
_LOAD: Final = """
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
INSERT INTO outgoing (campaign_id, contact_id, account_id, telegram_user_id, random_id, inputs, state, reason, settled_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


@dataclass(frozen=True, slots=True)
class _Member:
    contact_id: ContactId
    user_id: TelegramUserId | None
    values: Mapping[str, str]
    suppression: DeliveryReason | None


@dataclass(slots=True)
class _Known:
    """What the chunk's people are to the campaign's accounts."""

    consents: dict[ContactId, set[AccountId | None]]
    wrote_to: dict[ContactId, dict[AccountId, datetime]]
    user_ids: dict[ContactId, dict[AccountId, TelegramUserId]]  # by username, where the contact has no id yet


def plan_chunk(
    raw: sqlite3.Connection, campaign_id: CampaignId, fields: frozenset[str], *, limit: int, now: int
) -> int:
    """Write the rows of the next members; returns how many. 0: everybody has a row."""
    members = [_member_from_row(row) for row in raw.execute(NEXT_MEMBERS, (campaign_id, limit)).fetchall()]
    if not members:
        return 0
    accounts = [AccountId(row[0]) for row in raw.execute(_ACCOUNTS, (campaign_id,)).fetchall()]
    if not accounts:
        raise InvalidTransitionError(
            "Every account of this campaign was removed.", hint="Write a new campaign with accounts that are here."
        )
    load = {AccountId(account): count for account, count in raw.execute(_LOAD, (campaign_id,)).fetchall()}
    known = _read_known(raw, (campaign_id, members[0].contact_id, members[-1].contact_id))
    taken = _read_taken(raw, campaign_id, members, known)
    rows, learned = [], []
    for member in members:
        account_id = choose_account(accounts, known.wrote_to.get(member.contact_id, {}), load)
        user_id = member.user_id or known.user_ids.get(member.contact_id, {}).get(account_id)
        reason = _why_not(member, account_id, user_id, known, taken)
        if reason is None:
            load[account_id] = load.get(account_id, 0) + 1
            if user_id is not None:
                taken.add(user_id)
                if member.user_id is None:
                    learned.append((user_id, now, member.contact_id))
        rows.append(_row(campaign_id, member, account_id, user_id, fields, reason, now))
    raw.executemany(_BIND_CONTACT, learned)
    raw.executemany(_ADD, rows)
    return len(rows)


def _why_not(
    member: _Member,
    account_id: AccountId,
    user_id: TelegramUserId | None,
    known: _Known,
    taken: set[TelegramUserId],
) -> DeliveryReason | None:
    """The reason for which nothing will be sent to this member, as far as it is known today."""
    if member.suppression is not None:
        return member.suppression
    if not known.consents.get(member.contact_id, set()) & {None, account_id}:
        return DeliveryReason.NO_CONSENT
    return DeliveryReason.SAME_PERSON if user_id in taken else None


def _row(
    campaign_id: CampaignId,
    member: _Member,
    account_id: AccountId,
    user_id: TelegramUserId | None,
    fields: frozenset[str],
    reason: DeliveryReason | None,
    now: int,
) -> Row:
    inputs = to_json(inputs_for(fields, member.values))
    base = campaign_id, member.contact_id, account_id
    if reason is None:
        return (*base, user_id, new_random_id(), inputs, DeliveryState.PLANNED.value, None, None)
    # Who is skipped leaves the person's place to another contact who is the same person.
    return (*base, None, new_random_id(), inputs, DeliveryState.SKIPPED.value, reason.value, now)


def _read_known(raw: sqlite3.Connection, chunk: tuple[CampaignId, ContactId, ContactId]) -> _Known:
    known = _Known(consents={}, wrote_to={}, user_ids={})
    for contact_id, account_id in raw.execute(CONSENTS, chunk).fetchall():
        known.consents.setdefault(contact_id, set()).add(account_id)
    for sql in (PEERS_BY_ID, PEERS_BY_NAME):
        for contact_id, account_id, user_id, wrote_at in raw.execute(sql, chunk).fetchall():
            known.user_ids.setdefault(contact_id, {})[account_id] = user_id
            if wrote_at is not None:
                known.wrote_to.setdefault(contact_id, {})[account_id] = from_ms(wrote_at)
    return known


def _read_taken(
    raw: sqlite3.Connection, campaign_id: CampaignId, members: Sequence[_Member], known: _Known
) -> set[TelegramUserId]:
    user_ids = {member.user_id for member in members if member.user_id is not None}
    user_ids.update(user_id for by_account in known.user_ids.values() for user_id in by_account.values())
    rows = raw.execute(_TAKEN, (json.dumps(sorted(user_ids)), campaign_id)).fetchall()
    return {TelegramUserId(row[0]) for row in rows}


def _member_from_row(row: Row) -> _Member:
    contact_id, name, username, language, user_id, fields, suppression = row
    own = {"name": name, "username": username or "", "language": language or ""}
    return _Member(
        contact_id=ContactId(contact_id),
        user_id=user_id,
        values={**json.loads(fields), **own},
        suppression=None if suppression is None else DeliveryReason(suppression),
    )
