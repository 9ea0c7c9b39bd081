"""The key store of the system: only ones that encrypt, never silently another one, never waited for without end."""

import asyncio
import gc
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import pytest
from jeepney import DBusAddress, new_method_call  # type: ignore[import-untyped, unused-ignore]
from jeepney.io.blocking import open_dbus_connection  # type: ignore[import-untyped, unused-ignore]

from core.config import TimeoutSettings
from core.errors import SecretStoreError, SecretStoreLocked, SecretStoreMissing
from core.secrets.manager import SecretsManager, StoreKind, read_status, remembered_kind
from core.secrets.os_keyring import ALLOWED_BACKENDS, OsKeyring
from core.timeouts import use_timeouts
from core.workspace import Workspace

SHORT_S = 0.2


class Service(Protocol):
    address: str

    def lock_by_restart(self) -> None: ...
    def unlock_by_restart(self) -> None: ...
    def end_daemon(self) -> None: ...
    def close(self) -> None: ...


@contextmanager
def short_deadline() -> Iterator[None]:
    use_timeouts(TimeoutSettings(secret_store=SHORT_S))
    try:
        yield
    finally:
        use_timeouts(TimeoutSettings())


@contextmanager
def leaky_library() -> Iterator[None]:
    """keyring 25.7 forgets its connection when the collection stays locked; the collector closes it with a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield
        gc.collect()


class DictBackend:
    """A key store in a dictionary that can be told how to misbehave."""

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], str] = {}
        self.error: Exception | None = None
        self.blocked: threading.Event | None = None
        self.forgets = False

    def get_password(self, service: str, username: str) -> str | None:
        self._misbehave()
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._misbehave()
        if not self.forgets:
            self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._misbehave()
        self.entries.pop((service, username), None)

    def _misbehave(self) -> None:
        if self.blocked is not None:
            self.blocked.wait(30)
        if self.error is not None:
            raise self.error


@pytest.fixture
def backend() -> DictBackend:
    return DictBackend()


@pytest.fixture
def box(backend: DictBackend) -> OsKeyring:
    return OsKeyring("a dictionary", backend)


def test_plain_text_backends_are_not_among_the_allowed_ones() -> None:
    assert {name.split(":")[0] for name in ALLOWED_BACKENDS} == {
        "keyring.backends.macOS", "keyring.backends.Windows", "keyring.backends.SecretService", "keyring.backends.kwallet"
    }  # fmt: skip


def test_without_any_key_store_none_is_made_up(monkeypatch: pytest.MonkeyPatch, workspace: Workspace) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")

    with pytest.raises(SecretStoreMissing, match="no key store that encrypts"):
        SecretsManager.create(workspace, StoreKind.KEYRING)
    assert remembered_kind(workspace) is None
    assert [path.name for path in workspace.vault.iterdir() if not path.name.startswith(".")] == []


def test_entry_is_named_by_the_store_and_the_probe_is_removed(
    workspace: Workspace, backend: DictBackend, box: OsKeyring
) -> None:
    SecretsManager.create(workspace, StoreKind.KEYRING, keyring=box)

    ((service, entry),) = backend.entries
    assert service == "wireroom"
    assert entry in (workspace.vault / "store.json").read_text()


def test_store_that_forgets_is_refused_before_anything_is_kept_in_it(
    workspace: Workspace, backend: DictBackend, box: OsKeyring
) -> None:
    backend.forgets = True

    with pytest.raises(SecretStoreError, match="did not give back"):
        SecretsManager.create(workspace, StoreKind.KEYRING, keyring=box)
    assert remembered_kind(workspace) is None


def test_error_of_a_backend_becomes_ours_without_its_text(
    workspace: Workspace, backend: DictBackend, box: OsKeyring
) -> None:
    backend.error = OSError("cannot store s3cret")

    with pytest.raises(SecretStoreError) as caught:
        SecretsManager.create(workspace, StoreKind.KEYRING, keyring=box)
    assert "s3cret" not in str(caught.value)
    assert caught.value.detail == "OSError"


def test_entry_that_is_gone_is_missing_and_nothing_is_changed(
    workspace: Workspace, backend: DictBackend, box: OsKeyring
) -> None:
    SecretsManager.create(workspace, StoreKind.KEYRING, keyring=box).set("a", b"secret")
    backend.entries.clear()

    with pytest.raises(SecretStoreMissing, match="no key for this workspace"):
        SecretsManager.open(workspace, keyring=box)
    assert remembered_kind(workspace) is StoreKind.KEYRING
    assert len(list(workspace.vault.glob("*.secret"))) == 1
    assert backend.entries == {}


@pytest.mark.parametrize("text", ["", "not base64!", "c2hvcnQ="])
def test_entry_that_was_changed_is_refused(
    workspace: Workspace, backend: DictBackend, box: OsKeyring, text: str
) -> None:
    SecretsManager.create(workspace, StoreKind.KEYRING, keyring=box)
    backend.entries = dict.fromkeys(backend.entries, text)

    with pytest.raises(SecretStoreError, match="was changed"):
        SecretsManager.open(workspace, keyring=box)


def test_prompt_that_nobody_answers_is_locked_at_the_deadline(
    workspace: Workspace, backend: DictBackend, box: OsKeyring
) -> None:
    SecretsManager.create(workspace, StoreKind.KEYRING, keyring=box)
    backend.blocked = threading.Event()

    before = time.monotonic()
    with short_deadline(), pytest.raises(SecretStoreLocked, match="prompt"):
        SecretsManager.open(workspace, keyring=box)
    assert time.monotonic() - before < 5
    backend.blocked.set()


def test_status_of_a_locked_store_says_so_and_counts(
    workspace: Workspace, backend: DictBackend, box: OsKeyring
) -> None:
    SecretsManager.create(workspace, StoreKind.KEYRING, keyring=box).set("a", b"secret")
    backend.blocked = threading.Event()

    with short_deadline():
        status = read_status(workspace, keyring=box)
    backend.blocked.set()

    assert (status.kind, status.secret_count, status.opens) == (StoreKind.KEYRING, 1, False)
    assert isinstance(status.problem, SecretStoreLocked)


def test_real_store_keeps_the_key_over_a_restart(workspace: Workspace, secret_service: Service) -> None:
    SecretsManager.create(workspace, StoreKind.KEYRING).set("a", b"secret")

    secret_service.unlock_by_restart()

    assert SecretsManager.open(workspace).get("a") == b"secret"


def test_real_store_that_is_locked_and_cannot_prompt_is_locked(workspace: Workspace, secret_service: Service) -> None:
    SecretsManager.create(workspace, StoreKind.KEYRING).set("a", b"secret")

    secret_service.lock_by_restart()
    with leaky_library(), pytest.raises(SecretStoreLocked):
        SecretsManager.open(workspace)

    secret_service.unlock_by_restart()
    assert SecretsManager.open(workspace).get("a") == b"secret"


def test_real_store_that_stopped_is_missing(workspace: Workspace, secret_service: Service) -> None:
    SecretsManager.create(workspace, StoreKind.KEYRING)

    secret_service.end_daemon()

    with leaky_library(), pytest.raises(SecretStoreError):
        SecretsManager.open(workspace)
    assert remembered_kind(workspace) is StoreKind.KEYRING


@contextmanager
def prompter_that_never_answers(address: str) -> Iterator[None]:
    """Owns the name under which gnome-keyring asks for a password window, and lets every question lie."""
    bus = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
    connection = open_dbus_connection(address)
    for name in ("org.gnome.keyring.SystemPrompter", "org.gnome.keyring.PrivatePrompter"):
        connection.send_and_get_reply(new_method_call(bus, "RequestName", "su", (name, 4)))
    try:
        yield
    finally:
        connection.close()


async def test_real_prompt_that_nobody_answers_holds_neither_loop_nor_caller(
    workspace: Workspace, secret_service: Service
) -> None:
    SecretsManager.create(workspace, StoreKind.KEYRING)
    secret_service.lock_by_restart()
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    with leaky_library(), short_deadline(), prompter_that_never_answers(secret_service.address):
        async with asyncio.TaskGroup() as group:
            ticker = group.create_task(tick())
            with pytest.raises(SecretStoreLocked, match="prompt"):
                await SecretsManager.open_async(workspace)
            ticker.cancel()
        secret_service.close()  # the thread that still waits ends with its bus
        for thread in threading.enumerate():
            if thread.name == "blocking-secret_store":
                thread.join()
    assert ticks > 2


@pytest.mark.slow
def test_real_prompt_that_nobody_answers_does_not_hold_the_exit(
    workspace: Workspace, secret_service: Service, tmp_path: Path
) -> None:
    SecretsManager.create(workspace, StoreKind.KEYRING)
    secret_service.lock_by_restart()
    script = """
import asyncio, sys
from pathlib import Path
from core.config import TimeoutSettings
from core.errors import SecretStoreLocked
from core.secrets.manager import SecretsManager
from core.timeouts import use_timeouts
from core.workspace import Workspace
use_timeouts(TimeoutSettings(secret_store=0.3))
try:
    asyncio.run(SecretsManager.open_async(Workspace(Path(sys.argv[1]))))
except SecretStoreLocked:
    print("locked")
"""
    with prompter_that_never_answers(secret_service.address):
        done = subprocess.run(
            [sys.executable, "-c", script, str(workspace.folder)],
            capture_output=True,
            text=True,
            timeout=40,
            check=False,
        )

    assert (done.stdout, done.returncode) == ("locked\n", 0), done.stderr
