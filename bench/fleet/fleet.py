"""Hundreds of accounts in one worker: what each costs, at rest and when all have to connect again.

Side by side with as many bare Telethon clients on the same sandbox, and beside the figures that a prototype reached
with them. The clients are what Telegram's protocol costs; what is ours comes on top: a lane, its database and what it
asks Telegram before it may send.
"""

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil

from bench.child import started
from bench.fleet.key_store import count_calls, use_counted_keyring
from bench.result import BenchResult
from bench.world import World, made_world, wait_for
from campaigns.ports import LaneStatus
from core.domain.change import Subject
from core.secrets.choice import StoreKind
from database.lock_handler import UnitOfWork

ACCOUNTS = 300
IDLE_S = 15.0
SETTLE_S = 3.0  # until allocators and first reports have come to rest
STEADY_S = 11.0  # a link that held for 10 s was sound: its account connects again after the shortest wait
PATIENCE_S = 120.0
HERE = Path(__file__).parent

# 300 bare clients in one process, without a database: Telethon 1.45 on 2 shared cores, as this run has them too.
PROTOTYPE_KIB = 47.0
PROTOTYPE_RECONNECT_S = 0.7
PROTOTYPE_IDLE_PERCENT = 0.0

AT_MOST = 2.0  # times the prototype's figures
IDLE_NOISE_PERCENT = 0.5  # twice nothing is nothing: what the clock of a process and its neighbours account for
KEYRING_CALLS = 3  # a worker asks for the data key once; a retry or two would still be no call an account


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """What a process takes while nothing happens."""

    memory_kib: float
    cpu_percent: float


async def rest(process: psutil.Process, seconds: float) -> Rest:
    before = cpu_s(process)
    await asyncio.sleep(seconds)  # time is what is measured here
    return Rest(memory_kib=process.memory_info().rss / 1024, cpu_percent=(cpu_s(process) - before) / seconds * 100)


def cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one fleet took, and the bare clients beside it."""

    accounts: int
    keyring_calls: int  # by the worker
    alone: Rest  # the worker with one account
    full: Rest  # with all of them
    reconnects_s: Sequence[float]
    bare_alone: Rest
    bare_full: Rest
    bare_reconnects_s: Sequence[float]

    @property
    def memory_kib(self) -> float:
        """What an account adds to the worker."""
        return (self.full.memory_kib - self.alone.memory_kib) / (self.accounts - 1)

    @property
    def bare_memory_kib(self) -> float:
        return (self.bare_full.memory_kib - self.bare_alone.memory_kib) / (self.accounts - 1)

    @property
    def idle_percent(self) -> float:
        """What all accounts together add to the idle worker, in percent of a core."""
        return self.full.cpu_percent - self.alone.cpu_percent


class Fleet:
    """A worker whose accounts can be let in and thrown out."""

    def __init__(self, world: World, folder: Path, accounts: int) -> None:
        self._world = world
        self._folder = folder
        self._accounts = accounts

    async def start(self) -> psutil.Process:
        """The worker, with one account: what it takes without the others."""
        await self._set_states("signed_out")
        program = (sys.executable, str(HERE / "counted_worker.py"), str(self._folder))
        record = await self._world.worker_control(program).start(None, ends_with_us=True)
        await self._wait_for_idle(1)
        return psutil.Process(record.pid)

    async def let_in(self) -> float:
        """All accounts may connect; seconds until every lane is ready to send."""
        began_s = self._world.clock.monotonic()
        await self._set_states("ready")
        await self._wait_for_idle(self._accounts)
        return self._world.clock.monotonic() - began_s

    async def reconnect(self) -> float:
        """All links break at once; seconds until every lane is ready to send again."""
        clock, before = self._world.clock, await self._catch_ups()
        began_s = clock.monotonic()
        await self._world.control.drop_links()

        async def have_caught_up() -> bool:
            return await self._catch_ups() >= before + self._accounts

        await wait_for(have_caught_up, "an account did not connect", timeout_s=PATIENCE_S)
        await self._wait_for_idle(self._accounts)
        return clock.monotonic() - began_s

    async def _wait_for_idle(self, count: int) -> None:
        async def are_idle() -> bool:
            lanes = await self._world.reports.lanes(None)
            return sum(lane.status is LaneStatus.IDLE for lane in lanes) == count

        await wait_for(are_idle, "an account did not connect", timeout_s=PATIENCE_S)

    async def _catch_ups(self) -> int:
        """What every lane asks last before it is ready, once it has a state to go on from."""
        return (await self._world.control.stats()).calls.get("updates.getDifference", 0)

    async def _set_states(self, state: str) -> None:
        first = int(self._world.account_ids[0])

        def write(work: UnitOfWork) -> None:
            work.connection.execute("UPDATE account SET state = ? WHERE id <> ?", (state, first))
            work.touch(Subject.ACCOUNT, first)

        await self._world.database.write(write)


async def find(folder: Path, *, accounts: int, rounds: int, idle_s: float, steady_s: float) -> Found:
    """Sign in, start, watch, and let all links break `rounds` times. Nothing is left behind but `folder`."""
    use_counted_keyring(folder)
    async with (
        made_world(folder / "world", recipients=accounts, accounts=accounts, store=StoreKind.KEYRING) as world,
        started("fleet/bare_clients.py", str(world.workspace.sandbox)) as bare,
    ):
        bare_process = psutil.Process(bare.pid)

        async def watch_bare() -> tuple[Rest, Rest]:
            await bare.ask(sign_in=1)
            alone = await rest(bare_process, min(idle_s, SETTLE_S))
            await bare.ask(sign_in=accounts - 1)
            return alone, await rest(bare_process, idle_s)

        fleet, calls_before = Fleet(world, folder, accounts), count_calls(folder)

        async def watch_fleet() -> tuple[Rest, Rest]:
            process = await fleet.start()
            await asyncio.sleep(min(idle_s, SETTLE_S))
            alone = await rest(process, idle_s)
            await fleet.let_in()
            await asyncio.sleep(min(idle_s, SETTLE_S))
            return alone, await rest(process, idle_s)

        # Side by side: what a process takes does not depend on the other, and signing in takes most of the time.
        (bare_alone, bare_full), (alone, full) = await asyncio.gather(watch_bare(), watch_fleet())
        reconnects: list[float] = []
        bare_reconnects: list[float] = []
        for _ in range(rounds):
            await asyncio.sleep(steady_s)
            reconnects.append(await fleet.reconnect())
            bare_reconnects.append(float((await bare.ask(reconnect=True))["seconds"]))
        return Found(
            accounts=accounts,
            keyring_calls=count_calls(folder) - calls_before,
            alone=alone,
            full=full,
            reconnects_s=reconnects,
            bare_alone=bare_alone,
            bare_full=bare_full,
            bare_reconnects_s=bare_reconnects,
        )


async def measure(rounds: int) -> BenchResult:
    """The ratio is that of the time in which all accounts are ready to send again after all links broke at once."""
    with tempfile.TemporaryDirectory(prefix="wireroom-fleet-") as folder:
        found = await find(Path(folder), accounts=ACCOUNTS, rounds=rounds, idle_s=IDLE_S, steady_s=STEADY_S)
    return BenchResult(
        compared=(
            f"{ACCOUNTS} accounts in one worker: time until all are ready to send again after all links broke, "
            f"against the {PROTOTYPE_RECONNECT_S} s in which the prototype's bare clients connected again"
        ),
        unit="s",
        ours=found.reconnects_s,
        theirs=[PROTOTYPE_RECONNECT_S] * rounds,
        aim=(
            f"at most {AT_MOST:g}, so the memory of an account; what all add to an idle worker below "
            f"{IDLE_NOISE_PERCENT} % of a core; at most {KEYRING_CALLS} calls to the key store"
        ),
        at_most=AT_MOST,
        also=(
            found.memory_kib <= AT_MOST * PROTOTYPE_KIB
            and found.idle_percent <= AT_MOST * PROTOTYPE_IDLE_PERCENT + IDLE_NOISE_PERCENT
            and found.keyring_calls <= KEYRING_CALLS
        ),
        extra={
            "memory_per_account_kib": round(found.memory_kib, 1),
            "memory_per_account_kib_prototype": PROTOTYPE_KIB,
            "memory_per_account_kib_bare": round(found.bare_memory_kib, 1),
            "idle_cpu_percent_of_all_accounts": round(found.idle_percent, 2),
            "idle_cpu_percent_prototype": PROTOTYPE_IDLE_PERCENT,
            "idle_cpu_percent_bare": round(found.bare_full.cpu_percent, 2),
            "idle_cpu_percent_worker_with_one": round(found.alone.cpu_percent, 2),
            "reconnect_s_bare_median": round(median(found.bare_reconnects_s), 2),
            "memory_mib_worker": round(found.full.memory_kib / 1024, 1),
            "memory_mib_bare": round(found.bare_full.memory_kib / 1024, 1),
            "keyring_calls": found.keyring_calls,
        },
    )
