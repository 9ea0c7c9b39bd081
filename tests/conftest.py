"""Rules for every test: fresh folders, no network but the loopback address."""

import gc
import os
import shutil
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import settings

from desktop.qt_check import find_missing_library
from tests.database.ready_tables import ready_tables

# A slow machine is no defect of the code under test.
settings.register_profile("wireroom", deadline=None)
settings.load_profile("wireroom")

# Programs that tests start take half the time when they need not compile everything anew, as some machines set it.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ.setdefault("PYTHONPYCACHEPREFIX", str(Path(__file__).parent.parent / ".pytest_cache" / "compiled"))
sys.dont_write_bytecode, sys.pycache_prefix = (
    False,
    os.environ["PYTHONPYCACHEPREFIX"],
)  # xdist's workers find it there

# What is shown is in the time of this computer; tests write down what that is in UTC.
os.environ["TZ"] = "UTC"
if hasattr(time, "tzset"):  # Windows has none
    time.tzset()

# Each commit of each test waits for the disk, which is a third of the time of the whole suite; in memory none does.
# Docker gives 64 MB there, which is too little.
IN_MEMORY = Path("/dev/shm")
if IN_MEMORY.is_dir() and os.access(IN_MEMORY, os.W_OK) and shutil.disk_usage(IN_MEMORY).free > 2 << 30:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(IN_MEMORY))

pytest_plugins = ["tests.telegram.sandbox_fixture"]

# Without Qt's system libraries the rest of the suite still runs: tests/desktop is left out, and says so.
MISSING_LIBRARY = find_missing_library()

# An extra that nobody needs for anything else; .ci/run tests it in an environment of its own.
MISSING_LEGACY = (
    ""
    if find_spec("google.generativeai")
    else 'Google\'s former package is not here: "uv run --group legacy-gemini pytest"'
)


@pytest.fixture(scope="session", autouse=True)
def _tables_are_made_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with ready_tables(tmp_path_factory.mktemp("tables")):
        yield


@pytest.fixture(scope="session", autouse=True)
def _home_is_left_alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Locks and lists that belong to the person, not to a workspace, are in a folder of this run: whoever runs the
    tests finds nothing of them at home, and need not be able to write there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WIREROOM_STATE_DIR", str(tmp_path_factory.mktemp("state")))
        yield


class _Heap:
    """What pytest and the modules hold, 350,000 objects that stay to the end, is not looked through by collections.

    A console thaws it all at its end; the next test finds it frozen again. Asking the interpreter whether it is would
    take as long as looking through it.
    """

    def __init__(self) -> None:
        self._thaw, self._is_frozen = gc.unfreeze, False
        gc.unfreeze = self._thaw_all  # type: ignore[assignment]

    def freeze(self) -> None:
        if not self._is_frozen:
            gc.collect()
            gc.freeze()
            self._is_frozen = True

    def _thaw_all(self) -> None:
        self._is_frozen = False
        self._thaw()


_heap = _Heap()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Whatever takes long enough to say so begins first: at the end it would run alone, and a core would do nothing.
    items.sort(key=lambda item: item.get_closest_marker("timeout") is None)


def pytest_runtest_setup() -> None:
    _heap.freeze()


@pytest.fixture(scope="session", autouse=True)
def _passphrases_take_no_time() -> Iterator[None]:
    """A wrapped key says itself what it costs to open, in every process; at full cost it is 0.3 s and 64 MiB."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.secrets.passphrase.ITERATIONS", 2)
        patch.setattr("core.secrets.passphrase.MEMORY_KIB", 64)
        yield


def pytest_plugin_registered(plugin: object, plugin_name: str, manager: pytest.PytestPluginManager) -> None:
    # pytest-qt would end the run at its start; this is called before it looks for Qt.
    if MISSING_LIBRARY is not None and plugin_name != "pytest-qt":
        manager.set_blocked("pytest-qt")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if MISSING_LIBRARY is not None:
        terminalreporter.write_line(
            f"tests/desktop is skipped. {MISSING_LIBRARY.message} {MISSING_LIBRARY.hint}", yellow=True
        )
    if MISSING_LEGACY:
        terminalreporter.write_line(f"The adapter legacy_gemini is skipped. {MISSING_LEGACY}", yellow=True)
