"""Locks end with their process, and exclude every other holder."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.errors import WorkspaceBusy
from core.locks import OsLock, account_lock, short_exclusion, worker_lock
from core.workspace import open_workspace, user_state_dir

HOLDER = """
import subprocess, sys
from pathlib import Path
from core.locks import OsLock
lock = OsLock(Path(sys.argv[1]))
child = subprocess.Popen(["sleep", "60"], close_fds=False) if sys.argv[2] == "child" else None
print(lock.acquire(), child.pid if child else 0, flush=True)
sys.stdin.read()
"""


@contextmanager
def holder(path: Path, child: str = "alone") -> Iterator[tuple[subprocess.Popen[str], int]]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path), child], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        took, child_id = process.stdout.readline().split()
        assert took == "True"
        yield process, int(child_id)
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def test_lock_excludes_another_holder_in_the_same_process(tmp_path: Path) -> None:
    first, second = OsLock(tmp_path / "a.lock"), OsLock(tmp_path / "a.lock")

    assert first.acquire()
    assert first.acquire()  # again by the same object: still held, once
    assert not second.acquire()
    first.release()
    assert not first.is_held
    assert second.acquire()
    second.release()
    second.release()


def test_lock_of_a_killed_process_is_free_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    with holder(path) as (process, _):
        assert not OsLock(path).acquire()
        process.send_signal(signal.SIGKILL)
        process.wait()

        mine = OsLock(path)
        assert mine.acquire()
        mine.release()


def test_stopped_process_keeps_its_lock(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    with holder(path) as (process, _):
        process.send_signal(signal.SIGSTOP)
        assert not OsLock(path).acquire()


def test_child_that_outlives_the_holder_does_not_keep_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    with holder(path, "child") as (process, child_id):
        process.kill()
        process.wait()
        try:
            os.kill(child_id, 0)
            mine = OsLock(path)
            assert mine.acquire()
            mine.release()
        finally:
            os.kill(child_id, signal.SIGKILL)


def test_account_lock_lies_outside_workspaces_and_does_not_tell_the_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIREROOM_STATE_DIR", str(tmp_path / "state"))

    lock = account_lock("key-id-4711")

    assert lock.path.is_relative_to(user_state_dir())
    assert "4711" not in str(lock.path)
    assert lock.path == account_lock("key-id-4711").path
    assert lock.path != account_lock("key-id-4712").path


def test_workers_of_different_names_do_not_exclude_each_other(tmp_path: Path) -> None:
    workspace = open_workspace(tmp_path / "ws")
    first, same, other = (worker_lock(workspace, name) for name in ("a", "a", "b"))

    assert first.acquire()
    assert not same.acquire()
    assert other.acquire()
    first.release()
    other.release()


def test_short_exclusion_gives_up_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"

    with short_exclusion(path), pytest.raises(WorkspaceBusy, match="Another process"):
        short_exclusion(path, timeout_s=0.05).__enter__()

    with short_exclusion(path):  # free again
        pass
