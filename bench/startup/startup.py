"""From the start of the program to the first paint of the console, beside an empty window with the same theme, in turns."""

import asyncio
import json
import sys
import tempfile
import time
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
        "typer", "rich", "keyring",  # of commands, and of who opens the key store
    }
)  # fmt: skip


async def measure(rounds: int) -> BenchResult:
    """Fresh processes; the ratio is that of the time, and the CPU has to keep it too."""
    with tempfile.TemporaryDirectory(prefix="wireroom-startup-") as folder, state_in(Path(folder) / "state"):
        workspace = Path(folder) / "workspace"
        await make_workspace(workspace, PEOPLE)
        pairs = []
        for _ in range(rounds):
            console = await first_paint("console", str(workspace))
            pairs.append((console, await first_paint("empty")))
    cpu = median(console["cpu_s"] / empty["cpu_s"] for console, empty in pairs)
    loaded = sorted(OF_OTHERS.intersection(*(console["modules"] for console, _ in pairs)))
    return BenchResult(
        compared=(
            f"from the start of the process to the first paint of the console over a workspace with {PEOPLE:,} people, "
            "against an empty PySide6 window with the same theme"
        ),
        unit="ms",
        ours=[console["wall_s"] * 1000 for console, _ in pairs],
        theirs=[empty["wall_s"] * 1000 for _, empty in pairs],
        aim=f"at most {AT_MOST:g}, so the CPU; no library of text models or of Telegram loaded",
        at_most=AT_MOST,
        also=cpu <= AT_MOST and not loaded,
        extra={
            "cpu_ratio_median": round(cpu, 2),
            "cpu_ms": round(median(console["cpu_s"] for console, _ in pairs) * 1000),
            "cpu_ms_empty": round(median(empty["cpu_s"] for _, empty in pairs) * 1000),
            "modules": pairs[0][0]["count"],
            "modules_empty": pairs[0][1]["count"],
            "loaded_of_others": " ".join(loaded),
        },
    )


async def make_workspace(folder: Path, people: int) -> None:
    async with MainHouse().services(open_workspace(folder), kind=WorkspaceKind.SANDBOX) as services:
        await fill_people(services.get(Database), people)


async def first_paint(*words: str) -> dict[str, Any]:
    """What one process told, with `wall_s` since it was asked for. Raises RuntimeError when it painted nothing."""
    began_s = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(PROGRAM), *words, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    if not output:
        raise RuntimeError(f"{words[0]} ended before it painted anything")
    told: dict[str, Any] = json.loads(output.splitlines()[-1])
    return told | {"wall_s": told["at_s"] - began_s}
