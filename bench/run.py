"""Run a measurement or a proof: `uv run bench/run.py NAME [--json]`; without NAME the list of them."""

import argparse
import asyncio
import importlib
import json
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.result import BenchResult, ProofResult
from cli.interrupts import EXIT_CANCELLED, cancelled_by_signals
from cli.worker_command import loop_factory

# name: (module, function, repetitions, what it compares or proves).
# Each is `async def function(rounds: int) -> BenchResult | ProofResult`.
BENCHES = {
    "audience": (
        "bench.audience",
        "measure",
        3,
        "rules counted over a million people with a message each against one bare statement (2 min)",
    ),
    "console": ("bench.console", "measure", 3, "the console's event loop during a demo against an empty window"),
    "contacts": (
        "bench.contacts",
        "measure",
        3,
        "the page over a million people against the same over a thousand (1 min)",
    ),
    "engine": ("bench.engine", "measure", 5, "the engine against a bare Telethon loop on the same sandbox"),
    "store": ("bench.store", "measure_plain", 7, "group commit against one plain sqlite3 thread that groups as well"),
    "store-aiosqlite": ("bench.store", "measure_aiosqlite", 7, "group commit against idiomatic aiosqlite"),
    "sandbox": (
        "bench.sandbox_rate",
        "measure",
        5,
        "sendMessage a second of the sandbox against a bare loopback echo",
    ),
    "crash": ("bench.crash.proof", "prove", 1, "exactly once through kills, lost links and refused repeats (20 min)"),
    "albums": (
        "bench.crash.albums",
        "prove",
        1,
        "every item of an album once, though workers are killed in uploads and albums (3 min)",
    ),
    "clocks": ("bench.crash.clocks", "prove", 1, "exactly once though the clock was set after a lost answer"),
    "import": ("bench.people.importing", "measure", 1, "a million people imported against one executemany (2 min)"),
    "import-national": (
        "bench.people.importing",
        "measure_national",
        1,
        "the same with phone numbers that need a country code (3 min)",
    ),
    "import-sending": (
        "bench.people.beside_sending",
        "measure",
        3,
        "the engine's rate while people are imported against its rate alone (2 min)",
    ),
    "inbox": (
        "bench.inbox.inbox",
        "prove",
        1,
        "200,000 messages, 500 more a second while somebody scrolls and types, an hour offline (2 min)",
    ),
    "leaks": (
        "bench.leaks",
        "prove",
        1_000,
        "a thousand windows with every page and dialog leave nothing behind (8 min)",
    ),
    "fleet": (
        "bench.fleet.fleet",
        "measure",
        3,
        "300 accounts in one worker beside bare clients (2 min)",
    ),
    "owners": ("bench.crash.owners", "prove", 1, "two workers on one workspace, and a copied workspace"),
    "rehearsal": ("bench.rehearsal", "prove", 1, "a rehearsal of a million people: time, memory, first figures"),
    "rehearsed": (
        "bench.fast.rehearsed",
        "prove",
        1,
        "a rehearsal against what then really happens, under a clock 900 times as fast (2 min)",
    ),
    "dispatch-size": (
        "bench.dispatch_size",
        "measure",
        3,
        "dispatch with a million planned deliveries against the same with ten thousand",
    ),
    "startup": (
        "bench.startup.startup",
        "measure",
        9,
        "first paint of the console against an empty window with the same theme (1 min)",
    ),
    "proxies": ("bench.proxies.proof", "prove", 3, "exclusive proxies taken by two processes, against plain sqlite3"),
}


async def _run(run: Callable[[int], Awaitable[BenchResult | ProofResult]], rounds: int) -> BenchResult | ProofResult:
    """To be told to end (Ctrl+C, SIGTERM, a closed terminal) cancels it, so that a world stops what it started."""
    with cancelled_by_signals():
        return await run(rounds)


def _end_children() -> None:
    """What is left of the programs that were started here, and of theirs; by force, as nothing of them is kept."""
    children = psutil.Process().children(recursive=True)
    for child in children:
        with suppress(psutil.NoSuchProcess):
            child.kill()
    psutil.wait_procs(children, timeout=5)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="?", choices=sorted(BENCHES))
    parser.add_argument("--json", action="store_true", help="one JSON object on the last line")
    parser.add_argument("--rounds", type=int, help="interleaved repetitions, or seeds of a proof")
    arguments = parser.parse_args()
    if arguments.name is None:
        for name, (_, _, _, compares) in sorted(BENCHES.items()):
            print(f"{name:16} {compares}")
        return 0
    module, function, rounds, _ = BENCHES[arguments.name]
    run = getattr(importlib.import_module(module), function)
    try:
        with asyncio.Runner(loop_factory=loop_factory()) as runner:
            result: BenchResult | ProofResult = runner.run(_run(run, arguments.rounds or rounds))
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("Cancelled. What was begun was stopped.", file=sys.stderr)
        return EXIT_CANCELLED
    finally:
        _end_children()
    print(result.describe(), file=sys.stderr if arguments.json else sys.stdout)
    if arguments.json:
        print(json.dumps(result.to_json(arguments.name)))
    return 0 if result.is_met else 1


if __name__ == "__main__":
    raise SystemExit(main())
