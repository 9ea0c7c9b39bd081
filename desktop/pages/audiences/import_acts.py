"""The import of people from the window: opens the dialog, and does its reading and writing."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QWidget

from campaigns.audience.columns import heading_key
from campaigns.audience.import_file import FileImport
from campaigns.audience.import_jobs import ImportJobs
from campaigns.audience.imports import ImportOptions, ImportView
from campaigns.audience.preview import Sample, read_sample
from campaigns.audience.refused_rows import read_refused
from campaigns.exporting.orders import ExportKind, ExportOrder
from core.container import ServiceContainer
from core.domain.ids import ImportId
from database import ImportStore
from desktop.pages.audiences.import_dialog import PeopleImportDialog
from desktop.pages.audiences.import_outcome import MOST_SHOWN, Refused
from desktop.pages.services import PageServices

LOOKED_AT: Final = 1_000
"""Rows of a file that its preview shows."""


class ImportActs:
    """Owned by the page."""

    def __init__(self, window: QWidget, services: PageServices, container: ServiceContainer) -> None:
        self._window = window
        self._services = services
        self._container = container

    def open(self, path: str = "") -> PeopleImportDialog:
        """The dialog, with a file that was dropped when there is one."""
        dialog = PeopleImportDialog(self._window, _Importer(self._container, self._services), self._services)
        dialog.failed.connect(self._services.tells.error)
        dialog.open()
        if path:
            dialog.take_file(path)
        return dialog


class _Importer:
    """See PeopleImportDialog."""

    def __init__(self, container: ServiceContainer, services: PageServices) -> None:
        self._store = container.get(ImportStore)
        self._imports = container.get(FileImport)
        self._jobs = container.get(ImportJobs)
        self._actor = services.actor
        self._exports = services.exports
        self._running: ImportId | None = None
        self._is_cancelled = False

    async def read(self, path: Path, encoding: str, delimiter: str) -> Sample:
        return await asyncio.to_thread(read_sample, path, encoding=encoding, delimiter=delimiter, limit=LOOKED_AT)

    async def mapping_of(self, headings: Sequence[str]) -> Mapping[str, str]:
        return await self._store.mapping_of(heading_key(headings))

    async def run(self, path: Path, options: ImportOptions) -> AsyncIterator[ImportView]:
        self._is_cancelled = False
        job = await self._jobs.start(path, options, actor=self._actor)
        self._running = job.id
        if self._is_cancelled:  # while its process was started
            await self._jobs.cancel(job.id)
        async for view in self._jobs.follow(job):
            yield view
        self._running = None

    async def cancel(self) -> None:
        self._is_cancelled = True
        if self._running is not None:
            await self._jobs.cancel(self._running)

    async def refused(self, import_id: ImportId) -> Sequence[Refused]:
        return [(line, reason) async for line, reason, _ in read_refused(self._store, import_id, MOST_SHOWN)]

    async def save_refused(self, import_id: ImportId, path: str) -> None:
        await self._exports.start(ExportOrder(kind=ExportKind.REFUSED, subject_id=import_id), path)

    async def undo(self, import_id: ImportId) -> ImportView:
        return await self._imports.undo(import_id)
