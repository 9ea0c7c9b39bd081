"""The people of a workspace: their lists, how they come in and go out, and how they are erased."""

from collections.abc import Sequence

from campaigns.audience.import_file import FileImport
from campaigns.audience.import_jobs import ImportJobs
from campaigns.audience.people_service import PeopleService
from campaigns.exporting.control import ExportControl
from campaigns.exporting.job import ExportJob
from campaigns.jobs import JobProcesses
from core.clock import Clock
from core.container import ServiceContainer
from core.erased_list import ErasedLists
from core.locks import import_lock
from core.workspace import Workspace
from database import (
    ContactCardStore,
    ContactDesk,
    ContactListStore,
    ContactMergeStore,
    Database,
    ErasureStore,
    ExportStore,
    ImportStore,
    ReportStore,
    SuppressionListStore,
)


def register_people(container: ServiceContainer, workspace: Workspace, clock: Clock, program: Sequence[str]) -> None:
    """Add the use cases; the stores must be registered too."""
    container.register(
        PeopleService,
        lambda needs: PeopleService(
            desk=needs.get(ContactDesk),
            lists=needs.get(ContactListStore),
            cards=needs.get(ContactCardStore),
            merges=needs.get(ContactMergeStore),
            erasures=needs.get(ErasureStore),
            suppressions=needs.get(SuppressionListStore),
            clock=clock,
        ),
        needs=[
            ContactDesk,
            ContactListStore,
            ContactCardStore,
            ContactMergeStore,
            ErasureStore,
            SuppressionListStore,
        ],
    )
    container.register(
        ErasureStore,
        lambda needs: ErasureStore(needs.get(Database), workspace.backups, ErasedLists()),
        needs=[Database],
    )
    container.register(
        FileImport,
        lambda needs: FileImport(needs.get(ImportStore), clock, import_lock(workspace)),
        needs=[ImportStore],
    )
    container.register(
        ExportJob,
        lambda needs: ExportJob(
            needs.get(ExportStore), needs.get(PeopleService), needs.get(ReportStore), needs.get(ImportStore), clock
        ),
        needs=[ExportStore, PeopleService, ReportStore, ImportStore],
    )
    container.register(
        ExportControl,
        lambda needs: ExportControl(
            store=needs.get(ExportStore),
            job=needs.get(ExportJob),
            processes=JobProcesses(workspace, program),
            clock=clock,
        ),
        needs=[ExportStore, ExportJob],
    )
    container.register(
        ImportJobs,
        lambda needs: ImportJobs(needs.get(ImportStore), needs.get(FileImport), workspace, program),
        needs=[ImportStore, FileImport],
    )
