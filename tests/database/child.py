"""What the child processes of these tests do; started by support.start_child."""

import asyncio
import os
import resource
import signal
import sqlite3
import sys
from pathlib import Path

from core.errors import AppError
from database.database import Database
from tests.database.support import all_items, open_in, put


async def count(folder: Path, times: str) -> None:
    """Add one to item 1, `times` times, 20 tasks at once: read, then write what was read plus one."""

    def add_one(work):
        (value,) = work.connection.execute("SELECT value FROM item WHERE id = 1").fetchone()
        work.connection.execute("UPDATE item SET value = ? WHERE id = 1", (value + 1,))

    async def add_share(db) -> None:
        for _ in range(int(times) // 20):
            await db.write(add_one)

    async with await open_in(folder) as db:
        await asyncio.gather(*(add_share(db) for _ in range(20)))


async def open_once(folder: Path) -> None:
    """Open the database, as a program that starts, and say how it looks."""
    async with await open_in(folder) as db:
        print(await db.read(lambda raw: raw.execute("PRAGMA user_version").fetchone()[0]))


async def write_until_killed(folder: Path) -> None:
    """Add items as fast as possible; each acknowledged id is a line."""

    async def writer(db, start: int) -> None:
        for item_id in range(start, 10**9, 50):
            await db.write(put(item_id))
            os.write(1, f"{item_id}\n".encode())

    async with await open_in(folder) as db:
        await asyncio.gather(*(writer(db, start) for start in range(1, 51)))


async def outgrow(folder: Path, limit: str) -> None:
    """Write until no file may grow beyond `limit` bytes, then say what was acknowledged and which error came."""
    async with await open_in(folder) as db:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), resource.RLIM_INFINITY))
        acknowledged = 0
        try:
            while True:
                await asyncio.gather(*(db.write(put(acknowledged + n)) for n in range(1, 101)))
                acknowledged += 100
        except AppError as error:
            print(type(error).__name__, acknowledged, len(await db.read(all_items)))
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        await db.write(put(10**6))


async def close_without_space(folder: Path) -> None:
    """Let the log hold more than the database file may grow to, then close."""
    db = await open_in(folder)
    await db.write(lambda work: work.connection.execute("PRAGMA wal_autocheckpoint = 0") and None)
    await asyncio.gather(*(db.write(put_text(n)) for n in range(500)))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, ((folder / "test.db").stat().st_size, resource.RLIM_INFINITY))
    await db.close()
    print("closed")


def put_text(item_id: int):
    """A unit that adds an item of about a quarter of a page."""
    sql = "INSERT INTO item (id, value, text) VALUES (?, 0, ?)"
    return lambda work: work.connection.execute(sql, (item_id, "x" * 1000)) and None


async def forget_to_close(folder: Path) -> None:
    """Leave the database open and end."""
    kept.append(await open_in(folder))
    await kept[0].write(put(1))
    print("end")


kept: list[Database] = []


async def open_as_nobody(folder: Path) -> None:
    """Try to open and write without the right to."""
    os.setuid(65534)
    try:
        async with await open_in(folder) as db:
            await db.write(put(7))
            print("written")
    except AppError as error:
        print(type(error).__name__)


async def hold_lock(folder: Path) -> None:
    """Hold the write lock from the line "held" until standard input says something."""
    raw = sqlite3.connect(folder / "test.db", isolation_level=None)
    raw.execute("BEGIN IMMEDIATE")
    print("held", flush=True)
    sys.stdin.readline()
    raw.execute("ROLLBACK")
    raw.close()


if __name__ == "__main__":
    asyncio.run(globals()[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:]))
