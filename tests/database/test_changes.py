"""The list of changes: once per commit and subject, in commit order, seen by both processes."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.domain.change import Change
from database.changes import PAGE_ROWS, ChangeFeed
from database.database import Database
from database.lock_handler import UnitOfWork
from tests.database.support import open_in, put


@pytest.fixture
async def other(db: Database, tmp_path: Path) -> AsyncIterator[Database]:
    """The same file as another process has it open."""
    async with await open_in(tmp_path) as database:
        yield database


def change(kind: str, subject_id: int, seq: int) -> Change:
    return Change(kind=kind, subject_id=subject_id, seq=seq)


def touch(*subjects: tuple[str, int]):
    def touch_subjects(work: UnitOfWork) -> None:
        for kind, subject_id in subjects:
            work.touch(kind, subject_id)

    return touch_subjects


async def test_a_poll_gives_what_another_process_changed_since_the_last_one(db: Database, other: Database) -> None:
    feed = await db.follow_changes(own_commits=False)

    await other.write(touch(("campaign", 7), ("lane", 3)))
    assert await feed.poll() == [change("campaign", 7, 1), change("lane", 3, 2)]
    assert await feed.poll() == []

    await other.write(touch(("campaign", 7)))
    assert await feed.poll() == [change("campaign", 7, 3)]


async def test_a_feed_on_the_writer_is_not_woken_by_own_commits(db: Database, other: Database) -> None:
    feed = await db.follow_changes(own_commits=False)
    await feed.poll()

    await db.write(touch(("campaign", 1)))

    assert await feed.poll() == []


async def test_a_feed_on_a_reader_sees_own_commits_and_those_of_others(db: Database, other: Database) -> None:
    feed = await db.follow_changes(own_commits=True)

    await db.write(touch(("campaign", 1)))
    await other.write(touch(("campaign", 2)))

    assert [change.subject_id for change in await feed.poll()] == [1, 2]


async def test_a_change_of_the_other_is_not_hidden_by_a_later_one_of_ours(db: Database, other: Database) -> None:
    feed = await db.follow_changes(own_commits=False)

    await other.write(touch(("campaign", 7)))
    await db.write(touch(("campaign", 7)))

    assert [change.subject_id for change in await feed.poll()] == [7]


async def test_subjects_are_written_once_per_commit(db: Database) -> None:
    feed = await db.follow_changes(own_commits=True)

    await asyncio.gather(*(db.write(touch(("campaign", 7), ("contact", n))) for n in range(5)))

    assert db.statistics().commit_count == 1
    changes = await feed.poll()
    assert [(change.kind, change.subject_id) for change in changes] == [
        ("campaign", 7),
        *(("contact", n) for n in range(5)),
    ]
    assert [change.seq for change in changes] == list(range(1, 7))


async def test_a_failed_unit_touches_nothing(db: Database) -> None:
    def touch_and_fail(work: UnitOfWork) -> None:
        work.touch("campaign", 1)
        raise ValueError("taken back")

    feed = await db.follow_changes(own_commits=True)
    outcomes = await asyncio.gather(
        db.write(touch_and_fail), db.write(touch(("campaign", 2))), return_exceptions=True
    )

    assert isinstance(outcomes[0], ValueError)
    assert [change.subject_id for change in await feed.poll()] == [2]


async def test_the_order_of_numbers_is_the_order_of_commits(db: Database, other: Database) -> None:
    """A feed that remembers the last number it saw misses nothing that two processes commit."""
    feed, seen = await db.follow_changes(own_commits=True), set()

    async def write(database: Database, start: int) -> None:
        for n in range(start, start + 200):
            await database.write(touch(("contact", n)))

    writing = asyncio.gather(write(db, 0), write(db, 1000), write(other, 2000), write(other, 3000))
    while not writing.done():
        seen |= {change.subject_id for change in await feed.poll()}
    seen |= {change.subject_id for change in await feed.poll()}

    assert len(seen) == 800


async def test_more_changes_than_a_page_come_with_the_next_polls(db: Database) -> None:
    feed = await db.follow_changes(own_commits=True)
    await db.write(touch(*(("contact", n) for n in range(2 * PAGE_ROWS + 1))))

    assert [len(await feed.poll()) for _ in range(4)] == [PAGE_ROWS, PAGE_ROWS, 1, 0]


async def test_a_feed_starts_where_it_is_told(db: Database) -> None:
    await db.write(put(1))
    await db.write(put(2))

    assert await (await db.follow_changes(own_commits=True)).poll() == []
    assert [c.subject_id for c in await ChangeFeed(db._writer, after_seq=0).poll()] == [1, 2]
