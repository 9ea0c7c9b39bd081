"""What only the console reads: a monitor from one moment, and long lists as ids first and rows when looked at."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from campaigns.report.screens import (
    CampaignDetails,
    EventQuestion,
    LanePace,
    Mark,
    MonitorView,
    PeopleQuestion,
    SeriesRuns,
    WorkerRun,
)
from campaigns.report.views import EventView, RecipientRow
from core.domain.ids import CampaignId
from core.missing import missing
from database.database import Database
from database.stores.report_figures import read_lanes
from database.stores.report_rows import PROGRESS_COLUMNS, feed_item_from_row, progress_from_row
from database.stores.reports import FEED
from database.stores.rows import to_ms
from database.stores.screen_figures import read_details, read_marks, read_paces, read_runs, read_skipped
from database.stores.screen_lists import (
    WITHOUT_END,
    read_event_ids,
    read_events,
    read_people,
    read_people_ids,
)

if TYPE_CHECKING:
    from array import array

_ONE = f"SELECT {PROGRESS_COLUMNS} FROM campaign WHERE id = ?"
_RUNS = f"SELECT {PROGRESS_COLUMNS} FROM campaign WHERE series_id = ? ORDER BY run_at DESC LIMIT ?"


class ScreenStore:
    """Reads of the console. Those without `is_long` take under 5 ms, so ten a second leave the reader free."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def monitor(self, campaign_id: CampaignId, *, feed: int) -> MonitorView:
        """Counters, lanes and the last `feed` ends of one campaign, all of one moment.

        Raises UserInputError when there is no such campaign.
        """

        def read_monitor(raw: sqlite3.Connection) -> MonitorView:
            row = raw.execute(_ONE, (campaign_id,)).fetchone()
            if row is None:
                raise missing("campaign", campaign_id)
            return MonitorView(
                progress=progress_from_row(raw, row),
                lanes=read_lanes(raw, campaign_id),
                feed=[feed_item_from_row(item) for item in raw.execute(FEED, (campaign_id, feed)).fetchall()],
            )

        return await self._database.read(read_monitor)

    async def paces(self, campaign_id: CampaignId, *, now: datetime) -> Sequence[LanePace]:
        """How fast the campaign's lanes go and what their quotas have left; about once a second."""
        at = to_ms(now)
        return await self._database.read(lambda raw: read_paces(raw, campaign_id, at), is_long=True)

    async def runs(self, since: datetime) -> Sequence[WorkerRun]:
        """Workers that lived at that moment or later, oldest first."""
        return await self._database.read(lambda raw: read_runs(raw, since))

    async def marks(self, campaign_id: CampaignId, since: datetime) -> Sequence[Mark]:
        """What explains the rate of a campaign since a moment: the newest 40, oldest first."""
        return await self._database.read(lambda raw: read_marks(raw, campaign_id, since))

    async def details(self, campaign_id: CampaignId) -> CampaignDetails:
        """What is sent, from whom, to how many, approved by whom. Raises UserInputError when there is no such."""
        return await self._database.read(lambda raw: read_details(raw, campaign_id), is_long=True)

    async def series_runs(self, series_id: CampaignId, *, limit: int) -> SeriesRuns:
        """The newest runs of a series, and the newest moments that did not take place; at most so many of each."""

        def read_series(raw: sqlite3.Connection) -> SeriesRuns:
            runs = raw.execute(_RUNS, (series_id, limit)).fetchall()
            return SeriesRuns(
                runs=[progress_from_row(raw, row) for row in runs], skipped=read_skipped(raw, series_id, limit)
            )

        return await self._database.read(read_series)

    async def people_ids(self, question: PeopleQuestion, *, limit: int = WITHOUT_END) -> "array[int]":
        """Ids of deliveries that answer the question, in their order."""
        return await self._database.read(lambda raw: read_people_ids(raw, question, limit), is_long=True)

    async def people(self, ids: Sequence[int]) -> Mapping[int, RecipientRow]:
        """These deliveries by id."""
        return await self._database.read(lambda raw: read_people(raw, ids))

    async def event_ids(self, question: EventQuestion, *, limit: int = WITHOUT_END) -> "array[int]":
        """Ids of lines of Activity that answer the question, newest first."""
        return await self._database.read(lambda raw: read_event_ids(raw, question, limit), is_long=True)

    async def events(self, ids: Sequence[int]) -> Mapping[int, EventView]:
        """These lines of Activity by id."""
        return await self._database.read(lambda raw: read_events(raw, ids))
