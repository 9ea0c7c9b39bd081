"""Starting programs of ours that outlive us, and ending exactly those and no others.

A process is recorded by its pid and its start time, because pids are used again. Nothing secret is ever an argument
or in the environment: a child gets its key on standard input, which is then closed.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psutil

START_TOLERANCE_S = 1.0  # the system counts start times in ticks of 10 ms; two reads may round apart


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessRecord:
    """A process that we started."""

    pid: int
    started_s: float  # seconds since 1970, as the system tells it


def start_detached(
    command: Sequence[str], *, folder: Path, output: Path, standard_input: bytes = b""
) -> ProcessRecord:
    """Start a program in its own session, so that it lives on when we end; its output is appended to a file (0600).

    `standard_input` is written to it and closed; at most 4 KiB, so that a child that never reads cannot hold us.
    """
    import psutil  # here and below: most commands ask about no process

    if len(standard_input) > 4096:
        raise ValueError("standard input of a detached process is for a key, not for data")
    process = _start(command, folder, output)
    assert process.stdin is not None
    try:
        process.stdin.write(standard_input)
        process.stdin.close()
    except BrokenPipeError:
        pass  # it ended before it read; its output says why
    record = ProcessRecord(pid=process.pid, started_s=psutil.Process(process.pid).create_time())
    _collect(process)
    return record


class Companion:
    """A program of ours that lives as long as we hold its standard input open: it ends in order when we close it or die."""

    def __init__(self, command: Sequence[str], *, first_line: bytes, folder: Path, output: Path) -> None:
        """Start it and write the first line; its output is appended to a file (0600)."""
        self._process = _start(command, folder, output)
        assert self._process.stdin is not None
        self._input = self._process.stdin
        with suppress(BrokenPipeError):  # it ended before it read; its output says why
            self._input.write(first_line)
            self._input.flush()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def close(self, timeout_s: float) -> None:
        """Let it end in order; by force when it does not within the time. Blocks."""
        with suppress(BrokenPipeError):
            self._input.close()
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _start(command: Sequence[str], folder: Path, output: Path) -> "subprocess.Popen[bytes]":
    """In a session (on Windows: a group) of its own, so that a Ctrl+C for us is not heard there."""
    descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        return subprocess.Popen(
            list(command),
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=descriptor,
            stderr=descriptor,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0) if sys.platform == "win32" else 0,
        )
    finally:
        os.close(descriptor)


def is_alive(record: ProcessRecord) -> bool:
    """Whether that very process still runs (a stopped one does; a dead one that nobody has collected does not)."""
    import psutil

    process = _find(record)
    try:
        return process is not None and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:  # it ended between the two questions
        return False


def terminate(record: ProcessRecord) -> None:
    """Tell it to end in order (SIGTERM; on Windows there is only force), if it is still that process."""
    import psutil

    process = _find(record)
    with suppress(psutil.NoSuchProcess):
        if process is not None:
            process.terminate()


def kill(record: ProcessRecord, *, timeout_s: float = 5.0) -> bool:
    """End it by force, if it is still that process; True when it is gone afterwards."""
    import psutil

    process = _find(record)
    if process is None:
        return True
    try:
        process.kill()
        process.wait(timeout_s)
    except psutil.NoSuchProcess:
        return True
    except psutil.TimeoutExpired:
        return not is_alive(record)
    return True


def _find(record: ProcessRecord) -> "psutil.Process | None":
    import psutil

    try:
        process = psutil.Process(record.pid)
        if abs(process.create_time() - record.started_s) > START_TOLERANCE_S:
            return None
    except psutil.NoSuchProcess:
        return None
    return process


def _collect(process: "subprocess.Popen[bytes]") -> None:
    """Collect the child when it ends, so that none stays a zombie; a daemon thread cannot hold our exit."""
    threading.Thread(target=process.wait, name=f"collect-{process.pid}", daemon=True).start()
