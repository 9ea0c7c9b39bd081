"""The inbox with months of conversations: a burst of answers while somebody works in it, then an hour offline.

People of the sandbox write; a real worker reads by its real clients; the real window shows. What stands in the database at
the end is compared with the sandbox's journal, message by message.
"""

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import psutil

from bench.child import Child, started
from bench.inbox.filling import Pair, fill, read_pairs, read_state, sentence, written
from bench.result import ProofResult
from bench.world import World, made_world, wait_for
from core.clock import OffsetClock
from core.processes import ProcessRecord
from telegram.sandbox.control import SandboxControl

ACCOUNTS, PEOPLE, MESSAGES = 50, 20_000, 200_000
RATE, BURST_S = 500, 20.0
QUIET_S = 8.0  # the same work in the window without the burst, before it
SETTLED_S = 3.0
OFFLINE, HOUR_S, STEPS = 2_000, 3600.0, 12
TICK_S = 0.02
P99_MS, P999_MS = 12.0, 30.0  # above the control's, as in bench/console.py
CLOCKED = Path(__file__).parent.parent / "crash" / "clocked.py"
PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much of everything."""

    accounts: int = ACCOUNTS
    people: int = PEOPLE
    messages: int = MESSAGES
    rate: int = RATE
    burst_s: float = BURST_S
    offline: int = OFFLINE


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The sandbox's journal against the database, by account, person and message number, with the text."""

    written: int
    rows: int
    lost: int
    twice: int
    changed: int

    @property
    def is_whole(self) -> bool:
        return self.rows == self.written and not (self.lost or self.twice or self.changed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """What arrived, and how fast."""

    messages: int
    said_s: float  # in which they were said
    behind_s: float  # from the last one said until all stood in the database
    worker_cpu: float  # of one core, while it lasted


async def prove(rounds: int = 1) -> ProofResult:
    """Everything at full size."""
    with tempfile.TemporaryDirectory(prefix="wireroom-inbox-") as folder:
        return await run(Path(folder), Size(), is_watched=True)


async def run(folder: Path, size: Size, *, is_watched: bool) -> ProofResult:
    """`is_watched`: with the window, and the probe beside a control."""
    clock_s = asyncio.get_running_loop().time
    figures: dict[str, object] = {}
    async with made_world(folder, recipients=size.people, accounts=size.accounts) as world, AsyncExitStack() as stack:
        began_s = clock_s()
        if size.messages > size.people:  # they have said one word each
            await fill(world, size.messages)
        figures["filled_s"] = round(clock_s() - began_s, 1)
        record = await world.start_worker()
        await world.wait_until_connected()
        pairs = await read_pairs(world)
        figures["conversations"], figures["messages_before"] = len(pairs), await _count(world)
        watched = None
        if is_watched:
            watched = await Watched.begin(stack, world)
            figures |= await watched.quiet()
        burst = await _burst(world, pairs, size, record)
        is_smooth = True
        if watched is not None:
            told, is_smooth = await watched.end()
            figures |= told
        figures |= {
            "burst_messages": burst.messages,
            "burst_rate_per_s": round(burst.messages / burst.said_s),
            "behind_s": round(burst.behind_s, 2),
            "worker_cpu_percent": round(burst.worker_cpu * 100),
            "back_after_hour_s": round(await _offline_hour(world, pairs, size, record), 1),
        }
        await world.control.close()
        await world.sandbox.stop()
        kept = await compare(world)
    figures |= {"written": kept.written, "rows": kept.rows, "lost": kept.lost, "twice": kept.twice}
    figures["changed"] = kept.changed
    is_fast = burst.messages / burst.said_s >= 0.95 * size.rate
    return ProofResult(
        proved=(
            f"{size.accounts} accounts, {size.people:,} conversations, {size.messages:,} messages: a burst of {size.rate} a "
            f"second for {size.burst_s:.0f} s while a person scrolls and types, and an hour offline: nothing lost, none "
            "twice, the window smooth"
        ),
        is_met=kept.is_whole and is_fast and is_smooth,
        figures=figures,
    )


async def _burst(world: World, pairs: Sequence[Pair], size: Size, worker: ProcessRecord) -> Burst:
    clock_s, before = asyncio.get_running_loop().time, await _count(world)
    total, process = int(size.rate * size.burst_s), psutil.Process(worker.pid)
    cpu_s, began_s = _cpu_s(process), clock_s()
    await say(world.control, pairs, total, rate=size.rate, seed=world.seed + 1)
    said_s = clock_s() - began_s
    await _wait_for_rows(world, before + total)
    whole_s = clock_s() - began_s
    cpu = (_cpu_s(process) - cpu_s) / whole_s
    return Burst(messages=total, said_s=said_s, behind_s=whole_s - said_s, worker_cpu=cpu)


async def say(control: SandboxControl, pairs: Sequence[Pair], total: int, *, rate: int, seed: int) -> None:
    """Somebody writes to their account, so often a second; who falls behind catches up."""
    random, clock_s = Random(seed), asyncio.get_running_loop().time
    began_s = clock_s()
    for number in range(total):
        early_s = began_s + number / rate - clock_s()
        if early_s > TICK_S:
            await asyncio.sleep(early_s)
        pair = random.choice(pairs)
        await control.person_says(pair.person_id, pair.account_id, sentence(random))


async def _offline_hour(world: World, pairs: Sequence[Pair], size: Size, worker: ProcessRecord) -> float:
    """The worker ends; people go on for an hour of the sandbox's clock; seconds until all of it is here."""
    clock_s, before = asyncio.get_running_loop().time, await _count(world)
    os.kill(worker.pid, signal.SIGTERM)
    await asyncio.to_thread(psutil.Process(worker.pid).wait, PATIENCE_S)
    for step in range(1, STEPS + 1):
        await world.control.set_clock_offset(HOUR_S * step / STEPS)
        await say(world.control, pairs, size.offline // STEPS, rate=10**9, seed=world.seed + 10 + step)
    began_s = clock_s()
    await world.start_worker((sys.executable, str(CLOCKED), str(HOUR_S)), OffsetClock(world.clock, HOUR_S))
    await _wait_for_rows(world, before + size.offline // STEPS * STEPS)
    return clock_s() - began_s


async def _count(world: World) -> int:
    sql = "SELECT count(*) FROM message"
    return await world.database.read(lambda raw: int(raw.execute(sql).fetchone()[0]), is_long=True)


async def _wait_for_rows(world: World, count: int) -> None:
    async def are_there() -> bool:
        await asyncio.sleep(0.1)
        return await _count(world) >= count

    await wait_for(are_there, "messages are missing", timeout_s=PATIENCE_S)


async def compare(world: World) -> Kept:
    """After the sandbox has ended."""
    said = {(account, m.peer_id, m.message_id): m.text for account, m in written(read_state(world))}
    sql = (
        "SELECT a.telegram_user_id, v.telegram_user_id, m.message_id, m.text FROM message AS m"
        " JOIN conversation AS v ON v.id = m.conversation_id JOIN account AS a ON a.id = v.account_id"
    )
    rows = await world.database.read(lambda raw: raw.execute(sql).fetchall(), is_long=True)
    kept = {tuple(row[:3]): row[3] for row in rows}
    return Kept(
        written=len(said),
        rows=len(rows),
        lost=len(said.keys() - kept.keys()),
        twice=len(rows) - len(kept),
        changed=sum(1 for key in said.keys() & kept.keys() if said[key] != kept[key]),
    )


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


class Watched:
    """The console on its inbox with a person, and an empty window at the same time."""

    def __init__(self, real: Child, empty: Child) -> None:
        self._real = real
        self._empty = empty

    @classmethod
    async def begin(cls, stack: AsyncExitStack, world: World) -> "Watched":
        real = await stack.enter_async_context(started("inbox/inbox_window.py", str(world.workspace.folder)))
        empty = await stack.enter_async_context(started("window.py", "empty"))

        async def is_there() -> bool:
            await asyncio.sleep(0.1)
            return bool((await real.ask(inbox=True)).get("is_complete"))

        await wait_for(is_there, "the inbox did not open")
        await asyncio.sleep(SETTLED_S)
        return cls(real, empty)

    async def quiet(self) -> dict[str, object]:
        """The person alone; from then on it counts."""
        await self._real.ask(act=True)
        await self._begin()
        await asyncio.sleep(QUIET_S)
        real, empty = await self._figures()
        await self._begin()
        return {f"quiet_{name}": value for name, value in _beside(real, empty).items()}

    async def end(self) -> tuple[dict[str, object], bool]:
        """The figures since `quiet`, and whether they are as they should be."""
        real, empty = await self._figures()
        await self._real.ask(act=False)
        told = _beside(real, empty)
        told |= {
            "slowest_handler_cpu_ms": round(real["slowest_handler_ms"], 2),
            "slowest_handler": real["slowest_handler"],
            "handlers": real["handlers"],
            "handlers_above_16_ms": len(real["slow_handlers"]),
            "slow_handlers": "; ".join(real["slow_handlers"][:5]),
            **{name: real[name] for name in ("typed", "scrolled", "opened")},
        }
        above_99, above_999 = real["p99_ms"] - empty["p99_ms"], real["p999_ms"] - empty["p999_ms"]
        return told, above_99 <= P99_MS and above_999 <= P999_MS and not real["slow_handlers"]

    async def _begin(self) -> None:
        await asyncio.gather(self._real.ask(begin=True), self._empty.ask(begin=True))

    async def _figures(self) -> tuple[dict[str, Any], dict[str, Any]]:
        real, empty = await asyncio.gather(self._real.ask(figures=True), self._empty.ask(figures=True))
        return real, empty


def _beside(real: dict[str, Any], empty: dict[str, Any]) -> dict[str, object]:
    return {
        f"{name}_ms": f"{real[f'{name}_ms']:.1f} (control {empty[f'{name}_ms']:.1f})"
        for name in ("p50", "p99", "p999")
    }
