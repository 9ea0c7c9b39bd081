"""Exports: what each one is to write, how far it is, and how it ended until a person was told."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from campaigns.audience.contacts import ContactQuestion
from campaigns.exporting.orders import ExportKind, ExportOrder, ExportView
from campaigns.job_errors import JobProblem
from campaigns.jobs import JobState, RunningJob
from campaigns.report.event_kinds import EventKind
from core.domain.ids import ExportId
from core.errors import UserInputError
from core.logs import current_correlation_id
from core.processes import ProcessRecord
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.events import write_event
from database.stores.job_rows import ask_to_cancel, goes_on, running_jobs, set_process
from database.stores.rows import Row, from_ms, get_row, to_ms

_COLUMNS: Final = "id, kind, subject_id, path, state, written, left_out, problem, created_by, created_at, finished_at"
_CREATE: Final = """
INSERT INTO export (kind, subject_id, whom, path, created_by, created_at) VALUES (?, ?, ?, ?, ?, ?)
"""
_SAME_FILE: Final = "SELECT 1 FROM export WHERE path = ? AND state = 'running'"
_FORGET_TOLD: Final = "DELETE FROM export WHERE is_told AND state <> 'running'"
_GET: Final = f"SELECT {_COLUMNS} FROM export WHERE id = ?"
_OPEN: Final = f"SELECT {_COLUMNS} FROM export WHERE NOT is_told ORDER BY id"
_ORDER: Final = "SELECT kind, subject_id, whom FROM export WHERE id = ?"
_TELL: Final = "UPDATE export SET written = ? WHERE id = ? AND state = 'running'"
_FINISH: Final = """
UPDATE export SET state = ?, whom = '', written = ifnull(?, written), left_out = ?, problem = ?, finished_at = ?
WHERE id = ? AND state = 'running'
"""
_SET_TOLD: Final = "UPDATE export SET is_told = 1 WHERE id = ? AND state <> 'running'"


class ExportStore:
    """Implements `campaigns.exporting.orders.ExportStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, order: ExportOrder, path: Path, *, actor: str, now: datetime) -> ExportId:
        """One that runs; those that ended and were told of are forgotten. Raises UserInputError while this file is
        being written.
        """
        whom = msgspec.json.encode(order.whom).decode()

        def create_export(work: UnitOfWork) -> ExportId:
            raw = work.connection
            if raw.execute(_SAME_FILE, (str(path),)).fetchone() is not None:
                raise UserInputError(
                    f"{path.name} is being written by another export.",
                    title="This file is being written",
                    hint="Wait for that export or stop it, or choose another name.",
                )
            raw.execute(_FORGET_TOLD)
            values = (order.kind.value, order.subject_id, whom, str(path), actor, to_ms(now))
            return ExportId(raw.execute(_CREATE, values).lastrowid or 0)

        return await self._database.write(create_export)

    async def set_process(self, export_id: ExportId, process: ProcessRecord) -> None:
        """This one does it."""
        await self._database.write(lambda work: set_process(work.connection, "export", export_id, process))

    async def order(self, export_id: ExportId) -> ExportOrder:
        """What to write, while it runs. Raises UserInputError if there is no such export, or it has ended."""
        kind, subject_id, whom = await self._database.read(lambda raw: get_row(raw, _ORDER, "export", export_id))
        if not whom:
            raise UserInputError("This export has ended.", detail=f"export {export_id}")
        chosen = msgspec.json.decode(whom, type=ContactQuestion | tuple[int, ...])
        return ExportOrder(kind=ExportKind(kind), subject_id=subject_id, whom=chosen)

    async def get(self, export_id: ExportId) -> ExportView:
        """Raises UserInputError if there is no such export."""
        return await self._database.read(lambda raw: _view(get_row(raw, _GET, "export", export_id)))

    async def running(self) -> Sequence[RunningJob]:
        """Those that have not ended, as far as their rows know."""
        return await self._database.read(lambda raw: running_jobs(raw, "export"))

    async def open(self) -> Sequence[ExportView]:
        """Those that run, and those that ended and nobody was told of; the oldest first."""
        return await self._database.read(lambda raw: [_view(row) for row in raw.execute(_OPEN).fetchall()])

    async def tell(self, export_id: ExportId, written: int) -> bool:
        """Write how far it is. False: it is to stop."""

        def tell(work: UnitOfWork) -> bool:
            work.connection.execute(_TELL, (written, export_id))
            return goes_on(work.connection, "export", export_id)

        return await self._database.write(tell)

    async def ask_to_cancel(self, export_id: ExportId) -> None:
        """Its process notices within a second."""
        await self._database.write(lambda work: ask_to_cancel(work.connection, "export", export_id))

    async def finish(
        self,
        export_id: ExportId,
        state: JobState,
        *,
        written: int | None = None,
        left_out: int = 0,
        problem: JobProblem | None = None,
        now: datetime,
    ) -> None:
        """It has ended, which stands in Activity unless it was cancelled; nothing happens if it had already."""
        why = "" if problem is None else msgspec.json.encode(problem).decode()
        correlation_id = current_correlation_id()

        def finish(work: UnitOfWork) -> None:
            values = (state.value, written, left_out, why, to_ms(now), export_id)
            if work.connection.execute(_FINISH, values).rowcount:
                _note(work, _view(get_row(work.connection, _GET, "export", export_id)), now, correlation_id)

        await self._database.write(finish)

    async def set_told(self, export_id: ExportId) -> None:
        """A person has seen how it ended."""
        await self._database.write(lambda work: work.connection.execute(_SET_TOLD, (export_id,)))


def _note(work: UnitOfWork, view: ExportView, now: datetime, correlation_id: str) -> None:
    data: dict[str, int | str] = {"what": view.kind.value, "file": str(view.path)}
    level = "info"
    if view.state is JobState.FAILED:
        kind, level = EventKind.EXPORT_FAILED, "error"
    elif view.state is JobState.DONE and view.kind is not ExportKind.PEOPLE:  # of people it stands there already
        kind = EventKind.LIST_EXPORTED
        data["count"] = view.written
    else:
        return
    at = to_ms(now)
    write_event(work, kind, at=at, level=level, actor=view.created_by, correlation_id=correlation_id, data=data)


def _view(row: Row) -> ExportView:
    number, kind, subject_id, path, state, written, left_out, problem, created_by, created_at, finished_at = row
    return ExportView(
        id=ExportId(number),
        kind=ExportKind(kind),
        subject_id=subject_id,
        path=Path(path),
        state=JobState(state),
        written=written,
        left_out=left_out,
        problem=msgspec.json.decode(problem, type=JobProblem) if problem else None,
        created_by=created_by,
        created_at=from_ms(created_at),
        finished_at=from_ms(finished_at),
    )
