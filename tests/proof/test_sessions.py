"""A session is never open twice: not from two workers, two consoles or two workspaces of one user on one machine."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from pathlib import Path
from sqlite3 import connect

import pytest

from bench.crash.owners import leases, start_second
from bench.world import WORKER, World, made_world, wait_for
from core.domain.account import AccountState
from core.locks import account_lock
from core.processes import ProcessRecord, kill, start_detached
from core.registry import KnownWorkspace, WorkspaceRegistry
from core.workspace import Workspace, open_workspace
from database import WorkspaceRow, WorkspaceStore
from main import MainHouse
from telegram.sandbox.control import Stats
from tests.cli.sign_in_workspace import aside

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

ACCOUNTS = 3
SETTINGS = {("delivery", "heartbeat_s"): 0.5, ("delivery", "lease_s"): 5.0}


@asynccontextmanager
async def a_world(folder: Path) -> AsyncIterator[World]:
    async with made_world(folder, recipients=1, accounts=ACCOUNTS, settings=SETTINGS) as world:
        yield world
        assert await states_of(world) == [AccountState.READY] * ACCOUNTS


async def states_of(world: World) -> list[AccountState]:
    return [account.state for account in await world.accounts.list_accounts()]


async def links_of(world: World) -> int:
    stats: Stats = await world.control.stats()
    return stats.links


async def no_session_is_closed(world: World, looks: int = 40) -> None:
    """For a while in which workers look for accounts more than once. A second use of a key closes its session at once."""
    for _ in range(looks):
        assert await states_of(world) == [AccountState.READY] * ACCOUNTS
        await asyncio.sleep(0.05)

    async def is_each_open_once() -> bool:
        return await links_of(world) == ACCOUNTS

    await wait_for(is_each_open_once, "there is not one link for each account")


def start_worker(workspace: Workspace, key_line: bytes, log: str) -> ProcessRecord:
    return start_detached(
        [*WORKER, "worker", "--workspace", str(workspace.folder), "--key-fd", "0"],
        folder=workspace.folder,
        output=workspace.logs / log,
        standard_input=key_line,
    )


async def test_two_consoles_that_start_a_worker_at_the_same_moment_open_each_session_once(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        # Each sees that no worker runs, so each starts one.
        both = [start_worker(world.workspace, world.key_line, f"{name}.log") for name in ("first", "second")]
        try:
            await world.wait_until_connected()
            await no_session_is_closed(world)
            assert len(await leases(world)) == ACCOUNTS
        finally:
            for record in both:
                kill(record)


async def test_a_second_worker_opens_no_session_that_the_first_has(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        await world.start_worker()
        await world.wait_until_connected()
        before = await leases(world)

        await start_second(world)
        await no_session_is_closed(world)

        assert await leases(world) == before


async def test_a_copy_that_was_adopted_opens_no_session_that_the_original_has(tmp_path: Path) -> None:
    """Somebody says that the copy is the right one, and forgets that the original runs."""
    async with a_world(tmp_path) as world:
        first = await world.start_worker()
        await world.wait_until_connected()
        copy = open_workspace(copy_of(world.workspace, tmp_path / "copy"))
        await adopt(copy)

        second = start_worker(copy, world.key_line, "worker.log")
        try:
            reasons: Mapping[int, str] = {}

            async def are_refused() -> bool:
                nonlocal reasons
                reasons = await lane_reasons(copy)
                return len(reasons) == ACCOUNTS and all(reasons.values())

            await wait_for(are_refused, "the copy does not say why its accounts are offline")
            assert all("another workspace on this computer" in reason for reason in reasons.values())
            await no_session_is_closed(world)

            kill(first)

            async def are_taken() -> bool:
                return not any((await lane_reasons(copy)).values())

            await wait_for(are_taken, "the copy takes the accounts once the original has ended")
            await no_session_is_closed(world, looks=10)
        finally:
            kill(second)


async def test_a_worker_that_is_killed_leaves_no_lock_behind(
    tmp_path: Path,
) -> None:
    async with a_world(tmp_path) as world:
        record = await world.start_worker()
        await world.wait_until_connected()
        secrets = [account.session_secret for account in await world.accounts.list_accounts()]
        assert not any(account_lock(secret).acquire() for secret in secrets)

        kill(record)

        locks = [account_lock(secret) for secret in secrets]
        assert all(lock.acquire() for lock in locks)
        for lock in locks:
            lock.release()


def copy_of(workspace: Workspace, folder: Path) -> Path:
    """As a backup program would copy a folder that is in use: the database as one moment of it."""
    shutil.copytree(workspace.folder, folder, ignore=shutil.ignore_patterns("workspace.db*", "run"))
    with closing(connect(workspace.database_path)) as source, closing(connect(folder / "workspace.db")) as target:
        source.backup(target)
    return folder


async def adopt(workspace: Workspace) -> None:
    async def read() -> WorkspaceRow:
        async with MainHouse().services(workspace, process="adopt") as services:
            return await services.get(WorkspaceStore).get()

    row = await aside(read)
    known = KnownWorkspace(workspace_id=row.workspace_id, folder=workspace.folder, generation=row.generation)
    WorkspaceRegistry().adopt(known)


async def lane_reasons(workspace: Workspace) -> dict[int, str]:
    """What the lanes of a workspace say, as another program reads it."""

    def read() -> dict[int, str]:
        with closing(connect(f"file:{workspace.database_path}?mode=ro", uri=True)) as raw:
            sql = "SELECT account_id, reason FROM lane WHERE status = 'offline' OR reason <> ''"
            return dict(raw.execute(sql).fetchall())

    return await asyncio.to_thread(read)
