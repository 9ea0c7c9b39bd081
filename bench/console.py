"""The console's event loop during a demo at full rate, beside that of an empty window at the same time."""

import asyncio
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from bench.child import started
from bench.result import BenchResult
from bench.world import OPERATOR, made_world

RECIPIENTS = 2_000
P99_MS = 12.0  # our 99th percentile may lie so far above the control's
P999_MS = 30.0
SETTLED_S = 2.0  # after its start a window has drawn itself and read its first page


async def measure(rounds: int) -> BenchResult:
    """Each round is a demo of its own. The machine's load meets both windows alike."""
    found: list[tuple[dict[str, Any], dict[str, Any]]] = []
    for number in range(rounds):
        with tempfile.TemporaryDirectory(prefix="wireroom-console-") as folder:
            found.append(await _one_demo(Path(folder), seed=number + 1))
    ours = [real["p99_ms"] for real, _ in found]
    theirs = [empty["p99_ms"] for _, empty in found]
    above_99 = median(real["p99_ms"] - empty["p99_ms"] for real, empty in found)
    above_999 = median(real["p999_ms"] - empty["p999_ms"] for real, empty in found)
    slow = sorted({each for real, _ in found for each in real["slow_handlers"]})
    return BenchResult(
        compared=(
            f"the 99th percentile of the gaps of a 4 ms probe in the console during a demo of {RECIPIENTS} at full "
            "rate, against an empty PySide6 window at the same time"
        ),
        unit="ms",
        ours=ours,
        theirs=theirs,
        aim="p99 at most 12 ms above the control's, p99.9 at most 30 ms, no handler above 16 ms of CPU",
        also=above_99 <= P99_MS and above_999 <= P999_MS and not slow,
        extra={
            "p99_above_control_ms": round(above_99, 2),
            "p999_above_control_ms": round(above_999, 2),
            "slowest_handler_cpu_ms": round(max(real["slowest_handler_ms"] for real, _ in found), 2),
            "slowest_handlers": "; ".join(real["slowest_handler"] for real, _ in found),
            "handlers_above_16_ms": len(slow),
            "slow_handlers": "; ".join(slow[:5]),
            "probes": sum(real["probes"] for real, _ in found),
        },
    )


async def _one_demo(folder: Path, *, seed: int) -> tuple[dict[str, Any], dict[str, Any]]:
    async with made_world(folder, recipients=RECIPIENTS, accounts=5, seed=seed) as world:
        await world.start_worker()
        await world.wait_until_connected()
        async with (
            started("window.py", "console", str(world.workspace.folder)) as real,
            started("window.py", "empty") as empty,
        ):
            await asyncio.sleep(SETTLED_S)
            campaign_id = await world.approve_campaign()
            await real.ask(watch=campaign_id)
            await asyncio.sleep(SETTLED_S)
            await asyncio.gather(real.ask(begin=True), empty.ask(begin=True))
            await world.service.start(campaign_id, actor=OPERATOR)
            await world.wait_until_done(campaign_id)
            return await real.ask(stop=True), await empty.ask(stop=True)
