"""Locking when the computer sleeps or its screen is locked: heard on a real bus, and no harm without one."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from PySide6.QtDBus import QDBusConnection, QDBusMessage
from pytestqt.qtbot import QtBot

from desktop.lock.away import LOGIN, SCREEN_SAVERS, AwaySignals

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("dbus-daemon") is None, reason="needs a D-Bus daemon of Linux"
)


@dataclass
class Bus:
    """A bus of this test: what the window hears by, and what the desktop speaks by."""

    ears: QDBusConnection
    mouth: QDBusConnection

    def say(self, path: str, interface: str, name: str, value: bool) -> None:  # the value of the signal
        signal = QDBusMessage.createSignal(path, interface, name)
        signal.setArguments([value])
        assert self.mouth.send(signal)


@pytest.fixture
def bus() -> Iterator[Bus]:
    daemon = subprocess.Popen(
        ["dbus-daemon", "--session", "--print-address", "--nofork", "--nopidfile"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert daemon.stdout is not None
    address = daemon.stdout.readline().strip()
    names = ("test ears", "test mouth")
    ears, mouth = (QDBusConnection.connectToBus(address, name) for name in names)
    try:
        assert ears.isConnected()
        assert mouth.isConnected()
        yield Bus(ears, mouth)
    finally:
        for name in names:
            QDBusConnection.disconnectFromBus(name)
        daemon.terminate()
        daemon.wait()
        daemon.stdout.close()


def test_a_computer_that_goes_to_sleep_is_heard(bus: Bus, qtbot: QtBot) -> None:
    service, path, interface = LOGIN
    assert bus.mouth.registerService(service)
    signals, heard = AwaySignals(), list[bool]()
    signals.away.connect(lambda: heard.append(True))
    signals.listen_on_system(bus.ears)

    def say() -> bool:
        """Again and again: nobody tells when the bus has taken note of who listens."""
        bus.say(path, interface, "PrepareForSleep", True)
        return bool(heard)

    qtbot.waitUntil(say, timeout=10_000)


@pytest.mark.parametrize("interface", SCREEN_SAVERS)
def test_a_screen_that_is_locked_is_heard_whatever_the_desktop_calls_it(
    bus: Bus, qtbot: QtBot, interface: str
) -> None:
    signals, heard = AwaySignals(), list[bool]()
    signals.away.connect(lambda: heard.append(True))
    signals.listen_on_session(bus.ears)

    def say() -> bool:
        bus.say("/" + interface.replace(".", "/"), interface, "ActiveChanged", True)
        return bool(heard)

    qtbot.waitUntil(say, timeout=10_000)


def test_waking_up_again_is_not_heard_as_going_away() -> None:
    signals, heard = AwaySignals(), list[bool]()
    signals.away.connect(lambda: heard.append(True))

    signals.note(False)

    assert not heard


def test_without_a_bus_nothing_is_heard_and_nothing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    nowhere = QDBusConnection("a bus that is not there")
    signals = AwaySignals()

    signals.listen()
    signals.listen_on_system(nowhere)
    signals.listen_on_session(nowhere)
