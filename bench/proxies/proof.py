"""Two processes with fifty tasks each take and release a hundred exclusive proxies: 0 double holders.

The witness is the operating system: whoever holds a proxy holds a lock on a file of its own, so a second holder is seen in
whatever process. Beside it the same statement runs on plain sqlite3, for the rate, and a version that reads a free proxy
and then writes, to show that the check can fail.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.proxies.child import MODES
from bench.result import ProofResult
from core.clock import SystemClock
from core.domain.account import AccountKind, DataCentre, WorkspaceKind
from core.domain.ids import TelegramUserId
from core.domain.proxy import ProxyEndpoint, ProxyKind
from database import AccountStore, Database, ProxyGroup, ProxyStore, WorkspaceStore

ROOT = Path(__file__).resolve().parents[2]
PROCESSES, TASKS, PROXIES = 2, 50, 100
ACCOUNTS_A_TASK = 3  # in turn: an account gets back the proxy it had, so with one each there would be no contest
CYCLES = 20_000  # takes and releases over all tasks
AIM = 0.5  # of the rate of the same statement on plain sqlite3


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What the processes of one run did together."""

    takes: int
    double_holders: int
    per_s: float


async def prove(rounds: int, *, cycles: int = CYCLES) -> ProofResult:
    """Every mode once a round, in turns."""
    runs: dict[str, list[Run]] = {mode: [] for mode in MODES}
    for _ in range(rounds):
        for mode in MODES:
            with tempfile.TemporaryDirectory(prefix="wireroom-proxies-") as folder:
                await _fill(Path(folder))
                runs[mode].append(_run(Path(folder), mode, cycles))
    ours, plain = runs["ours"], runs["plain"]
    ratios = [a.per_s / b.per_s for a, b in zip(ours, plain, strict=True)]
    doubles = sum(run.double_holders for run in ours)
    naive = [run.double_holders for run in runs["naive"]]
    return ProofResult(
        proved=f"{PROXIES} exclusive proxies, {PROCESSES} processes x {TASKS} tasks: nobody twice, {AIM} of sqlite3",
        is_met=doubles == 0 and min(naive) > 0 and median(ratios) >= AIM,
        figures={
            "takes": sum(run.takes for run in ours),
            "double_holders": doubles,
            "read_then_write_takes": sum(run.takes for run in runs["naive"]),
            "read_then_write_double_holders": sum(naive),
            "ours_per_s": round(median(run.per_s for run in ours)),
            "plain_sqlite3_per_s": round(median(run.per_s for run in plain)),
            "ratio_min": round(min(ratios), 2),
            "ratio_median": round(median(ratios), 2),
            "ratio_max": round(max(ratios), 2),
        },
    )


async def _fill(folder: Path) -> None:
    """A workspace database with the accounts and the proxies."""
    now = SystemClock().now()
    async with await Database.open(folder / "workspace.db", backups=folder / "backups") as database:
        await WorkspaceStore(database).create("bench", WorkspaceKind.SANDBOX, now=now)
        accounts = AccountStore(database)
        async with asyncio.TaskGroup() as group:
            for number in range(PROCESSES * TASKS * ACCOUNTS_A_TASK):
                group.create_task(
                    accounts.add_account(
                        kind=AccountKind.USER,
                        title=f"Account {number}",
                        username=None,
                        telegram_user_id=TelegramUserId(number + 1),
                        data_centre=DataCentre.SANDBOX,
                        session_secret=f"session-{number}",
                        limit_profile="unlimited",
                        actor="bench",
                        now=now,
                    )
                )
        endpoints = [ProxyEndpoint(kind=ProxyKind.SOCKS5, host="192.0.2.1", port=n + 1) for n in range(PROXIES)]
        await ProxyStore(database).import_proxies(endpoints, ProxyGroup(), actor="bench", now=now)


def _run(folder: Path, mode: str, cycles: int) -> Run:
    """Start the processes, let them begin together, and add up what they say."""
    each = cycles // PROCESSES // TASKS
    children = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.proxies.child", mode, str(folder), str(index), str(TASKS), str(each)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for index in range(PROCESSES)
    ]
    for child in children:
        assert child.stdout is not None
        if child.stdout.readline() != "ready\n":
            raise RuntimeError(f"a process of the mode {mode} did not start")
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    said = [json.loads(child.communicate(timeout=600)[0]) for child in children]
    return Run(
        takes=sum(one["takes"] for one in said),
        double_holders=sum(one["double_holders"] for one in said),
        per_s=sum(one["takes"] for one in said) / max(one["seconds"] for one in said),
    )
