"""The engine's rate while a list of people is imported, against its rate alone: the same campaign, in turns."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

from bench.dispatch_size import deliver_rate
from bench.engine import ANSWER_AFTER_S
from bench.people.list_of_people import write_list
from bench.result import BenchResult
from bench.world import OPERATOR, WORKER, World, made_world, wait_for
from campaigns.audience.import_file import FileImport
from campaigns.audience.imports import ImportOptions, ImportState
from core.domain.ids import ImportId
from database import ImportStore
from telegram.sandbox.faults import Fault, FaultKind

ACCOUNTS: Final = 10
MESSAGES: Final = 6_000  # a round of each
LISTED: Final = 1_000_000  # nobody waits for their end: each import is cancelled when its round is over
AT_LEAST: Final = 0.8


@dataclass(slots=True)
class Rates:
    """Messages a second, one figure a round; and rows a second that came in meanwhile."""

    beside: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    rows: list[float] = field(default_factory=list)


async def measure(rounds: int, *, messages: int = MESSAGES, listed: int = LISTED) -> BenchResult:
    """With a data centre that answers as soon as a near one does, and with one that answers at once (`full_speed`)."""
    answering, at_full_speed = Rates(), Rates()
    with tempfile.TemporaryDirectory(prefix="wireroom-beside-") as name:
        people = Path(name) / "people.csv"
        write_list(people, listed)
        async with made_world(Path(name), recipients=messages, accounts=ACCOUNTS) as world:
            await world.start_worker()
            await world.wait_until_connected()
            late = Fault(kind=FaultKind.DELAY, method="messages.sendMessage", count=None, seconds=ANSWER_AFTER_S)
            for _ in range(rounds):
                await world.control.inject(late)
                await run_both(world, people, answering, messages)
                await world.control.clear_faults()
                await run_both(world, people, at_full_speed, messages)
    return BenchResult(
        compared=(
            f"the engine while people are imported against the engine alone, {ACCOUNTS} accounts, {messages} messages a "
            f"round, a sandbox that answers after {ANSWER_AFTER_S * 1000:.0f} ms; full_speed: the same without that wait"
        ),
        unit="messages a second",
        ours=answering.beside,
        theirs=answering.alone,
        aim=f"at least {AT_LEAST:g}",
        at_least=AT_LEAST,
        extra={
            "rows_a_second_meanwhile": round(median(answering.rows)),
            "full_speed_ratio": round(
                median(a / b for a, b in zip(at_full_speed.beside, at_full_speed.alone, strict=True)), 2
            ),
            "full_speed_rows_a_second": round(median(at_full_speed.rows)),
        },
    )


async def run_both(world: World, people: Path, rates: Rates, messages: int) -> None:
    rates.alone.append(await deliver_rate(world, messages=messages))
    async with importing(world, people) as import_id:
        store = world.container.get(ImportStore)
        began_s, rows = world.clock.monotonic(), (await store.get(import_id)).rows
        rates.beside.append(await deliver_rate(world, messages=messages))
        view = await store.get(import_id)
        assert view.state is ImportState.RUNNING, "the list was too short to be imported all the time"
        rates.rows.append((view.rows - rows) / (world.clock.monotonic() - began_s))


@asynccontextmanager
async def importing(world: World, people: Path) -> AsyncIterator[ImportId]:
    """Inside, a job writes people of the list; then it is cancelled, and nothing of it is left."""
    store = world.container.get(ImportStore)
    import_id = await world.container.get(FileImport).create(people, ImportOptions(), actor=OPERATOR)
    words = ("import-job", "--workspace", str(world.workspace.folder), "--import", str(import_id), "--", str(people))
    job = await asyncio.create_subprocess_exec(*WORKER, *words, stderr=asyncio.subprocess.DEVNULL)

    async def writes() -> bool:
        return (await store.get(import_id)).rows > 0

    try:
        await wait_for(writes, "the import does not begin")
        yield import_id
    finally:
        await store.ask_to_cancel(import_id)
        await job.wait()
