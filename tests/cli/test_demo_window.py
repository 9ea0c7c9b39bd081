"""The demo in the window: a child runs it, the window holds its key, and closing the window ends all of it in order."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.program import ROOT, Program

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def wait_for_campaign(program: Program, state: str, timeout_s: float) -> None:
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        done = program.json("campaign", "list")
        if done.code == 0 and any(c["state"] == state for c in done.result["campaigns"]):
            return
        time.sleep(0.2)  # asked without a pause, it would take the core that the demo needs
    raise AssertionError((program.workspace / "logs" / "demo-output.log").read_text())


@pytest.mark.parametrize("recipients", [60, 5000], ids=["after the campaign", "in the middle"])
def test_closing_the_window_stops_worker_and_sandbox_in_order(tmp_path: Path, recipients: int) -> None:
    program = Program(tmp_path)
    program.workspace.mkdir()
    window = subprocess.Popen(
        [sys.executable, "main.py", "demo", "--workspace", str(program.workspace), "--recipients", str(recipients)],
        cwd=ROOT,
        env=program.environment | {"DISPLAY": ":offscreen", "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for_campaign(program, "finished" if recipients == 60 else "running", 60)
        assert program.json("worker", "status").result["condition"] == "running"

        os.kill(window.pid, signal.SIGTERM)

        assert window.wait(90) == 0
    finally:
        window.kill()
        window.wait()
    assert program.json("worker", "status").result["condition"] == "stopped"
    assert not (program.workspace / "sandbox" / "address.json").exists()
    rows = program.json("campaign", "list").result["campaigns"]
    assert rows[0]["sending"] == 0
