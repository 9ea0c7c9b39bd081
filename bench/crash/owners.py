"""Two workers on one workspace, and a copied workspace: who may use an account, and who may not."""

import asyncio
import json
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.crash.disturb import SEND
from bench.result import ProofResult
from bench.world import WORKER, World, made_world, wait_for
from campaigns.campaign import CampaignState
from campaigns.ports import LaneStatus
from core.domain.ids import AccountId, WorkerId
from core.errors import WorkspaceCopied
from core.processes import ProcessRecord, kill, start_detached
from core.registry import KnownWorkspace, WorkspaceRegistry
from core.workspace import Workspace
from database import LeaseStore, WorkspaceStore
from database.stores.workspaces import WorkspaceRow
from telegram.sandbox.control import Fault, FaultKind

LEASE_S = 5.0
SETTINGS = {("delivery", "heartbeat_s"): 0.5, ("delivery", "lease_s"): LEASE_S}
ACCOUNTS = 3
RECIPIENTS = 90
STOPPED_S = LEASE_S * 1.2  # longer than the lease: by its row alone a stopped worker would have lost everything


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    worker_id: WorkerId
    epoch: int


async def leases(world: World) -> Mapping[AccountId, Held]:
    """Who holds each account now, by the rows."""
    statement = "SELECT account_id, worker_id, epoch FROM account_lease WHERE expires_at IS NOT NULL"
    rows = await world.database.read(lambda raw: raw.execute(statement).fetchall())
    return {account_id: Held(worker_id=worker_id, epoch=epoch) for account_id, worker_id, epoch in rows}


async def holders(world: World) -> set[WorkerId]:
    return {held.worker_id for held in (await leases(world)).values()}


async def start_second(world: World) -> tuple[ProcessRecord, WorkerId]:
    """A worker beside the one that runs."""
    first = await world.reports.newest_worker()
    assert first is not None
    command = [*WORKER, "worker", "--workspace", str(world.workspace.folder), "--key-fd", "0"]
    record = start_detached(
        command,
        folder=world.workspace.folder,
        output=world.workspace.logs / "second.log",
        standard_input=world.key_line,
    )

    async def has_begun() -> bool:
        newest = await world.reports.newest_worker()
        return newest is not None and newest.worker_id != first.worker_id and newest.heartbeat_at > newest.started_at

    await wait_for(has_begun, "the second worker did not start")
    newest = await world.reports.newest_worker()
    assert newest is not None
    return record, newest.worker_id


async def wait_for_holder(world: World, worker_id: WorkerId) -> float:
    """Until this worker holds every account; returns how long that took, in s."""
    began_s = world.clock.monotonic()

    async def holds_all() -> bool:
        held = await leases(world)
        return len(held) == ACCOUNTS and {each.worker_id for each in held.values()} == {worker_id}

    await wait_for(holds_all, "the accounts were not taken over")
    return world.clock.monotonic() - began_s


async def take_over(folder: Path) -> Mapping[str, object]:
    """The second takes nothing of the first, and everything at once when the first is killed."""
    async with made_world(folder, recipients=RECIPIENTS, accounts=ACCOUNTS, settings=SETTINGS) as world:
        first = await world.start_worker()
        await world.wait_until_connected()
        before = await leases(world)
        _, second_id = await start_second(world)
        await slow_answers(world)
        campaign_id = await world.begin_campaign()
        await world.wait_for_sending(campaign_id)
        await asyncio.sleep(1.2)  # it looks for accounts every second
        taken = sum(held != before[account_id] for account_id, held in (await leases(world)).items())
        says_offline = sum(lane.status is LaneStatus.OFFLINE for lane in await world.reports.lanes(None))
        kill(first)
        left = RECIPIENTS - len(world.ledger())
        took_s = await wait_for_holder(world, second_id)
        await world.control.clear_faults()
        await world.wait_until_done(campaign_id)
        result = await world.count(campaign_id)
    return {
        "taken_from_the_living": taken,
        "lanes_called_offline": says_offline,
        "took_over_after_s": round(took_s, 2),
        "left_for_the_second": left,
        "ok": left > 0 and taken == 0 and says_offline == 0 and took_s < LEASE_S and result.is_ok,
    }


async def stop_and_wake(folder: Path, *, is_usurped: bool) -> Mapping[str, object]:
    """A stopped worker keeps its accounts, and is fenced when it wakes after its lease has ended.

    `is_usurped`: meanwhile somebody takes the leases by their rows, as a worker on another machine could.
    """
    async with made_world(folder, recipients=RECIPIENTS, accounts=ACCOUNTS, settings=SETTINGS) as world:
        first = await world.start_worker()
        await world.wait_until_connected()
        _, second_id = await start_second(world)
        await slow_answers(world)
        campaign_id = await world.begin_campaign()
        await world.wait_for_sending(campaign_id)
        before = await leases(world)
        await stop_between_units(world, first)
        await asyncio.sleep(STOPPED_S)
        stolen = second_id in await holders(world)
        if is_usurped:
            store = world.container.get(LeaseStore)
            for account_id in world.account_ids:
                await store.take(account_id, WorkerId("elsewhere"), until=world.clock.now())
        left = RECIPIENTS - len(world.ledger())
        psutil.Process(first.pid).resume()

        async def is_fenced() -> bool:
            held = await leases(world)
            return len(held) == ACCOUNTS and all(
                held[account_id].epoch > before[account_id].epoch + is_usurped for account_id in before
            )

        await wait_for(is_fenced, "the first went on with its old leases")
        await world.control.clear_faults()
        await world.wait_until_done(campaign_id)
        result = await world.count(campaign_id)
    return {
        "stolen_while_stopped": stolen,
        "left_when_it_woke": left,
        "duplicates": result.duplicates,
        "missing": result.missing,
        "ok": left > 0 and not stolen and result.is_ok,
    }


async def stop_between_units(world: World, worker: ProcessRecord) -> None:
    """SIGSTOP at a moment at which it is not writing: while we have the database's write lock ourselves.

    A process stopped inside a transaction keeps that lock as long as it is stopped; then nobody in the workspace
    writes, so nobody takes anything either, and there would be nothing to see.
    """
    process = psutil.Process(worker.pid)

    async def is_stopped() -> bool:
        # Every thread: the signal reaches one that runs on another core a moment later.
        return all(psutil.Process(one.id).status() == psutil.STATUS_STOPPED for one in process.threads())

    with closing(sqlite3.connect(world.workspace.database_path, timeout=30, isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        process.suspend()
        await wait_for(is_stopped, "the worker was not stopped")
        database.execute("ROLLBACK")


async def copy_is_refused(folder: Path) -> Mapping[str, object]:
    """A copy of a workspace holds the same rows: its worker does not start, and its campaigns are paused. As little does
    one on an earlier state that was put back in its place, though no worker had started since."""
    async with made_world(folder, recipients=RECIPIENTS, accounts=ACCOUNTS, settings=SETTINGS) as world:
        record = await world.start_worker()
        await world.wait_until_connected()
        await slow_answers(world)
        campaign_id = await world.begin_campaign()
        await world.wait_for_sending(campaign_id)
        row = await world.container.get(WorkspaceStore).get()
        early = folder / "early.db"
        await asyncio.to_thread(_copy_database, world.workspace.database_path, early)
        await wait_for(lambda: _is_marked_after(row, world.workspace), "the registry was not told")
        kill(record)
        copy = folder / "copy"
        shutil.copytree(world.workspace.folder, copy)
        accepted = len(world.ledger())
        exit_code, code = _start_with(world, copy)
        with closing(sqlite3.connect(copy / world.workspace.database_path.name)) as database:
            states = [row[0] for row in database.execute("SELECT state FROM campaign").fetchall()]
        sent_from_copy = len(world.ledger()) - accepted
        await world.start_worker()
        await world.control.clear_faults()
        await world.wait_until_done(campaign_id)
        result = await world.count(campaign_id)
    for suffix in ("", "-wal", "-shm"):
        world.workspace.database_path.with_name(f"workspace.db{suffix}").unlink(missing_ok=True)
    early.rename(world.workspace.database_path)
    _, code_of_early = _start_with(world, world.workspace.folder)
    return {
        "code": code,
        "code_of_an_early_state": code_of_early,
        "exit_code": exit_code,
        "campaigns_of_the_copy": ", ".join(states),
        "sent_from_the_copy": sent_from_copy,
        "ok": code == "workspace_copied"
        and code_of_early == "workspace_copied"
        and exit_code != 0
        and states == [CampaignState.PAUSED]
        and sent_from_copy == 0
        and result.is_ok,
    }


def _copy_database(source: Path, copy: Path) -> None:
    """As it is now, while its worker sends: what a backup program of the computer keeps."""
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(copy)) as other:
        one.backup(other)


async def _is_marked_after(row: WorkspaceRow, workspace: Workspace) -> bool:
    known = KnownWorkspace(
        workspace_id=row.workspace_id,
        folder=workspace.folder,
        generation=row.generation,
        last_change=row.last_change,
    )
    try:
        WorkspaceRegistry().check(known)
    except WorkspaceCopied:
        return True
    return False


def _start_with(world: World, folder: Path) -> tuple[int, str]:
    """A worker of this folder: its exit code, and the code of its error."""
    started = subprocess.run(
        [*WORKER, "worker", "--workspace", str(folder), "--key-fd", "0", "--json"],
        input=world.key_line,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return started.returncode, json.loads(started.stdout.splitlines()[-1]).get("error", {}).get("code", "")


async def slow_answers(world: World) -> None:
    """Rows stay `sending` long enough to do something in the middle."""
    await world.control.inject(Fault(kind=FaultKind.DELAY, method=SEND, count=None, every=2, seconds=1.0))


async def prove(rounds: int = 1) -> ProofResult:
    """All of them."""
    figures: dict[str, object] = {}
    is_met = True
    with tempfile.TemporaryDirectory(prefix="wireroom-proof-") as folder:
        for number in range(rounds):
            root = Path(folder) / f"{number}"
            for name, found in (
                ("take_over", await take_over(root / "a")),
                ("stop_and_wake", await stop_and_wake(root / "b", is_usurped=False)),
                ("stop_and_wake_usurped", await stop_and_wake(root / "c", is_usurped=True)),
                ("copy", await copy_is_refused(root / "d")),
            ):
                is_met = is_met and found["ok"] is True
                figures |= {f"{name}.{key}": value for key, value in found.items()}
    return ProofResult(proved="One account has one owner", is_met=is_met, figures=figures)
