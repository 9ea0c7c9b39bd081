"""An account joins a campaign that is on its way: it takes over people who were not tried yet, by load."""

import sqlite3
from typing import Final

from campaigns.accounts.removal import why_not_move
from campaigns.campaign import Campaign, CampaignState
from campaigns.steering import CHUNK, JoiningAccount
from core.domain.account import AccountState
from core.domain.change import Subject
from core.domain.ids import AccountId, CampaignId
from core.errors import InvalidTransitionError, UserInputError
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.accounts import get_account
from database.stores.campaign_changes import get_campaign

ON_ITS_WAY: Final = frozenset({CampaignState.SCHEDULED, CampaignState.RUNNING, CampaignState.PAUSED})

CANNOT_SEND: Final = "It cannot send now, so it would only hold its people back."

_JOINING: Final = """
SELECT a.id, a.title, a.state FROM account AS a WHERE a.removed_at IS NULL
    AND a.id NOT IN (SELECT account_id FROM campaign_account WHERE campaign_id = ?) ORDER BY a.id
"""
_ADD: Final = "INSERT OR IGNORE INTO campaign_account (campaign_id, account_id) VALUES (?, ?)"
_LOAD: Final = """
SELECT m.account_id, ifnull(sum(n.count), 0) FROM campaign_account AS m JOIN account AS a ON a.id = m.account_id
LEFT JOIN delivery_count AS n ON n.campaign_id = m.campaign_id AND n.account_id = m.account_id
    AND n.state IN ('planned', 'deferred')
WHERE m.campaign_id = ? AND a.removed_at IS NULL GROUP BY m.account_id
"""
_IS_WAITING: Final = """
SELECT max(ifnull(send_cooldown_until, 0), ifnull(slowed_until, 0)) > ?2 FROM account WHERE id = ?1
"""
# The last of a lane's planned rows: the lane has read the first ones ahead. By the index outgoing_planned.
_LAST: Final = """
SELECT id FROM outgoing WHERE account_id = ?1 AND campaign_id = ?2 AND state = 'planned' AND id < ?3
ORDER BY id DESC LIMIT ?4
"""
# Of the rows from ?4 to ?5 those that the new account ?3 may take: never tried, agreed to, within its reach (a bot
# reaches only who wrote to it), and of people who did not write to the account they are with.
_MOVE: Final = """
UPDATE outgoing SET account_id = ?3 WHERE id IN (
    SELECT o.id FROM outgoing AS o JOIN contact AS k ON k.id = o.contact_id
    WHERE o.account_id = ?1 AND o.campaign_id = ?2 AND o.state = 'planned' AND o.id BETWEEN ?4 AND ?5
        AND o.first_tried_at IS NULL AND o.unknown_since IS NULL
        AND EXISTS (SELECT 1 FROM consent AS c WHERE c.contact_id = o.contact_id AND c.withdrawn_at IS NULL
                    AND (c.account_id IS NULL OR c.account_id = ?3))
        AND (EXISTS (SELECT 1 FROM peer AS p WHERE p.account_id = ?3 AND p.user_id = o.telegram_user_id
                     AND (p.wrote_at IS NOT NULL OR (SELECT kind FROM account WHERE id = ?3) = 'user'))
             OR (k.username IS NOT NULL AND (SELECT kind FROM account WHERE id = ?3) = 'user'))
        AND NOT EXISTS (SELECT 1 FROM peer AS p WHERE p.account_id = ?1 AND p.user_id = o.telegram_user_id
                        AND p.wrote_at IS NOT NULL)
    ORDER BY o.id DESC LIMIT ?6)
"""
_NO_ROW: Final = 9_223_372_036_854_775_807


def demand_on_its_way(campaign: Campaign, why: str) -> None:
    """Raises InvalidTransitionError unless it is scheduled, running or paused."""
    if campaign.state not in ON_ITS_WAY:
        raise InvalidTransitionError(f"{why} This one is {campaign.state.replace('_', ' ')}.")


def read_joining(raw: sqlite3.Connection, campaign_id: CampaignId) -> list[JoiningAccount]:
    """Accounts that are not in the campaign."""
    rows = raw.execute(_JOINING, (campaign_id,)).fetchall()
    return [
        JoiningAccount(
            account_id=AccountId(number), title=title, why_not="" if state == AccountState.READY else CANNOT_SEND
        )
        for number, title, state in rows
    ]


def add_to_campaign(work: UnitOfWork, campaign_id: CampaignId, account_id: AccountId) -> None:
    """Raises UserInputError when there is no such campaign, or the account cannot send; InvalidTransitionError."""
    demand_on_its_way(get_campaign(work.connection, campaign_id), "Accounts join while it is on its way.")
    account = get_account(work.connection, account_id)
    if account.state is not AccountState.READY:
        raise UserInputError(
            CANNOT_SEND, title=f"{account.title} was not added", hint="See to the account first, then add it."
        )
    work.connection.execute(_ADD, (campaign_id, account_id))
    work.touch(Subject.CAMPAIGN, campaign_id)
    work.touch(Subject.LANE, account_id)


async def move_share(database: Database, campaign_id: CampaignId, account_id: AccountId, *, now: int) -> int:
    """From each account that has more than its share, in units; returns how many people changed their account."""
    load = await database.read(lambda raw: _read_load(raw, campaign_id))
    share = -(-sum(load.values()) // max(1, len(load)))
    wanted, moved = share - load.get(account_id, 0), 0
    for source in sorted(load, key=lambda one: -load[one]):
        surplus = min(load[source] - share, wanted - moved)
        before: int | None = _NO_ROW
        while source != account_id and surplus > 0 and before is not None:

            def move(
                work: UnitOfWork, source: AccountId = source, limit: int = surplus, before: int = before
            ) -> tuple[int, int | None]:
                return _move_some(work, campaign_id, source, account_id, before=before, limit=limit, now=now)

            count, before = await database.write(move)
            moved, surplus = moved + count, surplus - count
    return moved


def _read_load(raw: sqlite3.Connection, campaign_id: CampaignId) -> dict[AccountId, int]:
    return {AccountId(account): int(count) for account, count in raw.execute(_LOAD, (campaign_id,)).fetchall()}


def _move_some(
    work: UnitOfWork,
    campaign_id: CampaignId,
    source: AccountId,
    target: AccountId,
    *,
    before: int,
    limit: int,
    now: int,
) -> tuple[int, int | None]:
    """How many of the next 1,000 rows moved, and before which row to go on; None: there are no more."""
    raw = work.connection
    if get_campaign(raw, campaign_id).state not in ON_ITS_WAY:
        return 0, None
    (is_waiting,) = raw.execute(_IS_WAITING, (source, now)).fetchone()
    if why_not_move(get_account(raw, source), is_waiting=bool(is_waiting)):
        return 0, None
    ids = [row[0] for row in raw.execute(_LAST, (source, campaign_id, before, CHUNK)).fetchall()]
    if not ids:
        return 0, None
    count = raw.execute(_MOVE, (source, campaign_id, target, ids[-1], ids[0], limit)).rowcount
    if count:
        work.touch(Subject.CAMPAIGN, campaign_id)
        work.touch(Subject.LANE, source)
        work.touch(Subject.LANE, target)
    return count, ids[-1]
