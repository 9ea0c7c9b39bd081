"""Run a measurement: `uv run bench/run.py NAME [--json]`; without NAME the list of them."""

import argparse
import asyncio
import importlib
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.result import BenchResult

# name: (module, what it compares). Each module has `async def measure(rounds: int) -> BenchResult`.
BENCHES = {
    "sandbox": ("bench.sandbox_rate", "sendMessage a second of the sandbox against a bare loopback echo"),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="?", choices=sorted(BENCHES))
    parser.add_argument("--json", action="store_true", help="one JSON object on the last line")
    parser.add_argument("--rounds", type=int, default=5, help="interleaved repetitions (default 5)")
    arguments = parser.parse_args()
    if arguments.name is None:
        for name, (_, compares) in sorted(BENCHES.items()):
            print(f"{name:16} {compares}")
        return 0
    module = importlib.import_module(BENCHES[arguments.name][0])
    result: BenchResult = asyncio.run(module.measure(arguments.rounds))
    print(result.describe(), file=sys.stderr if arguments.json else sys.stdout)
    if arguments.json:
        print(json.dumps(result.to_json(arguments.name)))
    return 0 if result.is_met else 1


if __name__ == "__main__":
    raise SystemExit(main())
