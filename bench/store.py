"""Small durable writes from 100 coroutines: our group commit against a plain thread, and against idiomatic aiosqlite."""

import asyncio
import queue
import sqlite3
import tempfile
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import aiosqlite

from bench.result import BenchResult
from core.clock import SystemClock
from database.connection import WRITER_PRAGMAS
from database.database import Database
from database.lock_handler import LARGEST_BATCH, UnitOfWork

CLIENTS = 100
WRITES = 40_000
SLOW_WRITES = 4_000  # of aiosqlite, which takes so much longer
TABLE = "CREATE TABLE written (id INTEGER PRIMARY KEY, account INTEGER NOT NULL, state TEXT NOT NULL) STRICT"
INSERT = "INSERT INTO written (account, state) VALUES (?, 'sending')"

Write = Callable[[int], Awaitable[None]]


async def measure_plain(rounds: int) -> BenchResult:
    """Ours against one plain sqlite3 thread that groups in the same way: the price of the house around it."""
    return await _measure("one plain sqlite3 thread with the same grouping", plain_writer, WRITES, 0.8, rounds)


async def measure_aiosqlite(rounds: int) -> BenchResult:
    """Ours against what the documentation of aiosqlite shows: a lock, BEGIN, execute, COMMIT."""
    return await _measure("idiomatic aiosqlite", aiosqlite_writer, SLOW_WRITES, 5.0, rounds)


async def _measure(
    name: str, other: Callable[[Path], AbstractAsyncContextManager[Write]], writes: int, at_least: float, rounds: int
) -> BenchResult:
    ours: list[float] = []
    theirs: list[float] = []
    with tempfile.TemporaryDirectory(prefix="wireroom-store-") as folder:
        for number in range(rounds):
            async with our_writer(Path(folder) / f"ours{number}") as write:
                ours.append(await rate(write, WRITES))
            async with other(Path(folder) / f"other{number}.db") as write:
                theirs.append(await rate(write, writes))
    return BenchResult(
        compared=f"group commit of the store against {name}, c={CLIENTS}, FULL",
        unit="writes a second",
        ours=ours,
        theirs=theirs,
        aim=f"at least {at_least:g}",
        at_least=at_least,
    )


async def rate(write: Write, count: int) -> float:
    """Writes a second of `count` writes from all clients at once."""
    clock = SystemClock()
    numbers = iter(range(count))

    async def client() -> None:
        for number in numbers:
            await write(number)

    began_s = clock.monotonic()
    async with asyncio.TaskGroup() as group:
        for index in range(CLIENTS):
            group.create_task(client(), name=f"client {index}")
    return count / (clock.monotonic() - began_s)


@asynccontextmanager
async def our_writer(folder: Path) -> AsyncIterator[Write]:
    folder.mkdir()
    async with await Database.open(folder / "workspace.db", backups=folder) as database:
        await database.write(lambda work: work.connection.execute(TABLE))

        async def write(number: int) -> None:
            def unit(work: UnitOfWork) -> None:
                work.connection.execute(INSERT, (number,))

            await database.write(unit)

        yield write


@asynccontextmanager
async def plain_writer(path: Path) -> AsyncIterator[Write]:
    """Everything that waits goes into one transaction, each unit in its savepoint; answers come after the commit."""
    loop = asyncio.get_running_loop()
    waiting: queue.SimpleQueue[tuple[int, asyncio.Future[None]] | None] = queue.SimpleQueue()

    def answer(futures: list[asyncio.Future[None]]) -> None:
        for future in futures:
            future.set_result(None)

    def work() -> None:
        raw = _open_plain(path)
        raw.execute(TABLE)
        while (job := waiting.get()) is not None:
            batch = [job]
            while len(batch) < LARGEST_BATCH and not waiting.empty():
                if (job := waiting.get()) is None:
                    waiting.put(None)
                    break
                batch.append(job)
            raw.execute("BEGIN IMMEDIATE")
            for number, _ in batch:
                raw.execute("SAVEPOINT unit")
                raw.execute(INSERT, (number,))
                raw.execute("RELEASE unit")
            raw.execute("COMMIT")
            loop.call_soon_threadsafe(answer, [future for _, future in batch])
        raw.close()

    async def write(number: int) -> None:
        future: asyncio.Future[None] = loop.create_future()
        waiting.put((number, future))
        await future

    thread = threading.Thread(target=work, name="plain writer")
    thread.start()
    try:
        yield write
    finally:
        waiting.put(None)
        await asyncio.to_thread(thread.join)


def _open_plain(path: Path) -> sqlite3.Connection:
    raw = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    raw.execute("PRAGMA journal_mode = WAL")
    for pragma in WRITER_PRAGMAS:
        raw.execute(pragma)
    return raw


@asynccontextmanager
async def aiosqlite_writer(path: Path) -> AsyncIterator[Write]:
    async with aiosqlite.connect(path, isolation_level=None) as database:
        await database.execute("PRAGMA journal_mode = WAL")
        for pragma in WRITER_PRAGMAS:
            await database.execute(pragma)
        await database.execute(TABLE)
        lock = asyncio.Lock()

        async def write(number: int) -> None:
            async with lock:
                await database.execute("BEGIN IMMEDIATE")
                async with database.execute(INSERT, (number,)):
                    pass
                await database.commit()

        yield write
