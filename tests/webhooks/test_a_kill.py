"""A process that is killed loses no event of what it had taken in, and tells none of what it had not."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.database.support import ROOT, rows_on_disk


@pytest.mark.slow
def test_every_message_that_was_taken_in_is_queued_once_though_the_process_was_killed(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("child.py")), str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert child.stdout is not None
    with child.stdout:
        while int(child.stdout.readline()) < 200:
            pass
        child.send_signal(signal.SIGKILL)
        child.wait(timeout=60)

    path = tmp_path / "workspace.db"
    taken_in = rows_on_disk(path, "SELECT id FROM message ORDER BY id")
    assert len(taken_in) >= 200
    assert rows_on_disk(path, "SELECT message_row FROM webhook_delivery ORDER BY message_row") == taken_in
    assert rows_on_disk(path, "SELECT waiting FROM webhook") == [(len(taken_in),)]
