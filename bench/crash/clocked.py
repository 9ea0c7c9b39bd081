"""Entry of a worker whose clock stands wrong: `clocked.py OFFSET_S worker ...`; otherwise main.py."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from cli.app import run
from core.clock import OffsetClock, SystemClock
from main import MainHouse

if __name__ == "__main__":
    raise SystemExit(run(MainHouse(OffsetClock(SystemClock(), float(sys.argv[1]))), sys.argv[2:]))
