"""What an export is to everybody who starts, watches or stops one, and what it needs of the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from campaigns.audience.contacts import ContactQuestion
from campaigns.job_errors import JobProblem
from campaigns.jobs import JobState, RunningJob
from core.domain.ids import ExportId
from core.processes import ProcessRecord


class ExportKind(StrEnum):
    """What is written."""

    PEOPLE = "people"  # those who were chosen, or all whom a question finds
    SUPPRESSIONS = "suppressions"  # the whole suppression list
    REPORT = "report"  # everybody of a campaign
    REFUSED = "refused"  # the rows that an import refused


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOrder:
    """What to write. `subject_id`: the campaign of a report, the import of refused rows; `whom`: of people alone."""

    kind: ExportKind
    subject_id: int = 0
    whom: ContactQuestion | tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportView:
    """How an export stands."""

    id: ExportId
    kind: ExportKind
    subject_id: int
    path: Path
    state: JobState
    written: int  # people or rows
    left_out: int  # of a suppression list: who has neither a name nor a number
    problem: JobProblem | None
    created_by: str
    created_at: datetime
    finished_at: datetime | None


class ExportStore(Protocol):
    """See database.stores.exports."""

    async def create(self, order: ExportOrder, path: Path, *, actor: str, now: datetime) -> ExportId: ...
    async def set_process(self, export_id: ExportId, process: ProcessRecord) -> None: ...
    async def order(self, export_id: ExportId) -> ExportOrder: ...
    async def get(self, export_id: ExportId) -> ExportView: ...
    async def running(self) -> Sequence[RunningJob]: ...
    async def open(self) -> Sequence[ExportView]: ...
    async def tell(self, export_id: ExportId, written: int) -> bool: ...
    async def ask_to_cancel(self, export_id: ExportId) -> None: ...
    async def finish(
        self,
        export_id: ExportId,
        state: JobState,
        *,
        written: int | None = None,
        left_out: int = 0,
        problem: JobProblem | None = None,
        now: datetime,
    ) -> None: ...
    async def set_told(self, export_id: ExportId) -> None: ...
