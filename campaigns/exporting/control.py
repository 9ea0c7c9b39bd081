"""Exports of one workspace from outside: a job process is started, watched by its row, and cancelled by a row."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from campaigns.exporting.orders import ExportKind, ExportOrder, ExportStore, ExportView
from campaigns.jobs import JobProcesses, dead_jobs
from campaigns.report.export import form_of
from core.clock import Clock
from core.domain.ids import ExportId


class CutsOff(Protocol):
    """ExportJob, as far as it is needed when a job process died."""

    async def cut_off(self, export_id: ExportId) -> None: ...


class ExportControl:
    """For the window; a command writes in its own process."""

    def __init__(self, *, store: ExportStore, job: CutsOff, processes: JobProcesses, clock: Clock) -> None:
        self._store = store
        self._job = job
        self._processes = processes
        self._clock = clock

    async def start(self, order: ExportOrder, path: Path, *, actor: str) -> ExportId:
        """Begin to write a file (an absolute path). It goes on when this process ends; cancelled while it
        begins, it is cancelled too.

        Raises UserInputError, also while that very file is being written.
        """
        if order.kind is ExportKind.REPORT:
            form_of(path)
        await self._cut_off_dead()
        export_id = await self._store.create(order, path, actor=actor, now=self._clock.now())
        try:
            await self._store.set_process(export_id, await self._processes.start("export", export_id))
        except asyncio.CancelledError:
            await self._store.ask_to_cancel(export_id)
            raise
        return export_id

    async def look(self) -> Sequence[ExportView]:
        """Those that run, and those that ended and nobody was told of; one whose process is gone has ended."""
        await self._cut_off_dead()
        return await self._store.open()

    async def set_told(self, export_id: ExportId) -> None:
        """A person has seen how it ended."""
        await self._store.set_told(export_id)

    async def cancel(self, export_id: ExportId) -> None:
        """Its process notices within a second; nothing of the file is left."""
        await self._store.ask_to_cancel(export_id)

    async def _cut_off_dead(self) -> None:
        for export_id in dead_jobs(await self._store.running(), self._clock.now()):
            await self._job.cut_off(ExportId(export_id))
