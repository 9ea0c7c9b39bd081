"""A measurement that is told to end leaves no program behind."""

import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parent.parent.parent

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGTERM there"),
]


def test_sigterm_ends_a_bench_and_what_it_started() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.proof.waiting_bench"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as bench:
        assert bench.stdout is not None
        program = psutil.Process(int(bench.stdout.readline()))

        bench.send_signal(signal.SIGTERM)

        _, errors = bench.communicate(timeout=60)
        assert (bench.returncode, errors) == (130, "Cancelled. What was begun was stopped.\n")
        assert program.wait(30) is None, "it was no child of ours, and is gone"
