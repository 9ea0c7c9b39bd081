"""Rehearsals: how far each one is, what it found, and whom a campaign would not reach."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from campaigns.job_errors import JobProblem
from campaigns.jobs import JobState, RunningJob
from campaigns.plan.rehearsal_views import (
    Figures,
    RehearsalView,
    SkippedPerson,
)
from campaigns.reasons import DeliveryReason
from core.domain.change import Subject
from core.domain.ids import CampaignId, ContactId, RehearsalId
from core.processes import ProcessRecord
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.campaign_changes import get_campaign
from database.stores.job_rows import ask_to_cancel, goes_on, running_jobs, set_process
from database.stores.rows import Row, from_ms, get_row, to_ms

FORGET_CHUNK: Final = 5_000  # rows a unit: some 10 ms on the database thread

_COLUMNS: Final = "id, campaign_id, state, figures, problem, created_by, created_at, finished_at"
_CREATE: Final = "INSERT INTO rehearsal (campaign_id, start_at, created_by, created_at) VALUES (?, ?, ?, ?)"
_GET: Final = f"SELECT {_COLUMNS} FROM rehearsal WHERE id = ?"
_LATEST: Final = f"SELECT {_COLUMNS} FROM rehearsal WHERE campaign_id = ? ORDER BY id DESC LIMIT 1"
_ORDER: Final = "SELECT campaign_id, start_at FROM rehearsal WHERE id = ?"
_TELL: Final = "UPDATE rehearsal SET figures = ? WHERE id = ? AND state = 'running'"
_FINISH: Final = """
UPDATE rehearsal SET state = ?, figures = ifnull(?, figures), problem = ?, finished_at = ? WHERE id = ? AND state = 'running'
"""
_ADD_SKIP: Final = "INSERT OR REPLACE INTO rehearsal_skip (rehearsal_id, contact_id, reason) VALUES (?, ?, ?)"
# Earlier ones of the same campaign that have ended.
_EARLIER: Final = """
SELECT e.id FROM rehearsal AS r JOIN rehearsal AS e ON e.campaign_id = r.campaign_id AND e.id < r.id
WHERE r.id = ? AND e.state <> 'running' LIMIT 1
"""
_FORGET_SKIPS: Final = """
DELETE FROM rehearsal_skip WHERE rehearsal_id = ?1 AND contact_id IN (
    SELECT contact_id FROM rehearsal_skip WHERE rehearsal_id = ?1 ORDER BY contact_id LIMIT ?2)
"""
_FORGET: Final = "DELETE FROM rehearsal WHERE id = ?"
_SKIPPED: Final = """
SELECT s.contact_id, ifnull(k.name, ''), coalesce(k.username, k.phone, ''), s.reason FROM rehearsal_skip AS s
JOIN rehearsal AS r ON r.id = s.rehearsal_id AND r.state = 'done' LEFT JOIN contact AS k ON k.id = s.contact_id
WHERE s.rehearsal_id = ? AND s.contact_id > ? ORDER BY s.contact_id LIMIT ?
"""


class RehearsalStore:
    """Implements `campaigns.plan.rehearsal_facts.RehearsalLog`, and reads what pages and commands show."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(
        self, campaign_id: CampaignId, *, start_at: datetime | None, actor: str, now: datetime
    ) -> RehearsalId:
        """One that runs. Raises UserInputError if there is no such campaign."""

        def create_rehearsal(work: UnitOfWork) -> RehearsalId:
            get_campaign(work.connection, campaign_id)
            values = (campaign_id, to_ms(start_at), actor, to_ms(now))
            rehearsal_id = RehearsalId(work.connection.execute(_CREATE, values).lastrowid or 0)
            work.touch(Subject.REHEARSAL, rehearsal_id)
            return rehearsal_id

        return await self._database.write(create_rehearsal)

    async def set_process(self, rehearsal_id: RehearsalId, process: ProcessRecord) -> None:
        """This one does it."""
        await self._database.write(lambda work: set_process(work.connection, "rehearsal", rehearsal_id, process))

    async def running(self, campaign_id: CampaignId) -> Sequence[RunningJob]:
        """Those of a campaign that have not ended, as far as their rows know."""
        return await self._database.read(
            lambda raw: running_jobs(raw, "rehearsal", " AND campaign_id = ?", (campaign_id,))
        )

    async def get(self, rehearsal_id: RehearsalId) -> RehearsalView:
        """Raises UserInputError if there is no such rehearsal."""
        return await self._database.read(lambda raw: _view(get_row(raw, _GET, "rehearsal", rehearsal_id)))

    async def find_latest(self, campaign_id: CampaignId) -> RehearsalView | None:
        """The newest of a campaign."""

        def read_latest(raw: sqlite3.Connection) -> RehearsalView | None:
            row = raw.execute(_LATEST, (campaign_id,)).fetchone()
            return None if row is None else _view(row)

        return await self._database.read(read_latest)

    async def skipped(
        self, rehearsal_id: RehearsalId, *, after: int = 0, limit: int = 1000
    ) -> Sequence[SkippedPerson]:
        """Who would not get it, by rising contact id; empty before it is done."""

        def read_skipped(raw: sqlite3.Connection) -> list[SkippedPerson]:
            rows = raw.execute(_SKIPPED, (rehearsal_id, after, limit)).fetchall()
            return [
                SkippedPerson(contact_id=ContactId(number), name=name, address=address, reason=DeliveryReason(reason))
                for number, name, address, reason in rows
            ]

        return await self._database.read(read_skipped)

    async def ask_to_cancel(self, rehearsal_id: RehearsalId) -> None:
        """Its process notices within a second."""

        def ask(work: UnitOfWork) -> None:
            ask_to_cancel(work.connection, "rehearsal", rehearsal_id)
            work.touch(Subject.REHEARSAL, rehearsal_id)

        await self._database.write(ask)

    async def read_order(self, rehearsal_id: RehearsalId) -> tuple[CampaignId, datetime | None]:
        """Which campaign, and when it is to start."""
        campaign_id, start_at = await self._database.read(lambda raw: get_row(raw, _ORDER, "rehearsal", rehearsal_id))
        return CampaignId(campaign_id), from_ms(start_at)

    async def forget_some(self, rehearsal_id: RehearsalId) -> bool:
        """Remove a bounded part of earlier rehearsals of this campaign; False: nothing is left of them."""

        def forget(work: UnitOfWork) -> bool:
            raw = work.connection
            found = raw.execute(_EARLIER, (rehearsal_id,)).fetchone()
            if found is None:
                return False
            if raw.execute(_FORGET_SKIPS, (found[0], FORGET_CHUNK)).rowcount < FORGET_CHUNK:
                raw.execute(_FORGET, found)
                work.touch(Subject.REHEARSAL, found[0])
            return True

        return await self._database.write(forget)

    async def tell(self, rehearsal_id: RehearsalId, figures: Figures) -> bool:
        """Write how far it is. False: somebody cancelled it."""
        text = msgspec.json.encode(figures).decode()

        def tell(work: UnitOfWork) -> bool:
            work.connection.execute(_TELL, (text, rehearsal_id))
            work.touch(Subject.REHEARSAL, rehearsal_id)
            return goes_on(work.connection, "rehearsal", rehearsal_id)

        return await self._database.write(tell)

    async def add_exceptions(self, rehearsal_id: RehearsalId, rows: Sequence[tuple[int, DeliveryReason]]) -> None:
        """People who would not get it; nobody sees them before `finish`."""

        def add(work: UnitOfWork) -> None:
            work.connection.executemany(
                _ADD_SKIP, [(rehearsal_id, contact_id, reason.value) for contact_id, reason in rows]
            )

        await self._database.write(add)

    async def finish(
        self,
        rehearsal_id: RehearsalId,
        state: JobState,
        *,
        figures: Figures | None = None,
        problem: JobProblem | None = None,
        now: datetime,
    ) -> None:
        """It has ended; nothing happens if it had already."""
        text = None if figures is None else msgspec.json.encode(figures).decode()
        why = "" if problem is None else msgspec.json.encode(problem).decode()

        def finish(work: UnitOfWork) -> None:
            work.connection.execute(_FINISH, (state.value, text, why, to_ms(now), rehearsal_id))
            work.touch(Subject.REHEARSAL, rehearsal_id)

        await self._database.write(finish)


def _view(row: Row) -> RehearsalView:
    number, campaign_id, state, figures, problem, created_by, created_at, finished_at = row
    return RehearsalView(
        id=RehearsalId(number),
        campaign_id=CampaignId(campaign_id),
        state=JobState(state),
        figures=msgspec.json.decode(figures, type=Figures),
        problem=msgspec.json.decode(problem, type=JobProblem) if problem else None,
        created_by=created_by,
        created_at=from_ms(created_at),
        finished_at=from_ms(finished_at),
    )
