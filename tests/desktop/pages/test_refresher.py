"""Reading again: not twice at once, not for nobody."""

import asyncio

from desktop.pages.refresher import Refresher
from tests.desktop.models.test_paged_rows import Tasks


class Reads:
    def __init__(self) -> None:
        self.count = 0
        self.gate = asyncio.Event()

    async def read(self) -> None:
        self.count += 1
        await self.gate.wait()


async def test_what_changes_during_a_read_is_read_once_more() -> None:
    tasks, reads = Tasks(), Reads()
    refresher = Refresher(reads.read, tasks.spawn, "reads")
    refresher.watch(is_watched=True)
    for _ in range(5):
        refresher.ask()
        await asyncio.sleep(0)

    reads.gate.set()
    await tasks.finish()

    assert reads.count == 2


async def test_nothing_is_read_while_nobody_looks_and_the_first_look_catches_up() -> None:
    tasks, reads = Tasks(), Reads()
    reads.gate.set()
    refresher = Refresher(reads.read, tasks.spawn, "reads")

    refresher.ask()
    await asyncio.sleep(0)
    assert reads.count == 0

    refresher.watch(is_watched=True)
    await tasks.finish()
    assert reads.count == 1


async def test_after_a_reading_that_needs_rest_the_next_one_waits_and_is_one() -> None:
    tasks, reads = Tasks(), Reads()
    reads.gate.set()
    refresher = Refresher(reads.read, tasks.spawn, "reads", rest_s=0.05)
    refresher.watch(is_watched=True)
    began_s = asyncio.get_running_loop().time()

    refresher.ask()
    await tasks.finish()
    assert reads.count == 1
    for _ in range(5):
        refresher.ask()
    await tasks.finish()

    assert reads.count == 2
    assert asyncio.get_running_loop().time() - began_s >= 0.05
