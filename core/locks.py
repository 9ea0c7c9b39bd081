"""Locks of the operating system: held by a living process, freed at once when it dies however it dies.

The lock file stays where it is; only the lock on it counts. Children do not inherit a lock (its descriptor is
closed when another program is started).
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from core.errors import WorkspaceBusy
from core.files import PRIVATE_FILE, make_private_folder, storage_errors
from core.workspace import Workspace, user_state_dir


class OsLock:
    """An exclusive lock on one path. Two objects of one path exclude each other, in one process too."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # Not per thread: whoever owns this object may release it. No soft lock: it would outlive a kill.
        self._lock = FileLock(path, mode=PRIVATE_FILE, thread_local=False, fallback_to_soft=False)

    @property
    def is_held(self) -> bool:
        """Whether this object holds the lock."""
        return self._lock.is_locked

    def acquire(self) -> bool:
        """Take the lock now or return False; True when this object holds it already. Never waits."""
        if self._lock.is_locked:
            return True
        with storage_errors(self.path):
            try:
                self._lock.acquire(blocking=False)
            except Timeout:  # an OSError, so it must not reach the translation
                return False
        return True

    def release(self) -> None:
        """Free the lock; harmless when it is not held."""
        self._lock.release()


def account_lock(key_id: str) -> OsLock:
    """The lock of an account's session key, per user and outside workspaces, so that a copied workspace is refused.

    `key_id` identifies the key without being it; the file is named by its hash.
    """
    folder = user_state_dir() / "accounts"
    make_private_folder(folder)
    return OsLock(folder / f"{hashlib.sha256(key_id.encode()).hexdigest()[:40]}.lock")


def worker_lock(workspace: Workspace, name: str) -> OsLock:
    """The lock that a running worker of this name holds; nobody else may start one beside it."""
    return OsLock(workspace.run / f"worker-{name}.lock")


def starting_lock(workspace: Workspace) -> OsLock:
    """Held by whoever starts a worker, until it runs."""
    return OsLock(workspace.run / "start.lock")


def route_lock(workspace: Workspace, account_id: int) -> OsLock:
    """Held while an account connects directly, and while it is set to use a proxy: never both at once."""
    return OsLock(workspace.run / f"route-{account_id}.lock")


def import_lock(workspace: Workspace) -> OsLock:
    """Held by the process that imports people; a free one says that an unfinished import died."""
    return OsLock(workspace.run / "import.lock")


@contextmanager
def job_runs(workspace: Workspace, kind: str, job_id: int) -> Iterator[None]:
    """Hold a lock of this job, which lives on without a window: nobody replaces the workspace meanwhile."""
    lock = OsLock(workspace.run / f"{kind}-{job_id}.lock")
    if not lock.acquire():
        raise WorkspaceBusy("A process does it already.", title="This job runs", hint="Wait until it has ended.")
    try:
        yield
    finally:
        lock.release()
        lock.path.unlink(missing_ok=True)  # each job has a number of its own


def backup_lock(workspace: Workspace) -> OsLock:
    """Held by the process that backs the workspace up: one at a time."""
    return OsLock(workspace.run / "backup.lock")


def running_locks(workspace: Workspace) -> list[OsLock]:
    """The locks that windows, workers and jobs of this workspace hold while they run."""
    return [OsLock(path) for path in sorted(workspace.run.glob("*.lock"))]


def console_lock(workspace: Workspace) -> OsLock:
    """The lock of the one window of a workspace."""
    return OsLock(workspace.console_lock)


@contextmanager
def short_exclusion(path: Path, *, timeout_s: float = 5.0) -> Iterator[None]:
    """Keep other processes out of a few lines that read, change and replace a file; `path` is the lock file.

    Raises WorkspaceBusy after `timeout_s`: such lines take milliseconds, so somebody hangs. Blocks its caller.
    """
    lock = FileLock(path, mode=PRIVATE_FILE, thread_local=False, fallback_to_soft=False, poll_interval=0.01)
    with storage_errors(path):
        try:
            lock.acquire(timeout=timeout_s)
        except Timeout:
            raise WorkspaceBusy(
                f"Another process has been changing files in {path.parent} for {timeout_s:g} s.",
                hint="Close the program that hangs, then try again. Nothing was changed.",
            ) from None
    try:
        yield
    finally:
        lock.release()
