"""Units of work: what the one writer guarantees."""

import asyncio
import functools
import json
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from core.errors import StorageError, StorageFull, StorageLocked
from database.database import Database
from database.lock_handler import LARGEST_BATCH, LARGEST_SHARE, UnitOfWork
from tests.database.support import all_items, end_child, open_in, put, rows_on_disk, start, start_child


class Gate:
    """A unit that stays on the writer's thread until it is let go; what is queued meanwhile shares the next batch."""

    def __init__(self, db: Database) -> None:
        self._loop = asyncio.get_running_loop()
        self._entered = asyncio.Event()
        self._go = threading.Event()
        self._write = start(db.write(self._wait))

    def _wait(self, work: UnitOfWork) -> None:
        self._loop.call_soon_threadsafe(self._entered.set)
        assert self._go.wait(10)

    async def __aenter__(self) -> "Gate":
        await self._entered.wait()
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._go.set()
        await self._write


def queue(db: Database, *units) -> list[asyncio.Task]:
    return [start(db.write(unit)) for unit in units]


async def queued(db: Database, *units) -> list[asyncio.Task]:
    """The units, waiting behind whatever the writer does now."""
    tasks = queue(db, *units)
    await asyncio.sleep(0)
    return tasks


def fail_after_insert(work: UnitOfWork) -> None:
    put(99)(work)
    raise ValueError("this unit fails")


async def test_a_unit_is_on_disk_when_it_is_acknowledged(db: Database, tmp_path: Path) -> None:
    result = await db.write(put(1, 5))

    assert result == 1
    assert rows_on_disk(tmp_path / "test.db", "SELECT id, value FROM item") == [(1, 5)]


async def test_units_that_wait_together_share_one_commit(db: Database) -> None:
    async with Gate(db):
        tasks = await queued(db, *(put(n) for n in range(100)))
    before = db.statistics().commit_count
    await asyncio.gather(*tasks)

    statistics = db.statistics()
    assert statistics.commit_count - before <= 1
    assert statistics.largest_batch == 100


async def test_a_batch_has_at_most_512_units(db: Database) -> None:
    async with Gate(db):
        tasks = await queued(db, *(put(n) for n in range(LARGEST_BATCH + 1)))
    await asyncio.gather(*tasks)

    assert LARGEST_BATCH == 512
    assert db.statistics().largest_batch == LARGEST_BATCH


async def test_a_batch_that_takes_long_lets_the_lock_go_and_goes_on(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("database.lock_handler.BATCH_TIME_S", 0.0)

    results = await asyncio.gather(*(db.write(put(n)) for n in range(5)))

    assert results == [0, 1, 2, 3, 4]
    assert db.statistics().commit_count == 5


async def test_tasks_that_are_ready_together_share_one_commit_without_a_timer(db: Database) -> None:
    await asyncio.gather(*(db.write(put(n)) for n in range(50)))

    assert db.statistics().commit_count == 1


async def test_a_failing_unit_takes_only_its_own_changes_back(db: Database) -> None:
    async with Gate(db):
        first, failing, last = await queued(db, put(1), fail_after_insert, put(2))

    assert await first == 1
    assert await last == 2
    with pytest.raises(ValueError, match="this unit fails"):
        await failing
    assert await db.read(all_items) == {1: 0, 2: 0}
    assert db.statistics().failed_unit_count == 1


def put_each(work: UnitOfWork, values: Sequence[int]) -> list[int]:
    """Adds items of these values, in one statement for all of them."""
    work.connection.execute(
        "INSERT INTO item (value) SELECT value FROM json_each(?)", (json.dumps(values),)
    )  # a negative value breaks the constraint
    for value in values:
        work.touch("item", value)
    return [10 * value for value in values]


async def test_units_of_one_kind_share_their_statements_and_each_gets_its_own_result(db: Database) -> None:
    calls: list[int] = []

    def count(work: UnitOfWork, values: Sequence[int]) -> list[int]:
        calls.append(len(values))
        return put_each(work, values)

    async with Gate(db):
        shared = [start(db.write_shared(count, value)) for value in range(LARGEST_SHARE + 2)]
        (other,) = await queued(db, put(1_000))
        late = start(db.write_shared(count, 99))
        await asyncio.sleep(0)

    assert await asyncio.gather(*shared) == [10 * value for value in range(LARGEST_SHARE + 2)]
    assert (await other, await late) == (1_000, 990)
    assert calls == [LARGEST_SHARE, 2, 1]
    assert db.statistics().unit_count == LARGEST_SHARE + 5  # with the unit at the gate


async def test_of_units_that_share_statements_the_one_that_fails_fails_alone(db: Database) -> None:
    async with Gate(db):
        units = [start(db.write_shared(put_each, value)) for value in (1, -1, 2)]
        await asyncio.sleep(0)

    results = await asyncio.gather(*units, return_exceptions=True)

    assert results[::2] == [10, 20]
    assert isinstance(results[1], sqlite3.IntegrityError)
    assert sorted((await db.read(all_items)).values()) == [1, 2]
    changed = "SELECT subject_id FROM change ORDER BY seq"
    assert await db.read(lambda raw: raw.execute(changed).fetchall()) == [(1,), (2,)]


async def test_a_unit_that_shares_statements_and_is_cancelled_while_it_waits_never_runs(db: Database) -> None:
    async with Gate(db):
        units = [start(db.write_shared(put_each, value)) for value in (1, 2, 3)]
        await asyncio.sleep(0)
        units[1].cancel()
        await asyncio.sleep(0)

    assert await asyncio.gather(units[0], units[2]) == [10, 30]
    assert sorted((await db.read(all_items)).values()) == [1, 3]


async def test_a_broken_constraint_is_a_bug_and_passes_as_it_is(db: Database) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        await db.write(put(1, -1))


async def test_a_failing_unit_with_a_cursor_half_read_does_not_harm_its_neighbours(db: Database) -> None:
    def leave_cursor(work: UnitOfWork) -> None:
        cursor = work.connection.execute("UPDATE item SET value = value + 1 RETURNING id")
        cursor.fetchone()
        raise ValueError("left in the middle")

    await asyncio.gather(*(db.write(put(n)) for n in range(5)))
    async with Gate(db):
        failing, neighbour = await queued(db, leave_cursor, put(6))

    with pytest.raises(ValueError, match="left in the middle"):
        await failing
    assert await neighbour == 6


async def test_a_unit_that_raises_stop_iteration_fails_like_any_other(db: Database) -> None:
    with pytest.raises(RuntimeError, match="StopIteration"):
        await db.write(lambda work: next(iter(())))


async def test_a_failed_commit_fails_the_whole_batch_and_keeps_nothing_of_it(db: Database) -> None:
    def break_key_at_commit(work: UnitOfWork) -> None:
        work.connection.execute("PRAGMA defer_foreign_keys = ON")
        work.connection.execute("INSERT INTO child (id, item_id) VALUES (1, 12345)")

    await db.write(lambda work: work.connection.execute(CHILD_TABLE) and None)
    async with Gate(db):
        tasks = await queued(db, put(1), break_key_at_commit, put(2))

    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        assert isinstance(outcome, StorageError)
    assert await db.read(all_items) == {}
    assert await db.write(put(3)) == 3


CHILD_TABLE = "CREATE TABLE child (id INTEGER PRIMARY KEY, item_id INTEGER NOT NULL REFERENCES item (id))"


async def test_a_unit_that_ends_the_transaction_fails_and_so_does_its_batch(db: Database) -> None:
    def commit_early(work: UnitOfWork) -> None:
        work.connection.execute("COMMIT")

    async with Gate(db):
        tasks = await queued(db, commit_early, put(1))

    assert all(isinstance(outcome, Exception) for outcome in await asyncio.gather(*tasks, return_exceptions=True))
    assert await db.write(put(2)) == 2


async def test_a_unit_cancelled_while_it_waits_never_runs(db: Database) -> None:
    async with Gate(db):
        cancelled, kept = await queued(db, put(1), put(2))
        cancelled.cancel()
    await kept

    assert cancelled.cancelled()
    assert await db.read(all_items) == {2: 0}


async def test_a_unit_cancelled_behind_a_neighbour_of_its_batch_never_runs(db: Database) -> None:
    gate = Gate(db)
    cancelled, kept = start(db.write(put(1))), start(db.write(put(2)))
    async with gate:
        cancelled.cancel()
    await kept

    assert db.statistics().commit_count == 1
    assert await db.read(all_items) == {2: 0}


async def test_cancelling_a_running_unit_leaves_it_committed_and_the_writer_sound(db: Database) -> None:
    entered, go = threading.Event(), threading.Event()

    def slow(work: UnitOfWork) -> None:
        put(1)(work)
        entered.set()
        assert go.wait(10)

    (task,) = queue(db, slow)
    await asyncio.to_thread(entered.wait, 10)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    go.set()
    await db.write(put(2))

    assert await db.read(all_items) == {1: 0, 2: 0}


async def test_closing_finishes_what_is_queued_and_refuses_what_comes_later(tmp_path: Path) -> None:
    db = await open_in(tmp_path)
    async with Gate(db):
        tasks = await queued(db, *(put(n) for n in range(2 * LARGEST_BATCH)))
        closing = start(db.close())
        await asyncio.sleep(0)
        with pytest.raises(StorageError, match="closed"):
            await db.write(put(10_000))
        with pytest.raises(StorageError, match="closed"):
            await db.read(all_items)
    await closing
    await db.close()

    assert [await task for task in tasks] == list(range(2 * LARGEST_BATCH))
    assert len(rows_on_disk(tmp_path / "test.db", "SELECT id FROM item")) == 2 * LARGEST_BATCH


async def test_draining_waits_for_every_batch(db: Database) -> None:
    async with Gate(db):
        tasks = await queued(db, *(put(n) for n in range(2 * LARGEST_BATCH)))
        draining = start(db._lock_handler.drain())
        await asyncio.sleep(0)
        assert not draining.done()
    await draining

    assert all(task.done() for task in tasks)


async def test_closing_ends_the_threads_and_removes_the_log(tmp_path: Path) -> None:
    before = threading.active_count()
    db = await open_in(tmp_path)
    await db.write(put(1))

    await db.close()

    assert threading.active_count() == before
    assert not (tmp_path / "test.db-wal").exists()


async def test_closing_empties_the_log_when_another_process_stays(db: Database, tmp_path: Path) -> None:
    other = await open_in(tmp_path)
    await other.write(put(1))
    assert (tmp_path / "test.db-wal").stat().st_size > 0

    await other.close()

    assert (tmp_path / "test.db-wal").stat().st_size == 0


def test_a_loop_that_closed_before_the_answer_does_no_harm(tmp_path: Path) -> None:
    """The database thread outlives the loop: its answer has nobody to go to, and the file can still be closed."""
    entered, go = threading.Event(), threading.Event()

    def slow(work: UnitOfWork) -> None:
        put(1)(work)
        entered.set()
        assert go.wait(10)

    async def leave() -> Database:
        db = await open_in(tmp_path)
        (task,) = queue(db, slow)
        await asyncio.to_thread(entered.wait, 10)
        task.cancel()
        return db

    db = asyncio.run(leave())
    go.set()

    asyncio.run(db._writer.close())
    asyncio.run(db._pages.connection.close())
    asyncio.run(db._long.connection.close())
    assert rows_on_disk(tmp_path / "test.db", "SELECT id FROM item") == [(1,)]


async def test_a_full_database_fails_with_storage_full_and_keeps_what_was_acknowledged(db: Database) -> None:
    def limit_pages(work: UnitOfWork) -> None:
        (pages,) = work.connection.execute("PRAGMA page_count").fetchone()
        work.connection.execute(f"PRAGMA max_page_count = {pages + 2}")

    def put_text(work: UnitOfWork) -> None:
        work.connection.execute("INSERT INTO item (value, text) VALUES (0, ?)", ("x" * 100_000,))

    await db.write(put(1))
    await db.write(limit_pages)
    with pytest.raises(StorageFull):
        await db.write(put_text)

    assert await db.read(all_items) == {1: 0}
    await db.write(lambda work: work.connection.execute("PRAGMA max_page_count = 1000000") and None)
    await db.write(put(2))
    assert await db.read(all_items) == {1: 0, 2: 0}


@pytest.mark.slow
async def test_a_database_that_was_not_closed_does_not_hold_the_exit(tmp_path: Path) -> None:
    assert await asyncio.to_thread(end_child, start_child("forget_to_close", tmp_path)) == "end\n"

    assert rows_on_disk(tmp_path / "test.db", "SELECT count(*) FROM item") == [(1,)]


@pytest.mark.slow
async def test_closing_on_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    """Moving the log into the database needs space; without it the log stays, and nobody is told that a save failed."""
    child = start_child("close_without_space", tmp_path)
    assert "closed" in await asyncio.to_thread(end_child, child)

    assert rows_on_disk(tmp_path / "test.db", "SELECT count(*) FROM item") == [(500,)]


@pytest.mark.slow
async def test_a_lock_held_for_seconds_by_another_process_fails_nothing(db: Database, tmp_path: Path) -> None:
    holder = start_child("hold_lock", tmp_path)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"

    tasks = await queued(db, *(put(n) for n in range(20)))
    done, _ = await asyncio.wait(tasks, timeout=2)
    end = asyncio.to_thread(holder.communicate, "go\n")
    await asyncio.gather(*tasks, end)

    assert not done
    assert len(await db.read(all_items)) == 20
    statistics = db.statistics()
    assert statistics.lock_wait_count == 1
    assert statistics.lock_retry_count > 1
    assert statistics.longest_lock_wait_s > 1.5


@pytest.mark.slow
async def test_a_lock_held_too_long_is_a_clear_error_and_nothing_is_written(tmp_path: Path) -> None:
    async with await open_in(tmp_path, patience_s=0.3) as db:
        holder = start_child("hold_lock", tmp_path)
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"

        with pytest.raises(StorageLocked):
            await db.write(put(1))
        await asyncio.to_thread(holder.communicate, "go\n")

        assert await db.read(all_items) == {}
        assert await db.write(put(2)) == 2
        assert db.statistics().lock_failure_count == 1


@pytest.mark.slow
async def test_two_processes_that_read_modify_write_lose_no_update(db: Database, tmp_path: Path) -> None:
    await db.write(put(1))
    children = [start_child("count", tmp_path, 2000) for _ in range(2)]
    for child in children:
        await asyncio.to_thread(end_child, child)

    assert await db.read(all_items) == {1: 4000}


@pytest.mark.slow
@pytest.mark.parametrize("lines", [10, 400, 1500])
def test_what_was_acknowledged_survives_kill_9(tmp_path: Path, lines: int) -> None:
    child = start_child("write_until_killed", tmp_path)
    assert child.stdout is not None
    acknowledged = {int(child.stdout.readline()) for _ in range(lines)}
    child.kill()
    rest, _ = child.communicate()
    acknowledged |= {int(line) for line in rest.splitlines(keepends=True) if line.endswith("\n")}

    stored = {row[0] for row in rows_on_disk(tmp_path / "test.db", "SELECT id FROM item")}
    assert acknowledged <= stored
    assert rows_on_disk(tmp_path / "test.db", "PRAGMA integrity_check") == [("ok",)]


@pytest.mark.slow
def test_a_disk_that_takes_no_more_loses_nothing_and_can_go_on(tmp_path: Path) -> None:
    said = end_child(start_child("outgrow", tmp_path, 300_000)).split()

    error, acknowledged, stored = said[0], int(said[1]), int(said[2])
    assert error in ("StorageFull", "StorageError")
    assert acknowledged > 0
    assert stored == acknowledged
    assert rows_on_disk(tmp_path / "test.db", "SELECT count(*) FROM item") == [(acknowledged + 1,)]


async def test_statistics_name_the_units_that_held_the_thread(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("database.lock_handler.SLOW_UNIT_S", 10.0)
    await db.write(put(1))
    assert db.statistics().slowest_units == ()

    monkeypatch.setattr("database.lock_handler.SLOW_UNIT_S", 0.0)
    await db.write(functools.partial(put(2)))
    await db.write(put(3))
    with pytest.raises(ValueError, match="fails"):
        await db.write(fail_after_insert)

    statistics = db.statistics()
    timings = {timing.name: timing.count for timing in statistics.slowest_units}
    assert timings == {"put.<locals>.put_item": 2, "fail_after_insert": 1}
    assert all(timing.total_s >= timing.longest_s > 0 for timing in statistics.slowest_units)
    assert (statistics.unit_count, statistics.failed_unit_count, statistics.commit_count) == (3, 1, 4)


async def test_an_idle_writer_moves_the_log_into_the_database(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("database.lock_handler.CHECKPOINT_AFTER_S", 0.01)
    await db.write(
        lambda work: work.connection.execute("INSERT INTO item VALUES (1, 1, 'a text to be found')") and None
    )

    async with asyncio.timeout(40):
        while b"a text to be found" not in (tmp_path / "test.db").read_bytes():
            await asyncio.sleep(0.005)


async def test_a_log_that_outgrows_its_limit_is_reported_once(
    db: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("database.statistics.WAL_LIMIT_BYTES", 3_000)
    for n in range(3):
        await db.write(put(n))

    assert [record.message for record in caplog.records if record.name == "database.statistics"] == [
        "the write-ahead log is larger than 0 MB: a read stays open"
    ]
    assert db.statistics().wal_bytes > 3_000
