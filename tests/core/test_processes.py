"""Programs of ours that outlive us: started without secrets on the command line, ended only if they are ours."""

import sys
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from core.processes import ProcessRecord, is_alive, kill, start_detached

SLEEPER = "import sys, time; print(len(sys.stdin.read()), flush=True); time.sleep(60)"

pytestmark = pytest.mark.slow


@pytest.fixture
def sleeper(tmp_path: Path) -> ProcessRecord:
    return start_detached(
        [sys.executable, "-c", SLEEPER], folder=tmp_path, output=tmp_path / "out.log", standard_input=b"k" * 32
    )


def wait_for_line(path: Path) -> str:
    """The child writes its line as soon as standard input is closed."""
    import time

    end = time.monotonic() + 10
    while time.monotonic() < end:
        if text := path.read_text():
            return text.strip()
        time.sleep(0.01)
    raise AssertionError("the child wrote nothing")


def test_the_key_comes_on_standard_input_which_is_closed(sleeper: ProcessRecord, tmp_path: Path) -> None:
    try:
        assert wait_for_line(tmp_path / "out.log") == "32"
        assert b"k" * 32 not in b"".join(a.encode() for a in psutil.Process(sleeper.pid).cmdline())
        assert (tmp_path / "out.log").stat().st_mode & 0o077 == 0
    finally:
        assert kill(sleeper)


def test_it_is_in_a_session_of_its_own(sleeper: ProcessRecord) -> None:
    import os

    try:
        assert os.getsid(sleeper.pid) == sleeper.pid != os.getsid(0)
    finally:
        assert kill(sleeper)


def test_a_killed_process_is_gone(sleeper: ProcessRecord) -> None:
    assert is_alive(sleeper)

    assert kill(sleeper)

    assert not is_alive(sleeper)


def test_another_process_with_the_same_pid_is_never_ended(sleeper: ProcessRecord) -> None:
    stranger = replace(sleeper, started_s=sleeper.started_s - 3600)
    try:
        assert not is_alive(stranger)
        assert kill(stranger)  # "gone" is true of the recorded one
        assert is_alive(sleeper)
    finally:
        assert kill(sleeper)


def test_a_program_that_ends_before_it_reads_is_no_error(tmp_path: Path) -> None:
    record = start_detached(
        [sys.executable, "-c", "pass"], folder=tmp_path, output=tmp_path / "out.log", standard_input=b"k" * 4096
    )

    psutil.Process(record.pid).wait(10)

    assert not is_alive(record)


def test_a_process_that_ends_while_it_is_asked_about_is_not_alive(
    sleeper: ProcessRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = psutil.Process(sleeper.pid)
    assert kill(sleeper)
    with pytest.raises(psutil.NoSuchProcess):
        found.status()
    # It was there when it was looked up: no other way holds that moment still.
    monkeypatch.setattr("core.processes._find", lambda _: found)

    assert not is_alive(sleeper)
