"""A measurement that never ends beside a program of its own, as `bench/run.py waiting`: for the test of being ended."""

import asyncio
import subprocess
import sys

from bench.result import BenchResult
from bench.run import BENCHES, main


async def measure(rounds: int) -> BenchResult:
    program = subprocess.Popen(["sleep", "600"], start_new_session=True)
    print(program.pid, flush=True)
    await asyncio.Event().wait()
    raise AssertionError(rounds)


if __name__ == "__main__":
    sys.argv[1:] = ["waiting"]
    BENCHES["waiting"] = ("tests.proof.waiting_bench", "measure", 1, "nothing")
    raise SystemExit(main())
