"""Series: campaigns that repeat, and their runs."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from campaigns.campaign import Campaign, CampaignState
from campaigns.report.event_kinds import EventKind
from campaigns.schedule.repeat import decode_repeat
from campaigns.series import Series
from core.domain.change import Subject
from core.domain.ids import CampaignId
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.campaign_changes import change_campaign, get_campaign
from database.stores.events import WORKER, write_event
from database.stores.rows import CAMPAIGN_COLUMNS, Row, campaign_from_row, from_ms, to_ms
from database.stores.series_rows import find_repeat, hash_for_series

_RUNNING: Final = f"""
SELECT s.repeat, s.handled_at, {CAMPAIGN_COLUMNS} FROM series AS s JOIN campaign AS c ON c.id = s.campaign_id
WHERE c.state = 'running' ORDER BY c.id
"""
_LAST_RUN: Final = f"""
SELECT c.run_at, {CAMPAIGN_COLUMNS} FROM campaign AS c WHERE c.series_id = ? ORDER BY c.run_at DESC LIMIT 1
"""
_RUNS: Final = "SELECT id FROM campaign WHERE series_id = ? ORDER BY run_at"
_FIND_RUN: Final = "SELECT id FROM campaign WHERE series_id = ? AND run_at = ?"
_BEGIN: Final = """
INSERT INTO campaign (title, state_at, state_by, message, plan, ends_at, created_at, created_by, series_id, run_at)
SELECT title || ', ' || ?1, ?2, ?3, message, plan, ends_at, ?2, created_by, id, ?4 FROM campaign WHERE id = ?5 RETURNING id
"""
_ACCOUNTS: Final = """
INSERT INTO campaign_account (campaign_id, account_id)
SELECT ?1, m.account_id FROM campaign_account AS m JOIN account AS a ON a.id = m.account_id
WHERE m.campaign_id = ?2 AND a.removed_at IS NULL
"""
_AUDIENCES: Final = """
INSERT INTO campaign_audience (campaign_id, role, position, audience_id)
SELECT ?1, role, position, audience_id FROM campaign_audience WHERE campaign_id = ?2
"""
_HANDLED: Final = "UPDATE series SET handled_at = max(ifnull(handled_at, 0), ?) WHERE campaign_id = ?"

_UNSTARTED: Final = frozenset({CampaignState.DRAFT, CampaignState.IN_REVIEW, CampaignState.APPROVED})


class SeriesStore:
    """Implements `campaigns.series.SeriesStore`, and lists the runs of a series."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_running(self) -> Sequence[Series]:
        """Those under way, each with its newest run."""

        def read_running(raw: sqlite3.Connection) -> list[Series]:
            return [_series(raw, row) for row in raw.execute(_RUNNING).fetchall()]

        return await self._database.read(read_running)

    async def runs(self, series_id: CampaignId) -> Sequence[CampaignId]:
        """Its runs, the first one first."""
        return await self._database.read(
            lambda raw: [CampaignId(row[0]) for row in raw.execute(_RUNS, (series_id,)).fetchall()]
        )

    async def begin_run(self, series_id: CampaignId, run_at: datetime, *, now: datetime) -> CampaignId:
        """A draft with what the series holds; the one that was begun before, if there is one."""

        def begin(work: UnitOfWork) -> CampaignId:
            raw = work.connection
            found = raw.execute(_FIND_RUN, (series_id, to_ms(run_at))).fetchone()
            if found is not None:
                return CampaignId(found[0])
            day = f"{run_at:%Y-%m-%d}"
            values = (day, to_ms(now), WORKER, to_ms(run_at), series_id)
            (run_id,) = raw.execute(_BEGIN, values).fetchone()
            raw.execute(_ACCOUNTS, (run_id, series_id))
            raw.execute(_AUDIENCES, (run_id, series_id))
            work.touch(Subject.CAMPAIGN, run_id)
            data: dict[str, str | int] = {"series": series_id, "run_at": run_at.isoformat(timespec="seconds")}
            write_event(work, EventKind.SERIES_RUN, at=to_ms(now), campaign_id=run_id, data=data)
            return CampaignId(run_id)

        return await self._database.write(begin)

    async def run_hash(self, series_id: CampaignId, run_id: CampaignId) -> bytes:
        """series_hash of what the run holds."""

        def read_hash(raw: sqlite3.Connection) -> bytes:
            repeat = find_repeat(raw, series_id)
            assert repeat is not None, "a series repeats"
            return hash_for_series(raw, get_campaign(raw, run_id), repeat)

        return await self._database.read(read_hash)

    async def skip(
        self,
        series_id: CampaignId,
        moments: Sequence[datetime],
        why: str,
        *,
        run_id: CampaignId | None,
        now: datetime,
    ) -> None:
        """These do not take place, and Activity says why; the draft of a run that was begun is cancelled."""

        def skip(work: UnitOfWork) -> None:
            work.connection.execute(_HANDLED, (to_ms(max(moments)), series_id))
            work.touch(Subject.CAMPAIGN, series_id)
            until = max(moments).isoformat(timespec="seconds")
            data: dict[str, str | int] = {"count": len(moments), "until": until, "reason": why}
            write_event(
                work, EventKind.SERIES_SKIPPED, at=to_ms(now), level="warning", campaign_id=series_id, data=data
            )
            _drop(work, run_id, why, to_ms(now))

        await self._database.write(skip)

    async def handled(self, series_id: CampaignId, run_at: datetime) -> None:
        """Everything up to this moment is decided."""

        def handled(work: UnitOfWork) -> None:
            work.connection.execute(_HANDLED, (to_ms(run_at), series_id))
            work.touch(Subject.CAMPAIGN, series_id)

        await self._database.write(handled)

    async def pause(self, series_id: CampaignId, reason: str, *, run_id: CampaignId, now: datetime) -> None:
        """Until a person has looked; the draft of the run is cancelled."""

        def pause(work: UnitOfWork) -> None:
            _drop(work, run_id, reason, to_ms(now))
            series = get_campaign(work.connection, series_id)
            change_campaign(work, series, CampaignState.PAUSED, at=to_ms(now), actor=WORKER, reason=reason)

        await self._database.write(pause)

    async def finish(self, series_id: CampaignId, *, now: datetime) -> None:
        """Its last run is over."""

        def finish(work: UnitOfWork) -> None:
            series = get_campaign(work.connection, series_id)
            change_campaign(work, series, CampaignState.FINISHED, at=to_ms(now), actor=WORKER)

        await self._database.write(finish)


def _drop(work: UnitOfWork, run_id: CampaignId | None, why: str, at: int) -> None:
    run = None if run_id is None else get_campaign(work.connection, run_id)
    if run is not None and run.state in _UNSTARTED:
        change_campaign(work, run, CampaignState.CANCELLED, at=at, actor=WORKER, reason=why)


def _series(raw: sqlite3.Connection, row: Row) -> Series:
    campaign: Campaign = campaign_from_row(row[2:])
    last = raw.execute(_LAST_RUN, (campaign.id,)).fetchone()
    return Series(
        campaign=campaign,
        repeat=decode_repeat(row[0]),
        handled_at=from_ms(row[1]),
        last_run=None if last is None else campaign_from_row(last[1:]),
        last_run_at=None if last is None else from_ms(last[0]),
    )
