"""A database that came back with a backup: what is marked in it before anything sends, and what is chosen then."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from campaigns.backup.after_restore import AfterRestore, RestoredCampaign
from campaigns.campaign import Campaign, CampaignState
from campaigns.delivery import DeliveryState, transition
from campaigns.ports import LaneStatus
from campaigns.reasons import DeliveryReason
from campaigns.report.event_kinds import EventKind
from core.domain.change import Subject
from core.domain.ids import CampaignId
from core.errors import UserInputError
from core.logs import current_correlation_id
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.campaign_changes import change_campaign
from database.stores.events import write_event
from database.stores.rows import CAMPAIGN_COLUMNS, Row, campaign_from_row, from_ms, to_ms
from database.stores.workers import NEWEST_TIME

_UNDER_WAY: Final = f"SELECT {CAMPAIGN_COLUMNS} FROM campaign AS c WHERE c.state IN ('running', 'scheduled')"
# What is over stays so; should somebody who failed be sent to again, their chat is looked into first. What repeats sends
# nothing itself. Of two restores the earlier moment counts.
_MARK: Final = """
INSERT INTO restored_campaign (campaign_id, since, last_row, is_checked)
SELECT c.id, ?1, (SELECT ifnull(max(id), 0) FROM outgoing), c.state = 'finished' FROM campaign AS c
WHERE c.state NOT IN ('cancelled', 'failed') AND NOT EXISTS (SELECT 1 FROM series AS s WHERE s.campaign_id = c.id)
ON CONFLICT (campaign_id) DO UPDATE SET since = min(since, excluded.since),
    last_row = min(last_row, excluded.last_row), is_checked = excluded.is_checked
"""
_TESTS: Final = f"""
UPDATE outgoing SET state = 'uncertain', reason = '{DeliveryReason.RESTORED}', detail = NULL, not_before = NULL,
    unknown_since = ?1, settled_at = ?2
WHERE campaign_id IS NULL AND state IN ('planned', 'deferred')
"""
# Runs whose time has come may have taken place after the backup.
_SERIES: Final = "UPDATE series SET handled_at = max(ifnull(handled_at, 0), ?)"
# What was asked of a worker was asked then, not now; the worker of then and its leases are not of this copy.
_AT_REST: Final = (
    "UPDATE request SET state = 'expired', finished_at = ?1 WHERE state IN ('open', 'begun')",
    "UPDATE worker SET ended_at = min(heartbeat_at, ?1) WHERE ended_at IS NULL",
    f"UPDATE lane SET status = '{LaneStatus.OFFLINE}', reason = '', until = NULL, updated_at = ?1",
)
_LEASES: Final = "UPDATE account_lease SET expires_at = NULL, epoch = epoch + 1"
_OPEN: Final = """
SELECT c.id, c.title, c.state, r.since,
    (SELECT ifnull(sum(n.count), 0) FROM delivery_count AS n JOIN account AS a ON a.id = n.account_id
     WHERE n.campaign_id = c.id AND n.state IN ('planned', 'deferred') AND a.kind = 'user'),
    (SELECT ifnull(sum(n.count), 0) FROM delivery_count AS n JOIN account AS a ON a.id = n.account_id
     WHERE n.campaign_id = c.id AND n.state IN ('planned', 'deferred') AND a.kind = 'bot'),
    (SELECT ifnull(sum(n.count), 0) FROM delivery_count AS n WHERE n.campaign_id = c.id AND n.state = 'sending')
FROM restored_campaign AS r JOIN campaign AS c ON c.id = r.campaign_id WHERE r.is_checked = 0 AND c.state <> 'cancelled'
"""
_LIST: Final = f"{_OPEN} ORDER BY c.state <> 'paused', c.id"
_FIND: Final = f"{_OPEN} AND c.id = ?"
_LEAVE_STATE: Final = f"""
UPDATE outgoing SET state = 'uncertain', reason = '{DeliveryReason.RESTORED}', detail = NULL, not_before = NULL,
    unknown_since = (SELECT since FROM restored_campaign WHERE campaign_id = ?1), settled_at = ?2
WHERE id IN (
    SELECT o.id FROM campaign_account AS m JOIN outgoing AS o ON o.account_id = m.account_id
        AND o.campaign_id = m.campaign_id AND o.state = '{{state}}' WHERE m.campaign_id = ?1 LIMIT ?3)
"""
_LEAVE: Final = tuple(_LEAVE_STATE.format(state=state) for state in ("planned", "deferred"))
_CHECK: Final = "UPDATE restored_campaign SET is_checked = 1 WHERE campaign_id = ?"
_FORGET: Final = "DELETE FROM restored_campaign WHERE campaign_id = ?"
_RAISE: Final = "UPDATE workspace SET generation = max(generation, ?) + 1 RETURNING generation"
_HEARTBEAT: Final = "SELECT max(heartbeat_at) FROM worker"


class RestoreStore:
    """Implements `campaigns.backup.after_restore.RestoreDesk`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def mark(
        self, *, since: datetime | None, generation: int, reason: str, actor: str, now: datetime
    ) -> tuple[int, int]:
        """All that sends stands still until somebody chooses, in one unit. Nothing else may have the database open.

        `since`: what this database cannot know begins then; None: with the last that it holds of a worker.
        `generation`: the highest known outside of it. Returns how many campaigns were paused, and the new generation.
        """
        at, correlation_id = to_ms(now), current_correlation_id()

        def mark_all(work: UnitOfWork) -> tuple[int, int]:
            raw = work.connection
            begins = to_ms(since) if since is not None else _last_sign(raw, at)
            campaigns: list[Campaign] = [campaign_from_row(row) for row in raw.execute(_UNDER_WAY).fetchall()]
            for campaign in campaigns:
                change_campaign(
                    work,
                    campaign,
                    CampaignState.PAUSED,
                    at=at,
                    actor=actor,
                    reason=reason,
                    correlation_id=correlation_id,
                )
            raw.execute(_MARK, (begins,))
            for state in (DeliveryState.PLANNED, DeliveryState.DEFERRED):
                transition(state, DeliveryState.UNCERTAIN, is_restored=True)
            raw.execute(_TESTS, (begins, at))
            raw.execute(_SERIES, (at,))
            for sql in _AT_REST:
                raw.execute(sql, (at,))
            raw.execute(_LEASES)
            (new,) = raw.execute(_RAISE, (generation,)).fetchone()
            write_event(
                work,
                EventKind.WORKSPACE_RESTORED,
                at=at,
                actor=actor,
                level="warning",
                correlation_id=correlation_id,
                data={"since": from_ms(begins).isoformat(timespec="seconds")},
            )
            return len(campaigns), int(new)

        return await self._database.write(mark_all)

    async def list_open(self) -> Sequence[RestoredCampaign]:
        """Those that wait for a choice, and were on their way, first."""
        return await self._database.read(lambda raw: [_campaign(row) for row in raw.execute(_LIST).fetchall()])

    async def find_open(self, campaign_id: CampaignId) -> RestoredCampaign | None:
        """None: nobody has to choose."""

        def find(raw: sqlite3.Connection) -> RestoredCampaign | None:
            row = raw.execute(_FIND, (campaign_id,)).fetchone()
            return None if row is None else _campaign(row)

        return await self._database.read(find)

    async def leave_some(self, campaign_id: CampaignId, *, limit: int, now: datetime) -> int:
        """Some of those who are not done count as possibly sent; returns how many."""

        def leave(work: UnitOfWork) -> int:
            work.touch(Subject.CAMPAIGN, campaign_id)
            values = (campaign_id, to_ms(now), limit)
            # By the indexes outgoing_planned and outgoing_deferred, so that no chunk reads what the one before it left.
            return next((count for sql in _LEAVE if (count := work.connection.execute(sql, values).rowcount)), 0)

        return await self._database.write(leave)

    async def choose(
        self, campaign_id: CampaignId, choice: AfterRestore, *, count: int, actor: str, now: datetime
    ) -> None:
        """Somebody has chosen. Raises UserInputError when there was nothing to choose."""
        correlation_id = current_correlation_id()

        def choose(work: UnitOfWork) -> None:
            sql = _CHECK if choice is AfterRestore.CHECK else _FORGET
            if not work.connection.execute(sql, (campaign_id,)).rowcount:
                raise UserInputError(
                    "There is nothing to choose for this campaign.",
                    hint="`campaign after-restore` without a number shows those that wait for a choice.",
                )
            work.touch(Subject.CAMPAIGN, campaign_id)
            write_event(
                work,
                EventKind.RESTORED_CHOSEN,
                at=to_ms(now),
                actor=actor,
                campaign_id=campaign_id,
                correlation_id=correlation_id,
                data={"choice": choice.value, "count": count},
            )

        await self._database.write(choose)


def _last_sign(raw: sqlite3.Connection, now: int) -> int:
    """The last moment of which this database knows what a worker did; 0 where it knows of none."""
    moments = (raw.execute(_HEARTBEAT).fetchone()[0], raw.execute(NEWEST_TIME).fetchone()[0])
    return min(now, max((at for at in moments if at is not None), default=0))


def _campaign(row: Row) -> RestoredCampaign:
    return RestoredCampaign(
        id=CampaignId(row[0]),
        title=row[1],
        state=CampaignState(row[2]),
        since=from_ms(row[3]),
        by_users=row[4],
        by_bots=row[5],
        open_tries=row[6],
    )
