"""A million people through the import of commands and console, in its job process, against one executemany."""

import asyncio
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.people.list_of_people import write_list
from bench.result import BenchResult
from bench.world import ROOT, WORKER
from campaigns.audience.import_file import FileImport
from campaigns.audience.imports import ImportOptions, ImportState
from core.clock import SystemClock
from core.domain.account import WorkspaceKind
from core.workspace import open_workspace
from database import ImportStore
from main import MainHouse

PEOPLE = 1_000_000
MEMORY_MIB = 300
WATCH_EVERY_S = 0.1
PROGRAM = ROOT / "bench" / "people" / "one_statement.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """What one job took."""

    seconds: float
    peak_mib: float


async def measure(rounds: int) -> BenchResult:
    """Numbers in international form."""
    return await compare(rounds, people=PEOPLE, is_national=False, at_most=3.0)


async def measure_national(rounds: int) -> BenchResult:
    """Numbers as they are dialled inside the country: each goes through the library."""
    return await compare(rounds, people=PEOPLE, is_national=True, at_most=6.0)


async def compare(rounds: int, *, people: int, is_national: bool, at_most: float) -> BenchResult:
    """Both from an empty workspace, in turns."""
    country = "DE" if is_national else ""
    ours: list[Import] = []
    theirs: list[float] = []
    with tempfile.TemporaryDirectory(prefix="wireroom-people-") as name:
        folder = Path(name)
        full, tiny = folder / "people.csv", folder / "tiny.csv"
        write_list(full, people, is_national=is_national)
        write_list(tiny, 1, is_national=is_national)
        idle = await import_list(folder / "idle", tiny, people=1, country=country)
        for number in range(rounds):
            ours.append(await import_list(folder / f"ours-{number}", full, people=people, country=country))
            shutil.rmtree(folder / f"ours-{number}")
            theirs.append(await insert_list(folder / f"theirs-{number}", full, country=country))
            shutil.rmtree(folder / f"theirs-{number}")
    memory = max(job.peak_mib for job in ours) - idle.peak_mib
    return BenchResult(
        compared=(
            f"an import of {people:,} people with a consent each, numbers in "
            f"{'national' if is_national else 'international'} form, from the start of its job to its end, against "
            "executemany of the parsed rows into the same tables in one transaction"
        ),
        unit="s",
        ours=[job.seconds for job in ours],
        theirs=theirs,
        aim=f"at most {at_most:g}, with less than {MEMORY_MIB} MiB above the job of a single row",
        at_most=at_most,
        also=memory < MEMORY_MIB,
        extra={"memory_mib_above_idle": round(memory, 1), "people_a_second": round(people / ours[-1].seconds)},
    )


async def import_list(folder: Path, people_list: Path, *, people: int, country: str) -> Import:
    """Time and greatest memory of the job; everybody has to be in."""
    workspace = open_workspace(folder)
    house, clock = MainHouse(), SystemClock()
    async with house.services(workspace, kind=WorkspaceKind.SANDBOX) as services:
        options = ImportOptions(country=country)
        import_id = await services.get(FileImport).create(people_list, options, actor="bench")
        began_s = clock.monotonic()
        words = ("import-job", "--workspace", str(folder), "--import", str(import_id), "--", str(people_list))
        job = await asyncio.create_subprocess_exec(*WORKER, *words)
        ended = asyncio.get_running_loop().create_task(job.wait(), name="import job")
        peak = 0.0
        process = psutil.Process(job.pid)
        while not ended.done():
            try:
                peak = max(peak, process.memory_info().rss / (1 << 20))
            except psutil.NoSuchProcess:
                break
            await asyncio.wait({ended}, timeout=WATCH_EVERY_S)
        assert await ended == 0, "the job failed"
        seconds = clock.monotonic() - began_s
        view = await services.get(ImportStore).get(import_id)
        assert (view.state, view.added, view.rows) == (ImportState.DONE, people, people), view
    return Import(seconds=seconds, peak_mib=peak)


async def insert_list(folder: Path, people_list: Path, *, country: str) -> float:
    """Seconds of the statements."""
    workspace = open_workspace(folder)
    async with MainHouse().services(workspace, kind=WorkspaceKind.SANDBOX):
        pass
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        str(PROGRAM),
        str(workspace.database_path),
        str(people_list),
        country,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await program.communicate()
    return float(output)
