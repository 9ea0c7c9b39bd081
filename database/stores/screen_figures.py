"""Reads behind the monitor: how fast lanes go, when workers ran, what explains a change of the rate."""

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from campaigns.plan.limits import PROFILES
from campaigns.report.event_kinds import EventKind
from campaigns.report.screens import CampaignDetails, LanePace, Mark, SkippedRuns, WorkerRun
from core.domain.account import AccountKind
from core.domain.ids import AccountId, CampaignId
from database.stores.campaign_changes import get_campaign
from database.stores.rows import from_ms, to_ms
from database.stores.series_rows import find_repeat

PACE_WINDOW_MS: Final = 60_000
LEAST_TRIES: Final = 4  # fewer in the window say nothing about the pace
SLOW_WINDOW_MS: Final = 3_600_000  # for lanes that send less than that in a minute
MOST_MARKS: Final = 40

_ACCOUNTS: Final = """
SELECT a.id, a.kind, a.limit_profile,
    (SELECT value FROM account_limit WHERE account_id = a.id AND kind = 'per_hour'),
    (SELECT value FROM account_limit WHERE account_id = a.id AND kind = 'per_day')
FROM campaign_account AS m JOIN account AS a ON a.id = m.account_id WHERE m.campaign_id = ? ORDER BY a.id
"""
# The next four by the index outgoing_counted alone.
_LAST_TRY: Final = "SELECT max(unknown_since) FROM outgoing WHERE account_id = ? AND unknown_since IS NOT NULL"
PACE: Final = """
SELECT count(*), min(unknown_since) FROM outgoing WHERE account_id = ? AND unknown_since BETWEEN ? AND ?
"""
_TRIED: Final = "SELECT count(*) FROM outgoing WHERE account_id = ? AND unknown_since > ?"
# By the partial index outgoing_deferred.
LAST_DUE: Final = """
SELECT max(not_before) FROM outgoing WHERE account_id = ? AND campaign_id = ? AND state = 'deferred'
"""
_SHARING: Final = """
SELECT count(DISTINCT n.campaign_id) FROM delivery_count AS n JOIN campaign AS c ON c.id = n.campaign_id
WHERE n.account_id = ? AND c.state = 'running' AND n.state IN ('planned', 'deferred') AND n.count > 0
"""
_RUNS: Final = """
SELECT started_at, heartbeat_at, ended_at FROM worker WHERE ifnull(ended_at, heartbeat_at) >= ? ORDER BY started_at
"""
# By the index event_by_kind; the worker's own marks count for every campaign.
MARKS: Final = """
SELECT e.at, e.kind, e.actor, a.title FROM event AS e LEFT JOIN account AS a ON a.id = e.account_id
WHERE e.kind IN ('campaign.paused', 'campaign.resumed', 'campaign.cancelled', 'campaign.failed', 'account.cooldown',
    'account.slowed', 'account.stopped', 'account.paused', 'account.resumed') AND e.at >= ?2
    AND (e.campaign_id = ?1 OR e.account_id IN (SELECT account_id FROM campaign_account WHERE campaign_id = ?1))
ORDER BY e.at DESC LIMIT ?3
"""
# By the index event_by_kind.
_SKIPPED: Final = """
SELECT data FROM event WHERE kind = 'series.skipped' AND campaign_id = ? ORDER BY at DESC LIMIT ?
"""
_APPROVAL: Final = "SELECT approved_at, approval_comment FROM campaign WHERE id = ?"
_TITLES: Final = """
SELECT a.title FROM campaign_account AS m JOIN account AS a ON a.id = m.account_id WHERE m.campaign_id = ? ORDER BY a.id
"""
_MEMBERS: Final = "SELECT count(*) FROM campaign_member WHERE campaign_id = ?"


def read_paces(raw: sqlite3.Connection, campaign_id: CampaignId, now: int) -> list[LanePace]:
    """One pace for each account of the campaign."""
    paces = []
    for account_id, kind, profile, per_hour, per_day in raw.execute(_ACCOUNTS, (campaign_id,)).fetchall():
        limits = PROFILES.get((profile, AccountKind(kind)))
        if limits is not None:
            per_hour, per_day = per_hour or limits.per_hour, per_day or limits.per_day
        has_quota = per_hour is not None or per_day is not None
        (sharing,) = raw.execute(_SHARING, (account_id,)).fetchone()
        (due,) = raw.execute(LAST_DUE, (account_id, campaign_id)).fetchone()
        paces.append(
            LanePace(
                account_id=AccountId(account_id),
                per_hour=per_hour,
                per_day=per_day,
                tries_per_s=_pace(raw, account_id),
                campaigns=max(1, sharing),
                tried_last_hour=_tried(raw, account_id, now, timedelta(hours=1)) if has_quota else 0,
                tried_last_day=_tried(raw, account_id, now, timedelta(days=1)) if has_quota else 0,
                last_due=from_ms(due),
            )
        )
    return paces


def _pace(raw: sqlite3.Connection, account_id: int) -> float | None:
    """Tries per second in the last minute before its last try: a wait since then is no part of it."""
    (last,) = raw.execute(_LAST_TRY, (account_id,)).fetchone()
    if last is None:
        return None
    for window in (PACE_WINDOW_MS, SLOW_WINDOW_MS):
        count, first = raw.execute(PACE, (account_id, last - window, last)).fetchone()
        if count >= LEAST_TRIES and last > first:
            return float((count - 1) * 1000 / (last - first))
    return None


def _tried(raw: sqlite3.Connection, account_id: int, now: int, window: timedelta) -> int:
    (count,) = raw.execute(_TRIED, (account_id, now - window // timedelta(milliseconds=1))).fetchone()
    return int(count)


def read_runs(raw: sqlite3.Connection, since: datetime) -> list[WorkerRun]:
    """Workers that lived at that moment or later, oldest first."""
    return [
        WorkerRun(started_at=from_ms(started), heartbeat_at=from_ms(beat), ended_at=from_ms(ended))
        for started, beat, ended in raw.execute(_RUNS, (to_ms(since),)).fetchall()
    ]


def read_marks(raw: sqlite3.Connection, campaign_id: CampaignId, since: datetime) -> list[Mark]:
    """The newest 40 marks of a campaign since a moment, oldest first."""
    rows = raw.execute(MARKS, (campaign_id, to_ms(since), MOST_MARKS)).fetchall()
    return [
        Mark(at=from_ms(at), kind=EventKind(kind), actor=actor, account_title=title)
        for at, kind, actor, title in reversed(rows)
    ]


def read_skipped(raw: sqlite3.Connection, series_id: CampaignId, limit: int) -> list[SkippedRuns]:
    """Moments of a series that did not take place, newest first."""
    found = (json.loads(data) for (data,) in raw.execute(_SKIPPED, (series_id, limit)).fetchall())
    return [
        SkippedRuns(count=one["count"], until=datetime.fromisoformat(one["until"]), why=one["reason"])
        for one in found
    ]


def read_details(raw: sqlite3.Connection, campaign_id: CampaignId) -> CampaignDetails:
    """Raises UserInputError when there is no such campaign."""
    campaign = get_campaign(raw, campaign_id)
    approved_at, comment = raw.execute(_APPROVAL, (campaign_id,)).fetchone()
    titles: Sequence[str] = [row[0] for row in raw.execute(_TITLES, (campaign_id,)).fetchall()]
    (members,) = raw.execute(_MEMBERS, (campaign_id,)).fetchone()
    return CampaignDetails(
        campaign=campaign,
        repeat=find_repeat(raw, campaign_id),
        approved_at=from_ms(approved_at),
        approval_comment=comment,
        account_titles=titles,
        members=members,
    )
