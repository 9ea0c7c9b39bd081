"""Reads: they see committed moments, never write, and a long one can be stopped."""

import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest

from database.connection import Connection
from database.database import Database
from tests.database.support import all_items, put, start

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


async def test_a_read_after_the_acknowledgement_sees_the_write(db: Database) -> None:
    async def write_and_read(n: int) -> bool:
        await db.write(put(n))
        return n in await db.read(all_items)

    assert all(await asyncio.gather(*(write_and_read(n) for n in range(100))))


@pytest.mark.parametrize("is_long", [False, True])
async def test_a_reader_cannot_write(db: Database, is_long: bool) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await db.read(lambda raw: raw.execute("DELETE FROM item") and None, is_long=is_long)


async def test_a_reader_cannot_write_even_when_the_setting_is_undone(db: Database) -> None:
    def undo_and_delete(raw: sqlite3.Connection) -> None:
        raw.execute("PRAGMA query_only = OFF")
        raw.execute("DELETE FROM item")

    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await db.read(undo_and_delete)


async def test_a_failing_read_leaves_its_neighbours_alone(db: Database) -> None:
    await db.write(put(1))
    outcomes = await asyncio.gather(
        db.read(all_items), db.read(lambda raw: 1 // 0), db.read(all_items), return_exceptions=True
    )

    assert outcomes[0] == outcomes[2] == {1: 0}
    assert isinstance(outcomes[1], ZeroDivisionError)


async def test_a_read_behind_one_that_takes_long_gets_a_turn_of_its_own(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("database.readers.TURN_S", 0.0)
    entered, go = threading.Event(), threading.Event()

    def stay(raw: sqlite3.Connection) -> int:
        count = len(all_items(raw))
        entered.set()
        assert go.wait(10)
        return count

    first, second = start(db.read(stay)), start(db.read(all_items))
    await asyncio.to_thread(entered.wait, 10)
    await db.write(put(1))
    go.set()

    assert await second == {1: 0}
    assert await first == 0
    assert db.statistics().read_count == 2


async def test_a_read_cancelled_while_it_waits_never_runs(db: Database) -> None:
    ran: list[int] = []
    entered, go = threading.Event(), threading.Event()

    def stay(raw: sqlite3.Connection) -> None:
        entered.set()
        assert go.wait(10)

    first, second = start(db.read(stay)), start(db.read(lambda raw: ran.append(2)))
    await asyncio.to_thread(entered.wait, 10)
    second.cancel()
    go.set()
    await first
    await db.read(lambda raw: ran.append(3))

    assert ran == [3]


async def test_all_statements_of_a_read_see_the_same_moment(db: Database) -> None:
    entered, go = threading.Event(), threading.Event()

    def count_twice(raw: sqlite3.Connection) -> tuple[int, int]:
        first = len(all_items(raw))
        entered.set()
        assert go.wait(10)
        return first, len(all_items(raw))

    read = start(db.read(count_twice, is_long=True))
    await asyncio.to_thread(entered.wait, 10)
    await db.write(put(1))
    go.set()

    assert await read == (0, 0)
    assert len(await db.read(all_items)) == 1


async def test_cancelling_a_long_read_stops_it(db: Database) -> None:
    started = threading.Event()

    def count_for_ever(raw: sqlite3.Connection) -> None:
        started.set()
        raw.execute(ENDLESS).fetchone()

    read = start(db.read(count_for_ever, is_long=True))
    await asyncio.to_thread(started.wait, 10)
    stopped = start(cancel_until_free(db, read))

    assert await asyncio.wait_for(stopped, 40) == {}


async def cancel_until_free(db: Database, read: "asyncio.Future[None]") -> dict[int, int]:
    read.cancel()
    await asyncio.gather(read, return_exceptions=True)
    return await db.read(all_items, is_long=True)


async def test_short_reads_go_on_beside_a_long_one(db: Database) -> None:
    entered, go = threading.Event(), threading.Event()

    def stay(raw: sqlite3.Connection) -> None:
        entered.set()
        assert go.wait(10)

    long = start(db.read(stay, is_long=True))
    await asyncio.to_thread(entered.wait, 10)

    assert await db.read(all_items) == {}
    assert not long.done()
    go.set()
    await long


async def test_run_hands_over_result_and_error_in_one_hop(tmp_path: Path, db: Database) -> None:
    """Watches over the private names of aiosqlite that Connection.submit uses."""
    reader = await Connection.open_reader(tmp_path / "test.db")
    thread = await reader.run(lambda raw: threading.current_thread())
    with pytest.raises(ZeroDivisionError):
        await reader.run(lambda raw: 1 // 0)
    with pytest.raises(RuntimeError, match="StopIteration"):
        await reader.run(lambda raw: next(iter(())))
    assert await reader.run(lambda raw: threading.current_thread()) is thread is not threading.main_thread()
    await reader.close()
    await reader.close()
    assert not thread.is_alive()
    with pytest.raises(ValueError, match="no active connection"):
        await reader.run(all_items)
