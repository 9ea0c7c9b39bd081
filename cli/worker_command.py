"""Run the worker of a workspace in this process, until it is told to stop."""

import asyncio
import gc
import logging
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime

import psutil

from campaigns.campaign import CampaignState
from campaigns.dispatch.worker import Worker
from campaigns.ports import WorkerStart
from campaigns.service import CampaignService
from cli.house import House
from cli.output import EXIT_OK, Output
from core.config import Config
from core.container import ServiceContainer
from core.domain.ids import WorkerId
from core.errors import StorageError, WorkspaceBusy, WorkspaceCopied
from core.locks import worker_lock
from core.registry import KnownWorkspace, WorkspaceRegistry
from core.secrets.manager import KeySource
from core.workspace import Workspace
from database import ReportStore, WorkerStore, WorkspaceStore

ENGINE = "worker"  # the name under which the engine's own doings stand in Activity

logger = logging.getLogger(__name__)

YOUNG_OBJECTS = 20_000
"""More than were made since the last look before Python looks for circles among them. Every message makes hundreds of
objects and frees them without circles; with Python's own 700 a tenth of a busy worker's time went into looking."""


async def run_worker(house: House, workspace: Workspace, source: KeySource, output: Output) -> int:
    """Own accounts and deliver until SIGTERM, SIGINT or a request to stop; then stop in order."""
    process = psutil.Process(os.getpid())
    start = WorkerStart(
        worker_id=WorkerId(os.urandom(8).hex()),
        pid=process.pid,
        started_at=datetime.fromtimestamp(process.create_time(), UTC),
    )
    lock = worker_lock(workspace, start.worker_id)
    if not lock.acquire():
        raise WorkspaceBusy("The lock of this very worker is taken.", detail=str(lock.path))
    try:
        container = house.services(workspace, process=_log_name(workspace, start.worker_id))
        house.add_secrets(container, workspace, source)
        house.add_worker(container, workspace, start)
        await container.run_until_stopped(lambda started: _work(started, workspace, start, output))
    finally:
        lock.release()
        lock.path.unlink(missing_ok=True)  # the name is never used again
    return EXIT_OK


def _log_name(workspace: Workspace, worker_id: WorkerId) -> str:
    """One process writes one log file: a second worker of a workspace gets its own."""
    others = [path for path in workspace.run.glob("worker-*.lock") if worker_id not in path.name]
    return "worker" if not others else f"worker-{worker_id}"


async def _work(container: ServiceContainer, workspace: Workspace, start: WorkerStart, output: Output) -> None:
    marks = _Marks(container.get(WorkspaceStore), workspace)
    await _begin(container, marks, start)
    gc.collect()
    gc.freeze()  # classes and tables of the program stay, and are not looked through again and again
    gc.set_threshold(YOUNG_OBJECTS, 10, 10)
    output.say("The worker runs. Ctrl+C stops it in order.")
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        running = group.create_task(container.get(Worker).run(stop), name="worker")
        marking = group.create_task(marks.keep(container.get(Config).delivery.heartbeat_s), name="worker marks")
        try:
            await asyncio.shield(running)
        except asyncio.CancelledError:
            # A signal: claim nothing more, and let what is in flight be answered and recorded first.
            stop.set()
            await running
            raise
        finally:
            marking.cancel()
            await marks.set()


class _Marks:
    """How far the workspace has come, told to the registry, so that an older copy put in its place is noticed."""

    def __init__(self, store: WorkspaceStore, workspace: Workspace) -> None:
        self.registry = WorkspaceRegistry()
        self._store = store
        self._workspace = workspace

    async def read(self) -> KnownWorkspace:
        row = await self._store.get()
        return KnownWorkspace(
            workspace_id=row.workspace_id,
            folder=self._workspace.folder,
            generation=row.generation,
            last_change=row.last_change,
        )

    async def set(self) -> None:
        """What prevents it ends no worker: the next mark says as much."""
        try:
            await asyncio.to_thread(self.registry.mark, await self.read())
        except (StorageError, WorkspaceBusy) as error:
            logger.warning("how far the workspace has come was not written down: %s", error)

    async def keep(self, every_s: float) -> None:
        while True:
            await asyncio.sleep(every_s)
            await self.set()


async def _begin(container: ServiceContainer, marks: _Marks, start: WorkerStart) -> None:
    """Raise the generation; a copied or restored workspace pauses everything and does not start."""
    known = await marks.read()
    workers = container.get(WorkerStore)
    try:
        await marks.registry.begin_start(known.workspace_id, marks.read, lambda: workers.begin(start))
    except WorkspaceCopied:
        await pause_everything(container, actor=ENGINE, reason="This workspace is a copy or was restored.")
        raise


async def pause_everything(container: ServiceContainer, *, actor: str, reason: str) -> int:
    """Pause what runs or is about to; returns how many campaigns."""
    service = container.get(CampaignService)
    paused = 0
    for campaign in await container.get(ReportStore).list_campaigns():
        if campaign.state in (CampaignState.RUNNING, CampaignState.SCHEDULED):
            await service.pause(campaign.id, actor=actor, reason=reason)
            paused += 1
    return paused


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop where there is one: half the CPU of a round trip (measured); asyncio's own loop elsewhere."""
    if sys.platform == "win32":
        return None
    import uvloop

    return uvloop.new_event_loop
