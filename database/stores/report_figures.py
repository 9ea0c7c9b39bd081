"""Figures for the monitor and the first page: lanes with their counters, rates, and totals since a moment."""

import sqlite3
from typing import Final

from campaigns.delivery import DeliveryState
from campaigns.ports import LaneStatus
from campaigns.report.event_kinds import EventKind
from campaigns.report.views import DayTotals, LaneView, RatePoint
from core.domain.account import AccountKind, AccountState
from core.domain.ids import AccountId, CampaignId
from database.stores.events import count_events
from database.stores.rows import from_ms

# All accounts that are here, or all that one campaign ever had; without a report of its lane an account is offline.
_LANES: Final = """
SELECT a.id, a.title, a.kind, a.state, a.state_reason, ifnull(l.status, 'offline'), ifnull(l.reason, ''), l.until
FROM account AS a LEFT JOIN lane AS l ON l.account_id = a.id
WHERE iif(?1 IS NULL, a.removed_at IS NULL,
    a.id IN (SELECT account_id FROM campaign_account WHERE campaign_id = ?1)) ORDER BY a.id
"""
_LANE_COUNTS: Final = """
SELECT account_id, state, sum(count) FROM delivery_count WHERE (?1 IS NULL OR campaign_id = ?1) AND count > 0
GROUP BY account_id, state
"""
# Both by the index outgoing_settled alone, campaign by campaign (CROSS JOIN fixes this order).
RATE: Final = """
SELECT (o.settled_at - ?2) / ?3, count(*) FROM campaign AS c
CROSS JOIN outgoing AS o ON o.campaign_id = c.id AND o.settled_at >= ?2
WHERE (?1 IS NULL OR c.id = ?1) AND o.state = 'sent' GROUP BY 1 ORDER BY 1
"""
TOTALS: Final = """
SELECT o.state, count(*) FROM campaign AS c
CROSS JOIN outgoing AS o ON o.campaign_id = c.id AND o.settled_at >= ?
WHERE o.state IN ('sent', 'failed', 'uncertain') GROUP BY o.state
"""
# Replies to campaigns: what a person wrote before any campaign reached them answers nothing.
_REPLIES_SINCE: Final = """
SELECT count(*) FROM event WHERE kind = 'reply.received' AND at >= ? AND campaign_id IS NOT NULL
"""
# By the partial index event_reply.
REPLIES: Final = "SELECT count(*) FROM event WHERE kind = 'reply.received' AND campaign_id = ?"


def read_lanes(raw: sqlite3.Connection, campaign_id: CampaignId | None) -> list[LaneView]:
    """The lanes of all accounts over all campaigns, or those of one campaign."""
    counts: dict[AccountId, dict[DeliveryState, int]] = {}
    for account_id, state, count in raw.execute(_LANE_COUNTS, (campaign_id,)).fetchall():
        counts.setdefault(account_id, {})[DeliveryState(state)] = count
    return [
        LaneView(
            account_id=AccountId(account_id),
            title=title,
            kind=AccountKind(kind),
            account_state=AccountState(state),
            account_reason=account_reason,
            status=LaneStatus(status),
            reason=reason,
            until=from_ms(until),
            counts=counts.get(account_id, {}),
        )
        for account_id, title, kind, state, account_reason, status, reason, until in raw.execute(
            _LANES, (campaign_id,)
        ).fetchall()
    ]


def read_rate(raw: sqlite3.Connection, campaign_id: CampaignId | None, since: int, bucket_ms: int) -> list[RatePoint]:
    """Delivered messages by buckets counted from `since` (both in milliseconds); empty buckets are left out."""
    return [
        RatePoint(at=from_ms(since + number * bucket_ms), delivered=count)
        for number, count in raw.execute(RATE, (campaign_id, since, bucket_ms)).fetchall()
    ]


def read_totals(raw: sqlite3.Connection, since: int) -> DayTotals:
    """What ended since a moment (milliseconds), and what people did."""
    counts = dict(raw.execute(TOTALS, (since,)).fetchall())
    return DayTotals(
        delivered=counts.get("sent", 0),
        failed=counts.get("failed", 0),
        uncertain=counts.get("uncertain", 0),
        replies=raw.execute(_REPLIES_SINCE, (since,)).fetchone()[0],
        stops=count_events(raw, EventKind.PERSON_STOPPED, since),
    )


def count_replies(raw: sqlite3.Connection, campaign_id: CampaignId) -> int:
    """Replies attributed to a campaign, ever."""
    (count,) = raw.execute(REPLIES, (campaign_id,)).fetchone()
    return int(count)
