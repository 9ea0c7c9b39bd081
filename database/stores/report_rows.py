"""From rows to the values of campaigns.report.views, with the columns that each is read from."""

import json
import sqlite3
from typing import Final

from campaigns.campaign import CampaignState
from campaigns.delivery import FINAL, DeliveryState
from campaigns.reasons import DeliveryReason
from campaigns.report.views import (
    CampaignProgress,
    CounterDifference,
    EventView,
    FeedItem,
    RecipientRow,
    WorkerView,
)
from campaigns.schedule.repeat import decode_repeat
from core.domain.ids import AccountId, CampaignId, ContactId, DeliveryId, WorkerId
from database.stores.report_groups import OPTED_OUT_AT, READ_AT, REPLIED_AT
from database.stores.rows import Row, from_ms

PROGRESS_COLUMNS: Final = """
id, title, state, state_reason, state_by, state_at, created_at, created_by, approved_by, approved_hash, start_at,
started_at, finished_at, slowed_per_hour, archived_at,
(SELECT repeat FROM series WHERE campaign_id = campaign.id),
(SELECT count(*) FROM campaign AS r WHERE r.series_id = campaign.id AND r.start_at IS NOT NULL), series_id, run_at,
canary_size
"""
# How a contact `k` is called on the screen.
PERSON: Final = "coalesce(nullif(k.name, ''), '@' || k.username, k.phone, 'Telegram id ' || k.telegram_user_id)"

_COUNTERS: Final = """
SELECT state, reason, sum(count) FROM delivery_count WHERE campaign_id = ? AND count > 0 GROUP BY state, reason
"""


def progress_from_row(raw: sqlite3.Connection, row: Row) -> CampaignProgress:
    """A row of PROGRESS_COLUMNS with its counters."""
    counts: dict[DeliveryState, int] = {}
    reasons: dict[tuple[DeliveryState, DeliveryReason], int] = {}
    for text, reason, count in raw.execute(_COUNTERS, (row[0],)).fetchall():
        state = DeliveryState(text)
        counts[state] = counts.get(state, 0) + count
        if reason:
            reasons[state, DeliveryReason(reason)] = count
    return CampaignProgress(
        id=CampaignId(row[0]),
        title=row[1],
        state=CampaignState(row[2]),
        state_reason=row[3],
        state_by=row[4],
        state_at=from_ms(row[5]),
        created_at=from_ms(row[6]),
        created_by=row[7],
        approved_by=row[8],
        approved_hash=row[9],
        start_at=from_ms(row[10]),
        started_at=from_ms(row[11]),
        finished_at=from_ms(row[12]),
        slowed_per_hour=row[13],
        is_archived=row[14] is not None,
        repeat=None if row[15] is None else decode_repeat(row[15]),
        runs=row[16],
        run_of=None if row[17] is None else CampaignId(row[17]),
        run_at=from_ms(row[18]),
        first_people=row[19],
        counts=counts,
        reasons=reasons,
    )


def _reason(text: str | None) -> DeliveryReason | None:
    return None if text is None else DeliveryReason(text)


def feed_item_from_row(row: Row) -> FeedItem:
    delivery_id, at, state, reason, person, account_title = row
    return FeedItem(
        id=DeliveryId(delivery_id),
        at=from_ms(at),
        state=DeliveryState(state),
        reason=_reason(reason),
        person=person,
        account_title=account_title,
    )


# Of `outgoing o`, `contact k` and `account a`; after which recipient_from_row knows the row.
RECIPIENT_COLUMNS: Final = f"""
o.contact_id, k.name, k.username, a.title, o.state, o.reason, o.detail, o.settled_at, o.message_id, o.variant, o.language,
o.first_tried_at, {READ_AT}, {REPLIED_AT}, {OPTED_OUT_AT}
"""


def recipient_from_row(row: Row) -> RecipientRow:
    """A row of RECIPIENT_COLUMNS."""
    contact_id, name, username, account_title, text, reason, detail, settled_at, message_id = row[:9]
    variant, language, tried_at, read_at, replied_at, opted_out_at = row[9:]
    state = DeliveryState(text)
    return RecipientRow(
        contact_id=ContactId(contact_id),
        name=name,
        username=username,
        account_title=account_title,
        state=state,
        reason=_reason(reason),
        detail=detail,
        finished_at=from_ms(settled_at) if state in FINAL else None,
        message_id=message_id,
        variant=variant,
        language=language,
        tried_at=from_ms(tried_at),
        read_at=from_ms(read_at),
        replied_at=from_ms(replied_at),
        opted_out_at=from_ms(opted_out_at),
    )


def event_from_row(row: Row) -> EventView:
    event_id, at, level, kind, actor, account_title, campaign_title, person, correlation_id, data = row
    return EventView(
        id=event_id,
        at=from_ms(at),
        level=level,
        kind=kind,
        actor=actor,
        account_title=account_title,
        campaign_title=campaign_title,
        person=person,
        correlation_id=correlation_id,
        data=json.loads(data),
    )


def worker_from_row(row: Row) -> WorkerView:
    worker_id, pid, started_at, heartbeat_at, ended_at = row
    return WorkerView(
        worker_id=WorkerId(worker_id),
        pid=pid,
        started_at=from_ms(started_at),
        heartbeat_at=from_ms(heartbeat_at),
        ended_at=from_ms(ended_at),
    )


def difference_from_row(row: Row) -> CounterDifference:
    campaign_id, account_id, state, reason, counter, rows = row
    return CounterDifference(
        campaign_id=CampaignId(campaign_id),
        account_id=AccountId(account_id),
        state=DeliveryState(state),
        reason=reason,
        counter=counter,
        rows=rows,
    )
