"""The data key in the key store of the operating system, through the keyring library.

Only backends that encrypt are allowed: others register themselves with the library and would be chosen silently
(measured: keyrings.alt writes base64 to disk, keyrings.cryptfile asks on standard input). Any call may open a
prompt that nobody answers and has no end of its own, so each runs on a daemon thread with a deadline.
"""

import base64
import binascii
import importlib
import secrets
from collections.abc import Callable
from typing import Protocol, TypeVar

from core.errors import SecretStoreError, SecretStoreLocked, SecretStoreMissing, TimedOut
from core.secrets.vault import KEY_BYTES
from core.timeouts import OperationType, call_blocking

T = TypeVar("T")

SERVICE = "wireroom"
# Module and class, as keyring 25.7 names them.
ALLOWED_BACKENDS = (
    "keyring.backends.macOS:Keyring",
    "keyring.backends.Windows:WinVaultKeyring",
    "keyring.backends.SecretService:Keyring",
    "keyring.backends.kwallet:DBusKeyring",
    "keyring.backends.kwallet:DBusKeyringKWallet4",
)


class KeyringBackend(Protocol):
    """The calls we need of keyring's backends."""

    def get_password(self, service: str, username: str, /) -> str | None: ...
    def set_password(self, service: str, username: str, password: str, /) -> None: ...
    def delete_password(self, service: str, username: str, /) -> None: ...


class OsKeyring:
    """One entry per workspace in one backend. Blocks up to the limit of the operation "key store" per call."""

    def __init__(self, name: str, backend: KeyringBackend) -> None:
        """`name` says which backend it is and is remembered with the choice."""
        self.name = name
        self._backend = backend

    @classmethod
    def find(cls, remembered: str | None = None) -> "OsKeyring":
        """The best allowed backend that works here, or exactly the remembered one.

        Raises SecretStoreMissing, and SecretStoreLocked when the store does not answer.
        """
        return _call(lambda: cls._find(remembered))

    @classmethod
    def _find(cls, remembered: str | None) -> "OsKeyring":
        names = [name for name in ALLOWED_BACKENDS if remembered in (None, name)]
        viable = [(priority, name) for name in names if (priority := _priority(name)) is not None]
        if not viable:
            raise SecretStoreMissing(
                "This computer offers no key store that encrypts, or it does not run in this session."
                if remembered is None
                else f"The workspace uses {remembered}, which does not run in this session.",
                detail=remembered or "",
            )
        name = max(viable)[1]
        return cls(name, _backend_class(name)())

    def probe(self, entry: str) -> None:
        """Write, read and delete a value beside `entry`; raises SecretStoreError when it does not come back."""
        value = secrets.token_hex(16)
        beside = f"{entry}-probe"
        _call(lambda: self._backend.set_password(SERVICE, beside, value))
        found = _call(lambda: self._backend.get_password(SERVICE, beside))
        _call(lambda: self._backend.delete_password(SERVICE, beside))
        if found != value:
            raise SecretStoreError("It did not give back what was stored in it.", detail=self.name)

    def save(self, entry: str, data_key: bytes) -> None:
        """Store the key under `entry`."""
        text = base64.b64encode(data_key).decode()  # 44 characters; Windows takes at most 1,280
        _call(lambda: self._backend.set_password(SERVICE, entry, text))

    def load(self, entry: str) -> bytes:
        """The key under `entry`; raises SecretStoreMissing when it is not there (any more)."""
        text = _call(lambda: self._backend.get_password(SERVICE, entry))
        if text is None:
            raise SecretStoreMissing(
                "The key store of this computer has no key for this workspace.",
                hint="Open the workspace on the computer and as the user that made it, or sign in again.",
                detail=entry,
            )
        try:
            data_key = base64.b64decode(text, validate=True)
        except binascii.Error:
            data_key = b""
        if len(data_key) != KEY_BYTES:
            raise SecretStoreError("The entry of this workspace in the key store was changed.", detail=entry)
        return data_key

    def remove(self, entry: str) -> None:
        """Delete the entry; raises SecretStoreError when there is none."""
        _call(lambda: self._backend.delete_password(SERVICE, entry))


def _backend_class(name: str) -> Callable[[], KeyringBackend]:
    module, _, class_name = name.partition(":")
    found: Callable[[], KeyringBackend] = getattr(importlib.import_module(module), class_name)
    return found


def _priority(name: str) -> float | None:
    try:
        # A property of the class that raises where the backend cannot work.
        return float(getattr(_backend_class(name), "priority"))  # noqa: B009 - not part of our protocol
    except Exception:  # noqa: BLE001 - each backend raises what its own libraries raise
        return None


def _call(function: Callable[[], T]) -> T:
    try:
        return call_blocking(OperationType.SECRET_STORE, function)
    except TimedOut as error:
        raise SecretStoreLocked(
            f"{error.message} It probably shows a prompt that waits for your password.", detail=error.detail
        ) from error
    except SecretStoreError:
        raise
    except Exception as error:  # backends raise what their own libraries raise
        # By name, so that keyring (150 ms to import) is loaded only where a keyring is used.
        kind = type(error).__name__
        if kind in {"KeyringLocked", "InitError"}:
            raise SecretStoreLocked(detail=kind) from error
        if kind == "NoKeyringError":
            raise SecretStoreMissing(detail=kind) from error
        raise SecretStoreError("The key store of this computer refused.", detail=kind) from error
