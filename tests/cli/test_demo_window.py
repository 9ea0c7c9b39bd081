"""The demo in the window: a child runs it, the window holds its key, and closing the window ends all of it in order."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psutil
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


def workers_of(workspace: Path) -> list[psutil.Process]:
    """Those that live, whoever started them."""
    start = ["worker", "--workspace", str(workspace)]
    return [
        process
        for process in psutil.process_iter(["cmdline", "status"])
        if process.info["status"] != psutil.STATUS_ZOMBIE
        and any(process.info["cmdline"][at : at + 3] == start for at in range(len(process.info["cmdline"] or [])))
    ]


def count_workers_without_end(workspace: Path) -> int:
    with closing(sqlite3.connect(workspace / "workspace.db")) as raw:
        (count,) = raw.execute("SELECT count(*) FROM worker WHERE ended_at IS NULL").fetchone()
    return int(count)


@pytest.mark.parametrize("recipients", [60, 2000], ids=["after the campaign", "in the middle"])
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
        assert count_workers_without_end(program.workspace) == 0
        assert workers_of(program.workspace) == []
    finally:
        window.kill()
        window.wait()
        for worker in workers_of(program.workspace):
            worker.kill()
    assert program.json("worker", "status").result["condition"] == "stopped"
    assert not (program.workspace / "sandbox" / "address.json").exists()
    rows = program.json("campaign", "list").result["campaigns"]
    assert rows[0]["sending"] == 0
