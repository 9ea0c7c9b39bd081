"""Taking an account out of the workspace: counted before, then done in units that hold the lock for no long."""

import json
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from campaigns.accounts.removal import ONLINE, AffectedCampaign, Removal, Removed, Unsent, why_not_move
from campaigns.plan.planning import choose_account
from campaigns.report.event_kinds import EventKind
from core.domain.change import Subject
from core.domain.ids import AccountId, CampaignId, DeliveryId
from core.logs import current_correlation_id
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.accounts import get_account
from database.stores.events import write_event
from database.stores.recording import touch_campaign
from database.stores.rows import from_ms, to_ms

CHUNK: Final = 1_000  # rows a unit, so that no unit holds the write lock for long

_COUNTS: Final = "SELECT state, sum(count) FROM delivery_count WHERE account_id = ? AND count > 0 GROUP BY state"
# Campaigns in which the account has something to do, and how many accounts that do not go are there to do it.
_CAMPAIGNS: Final = """
SELECT c.id, c.title, sum(n.count) FILTER (WHERE n.state IN ('planned', 'deferred')),
    (SELECT count(*) FROM campaign_account AS m JOIN account AS a ON a.id = m.account_id
     WHERE m.campaign_id = c.id AND m.account_id NOT IN (SELECT value FROM json_each(?2)) AND a.removed_at IS NULL)
FROM delivery_count AS n JOIN campaign AS c ON c.id = n.campaign_id
WHERE n.account_id = ?1 AND n.state IN ('planned', 'deferred', 'sending') AND n.count > 0 GROUP BY c.id ORDER BY c.id
"""
_PEOPLE: Final = "SELECT count(*) FROM peer WHERE account_id = ? AND wrote_at IS NOT NULL"
_IS_WAITING: Final = """
SELECT max(ifnull(send_cooldown_until, 0), ifnull(slowed_until, 0)) > ?2 FROM account WHERE id = ?1
"""
# By the partial indexes outgoing_planned, outgoing_deferred and outgoing_open.
_UNSENT: Final = """
SELECT * FROM (SELECT id, campaign_id, contact_id, telegram_user_id FROM outgoing
               WHERE account_id = ?1 AND state = 'planned' ORDER BY campaign_id LIMIT ?2)
UNION ALL
SELECT * FROM (SELECT id, campaign_id, contact_id, telegram_user_id FROM outgoing
               WHERE account_id = ?1 AND state = 'deferred' ORDER BY campaign_id LIMIT ?2)
LIMIT ?2
"""
_OTHERS: Final = """
SELECT m.account_id FROM campaign_account AS m JOIN account AS a ON a.id = m.account_id
WHERE m.campaign_id = ? AND a.removed_at IS NULL AND m.account_id NOT IN (SELECT value FROM json_each(?))
ORDER BY m.account_id
"""
_LOAD: Final = """
SELECT account_id, sum(count) FROM delivery_count
WHERE campaign_id = ? AND state IN ('planned', 'deferred') GROUP BY account_id
"""
_CONSENTS: Final = "SELECT account_id FROM consent WHERE contact_id = ? AND withdrawn_at IS NULL"
_WROTE_TO: Final = """
SELECT account_id, wrote_at FROM peer WHERE user_id = ? AND wrote_at IS NOT NULL AND account_id IN (
    SELECT value FROM json_each(?))
"""
_MOVE: Final = """
UPDATE outgoing SET account_id = ?, state = 'planned', reason = NULL, detail = NULL, not_before = NULL, settled_at = NULL
WHERE id = ? AND unknown_since IS NULL
"""
_CANCEL: Final = """
UPDATE outgoing SET state = 'cancelled', reason = 'account_removed', not_before = NULL, settled_at = ?
WHERE id = ? AND state IN ('planned', 'deferred')
"""
_OPEN_CAMPAIGNS: Final = """
SELECT DISTINCT campaign_id FROM outgoing WHERE account_id = ? AND state = 'sending' AND campaign_id IS NOT NULL
"""
_LEAVE_OPEN: Final = """
UPDATE outgoing SET state = 'uncertain', reason = 'account_removed', not_before = NULL, settled_at = ?
WHERE account_id = ? AND state = 'sending'
"""
# Its campaigns that have no delivery yet lose it, so that none is planned for it; the others name it in their history.
_LEAVE_CAMPAIGNS: Final = """
DELETE FROM campaign_account WHERE account_id = ?1
    AND NOT EXISTS (SELECT 1 FROM outgoing WHERE campaign_id = campaign_account.campaign_id) RETURNING campaign_id
"""
_FORGET: Final = tuple(
    f"DELETE FROM {table} WHERE account_id = ?"
    for table in ("peer", "update_state", "lane", "account_limit", "account_label", "proxy_assignment", "upload")
)  # Look-ups and demanded waits stay: removing an account and adding it again is no way around them.
_REMOVE: Final = """
UPDATE account SET removed_at = ?1, state = 'signed_out', state_reason = ?2, state_code = 'logged_out', state_at = ?1,
    frozen_since = NULL, frozen_until = NULL, appeal_url = NULL WHERE id = ?3
"""


@dataclass(slots=True)
class _Tally:
    cancelled: int = 0
    moved: int = 0


class AccountRemovalStore:
    """Removing accounts. The row stays as a tombstone: deliveries and events name it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def plan_removals(self, account_ids: Sequence[AccountId], *, now: datetime) -> Sequence[Removal]:
        """What removing all of these would do. Raises UserInputError when one of them is not there."""
        going, at = json.dumps(list(account_ids)), to_ms(now)
        return await self._database.read(
            lambda raw: [_plan(raw, one, going, at) for one in account_ids], is_long=True
        )

    async def remove(
        self,
        account_id: AccountId,
        unsent: Unsent,
        *,
        also_going: Collection[AccountId] = (),
        actor: str,
        now: datetime,
    ) -> Removed:
        """Everything but the session. The caller holds the account's OS lock, so no lane is at work on it.

        Unsent rows are cancelled, or moved to accounts that are not `also_going`, a chunk at a time, and in the last
        unit the account goes. Until then it is signed out and whole, so after a crash it is removed by asking again.
        """
        tally, at, correlation_id = _Tally(), to_ms(now), current_correlation_id()
        going = json.dumps([account_id, *also_going])
        while True:

            def step(work: UnitOfWork) -> Removed | None:
                rows = work.connection.execute(_UNSENT, (account_id, CHUNK)).fetchall()
                if rows:
                    _take_away(work, going, rows, unsent, tally, at)
                    return None
                return _finish(work, account_id, tally, at=at, actor=actor, correlation_id=correlation_id)

            removed = await self._database.write(step)
            if removed is not None:
                return removed


def _plan(raw: sqlite3.Connection, account_id: AccountId, going: str, now: int) -> Removal:
    """`going`: the ids of all that shall be removed, as JSON."""
    account = get_account(raw, account_id)
    counts: dict[str, int] = dict(raw.execute(_COUNTS, (account_id,)).fetchall())
    (is_waiting,) = raw.execute(_IS_WAITING, (account_id, now)).fetchone()
    return Removal(
        account_id=account_id,
        title=account.title,
        planned=counts.pop("planned", 0),
        deferred=counts.pop("deferred", 0),
        open=counts.pop("sending", 0),
        uncertain=counts.pop("uncertain", 0),
        settled=sum(counts.values()),
        campaigns=[
            AffectedCampaign(id=CampaignId(number), title=title, unsent=count or 0, other_accounts=others)
            for number, title, count, others in raw.execute(_CAMPAIGNS, (account_id, going)).fetchall()
        ],
        people=raw.execute(_PEOPLE, (account_id,)).fetchone()[0],
        cannot_move=why_not_move(account, is_waiting=bool(is_waiting)),
        is_signed_in=account.state in ONLINE,
    )


def _take_away(
    work: UnitOfWork,
    going: str,
    rows: Sequence[tuple[DeliveryId, CampaignId | None, int, int | None]],
    unsent: Unsent,
    tally: _Tally,
    at: int,
) -> None:
    raw = work.connection
    others: dict[CampaignId, list[AccountId]] = {}
    load: dict[CampaignId, dict[AccountId, int]] = {}
    for delivery_id, campaign_id, contact_id, user_id in rows:
        touch_campaign(work, campaign_id)
        target = None
        if unsent is Unsent.MOVE and campaign_id is not None:
            if campaign_id not in others:
                others[campaign_id] = [row[0] for row in raw.execute(_OTHERS, (campaign_id, going)).fetchall()]
                load[campaign_id] = dict(raw.execute(_LOAD, (campaign_id,)).fetchall())
            target = _choose(raw, others[campaign_id], load[campaign_id], contact_id, user_id)
        if target is None or campaign_id is None:
            tally.cancelled += raw.execute(_CANCEL, (at, delivery_id)).rowcount
        else:
            load[campaign_id][target] = load[campaign_id].get(target, 0) + 1
            tally.moved += raw.execute(_MOVE, (target, delivery_id)).rowcount


def _choose(
    raw: sqlite3.Connection,
    others: Sequence[AccountId],
    load: dict[AccountId, int],
    contact_id: int,
    user_id: int | None,
) -> AccountId | None:
    """An account of the campaign that this person allows to write; None: there is none."""
    allowed = {row[0] for row in raw.execute(_CONSENTS, (contact_id,)).fetchall()}
    accounts = [account for account in others if None in allowed or account in allowed]
    if not accounts:
        return None
    wrote_to = raw.execute(_WROTE_TO, (user_id, json.dumps(accounts))).fetchall() if user_id is not None else []
    return choose_account(accounts, {account: from_ms(wrote_at) for account, wrote_at in wrote_to}, load)


def _finish(
    work: UnitOfWork, account_id: AccountId, tally: _Tally, *, at: int, actor: str, correlation_id: str
) -> Removed:
    raw = work.connection
    get_account(raw, account_id)
    for (campaign_id,) in raw.execute(_OPEN_CAMPAIGNS, (account_id,)).fetchall():
        work.touch(Subject.CAMPAIGN, campaign_id)
    left_uncertain = raw.execute(_LEAVE_OPEN, (at, account_id)).rowcount
    for (campaign_id,) in raw.execute(_LEAVE_CAMPAIGNS, (account_id,)).fetchall():
        work.touch(Subject.CAMPAIGN, campaign_id)
    for sql in _FORGET:
        raw.execute(sql, (account_id,))
    raw.execute(_REMOVE, (at, f"Removed by {actor}.", account_id))
    work.touch(Subject.ACCOUNT, account_id)
    work.touch(Subject.LANE, account_id)
    work.touch(Subject.PROXY, 0)
    write_event(
        work,
        EventKind.ACCOUNT_REMOVED,
        at=at,
        actor=actor,
        account_id=account_id,
        correlation_id=correlation_id,
        data={"cancelled": tally.cancelled, "moved": tally.moved, "uncertain": left_uncertain},
    )
    return Removed(
        cancelled=tally.cancelled, moved=tally.moved, left_uncertain=left_uncertain, ended_at_telegram=False
    )
