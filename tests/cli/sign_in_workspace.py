"""A workspace whose sandbox is the shared one, with a secret store of this test."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from core.domain.account import Account, WorkspaceKind
from core.secrets.choice import StoreKind
from core.secrets.manager import SecretsManager
from core.workspace import Workspace, open_workspace
from database import AccountStore
from main import MainHouse
from telegram.sandbox.address import write_address
from tests.telegram.sandbox_fixture import RunningSandbox

T = TypeVar("T")
PASSPHRASE = "correct horse battery"


async def make_workspace(
    folder: Path, sandbox: RunningSandbox, store: StoreKind = StoreKind.MEMORY
) -> tuple[Workspace, SecretsManager]:
    workspace = await make_workspace_without_store(folder, sandbox)
    passphrase = PASSPHRASE if store is StoreKind.PASSPHRASE else ""
    secrets = await _on_a_thread(lambda: SecretsManager.create(workspace, store, passphrase=passphrase))
    return workspace, secrets


async def make_workspace_without_store(
    folder: Path, sandbox: RunningSandbox | None, kind: WorkspaceKind = WorkspaceKind.SANDBOX
) -> Workspace:
    workspace = open_workspace(folder)
    if sandbox is not None:
        write_address(workspace.sandbox, sandbox.address)

    async def make() -> None:
        async with MainHouse().services(workspace, kind=kind):
            pass

    await aside(make)
    return workspace


async def accounts_of(workspace: Workspace) -> Sequence[Account]:
    async def read() -> Sequence[Account]:
        async with MainHouse().services(workspace) as services:
            return await services.get(AccountStore).list_accounts()

    return await aside(read)


async def aside(work: Callable[[], Coroutine[None, None, T]]) -> T:
    """On a loop of its own: the services end the threads of their loop with them."""
    return await _on_a_thread(lambda: asyncio.run(work()))


async def _on_a_thread(work: Callable[[], T]) -> T:
    """Of its own, which ends here: the loop of the console leaves those of its first executor behind."""
    with ThreadPoolExecutor(1) as pool:
        return await asyncio.get_running_loop().run_in_executor(pool, work)
