"""Workers: their starts, heartbeats and ends."""

import sqlite3
from datetime import datetime
from typing import Final

from campaigns.ports import WorkerStart
from campaigns.report.event_kinds import EventKind
from core.domain.change import Subject
from core.domain.ids import WorkerId
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.events import write_event
from database.stores.rows import from_ms, to_ms
from database.stores.workspaces import raise_generation

_BEGIN: Final = "INSERT INTO worker (worker_id, pid, started_at, heartbeat_at) VALUES (?, ?, ?, ?)"
_BEAT: Final = "UPDATE worker SET heartbeat_at = ? WHERE worker_id = ?"
_END: Final = "UPDATE worker SET heartbeat_at = ?, ended_at = ? WHERE worker_id = ? AND ended_at IS NULL"
_EXPIRE: Final = """
UPDATE request SET state = 'expired', finished_at = ? WHERE worker_id = ? AND kind = 'stop_worker' AND state = 'open'
    AND deadline_at < ?
"""
_IS_ASKED: Final = (
    "SELECT EXISTS (SELECT 1 FROM request WHERE worker_id = ? AND kind = 'stop_worker' AND state = 'open')"
)
_DONE: Final = """
UPDATE request SET state = 'done', finished_at = ? WHERE worker_id = ? AND kind = 'stop_worker' AND state = 'open'
"""
# The greatest moment of the tries and of the ends, by the last entry of each account and of each campaign.
NEWEST_TIME: Final = """
SELECT max(at) FROM (
    SELECT (SELECT max(unknown_since) FROM outgoing WHERE account_id = a.id AND unknown_since IS NOT NULL) AS at
    FROM account AS a
    UNION ALL
    SELECT (SELECT max(settled_at) FROM outgoing WHERE campaign_id = c.id AND settled_at IS NOT NULL)
    FROM campaign AS c)
"""


class WorkerStore:
    """One row for each start of a worker."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, start: WorkerStart) -> int:
        """Register this start and raise the workspace's generation; returns the new generation.

        Raises WorkspaceError in a database that has no name yet.
        """
        at = to_ms(start.started_at)

        def begin_worker(work: UnitOfWork) -> int:
            generation = raise_generation(work)
            work.connection.execute(_BEGIN, (start.worker_id, start.pid, at, at))
            work.touch(Subject.WORKER, 0)
            write_event(work, EventKind.WORKER_STARTED, at=at)
            return generation

        return await self._database.write(begin_worker)

    async def beat(self, worker_id: WorkerId, *, now: datetime) -> bool:
        """Heartbeat; True when somebody asked this worker to stop and the deadline has not passed."""
        at = to_ms(now)

        def beat(work: UnitOfWork) -> bool:
            raw = work.connection
            raw.execute(_BEAT, (at, worker_id))
            work.touch(Subject.WORKER, 0)
            if raw.execute(_EXPIRE, (at, worker_id, at)).rowcount:
                work.touch(Subject.REQUEST, 0)
            (is_asked,) = raw.execute(_IS_ASKED, (worker_id,)).fetchone()
            return bool(is_asked)

        return await self._database.write(beat)

    async def end(self, worker_id: WorkerId, *, now: datetime) -> None:
        """An orderly end; what asked for it is done."""
        at = to_ms(now)

        def end_worker(work: UnitOfWork) -> None:
            work.connection.execute(_DONE, (at, worker_id))
            if work.connection.execute(_END, (at, at, worker_id)).rowcount:
                write_event(work, EventKind.WORKER_ENDED, at=at)
            work.touch(Subject.WORKER, 0)
            work.touch(Subject.REQUEST, 0)

        await self._database.write(end_worker)

    async def newest_time(self) -> datetime | None:
        """The greatest moment at which a row was tried or ended; None: nothing ever was."""

        def read_newest_time(raw: sqlite3.Connection) -> int | None:
            (at,) = raw.execute(NEWEST_TIME).fetchone()
            return None if at is None else int(at)

        return from_ms(await self._database.read(read_newest_time))
