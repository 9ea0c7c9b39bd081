"""An export from its row to its file, in whatever process runs it: progress and result are rows, cancel is a row."""

import asyncio
from pathlib import Path
from typing import Final

from campaigns.audience.imports import ImportStore
from campaigns.audience.people_service import PeopleService
from campaigns.audience.refused_rows import write_refused
from campaigns.exporting.orders import ExportKind, ExportOrder, ExportStore
from campaigns.job_errors import JobProblem, problem_of
from campaigns.jobs import JobState, Tell
from campaigns.report.export import ReadsReport, export_report
from core.clock import Clock
from core.domain.ids import CampaignId, ExportId, ImportId
from core.errors import AppError, Cancelled
from core.files import remove_part

TELL_EVERY_S: Final = 0.25

CUT_OFF: Final = JobProblem(
    code=AppError.code,
    title="The export stopped",
    message="Its process ended in the middle, as when the computer is switched off. No half file is left of it.",
    hint="Export it again.",
)


class ExportJob:
    """The one way in which a list is written for the window."""

    def __init__(
        self, store: ExportStore, people: PeopleService, reports: ReadsReport, imports: ImportStore, clock: Clock
    ) -> None:
        self._store = store
        self._people = people
        self._reports = reports
        self._imports = imports
        self._clock = clock

    async def run(self, export_id: ExportId) -> None:
        """Write what the row says. The file is whole or what it was before.

        Raises UserInputError, Cancelled, StorageError; the row tells it too.
        """
        try:
            written, left_out = await self._write(export_id)
        except Cancelled:
            await self._store.finish(export_id, JobState.CANCELLED, now=self._clock.now())
            raise
        except AppError as error:
            await self._store.finish(export_id, JobState.FAILED, problem=problem_of(error), now=self._clock.now())
            raise
        now = self._clock.now()
        await self._store.finish(export_id, JobState.DONE, written=written, left_out=left_out, now=now)

    async def cut_off(self, export_id: ExportId) -> None:
        """Its process has died: what it had written goes. Nothing else happens if it had ended before."""
        view = await self._store.get(export_id)
        await asyncio.to_thread(remove_part, view.path)
        await self._store.finish(export_id, JobState.FAILED, problem=CUT_OFF, now=self._clock.now())

    async def _write(self, export_id: ExportId) -> tuple[int, int]:
        order, view = await self._store.order(export_id), await self._store.get(export_id)
        tell = self.teller(export_id)
        await tell(0)
        if order.kind is ExportKind.SUPPRESSIONS:
            return await self._people.export_suppressions(view.path, tell)
        return await self._count(order, view.path, tell, actor=view.created_by), 0

    async def _count(self, order: ExportOrder, path: Path, tell: Tell, *, actor: str) -> int:
        match order.kind:
            case ExportKind.REPORT:
                return await export_report(
                    self._reports, CampaignId(order.subject_id), path, now=self._clock.now(), tell=tell
                )
            case ExportKind.REFUSED:
                return await write_refused(self._imports, ImportId(order.subject_id), path, tell)
            case _:
                return await self._people.export_many(order.whom, path, actor=actor, tell=tell)

    def teller(self, export_id: ExportId) -> Tell:
        """Writes down how far it is some four times a second, and raises Cancelled when it is to stop."""
        told_s: float | None = None

        async def tell(written: int) -> None:
            nonlocal told_s
            now_s = self._clock.monotonic()
            if told_s is not None and now_s - told_s < TELL_EVERY_S:
                return
            if not await self._store.tell(export_id, written):
                raise Cancelled
            told_s = now_s

        return tell
