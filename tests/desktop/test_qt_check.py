"""A machine without Qt's system libraries gets a sentence and a command, and the rest of the suite."""

import subprocess
import sys
from pathlib import Path

import pytest

from desktop.qt_check import ALL_PACKAGES, check_window_possible, find_missing_library

ROOT = Path(__file__).parents[2]

# What Python says on a machine without libEGL (Debian 12, minimal).
BLOCK = """
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name in ("PySide6.QtGui", "PySide6.QtWidgets", "PySide6.QtTest"):
            raise ImportError("libEGL.so.1: cannot open shared object file: No such file or directory")
sys.meta_path.insert(0, Blocker())
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", BLOCK + code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_missing_library_is_named_with_the_command_that_installs_it() -> None:
    done = run("from desktop.qt_check import find_missing_library as f; print(f().message, f().hint)")

    assert "libEGL.so.1" in done.stdout
    assert "sudo apt install libegl1" in done.stdout


@pytest.mark.slow
def test_without_qt_the_other_tests_run_and_the_reason_is_printed() -> None:
    done = run(
        "import pytest; sys.exit(pytest.main(['tests/desktop', 'tests/core/test_retry.py', '-q', '-p', 'no:cacheprovider']))"
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "tests/desktop is skipped" in done.stdout
    assert "sudo apt install libegl1" in done.stdout
    assert "passed" in done.stdout


def test_without_a_display_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)

    with pytest.raises(Exception, match="no display for the window"):
        check_window_possible()


def test_here_nothing_is_missing() -> None:
    assert find_missing_library() is None
    assert "libegl1" in ALL_PACKAGES
