"""Imports in a process of their own: started, followed by their row, and taken back where the process died."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from campaigns.audience.import_file import FileImport
from campaigns.audience.imports import ImportOptions, ImportState, ImportStore, ImportView
from campaigns.jobs import JobProcesses
from core.domain.ids import ImportId
from core.processes import ProcessRecord, is_alive
from core.workspace import Workspace

POLL_S = 0.1

_UNFINISHED = (ImportState.RUNNING, ImportState.UNDOING)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportJob:
    """An import, and the process that does it."""

    id: ImportId
    process: ProcessRecord


class ImportJobs:
    """For the window and the terminal alike."""

    def __init__(self, store: ImportStore, imports: FileImport, workspace: Workspace, program: Sequence[str]) -> None:
        self._store = store
        self._imports = imports
        self._processes = JobProcesses(workspace, program)

    async def start(self, path: Path, options: ImportOptions, *, actor: str) -> ImportJob:
        """Begin to import a file (an absolute path). Raises UserInputError.

        It goes on when this process ends; cancelled while it begins, it is cancelled too, as nobody would know of it.
        """
        import_id = await self._imports.create(path, options, actor=actor)
        try:
            process = await self._processes.start("import", import_id, "--", str(path))
        except asyncio.CancelledError:
            await self.cancel(import_id)
            raise
        return ImportJob(id=import_id, process=process)

    async def follow(self, job: ImportJob) -> AsyncIterator[ImportView]:
        """How it stands, some ten times a second; ends with it. What a process that died has left is taken back."""
        while True:
            is_running = is_alive(job.process)  # before the row is read: what it wrote last is in there
            view = await self._store.get(job.id)
            yield view
            if view.state not in _UNFINISHED:
                return
            if not is_running:
                # The system frees its lock a moment after it has died.
                await self._imports.clean_up()
            await asyncio.sleep(POLL_S)

    async def cancel(self, import_id: ImportId) -> None:
        """It ends with nothing left of it; `follow` tells when."""
        await self._store.ask_to_cancel(import_id)
