"""Whether a workspace has an app lock, and how long the next try at its passphrase has to wait.

The count of wrong tries stands on the disk before a try is checked, so ending the program does not give tries back.
Waits are counted by the time since the machine started: no clock that can be set has a part in them. After a restart
of the machine only the time since then counts, so a wait is never shorter than it was, and always ends.
"""

import json
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

from core.clock import Clock
from core.errors import TooManyTries
from core.files import storage_errors, write_atomic
from core.locks import short_exclusion
from core.workspace import Workspace

FREE_TRIES = 3  # a slip or two of the fingers costs nothing
FIRST_WAIT_S = 5.0
LONGEST_WAIT_S = 900.0  # a quarter of an hour: some 100 tries a day for who guesses, bearable for who forgot


def wait_after(failures: int) -> float:
    """Seconds between that many wrong tries in a row and the next one: none at first, then doubling up to a limit."""
    over = failures - FREE_TRIES
    return 0.0 if over < 0 else min(FIRST_WAIT_S * 2.0 ** min(over, 16), LONGEST_WAIT_S)


def is_lock_on(workspace: Workspace) -> bool:
    """Whether the workspace has an app lock. Costs one look at the disk."""
    return _path(workspace).exists()


class _Tries(NamedTuple):
    failures: int
    failed_at_s: float  # of Clock.monotonic


class LockTries:
    """The file `vault/app-lock.json`: it is there exactly while the lock is on. Blocks for the time of a disk write.

    Any number of processes may use it: one try is counted after the other.
    """

    def __init__(self, workspace: Workspace, clock: Clock) -> None:
        self._path = _path(workspace)
        self._clock = clock

    def create(self) -> None:
        """The lock is on from now; no try was wrong yet."""
        with self._alone():
            self._write(_Tries(0, 0.0))

    def remove(self) -> None:
        """The lock is off from now."""
        with self._alone(), storage_errors(self._path):
            self._path.unlink(missing_ok=True)

    def failures(self) -> int:
        """How many tries in a row were wrong."""
        return self._read().failures

    def wait_s(self) -> float:
        """Seconds until the next try is taken; 0: now."""
        return self._wait(self._read())

    def begin(self) -> None:
        """Count a try as wrong, before it is checked. Raises TooManyTries while a wait runs; then nothing is counted."""
        with self._alone():
            tries = self._read()
            wait_s = self._wait(tries)
            if wait_s > 0:
                raise TooManyTries(wait_s)
            self._write(_Tries(tries.failures + 1, self._clock.monotonic()))

    def succeed(self) -> int:
        """The try was right: forget the wrong ones. Returns how many there were before it."""
        with self._alone():
            before = self._read().failures - 1
            if self._path.exists():  # it may have been turned off meanwhile
                self._write(_Tries(0, 0.0))
            return max(0, before)

    def _wait(self, tries: _Tries) -> float:
        now_s = self._clock.monotonic()
        # Less than at the failure: the machine was started since, and this is the time since then.
        passed_s = now_s - tries.failed_at_s if now_s >= tries.failed_at_s else now_s
        return max(0.0, wait_after(tries.failures) - passed_s)

    def _read(self) -> _Tries:
        with storage_errors(self._path):
            try:
                fields = json.loads(self._path.read_bytes())
                return _Tries(max(0, int(fields["failures"])), float(fields["failed_at_s"]))
            except FileNotFoundError:
                return _Tries(0, 0.0)
            except (ValueError, KeyError, TypeError):
                # Damaged or changed by hand: the lock is on, the free tries are used up, the next wrong one waits.
                return _Tries(FREE_TRIES - 1, 0.0)

    def _write(self, tries: _Tries) -> None:
        write_atomic(self._path, json.dumps({"format": 1, **tries._asdict()}).encode() + b"\n")

    def _alone(self) -> AbstractContextManager[None]:
        return short_exclusion(self._path.with_name(".app-lock"))


def _path(workspace: Workspace) -> Path:
    return workspace.vault / "app-lock.json"
