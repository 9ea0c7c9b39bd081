"""From the start of the program to the first paint of the console, beside an empty window with the same theme, in turns."""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any

from bench.contacts import fill_people
from bench.result import BenchResult
from bench.world import state_in
from core.domain.account import WorkspaceKind
from core.workspace import open_workspace
from database import Database
from main import MainHouse

PEOPLE = 20_000
AT_MOST = 1.5
PROGRAM = Path(__file__).parent / "first_paint.py"
PATIENCE_S = 60.0
OF_OTHERS = frozenset(
    {
        "google", "httpx2", "openai",  # of text models
        "telethon", "cryptg", "python_socks",  # of who speaks to Telegram
        "keyring",  # of who opens the key store
    }
)  # fmt: skip


async def measure(rounds: int) -> BenchResult:
    """Fresh processes; the ratio is that of the time, and the CPU has to keep it too."""
    with tempfile.TemporaryDirectory(prefix="wireroom-startup-") as folder, state_in(Path(folder) / "state"):
        workspace = Path(folder) / "workspace"
        await make_workspace(workspace, PEOPLE)
        environment = compiled_in(Path(folder) / "compiled")
        for words in (("console", str(workspace)), ("empty",)):
            await paints(*words, environment=environment)
        found = []
        for _ in range(rounds):
            seen, whole = await paints("console", str(workspace), environment=environment)
            found.append((seen, whole, (await paints("empty", environment=environment))[0]))
    cpu = median(seen["cpu_s"] / empty["cpu_s"] for seen, _, empty in found)
    loaded = sorted(OF_OTHERS.intersection(*(whole["modules"] for _, whole, _ in found)))
    return BenchResult(
        compared=(
            f"from the start of the process to the first paint of the console over a workspace with {PEOPLE:,} people (its "
            "ground and mark), against an empty PySide6 window with the same theme; whole: the window with its first page"
        ),
        unit="ms",
        ours=[seen["wall_s"] * 1000 for seen, _, _ in found],
        theirs=[empty["wall_s"] * 1000 for _, _, empty in found],
        aim=f"at most {AT_MOST:g}, so the CPU; no library of text models or of Telegram loaded",
        at_most=AT_MOST,
        also=cpu <= AT_MOST and not loaded,
        extra={
            "cpu_ratio_median": round(cpu, 2),
            "cpu_ms": round(median(seen["cpu_s"] for seen, _, _ in found) * 1000),
            "cpu_ms_empty": round(median(empty["cpu_s"] for _, _, empty in found) * 1000),
            "whole_ms": round(median(whole["wall_s"] for _, whole, _ in found) * 1000),
            "whole_cpu_ms": round(median(whole["cpu_s"] for _, whole, _ in found) * 1000),
            "modules": found[0][0]["count"],
            "modules_whole": found[0][1]["count"],
            "modules_empty": found[0][2]["count"],
            "loaded_of_others": " ".join(loaded),
        },
    )


async def make_workspace(folder: Path, people: int) -> None:
    async with MainHouse().services(open_workspace(folder), kind=WorkspaceKind.SANDBOX) as services:
        await fill_people(services.get(Database), people)


def compiled_in(folder: Path) -> dict[str, str]:
    """The environment of programs that were started before: what they compiled is kept, whatever is set here."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(folder)}


async def paints(*words: str, environment: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """What one process told of its first paints, each with `wall_s` since the start. Raises RuntimeError for nothing."""
    began_s = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(PROGRAM),
        *words,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        env=environment,
    )
    output, _ = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    if not output:
        raise RuntimeError(f"{words[0]} ended before it painted anything")
    told: list[dict[str, Any]] = json.loads(output.splitlines()[-1])
    return [each | {"wall_s": each["at_s"] - began_s} for each in told]
