"""Campaigns as the engine sees them: what runs, what is due, what is done, what is stopped."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from campaigns.campaign import Campaign, CampaignState
from campaigns.delivery import DeliveryState, transition
from campaigns.reasons import DeliveryReason
from campaigns.report.event_kinds import EventKind
from campaigns.schedule.campaign_plan import CanaryAdvance
from core.domain.change import Subject
from core.domain.ids import AccountId, CampaignId
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.campaign_changes import change_campaign, count_deliveries, get_campaign
from database.stores.events import WORKER, write_event
from database.stores.rows import CAMPAIGN_COLUMNS, Row, campaign_from_row, to_ms

_FOR_LANE: Final = f"""
SELECT {CAMPAIGN_COLUMNS} FROM campaign AS c WHERE c.id IN (
    SELECT r.id FROM campaign AS r JOIN campaign_account AS a ON a.campaign_id = r.id AND a.account_id = ?1
    WHERE r.state = 'running' AND r.id NOT IN (SELECT campaign_id FROM series)
    UNION SELECT campaign_id FROM outgoing WHERE account_id = ?1 AND state = 'sending')
ORDER BY c.id
"""
_DUE: Final = "SELECT id FROM campaign WHERE state = 'scheduled' AND start_at <= ? ORDER BY id"
# Running, and the counters know of no row that is not final.
_DONE: Final = """
SELECT c.id FROM campaign AS c WHERE c.state = 'running' AND c.id NOT IN (SELECT campaign_id FROM series) AND NOT EXISTS (
    SELECT 1 FROM delivery_count AS n
    WHERE n.campaign_id = c.id AND n.state IN ('planned', 'sending', 'deferred') AND n.count > 0)
ORDER BY c.id
"""
# Where stopped campaigns still have rows that wait.
_LEFT_OVER: Final = """
SELECT n.campaign_id, n.account_id, n.state, sum(n.count) FROM campaign AS c
JOIN delivery_count AS n ON n.campaign_id = c.id AND n.state IN ('planned', 'deferred') AND n.count > 0
WHERE c.state IN ('cancelled', 'failed') GROUP BY n.campaign_id, n.account_id, n.state
"""
# Where campaigns whose end has come still have such rows. A paused one ends as well: nothing of it may leave any more.
_OVERDUE: Final = """
SELECT n.campaign_id, n.account_id, n.state, sum(n.count) FROM campaign AS c
JOIN delivery_count AS n ON n.campaign_id = c.id AND n.state IN ('planned', 'deferred') AND n.count > 0
WHERE c.ends_at <= ? AND c.state IN ('running', 'paused') GROUP BY n.campaign_id, n.account_id, n.state
"""
_END: Final = """
UPDATE outgoing SET state = ?, reason = ?, detail = NULL, not_before = NULL, settled_at = ?
WHERE id IN (SELECT id FROM outgoing WHERE account_id = ? AND campaign_id = ? AND state = 'planned' LIMIT ?)
"""
_END_DEFERRED: Final = _END.replace("'planned'", "'deferred'")  # each text matches its own partial index
# Campaigns whose first people all have a final state.
_CANARIES: Final = """
SELECT c.id, sum(n.count) FILTER (WHERE n.state = 'failed') FROM campaign AS c
JOIN delivery_count AS n ON n.campaign_id = c.id AND n.state IN ('sending', 'sent', 'uncertain', 'failed')
WHERE c.state = 'running' AND c.canary_size IS NOT NULL
GROUP BY c.id HAVING sum(n.count) >= c.canary_size AND sum(n.count) FILTER (WHERE n.state = 'sending') IS NOT TRUE
"""
_END_CANARY: Final = "UPDATE campaign SET canary_size = NULL WHERE id = ?"


class CampaignStore:
    """What keeps campaigns moving. Nothing takes the write lock unless there is something to write."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_for_lane(self, account_id: AccountId) -> Sequence[Campaign]:
        """Campaigns of this account that are running, or have an open try of it."""

        def read_campaigns(raw: sqlite3.Connection) -> list[Campaign]:
            return [campaign_from_row(row) for row in raw.execute(_FOR_LANE, (account_id,)).fetchall()]

        return await self._database.read(read_campaigns)

    async def start_due(self, now: datetime) -> Sequence[CampaignId]:
        """Move scheduled campaigns whose moment has come to `running`; returns them."""
        at = to_ms(now)

        def start_due(work: UnitOfWork) -> list[CampaignId]:
            due = _ids(work.connection, _DUE, at)
            for campaign_id in due:
                campaign = get_campaign(work.connection, campaign_id)
                change_campaign(work, campaign, CampaignState.RUNNING, at=at, actor=WORKER)
            return due

        if not await self._database.read(lambda raw: _ids(raw, _DUE, at)):
            return []
        return await self._database.write(start_due)

    async def finish_done(self, now: datetime) -> Sequence[CampaignId]:
        """Move running campaigns with every row final to `finished`; returns them."""

        def finish_done(work: UnitOfWork) -> list[CampaignId]:
            done = _ids(work.connection, _DONE)
            for campaign_id in done:
                campaign = get_campaign(work.connection, campaign_id)
                counts = count_deliveries(work.connection, campaign_id)
                change_campaign(work, campaign, CampaignState.FINISHED, at=to_ms(now), actor=WORKER, data=counts)
            return done

        if not await self._database.read(lambda raw: _ids(raw, _DONE)):
            return []
        return await self._database.write(finish_done)

    async def cancel_rest(self, now: datetime, *, limit: int) -> int:
        """Cancel planned and deferred rows of cancelled and failed campaigns, at most `limit`; returns how many."""
        at = to_ms(now)

        def cancel_rest(work: UnitOfWork) -> int:
            left = work.connection.execute(_LEFT_OVER).fetchall()
            return _end_rows(work, left, DeliveryState.CANCELLED, DeliveryReason.CAMPAIGN_STOPPED, at, limit)

        if not await self._database.read(lambda raw: raw.execute(_LEFT_OVER).fetchone()):
            return 0
        return await self._database.write(cancel_rest)

    async def end_due(self, now: datetime, *, limit: int) -> int:
        """Skip planned and deferred rows of campaigns whose end has come, at most `limit`; returns how many."""
        at = to_ms(now)

        def end_due(work: UnitOfWork) -> int:
            left = work.connection.execute(_OVERDUE, (at,)).fetchall()
            return _end_rows(work, left, DeliveryState.SKIPPED, DeliveryReason.CAMPAIGN_ENDED, at, limit)

        if not await self._database.read(lambda raw: raw.execute(_OVERDUE, (at,)).fetchone()):
            return 0
        return await self._database.write(end_due)

    async def judge_canaries(self, now: datetime) -> Sequence[CampaignId]:
        """Let campaigns go on, or pause them, whose first people are done; returns them. Each is judged once."""
        at = to_ms(now)

        def judge(work: UnitOfWork) -> list[CampaignId]:
            judged = []
            for campaign_id, failed in work.connection.execute(_CANARIES).fetchall():
                _judge_canary(work, get_campaign(work.connection, campaign_id), failed or 0, at)
                judged.append(CampaignId(campaign_id))
            return judged

        if not await self._database.read(lambda raw: raw.execute(_CANARIES).fetchone()):
            return []
        return await self._database.write(judge)

    async def stop_running(
        self, campaign_id: CampaignId, target: CampaignState, reason: str, *, now: datetime
    ) -> None:
        """The engine pauses or fails a running campaign, with its event; nothing happens if it does not run any more."""

        def stop_running(work: UnitOfWork) -> None:
            campaign = get_campaign(work.connection, campaign_id)
            if campaign.state is CampaignState.RUNNING:
                change_campaign(work, campaign, target, at=to_ms(now), actor=WORKER, reason=reason)

        await self._database.write(stop_running)


def _ids(raw: sqlite3.Connection, sql: str, *values: int) -> list[CampaignId]:
    return [CampaignId(row[0]) for row in raw.execute(sql, values).fetchall()]


def _end_rows(
    work: UnitOfWork, left: Sequence[Row], target: DeliveryState, reason: DeliveryReason, at: int, limit: int
) -> int:
    """`left`: campaign, account and state of rows that wait; at most `limit` of them end with this reason."""
    ended = 0
    for campaign_id, account_id, text, _ in left:
        if ended >= limit:
            break
        state = DeliveryState(text)
        transition(state, target)
        sql = _END if state is DeliveryState.PLANNED else _END_DEFERRED
        values = (target.value, reason.value, at, account_id, campaign_id, limit - ended)
        count = work.connection.execute(sql, values).rowcount
        work.touch(Subject.CAMPAIGN, campaign_id)
        work.touch(Subject.LANE, account_id)
        write_event(
            work, _ENDED[target], at=at, account_id=account_id, campaign_id=campaign_id, data={"count": count}
        )
        ended += count
    return ended


_ENDED: Final = {
    DeliveryState.CANCELLED: EventKind.DELIVERIES_CANCELLED,
    DeliveryState.SKIPPED: EventKind.CAMPAIGN_ENDED,
}


def _judge_canary(work: UnitOfWork, campaign: Campaign, failed: int, at: int) -> None:
    canary, size = campaign.plan.canary, campaign.canary_size
    assert canary is not None, "only a plan with a canary sets a size"
    assert size is not None, "asked of those that have one"
    work.connection.execute(_END_CANARY, (campaign.id,))
    if canary.advance is CanaryAdvance.BY_ITSELF and canary.may_go_on(failed, size):
        work.touch(Subject.CAMPAIGN, campaign.id)
        data = {"people": size, "failed": failed}
        write_event(work, EventKind.CAMPAIGN_CANARY, at=at, campaign_id=campaign.id, data=data)
        return
    how = f"{failed} failed" if failed else "none failed"
    words = f"The first {size} people are done, {how}. Look at how it went, then resume."
    change_campaign(work, campaign, CampaignState.PAUSED, at=at, actor=WORKER, reason=words)
