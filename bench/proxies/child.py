"""One of the processes that contend for proxies; started by bench.proxies.proof."""

import asyncio
import fcntl
import json
import os
import sqlite3
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import contextmanager
from pathlib import Path

from core.clock import SystemClock
from core.domain.ids import AccountId
from core.domain.proxy import ProxyWish
from database import Database, ProxyStore
from database.connection import WRITER_PRAGMAS
from database.stores.proxies import RELEASE
from database.stores.proxy_taking import ASSIGN

MODES = ("ours", "plain", "naive")
ACCOUNTS_A_TASK = 3
ANY = ProxyWish()

Take = Callable[[int], Awaitable[int]]
Give = Callable[[int, int], Awaitable[None]]


class Witness:
    """Sees a second holder of a proxy in whatever process, by a lock of the operating system."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "held"
        self._folder.mkdir(exist_ok=True)
        self.takes = 0
        self.double_holders = 0

    @contextmanager
    def holding(self, proxy_id: int):
        """Around the time in which the proxy is held."""
        self.takes += 1
        descriptor = os.open(self._folder / str(proxy_id), os.O_RDWR | os.O_CREAT)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self.double_holders += 1
            yield
        finally:
            os.close(descriptor)  # which frees the lock


async def contend(witness: Witness, take: Take, give: Give, *, first: int, tasks: int, cycles: int) -> None:
    """So many tasks, each with accounts of its own in turn, take and release."""

    async def one_task(number: int) -> None:
        accounts = [first + number * ACCOUNTS_A_TASK + turn for turn in range(ACCOUNTS_A_TASK)]
        for cycle in range(cycles):
            account_id = accounts[cycle % ACCOUNTS_A_TASK]
            proxy_id = await take(account_id)
            with witness.holding(proxy_id):
                await asyncio.sleep(0)  # the others have their turn while it is held
            await give(account_id, proxy_id)

    async with asyncio.TaskGroup() as group:
        for number in range(tasks):
            group.create_task(one_task(number))


def wait_for_go() -> None:
    print("ready", flush=True)
    sys.stdin.readline()


async def run_ours(folder: Path, witness: Witness, **work: int) -> float:
    clock = SystemClock()
    async with await Database.open(folder / "workspace.db", backups=folder / "backups") as database:
        store = ProxyStore(database)

        async def take(account_id: int) -> int:
            return await store.assign(AccountId(account_id), ANY, may_move=False, actor="bench", now=clock.now())

        async def give(account_id: int, proxy_id: int) -> None:
            await store.release(AccountId(account_id), direct=False, actor="bench", now=clock.now())

        wait_for_go()
        began = time.perf_counter()
        await contend(witness, take, give, **work)
        return time.perf_counter() - began


async def run_plain(folder: Path, witness: Witness, **work: int) -> float:
    """The same statements on one bare connection, each its own transaction."""
    raw = sqlite3.connect(folder / "workspace.db", isolation_level=None, timeout=60)
    for pragma in WRITER_PRAGMAS:
        raw.execute(pragma)
    values = {"proxy_id": None, "label": None, "country": None, "may_move": 0}

    async def take(account_id: int) -> int:
        now = time.time_ns() // 1_000_000
        (proxy_id,) = raw.execute(ASSIGN, {**values, "account_id": account_id, "now": now}).fetchone()
        return int(proxy_id)

    async def give(account_id: int, proxy_id: int) -> None:
        raw.execute(RELEASE, (account_id,))

    wait_for_go()
    began = time.perf_counter()
    await contend(witness, take, give, **work)
    seconds = time.perf_counter() - began
    raw.close()
    return seconds


async def run_naive(folder: Path, witness: Witness, **work: int) -> float:
    """Look for a free proxy, then write that it is held: the mistake."""
    async with await Database.open(folder / "workspace.db", backups=folder / "backups") as database:
        await database.write(lambda work: work.connection.execute(NAIVE_TABLE).rowcount)
        await database.write(lambda work: work.connection.execute(NAIVE_ROWS).rowcount)

        async def take(account_id: int) -> int:
            row = await database.read(lambda raw: raw.execute(NAIVE_FREE).fetchone())
            await database.write(lambda work: work.connection.execute(NAIVE_HOLD, (account_id, row[0])).rowcount)
            return int(row[0])

        async def give(account_id: int, proxy_id: int) -> None:
            await database.write(lambda work: work.connection.execute(NAIVE_HOLD, (None, proxy_id)).rowcount)

        wait_for_go()
        began = time.perf_counter()
        await contend(witness, take, give, **work)
        return time.perf_counter() - began


NAIVE_TABLE = "CREATE TABLE IF NOT EXISTS naive (id INTEGER PRIMARY KEY, holder INTEGER)"
NAIVE_ROWS = "INSERT OR IGNORE INTO naive (id) SELECT id FROM proxy"
NAIVE_FREE = "SELECT id FROM naive WHERE holder IS NULL ORDER BY id LIMIT 1"
NAIVE_HOLD = "UPDATE naive SET holder = ? WHERE id = ?"


def main() -> None:
    mode, folder, index, tasks, cycles = sys.argv[1], Path(sys.argv[2]), *map(int, sys.argv[3:6])
    witness = Witness(folder)
    run = {"ours": run_ours, "plain": run_plain, "naive": run_naive}[mode]
    first = 1 + index * tasks * ACCOUNTS_A_TASK
    seconds = asyncio.run(run(folder, witness, first=first, tasks=tasks, cycles=cycles))
    print(json.dumps({"takes": witness.takes, "double_holders": witness.double_holders, "seconds": seconds}))


if __name__ == "__main__":
    main()
