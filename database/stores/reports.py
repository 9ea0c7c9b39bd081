"""What screens and commands show, read from counters and bounded pages; nothing here writes.

Reads that go over many rows are long ones: they have a connection of their own, and cancelling stops them.
"""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from campaigns.report.figures import CampaignFigures
from campaigns.report.views import (
    CampaignProgress,
    CounterDifference,
    DayTotals,
    EventFilter,
    EventView,
    FeedItem,
    LaneView,
    OverviewView,
    RatePoint,
    RecipientRow,
    WorkerView,
)
from core.domain.ids import CampaignId, ContactId
from core.missing import missing
from database.database import Database
from database.stores.report_figures import count_replies, read_lanes, read_rate, read_totals
from database.stores.report_groups import read_figures
from database.stores.report_rows import (
    PERSON,
    PROGRESS_COLUMNS,
    RECIPIENT_COLUMNS,
    difference_from_row,
    event_from_row,
    feed_item_from_row,
    progress_from_row,
    recipient_from_row,
    worker_from_row,
)
from database.stores.rows import to_ms

MOST_CAMPAIGNS: Final = 200
OVERVIEW_CAMPAIGNS: Final = 20
MOST_ROWS: Final = 1_000  # the longest page that is read at once, whatever is asked for

_NEWEST: Final = (
    f"SELECT {PROGRESS_COLUMNS} FROM campaign WHERE (archived_at IS NOT NULL) = ? ORDER BY id DESC LIMIT ?"
)
# What is not over. There are few: a person looks after each of them.
_GOING_ON: Final = f"""
SELECT {PROGRESS_COLUMNS} FROM campaign
WHERE state NOT IN ('finished', 'cancelled', 'failed') AND archived_at IS NULL ORDER BY id DESC LIMIT ?
"""
_ONE: Final = f"SELECT {PROGRESS_COLUMNS} FROM campaign WHERE id = ?"
# What goes on comes first, then what is over.
_CURRENT: Final = f"""
SELECT {PROGRESS_COLUMNS} FROM campaign WHERE archived_at IS NULL
ORDER BY state IN ('finished', 'cancelled', 'failed'), id DESC LIMIT ?
"""
# By the index outgoing_settled, backwards: no sorting, however many rows ended in the same moment.
FEED: Final = f"""
SELECT o.id, o.settled_at, o.state, o.reason, {PERSON}, a.title FROM outgoing AS o
JOIN contact AS k ON k.id = o.contact_id JOIN account AS a ON a.id = o.account_id
WHERE o.campaign_id = ? AND o.settled_at IS NOT NULL
ORDER BY o.settled_at DESC, o.state DESC, o.id DESC LIMIT ?
"""
# One page after a contact, by the unique index of campaign and contact.
RECIPIENTS: Final = f"""
SELECT {RECIPIENT_COLUMNS}
FROM outgoing AS o JOIN contact AS k ON k.id = o.contact_id JOIN account AS a ON a.id = o.account_id
WHERE o.campaign_id = ? AND o.contact_id > ? ORDER BY o.contact_id LIMIT ?
"""
EVENTS: Final = f"""
SELECT e.id, e.at, e.level, e.kind, e.actor, a.title, c.title, {PERSON}, e.correlation_id, e.data FROM event AS e
LEFT JOIN account AS a ON a.id = e.account_id LEFT JOIN campaign AS c ON c.id = e.campaign_id
LEFT JOIN contact AS k ON k.id = e.contact_id
WHERE e.id < ifnull(?1, 9223372036854775807) AND (?2 IS NULL OR e.level = ?2)
    AND (?3 IS NULL OR e.kind GLOB ?3 || '.*')
    AND (?4 IS NULL OR e.account_id = ?4) AND (?5 IS NULL OR e.campaign_id = ?5)
ORDER BY e.id DESC LIMIT ?6
"""
# By the order of starts, not by their moments: the clock may have been set back between two of them.
_CURRENT_WORKERS: Final = """
SELECT worker_id, pid, started_at, heartbeat_at, ended_at FROM worker
WHERE ended_at IS NULL OR rowid = (SELECT max(rowid) FROM worker) ORDER BY rowid DESC
"""
# Who has the message, for comparing with another ledger.
_BESIDE_CAMPAIGNS: Final = "SELECT random_id FROM outgoing WHERE campaign_id IS NULL"
_PEOPLE_SENT: Final = "SELECT telegram_user_id FROM outgoing WHERE campaign_id = ? AND state = 'sent'"
# Counters beside a count of the rows, where they differ.
_DIFFERENCES: Final = """
SELECT campaign_id, account_id, state, reason, sum(counter), sum(counted) FROM (
    SELECT campaign_id, account_id, state, reason, count AS counter, 0 AS counted FROM delivery_count
    UNION ALL
    SELECT campaign_id, account_id, state, ifnull(reason, ''), 0, count(*) FROM outgoing
    WHERE campaign_id IS NOT NULL GROUP BY 1, 2, 3, 4)
GROUP BY 1, 2, 3, 4 HAVING sum(counter) <> sum(counted) ORDER BY 1, 2, 3, 4
"""


class ReportStore:
    """Campaigns, recipients, lanes, Activity and figures as values."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_campaigns(self, *, is_archived: bool = False) -> Sequence[CampaignProgress]:
        """The newest 200 campaigns that are in the list, or that were put away; newest first."""

        def read_campaigns(raw: sqlite3.Connection) -> list[CampaignProgress]:
            return [
                progress_from_row(raw, row) for row in raw.execute(_NEWEST, (is_archived, MOST_CAMPAIGNS)).fetchall()
            ]

        return await self._database.read(read_campaigns)

    async def list_current(self) -> Sequence[CampaignProgress]:
        """Every campaign that is not over (at most 1,000), newest first: what can be paused, and what needs a person."""

        def read_current(raw: sqlite3.Connection) -> list[CampaignProgress]:
            return [progress_from_row(raw, row) for row in raw.execute(_GOING_ON, (MOST_ROWS,)).fetchall()]

        return await self._database.read(read_current)

    async def progress(self, campaign_id: CampaignId) -> CampaignProgress:
        """How far it is. Raises UserInputError when there is no such campaign."""

        def read_progress(raw: sqlite3.Connection) -> CampaignProgress:
            row = raw.execute(_ONE, (campaign_id,)).fetchone()
            if row is None:
                raise missing("campaign", campaign_id)
            return progress_from_row(raw, row)

        return await self._database.read(read_progress)

    async def lanes(self, campaign_id: CampaignId | None) -> Sequence[LaneView]:
        """What each account of a campaign does, with its counts of that campaign; None: all accounts and campaigns."""
        return await self._database.read(lambda raw: read_lanes(raw, campaign_id))

    async def day_totals(self, since: datetime) -> DayTotals:
        """What happened since a moment."""
        return await self._database.read(lambda raw: read_totals(raw, to_ms(since)), is_long=True)

    async def rate(self, campaign_id: CampaignId | None, *, since: datetime, bucket_s: float) -> Sequence[RatePoint]:
        """Messages delivered in each bucket from `since` on; buckets without one are left out. None: all campaigns."""
        bucket_ms = round(bucket_s * 1000)
        return await self._database.read(
            lambda raw: read_rate(raw, campaign_id, to_ms(since), bucket_ms), is_long=True
        )

    async def overview(self, since: datetime) -> OverviewView:
        """The first page, all of it from one moment: at most 20 campaigns, those that go on first."""

        def read_overview(raw: sqlite3.Connection) -> OverviewView:
            rows = raw.execute(_CURRENT, (OVERVIEW_CAMPAIGNS,)).fetchall()
            campaigns = [progress_from_row(raw, row) for row in rows]
            return OverviewView(
                today=read_totals(raw, to_ms(since)),
                campaigns=campaigns,
                lanes=read_lanes(raw, None),
                replies_by_campaign={campaign.id: count_replies(raw, campaign.id) for campaign in campaigns},
            )

        return await self._database.read(read_overview, is_long=True)

    async def feed(self, campaign_id: CampaignId, *, limit: int) -> Sequence[FeedItem]:
        """What ended or was put off last, newest first."""

        def read_feed(raw: sqlite3.Connection) -> list[FeedItem]:
            return [
                feed_item_from_row(row) for row in raw.execute(FEED, (campaign_id, min(limit, MOST_ROWS))).fetchall()
            ]

        return await self._database.read(read_feed)

    async def recipients(
        self, campaign_id: CampaignId, *, after: ContactId | None, limit: int
    ) -> Sequence[RecipientRow]:
        """The next page of recipients by rising contact id, after this one; None: the first page."""
        page = campaign_id, after or 0, min(limit, MOST_ROWS)

        def read_recipients(raw: sqlite3.Connection) -> list[RecipientRow]:
            return [recipient_from_row(row) for row in raw.execute(RECIPIENTS, page).fetchall()]

        return await self._database.read(read_recipients)

    async def figures(self, campaign_id: CampaignId) -> CampaignFigures:
        """Everybody in groups, and what they did. Reads every row of the campaign: some seconds for a million."""
        return await self._database.read(lambda raw: read_figures(raw, campaign_id), is_long=True)

    async def events(
        self, *, before_id: int | None, limit: int, chosen: EventFilter | None = None
    ) -> Sequence[EventView]:
        """Activity before this event, newest first; None: the newest."""
        chosen = chosen or EventFilter()
        values = (before_id, chosen.level, chosen.area, chosen.account_id, chosen.campaign_id, min(limit, MOST_ROWS))

        def read_events(raw: sqlite3.Connection) -> list[EventView]:
            return [event_from_row(row) for row in raw.execute(EVENTS, values).fetchall()]

        return await self._database.read(read_events, is_long=chosen != EventFilter())

    async def people_sent(self, campaign_id: CampaignId) -> frozenset[int]:
        """Telegram ids of everybody whose row is `sent`; for proofs, which compare them with another ledger."""

        def read_people(raw: sqlite3.Connection) -> frozenset[int]:
            return frozenset(user_id for (user_id,) in raw.execute(_PEOPLE_SENT, (campaign_id,)).fetchall())

        return await self._database.read(read_people, is_long=True)

    async def random_ids_beside_campaigns(self) -> frozenset[int]:
        """Of all that leaves and belongs to no campaign; for proofs, which count by campaign."""

        def read_ids(raw: sqlite3.Connection) -> frozenset[int]:
            return frozenset(random_id for (random_id,) in raw.execute(_BESIDE_CAMPAIGNS).fetchall())

        return await self._database.read(read_ids, is_long=True)

    async def newest_worker(self) -> WorkerView | None:
        """The worker that started last; None: none ever did."""
        return next(iter(await self.current_workers()), None)

    async def current_workers(self) -> Sequence[WorkerView]:
        """The worker that started last, and all others that never said that they ended; newest first."""

        def read_workers(raw: sqlite3.Connection) -> list[WorkerView]:
            return [worker_from_row(row) for row in raw.execute(_CURRENT_WORKERS).fetchall()]

        return await self._database.read(read_workers)

    async def verify_counters(self) -> Sequence[CounterDifference]:
        """Counters that differ from a count of the rows: none, or there is a defect. Reads every row."""

        def verify_counters(raw: sqlite3.Connection) -> list[CounterDifference]:
            return [difference_from_row(row) for row in raw.execute(_DIFFERENCES).fetchall()]

        return await self._database.read(verify_counters, is_long=True)
