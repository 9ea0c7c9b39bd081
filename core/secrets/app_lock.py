"""The app lock of a workspace: its passphrase, checked with slowed tries.

Where the data key is wrapped by a passphrase, that passphrase is the lock's, and a right try also gives the key. Any
other workspace has a passphrase for the lock alone: it wraps a random key that opens nothing.
"""

import secrets
from dataclasses import dataclass, field
from pathlib import Path

from core.clock import Clock
from core.errors import SecretStoreError, TooManyTries, UserInputError
from core.files import storage_errors
from core.lock_tries import LockTries, is_lock_on
from core.locks import short_exclusion
from core.secrets.choice import StoreKind
from core.secrets.manager import STORE_LOCK, WRAPPED_FILE, DataKey, remembered_kind
from core.secrets.passphrase import check_passphrase, load_wrapped, save_wrapped
from core.secrets.vault import KEY_BYTES
from core.workspace import Workspace

CHECK_FILE = "app-lock.wrapped"


@dataclass(frozen=True, slots=True)
class Opened:
    """A right try: the vault's key where the passphrase wraps it, and how many tries before it were wrong."""

    key: DataKey | None = field(repr=False)
    failures: int


class AppLock:
    """Everything here blocks: for the disk, and 0.1 to 0.4 s (64 MiB) where a passphrase is checked or set.

    The check may run in a thread: it does not hold the interpreter (measured: the longest gap beside it was 3 ms).
    """

    def __init__(self, workspace: Workspace, clock: Clock) -> None:
        self._workspace = workspace
        self._tries = LockTries(workspace, clock)

    @property
    def is_on(self) -> bool:
        return is_lock_on(self._workspace)

    @property
    def is_vaults(self) -> bool:
        """Whether the passphrase is that of the vault, so that there is no other one to choose."""
        return remembered_kind(self._workspace) is StoreKind.PASSPHRASE

    def wait_s(self) -> float:
        """Seconds until the next try is taken; 0: now."""
        return self._tries.wait_s()

    def check_wait(self) -> None:
        """Raises TooManyTries while a wait runs."""
        if (wait_s := self.wait_s()) > 0:
            raise TooManyTries(wait_s)

    def open(self, passphrase: str) -> Opened:
        """Check a try. Raises TooManyTries (nothing was checked), WrongPassphrase, SecretStoreError (damaged)."""
        self._tries.begin()
        key = self._unwrap(passphrase)
        return Opened(DataKey(key) if self.is_vaults else None, self._tries.succeed())

    def turn_on(self, passphrase: str) -> None:
        """Set the lock: with the vault's passphrase where there is one (else WrongPassphrase), or with a new one.

        Raises UserInputError when a new one is too short, or the lock is on already.
        """
        if self.is_on:
            raise UserInputError("The lock is on already.", hint="Change its passphrase instead.")
        if self.is_vaults:
            self._unwrap(passphrase)
        else:
            save_wrapped(self._check_path, secrets.token_bytes(KEY_BYTES), passphrase)
        self._tries.create()

    def turn_off(self, passphrase: str) -> None:
        """Take the lock away; raises as `open`."""
        self.open(passphrase)
        self._tries.remove()
        own = self._workspace.vault / CHECK_FILE
        with storage_errors(own):
            own.unlink(missing_ok=True)

    def change(self, old: str, new: str) -> None:
        """Another passphrase for the lock, and for the vault where it is the same one. Raises as `open`, and
        UserInputError when the new one is too short. A process that has the key keeps it."""
        check_passphrase(new)
        self.open(old)
        with short_exclusion(self._workspace.vault / STORE_LOCK):
            save_wrapped(self._check_path, self._unwrap(old), new)

    def _unwrap(self, passphrase: str) -> bytes:
        path = self._check_path
        if not self.is_vaults and not path.exists():
            raise SecretStoreError(
                f"{path} is gone, so no passphrase can be checked.",
                title="The lock is damaged",
                hint="Restore it from a backup. docs/app-lock.md says how the owner takes a lock away.",
                detail=path.name,
            )
        return load_wrapped(path, passphrase)

    @property
    def _check_path(self) -> Path:
        return self._workspace.vault / (WRAPPED_FILE if self.is_vaults else CHECK_FILE)
