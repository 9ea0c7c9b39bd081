"""What every process opens first: settings with logs and time-outs, the database, the row of the workspace, secrets."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress

from core.clock import Clock
from core.config import Config
from core.config_file import read_config
from core.domain.account import WorkspaceKind
from core.errors import StorageError, UserInputError
from core.logs import start_logging, stop_logging
from core.secrets.manager import KeySource, SecretsManager
from core.timeouts import use_timeouts
from core.workspace import Workspace
from database import (
    Database,
    WorkspaceStore,
)


@asynccontextmanager
async def open_settings(workspace: Workspace, process: str) -> AsyncIterator[Config]:
    config = read_config(workspace.config_path)
    use_timeouts(config.timeouts)
    start_logging(workspace.logs, process, config.logs)
    try:
        yield config
    except BaseException:
        with suppress(StorageError):  # what went wrong before is what is told
            stop_logging()
        raise
    stop_logging()


@asynccontextmanager
async def open_database(workspace: Workspace, clock: Clock) -> AsyncIterator[Database]:
    async with await Database.open(workspace.database_path, backups=workspace.backups, clock=clock) as database:
        yield database


@asynccontextmanager
async def open_workspace_row(
    database: Database, kind: WorkspaceKind | None, clock: Clock
) -> AsyncIterator[WorkspaceStore]:
    store = WorkspaceStore(database)
    if await store.find() is None:
        if kind is None:
            raise UserInputError(
                "There is no workspace in this folder yet.",
                hint='Make one with "workspace new", or try everything with "demo".',
            )
        await store.create(uuid.uuid4().hex, kind, now=clock.now())
    yield store


@asynccontextmanager
async def open_secrets(workspace: Workspace, source: KeySource) -> AsyncIterator[SecretsManager]:
    yield await SecretsManager.open_async(workspace, source)


@asynccontextmanager
async def running(work: Coroutine[object, object, None], name: str) -> AsyncIterator[None]:
    """The work goes on beside the block and ends with it; should it fail, so does the service."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(work, name=name)
        try:
            yield
        finally:
            task.cancel()
