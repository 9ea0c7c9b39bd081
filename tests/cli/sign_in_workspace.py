"""A workspace whose sandbox is the shared one, with a secret store of this test."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
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
    workspace = open_workspace(folder)
    write_address(workspace.sandbox, sandbox.address)

    async def make() -> None:
        async with MainHouse().services(workspace, kind=WorkspaceKind.SANDBOX):
            pass

    await aside(make)
    secrets = await asyncio.to_thread(
        SecretsManager.create, workspace, store, passphrase=PASSPHRASE if store is StoreKind.PASSPHRASE else ""
    )
    return workspace, secrets


async def accounts_of(workspace: Workspace) -> Sequence[Account]:
    async def read() -> Sequence[Account]:
        async with MainHouse().services(workspace) as services:
            return await services.get(AccountStore).list_accounts()

    return await aside(read)


async def aside(work: Callable[[], Coroutine[None, None, T]]) -> T:
    """On a loop of its own: the services end the threads of their loop with them."""
    return await asyncio.to_thread(lambda: asyncio.run(work()))
