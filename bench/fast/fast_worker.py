"""Entry of a worker whose clock runs fast: `fast_worker.py FACTOR FROM_S worker ...`; otherwise main.py."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from bench.fast.clock import FastClock, fast_loop
from cli import worker_commands
from cli.app import run
from main import MainHouse

if __name__ == "__main__":
    clock = FastClock(float(sys.argv[1]), float(sys.argv[2]))
    worker_commands.loop_factory = lambda: lambda: fast_loop(clock)
    raise SystemExit(run(MainHouse(clock), sys.argv[3:]))
