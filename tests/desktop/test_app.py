"""The console as a process: one window per workspace, what it loads, and that it ends in order."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.startup.startup import paints
from core.workspace import Workspace

ROOT = Path(__file__).parents[2]

MAKE = """
import asyncio, sys
from pathlib import Path
from core.domain.account import WorkspaceKind
from core.workspace import open_workspace
from main import MainHouse
async def make(folder):
    async with MainHouse().services(open_workspace(folder), kind=WorkspaceKind.SANDBOX):
        pass
asyncio.run(make(Path(sys.argv[1])))
"""
RUN = """
import sys
from pathlib import Path
from core.errors import AppError
from desktop.app import run_console
from main import MainHouse
try:
    code = run_console(MainHouse(), Path(sys.argv[1]), is_json="--json" in sys.argv)
except AppError as error:
    print(error.title)
    code = 3 if error.code == "workspace_busy" else 1
sys.exit(code)
"""


def start(code: str, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    folder = tmp_path / "Northlight"
    made = start(MAKE, str(folder))
    output, _ = made.communicate(timeout=30)
    assert made.returncode == 0, output
    return Workspace(folder)


@pytest.fixture
def window(workspace: Workspace) -> Iterator[subprocess.Popen[str]]:
    """A console that runs, in its own process."""
    log = workspace.logs / "console.log"
    with start(RUN, str(workspace.folder)) as process:
        end_s = time.monotonic() + 30
        while not log.exists() or "the window is open" not in log.read_text(encoding="utf-8"):
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < end_s
            time.sleep(0.05)
        yield process
        if process.poll() is None:
            process.kill()


@pytest.mark.slow
def test_a_second_window_offscreen_says_so_with_exit_code_3(
    workspace: Workspace, window: subprocess.Popen[str]
) -> None:
    second = start(RUN, str(workspace.folder))
    output, _ = second.communicate(timeout=30)

    assert second.returncode == 3
    assert "This workspace is already open" in output
    assert window.poll() is None


@pytest.mark.slow
def test_sigterm_closes_in_order(workspace: Workspace, window: subprocess.Popen[str]) -> None:
    window.send_signal(signal.SIGTERM)
    output, _ = window.communicate(timeout=40)

    assert window.returncode == 0, output
    assert not workspace.database_path.with_name("workspace.db-wal").exists()


@pytest.mark.slow
async def test_the_console_is_seen_soon_and_loads_no_library_of_other_processes_and_of_files_nobody_chose(
    workspace: Workspace,
) -> None:
    """The short form of `bench/run.py startup`, which measures the time."""
    others = {"telethon", "cryptg", "keyring", "google", "httpx2", "rich", "pydantic"}
    files = {"phonenumbers", "charset_normalizer", "ijson", "openpyxl", "vobject"}

    seen, whole = await paints("console", str(workspace.folder))

    assert not (others | files) & set(whole["modules"])
    assert not {"database", "campaigns", "telegram", "ai", "wiring", "filelock", "cryptography"} & set(
        seen["modules"]
    )


@pytest.mark.slow
def test_the_worker_starts_where_there_is_no_qt(workspace: Workspace) -> None:
    """The command line and the worker's modules load with PySide6 out of reach."""
    code = """
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("PySide6", "shiboken6", "qasync", "qtawesome"):
            raise ImportError(f"{name} is not installed here")
sys.meta_path.insert(0, Blocker())
from main import main
sys.exit(main(["worker", "--workspace", sys.argv[1], "--json"]))
"""
    process = start(code, str(workspace.folder))
    output, _ = process.communicate(timeout=60)

    # It starts, and stops for want of a store of keys, in its own words.
    assert '"code": "secret_store_missing"' in output.splitlines()[-1], output
