"""A real key store for the tests: gnome-keyring on a bus of its own, with a folder of its own."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.workspace import Workspace, open_workspace

PASSWORD = b"the-login-password"
# Without folders of services: the bus would start a second, locked key store by itself when it is asked too early.
BUS_CONFIG = """
<busconfig>
  <type>session</type>
  <listen>unix:dir={folder}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy>
</busconfig>
"""


class SecretService:
    """The daemons of a desktop session; `lock_by_restart` is what a fresh log-in without a password looks like."""

    def __init__(self, folder: Path) -> None:
        self._environment = {
            **os.environ,
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder / "run"),
            "XDG_DATA_HOME": str(folder / "data"),
        }
        for name in ("run", "data"):
            (folder / name).mkdir(mode=0o700)
        config = folder / "bus.conf"
        config.write_text(BUS_CONFIG.format(folder=folder / "run"))
        self._bus = subprocess.Popen(
            ["dbus-daemon", f"--config-file={config}", "--nofork", "--print-address=1"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self._environment,
            text=True,
        )
        assert self._bus.stdout is not None
        self.address = self._bus.stdout.readline().strip()
        self._environment["DBUS_SESSION_BUS_ADDRESS"] = self.address
        self._daemon: subprocess.Popen[bytes] | None = None
        try:
            self._start_daemon(unlock=True)
        except BaseException:
            self.close()
            raise

    def lock_by_restart(self) -> None:
        self._start_daemon(unlock=False)

    def unlock_by_restart(self) -> None:
        self._start_daemon(unlock=True)

    def close(self) -> None:
        self.end_daemon()
        self._end(self._bus)

    def end_daemon(self) -> None:
        if self._daemon is not None:
            self._end(self._daemon)
            self._daemon = None

    def _start_daemon(self, *, unlock: bool) -> None:
        self.end_daemon()
        self._daemon = daemon = subprocess.Popen(
            ["gnome-keyring-daemon", "--foreground", "--components=secrets", *(["--unlock"] if unlock else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=self._environment,
        )
        assert daemon.stdin is not None
        daemon.stdin.write(PASSWORD if unlock else b"")
        daemon.stdin.close()
        self._wait_until_it_is(locked=not unlock)

    def _wait_until_it_is(self, *, locked: bool) -> None:
        probe = [
            "dbus-send", f"--bus={self.address}", "--print-reply", "--dest=org.freedesktop.secrets",
            "/org/freedesktop/secrets/aliases/default", "org.freedesktop.DBus.Properties.Get",
            "string:org.freedesktop.Secret.Collection", "string:Locked",
        ]  # fmt: skip
        expected = f"boolean {str(locked).lower()}".encode()
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            done = subprocess.run(probe, capture_output=True, env=self._environment, check=False)
            if expected in done.stdout:
                return
            time.sleep(0.02)
        pytest.fail(f"gnome-keyring did not become {'locked' if locked else 'unlocked'}")

    @staticmethod
    def _end(process: "subprocess.Popen[bytes] | subprocess.Popen[str]") -> None:
        process.terminate()
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()


@contextmanager
def running_secret_service() -> Iterator[SecretService]:
    missing = [name for name in ("dbus-daemon", "gnome-keyring-daemon", "dbus-send") if shutil.which(name) is None]
    if missing:
        pytest.skip(
            f"{', '.join(missing)} not installed: apt-get install --no-install-recommends gnome-keyring dbus dbus-x11"
        )
    # A short path: the sockets in it may not be longer than about 100 characters.
    with tempfile.TemporaryDirectory(prefix="wr-keyring-") as folder:
        service = SecretService(Path(folder))
        try:
            yield service
        finally:
            service.close()


@pytest.fixture(scope="session")
def _shared_service() -> Iterator[SecretService]:
    with running_secret_service() as service:
        yield service


@pytest.fixture
def shared_secret_service(_shared_service: SecretService, monkeypatch: pytest.MonkeyPatch) -> SecretService:
    """A running, unlocked key store that tests share: each workspace has an entry of its own in it."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", _shared_service.address)
    return _shared_service


@pytest.fixture
def secret_service(monkeypatch: pytest.MonkeyPatch) -> Iterator[SecretService]:
    """A running, unlocked key store for one test, which may lock it."""
    with running_secret_service() as service:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", service.address)
        yield service


@pytest.fixture
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Workspace:
    """An empty workspace; for a test that marks itself `in_memory_disk` where syncing costs nothing."""
    if "in_memory_disk" in request.fixturenames:
        tmp_path = request.getfixturevalue("in_memory_disk")
    return open_workspace(tmp_path / "ws")


@pytest.fixture
def in_memory_disk(tmp_path: Path) -> Iterator[Path]:
    if not Path("/dev/shm").is_dir():
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir="/dev/shm", prefix="wireroom-test-") as folder:
        yield Path(folder)
