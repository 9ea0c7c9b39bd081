"""A million rows in bounded memory: what is kept, what is fetched, what whoever shows them hears."""

import asyncio
from array import array
from collections.abc import Coroutine, Mapping, Sequence

import pytest

from core.errors import NetworkError
from desktop.models.paged_rows import KEPT_ROWS, PAGE_ROWS, Ids, PagedRows, Span


class Numbers:
    """A source with the ids 0 to count - 1, each with a row that says so. Remembers what was fetched."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.fetched: list[tuple[int, int]] = []
        self.word = "row"
        self.error: Exception | None = None

    async def first(self, limit: int) -> Mapping[int, str]:
        return {row: f"{self.word} {row}" for row in range(min(limit, self.count))}

    async def ids(self) -> Ids:
        return array("q", range(self.count))

    async def rows(self, ids: Sequence[int]) -> Mapping[int, str]:
        if self.error:
            raise self.error
        self.fetched.append((ids[0], len(ids)))
        await asyncio.sleep(0)
        return {row: f"{self.word} {row}" for row in ids}


class Ear:
    """What whoever shows the rows hears."""

    def __init__(self) -> None:
        self.heard: list[str | Span] = []

    def about_to_reset(self) -> None: ...

    def was_reset(self) -> None:
        self.heard.append("reset")

    def about_to_insert(self, span: Span) -> None:
        self.heard.append(f"insert {span.first}-{span.end}")

    def was_inserted(self) -> None: ...

    def has_changed(self, span: Span) -> None:
        self.heard.append(span)


class Tasks:
    """Stands for the Scope of a view: owns the tasks."""

    def __init__(self) -> None:
        self.tasks: set[asyncio.Task[None]] = set()
        self.errors: list[Exception] = []

    def spawn(self, work: Coroutine[object, object, None], name: str) -> None:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def finish(self) -> None:
        while self.tasks:
            await asyncio.gather(*self.tasks)


@pytest.fixture
def tasks() -> Tasks:
    return Tasks()


@pytest.fixture
def rows(tasks: Tasks) -> PagedRows[str]:
    return PagedRows(tasks.spawn, tasks.errors.append)


async def test_the_first_page_is_there_before_all_ids_are(rows: PagedRows[str]) -> None:
    ear = Ear()
    rows.listen(ear)
    source = Numbers(1_000_000)

    await rows.open(source)

    assert ear.heard == ["reset", f"insert {PAGE_ROWS}-1000000"]
    assert rows.row(0) == "row 0"
    assert not source.fetched


async def test_a_short_list_asks_for_its_ids_no_second_time(rows: PagedRows[str]) -> None:
    ear = Ear()
    rows.listen(ear)

    await rows.open(Numbers(7))

    assert ear.heard == ["reset"]
    assert len(rows) == 7
    assert rows.is_complete


async def test_a_row_that_is_not_here_is_fetched_with_its_page(rows: PagedRows[str], tasks: Tasks) -> None:
    source, ear = Numbers(1_000_000), Ear()
    await rows.open(source)
    rows.listen(ear)

    assert rows.row(777_777) is None
    assert rows.row(777_778) is None
    await tasks.finish()

    assert source.fetched == [(777_600, PAGE_ROWS)]
    assert ear.heard == [Span(777_600, 777_800)]
    assert rows.row(777_777) == "row 777777"


async def test_who_scrolls_fast_gets_the_pages_where_they_are(rows: PagedRows[str], tasks: Tasks) -> None:
    source = Numbers(1_000_000)
    await rows.open(source)

    for index in range(10_000, 100_000, 1_000):
        rows.row(index)
    await tasks.finish()

    assert len(source.fetched) <= 5
    assert source.fetched[0] == (99_000, PAGE_ROWS)


async def test_a_million_rows_walked_through_leave_a_bounded_number_in_memory(
    rows: PagedRows[str], tasks: Tasks
) -> None:
    await rows.open(Numbers(1_000_000))

    for index in range(0, 100_000, PAGE_ROWS):
        rows.row(index)
        await tasks.finish()

    assert len(rows._young) + len(rows._old) <= 2 * KEPT_ROWS
    assert rows.row(99_800) == "row 99800"
    assert rows.row(1_000) is None


async def test_rows_on_top_move_what_is_being_fetched(rows: PagedRows[str], tasks: Tasks) -> None:
    source, ear = Numbers(10_000), Ear()
    await rows.open(source)
    rows.listen(ear)

    rows.row(5_000)
    rows.put_on_top({-1: "new", -2: "newer"})
    await tasks.finish()

    assert rows.row(0) == "new"
    assert rows.row(5_002) == "row 5000"
    assert ear.heard == ["insert 0-2", Span(5_002, 5_202)]


async def test_an_old_question_never_answers_for_a_new_one(rows: PagedRows[str], tasks: Tasks) -> None:
    old, new = Numbers(10_000), Numbers(10_000)
    new.word = "other"
    await rows.open(old)
    rows.row(5_000)

    await rows.open(new)
    await tasks.finish()

    assert rows.row(0) == "other 0"
    assert rows.row(5_000) is None
    await tasks.finish()
    assert rows.row(5_000) == "other 5000"


async def test_reading_again_tells_only_of_rows_that_changed(rows: PagedRows[str]) -> None:
    source, ear = Numbers(50), Ear()
    await rows.open(source)
    rows.listen(ear)

    await rows.refresh(Span(0, 30))
    assert ear.heard == []

    source.word = "changed"
    await rows.refresh(Span(3, 5))
    assert ear.heard == [Span(3, 4), Span(4, 5)]


async def test_a_page_that_cannot_be_read_is_said_and_asked_for_again(rows: PagedRows[str], tasks: Tasks) -> None:
    source = Numbers(10_000)
    await rows.open(source)
    source.error = NetworkError("gone")

    rows.row(5_000)
    await tasks.finish()
    assert tasks.errors == [source.error]

    source.error = None
    rows.row(5_000)
    await tasks.finish()
    assert rows.row(5_000) == "row 5000"


async def test_rows_that_were_read_for_another_order_are_told_of_at_no_place_of_this_one(
    rows: PagedRows[str], tasks: Tasks
) -> None:
    source, ear = Numbers(10_000), Ear()
    await rows.open(source)
    rows.listen(ear)

    rows.row(5_000)
    tasks.spawn(rows.refresh(Span(9_000, 9_010)), "read again")
    source.count, source.word = 300, "changed"
    await rows.reorder(Span(0, 5))
    await tasks.finish()

    assert ear.heard == ["reset"]
    assert len(rows) == 300
    assert rows.row(4) == "changed 4"
    assert rows.is_complete


async def test_the_same_order_is_told_of_to_nobody(rows: PagedRows[str]) -> None:
    ear = Ear()
    await rows.open(Numbers(300))
    rows.listen(ear)

    await rows.reorder(Span(0, 5))

    assert ear.heard == []
