"""A job that writes for long leaves the database to whoever else writes."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from database.database import Database
from database.giving_way import (
    LEAST_PART,
    LONGEST_PAUSE_S,
    LONGEST_UNIT_S,
    LOOK_EVERY_S,
    LOOK_S,
    PAUSE_FACTOR,
    PatientWriter,
)
from database.lock_handler import UnitOfWork
from tests.database.support import open_in, put
from tests.fake_clock import FakeClock


class SkippingClock(FakeClock):
    """Whoever sleeps wakes at once, and the time has passed."""

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds)


@pytest.fixture
async def job(tmp_path: Path) -> AsyncIterator[Database]:
    """The database as the process of a job sees it."""
    async with await open_in(tmp_path) as database:
        yield database


@pytest.fixture
async def worker(tmp_path: Path, job: Database) -> AsyncIterator[Database]:
    """The same database as another process sees it."""
    async with await open_in(tmp_path) as database:
        yield database


async def pause_before_next(writer: PatientWriter, clock: SkippingClock, unit_s: float = 0.01) -> float:
    """How long the writer leaves the database alone before a unit that takes so long."""
    asked_s, began_s = clock.monotonic(), 0.0

    def unit(_: UnitOfWork) -> None:
        nonlocal began_s
        began_s = clock.monotonic()
        clock.advance(unit_s)

    await writer.write(unit)
    return round(began_s - asked_s, 6)


async def test_alone_it_pauses_only_for_a_short_look_now_and_then(job: Database) -> None:
    clock = SkippingClock()
    writer = PatientWriter(job, clock)

    pauses = [await pause_before_next(writer, clock) for _ in range(100)]

    assert set(pauses) == {0.0, LOOK_S}
    assert pauses.count(LOOK_S) == pytest.approx(100 * 0.01 / LOOK_EVERY_S, abs=1)
    assert not writer.is_shared


async def test_while_others_write_it_pauses_in_proportion_to_its_units(job: Database, worker: Database) -> None:
    clock = SkippingClock()
    writer = PatientWriter(job, clock)
    await pause_before_next(writer, clock)

    await worker.write(put(1))
    await pause_before_next(writer, clock, 0.03)
    assert writer.is_shared

    assert await pause_before_next(writer, clock) == pytest.approx(0.03 * PAUSE_FACTOR)
    await worker.write(put(2))
    await pause_before_next(writer, clock, 60)
    assert await pause_before_next(writer, clock) == LONGEST_PAUSE_S


async def test_it_goes_on_alone_once_nobody_wrote_in_its_pause(job: Database, worker: Database) -> None:
    clock = SkippingClock()
    writer = PatientWriter(job, clock)
    await pause_before_next(writer, clock)
    await worker.write(put(1))
    await pause_before_next(writer, clock)

    await pause_before_next(writer, clock)

    assert not writer.is_shared
    assert await pause_before_next(writer, clock) == 0


async def test_its_own_units_are_no_others(job: Database) -> None:
    clock = SkippingClock()
    writer = PatientWriter(job, clock)

    for number in range(3):
        assert await writer.write(put(number)) == number

    assert not writer.is_shared


async def test_units_are_as_large_as_their_time_allows_and_a_fifth_of_it_while_others_write(
    job: Database, worker: Database
) -> None:
    clock = SkippingClock()
    writer = PatientWriter(job, clock)
    assert writer.fit(2_000) == 2_000

    await pause_before_next(writer, clock, 2 * LONGEST_UNIT_S)
    assert writer.fit(2_000) == 1_000
    await pause_before_next(writer, clock, 60)
    assert writer.fit(2_000) == 2_000 * LEAST_PART
    for _ in range(20):
        await pause_before_next(writer, clock, LONGEST_UNIT_S / 10)
    assert writer.fit(2_000) == 2_000

    await worker.write(put(1))
    await pause_before_next(writer, clock)
    assert writer.fit(2_000) == 400
    assert writer.fit(1) == 1
