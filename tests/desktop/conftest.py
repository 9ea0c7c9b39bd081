"""What every test of the window needs: an offscreen Qt, qasync as the loop, and proof that nothing is left behind."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop.qt_check import find_missing_library

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ.pop("QT_SCALE_FACTOR", None)

# On a machine without Qt's system libraries nothing here can be imported: tests/conftest.py says so.
collect_ignore_glob = ["*"] if find_missing_library() else []

if not collect_ignore_glob:
    from tests.desktop.handler_meter import HandlerMeter, MeasuredApplication, garbage_as_in_the_console
    from tests.desktop.leaks import LeakCheck
    from tests.desktop.machine_speed import MachineSpeed
    from tests.desktop.workspace_fixture import filled as filled
    from tests.desktop.workspace_fixture import held as held


@pytest.fixture(scope="session")
def qapp_cls() -> type:
    return MeasuredApplication


def pytest_asyncio_loop_factories(config: pytest.Config, item: pytest.Item) -> dict[str, Callable[[], object]]:
    from PySide6.QtWidgets import QApplication

    from desktop.event_loop import ConsoleLoop

    return {"qt": lambda: ConsoleLoop(QApplication.instance() or MeasuredApplication(["wireroom-tests"]))}


@pytest.fixture(scope="session", autouse=True)
def _windows_do_not_end_the_loop(qapp: "MeasuredApplication") -> None:
    qapp.setQuitOnLastWindowClosed(False)  # as run_in_console does


@pytest.fixture(autouse=True)
def _own_folder_per_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREROOM_STATE_DIR", str(tmp_path / "state"))


@pytest.fixture(autouse=True)
def _nothing_is_told_to_whoever_runs_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """A window of a test is not in front; its notifications would be those of this desktop."""
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)


@pytest.fixture
def theme(qapp: "MeasuredApplication") -> Iterator[object]:
    """The theme, light and at 100 %, whatever the test does to it."""
    from core.config import AppearanceSettings
    from desktop.theme import install_theme

    plain = AppearanceSettings(scheme="light")
    made = install_theme(qapp, plain)
    yield made
    made.apply(plain)


@pytest.fixture
def no_leaks(qapp: object) -> Iterator["LeakCheck"]:
    """After the test no Qt object that it made is alive, and none is held that is dead. Name it first."""
    check = LeakCheck()
    yield check
    check.assert_clean()


@pytest.fixture
def handler_meter(qapp: "MeasuredApplication") -> Iterator["HandlerMeter"]:
    """The CPU time of every handler of the test; see `best_run`."""
    with garbage_as_in_the_console(), qapp.measured(MachineSpeed()) as meter:
        yield meter
