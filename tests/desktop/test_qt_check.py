"""A machine without Qt's system libraries gets a sentence and a command, and the rest of the suite."""

import subprocess
import sys
from pathlib import Path

import pytest

from desktop.qt_check import check_window_possible, find_missing_library
from desktop.qt_libraries import install_hint

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
    assert install_hint("libEGL.so.1") in done.stdout


@pytest.mark.slow
def test_without_qt_the_other_tests_run_and_the_reason_is_printed() -> None:
    done = run(
        "import pytest; sys.exit(pytest.main("
        "['tests/desktop', 'tests/core/test_retry.py', '-q', '-n', '0', '-p', 'no:cacheprovider']))"
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "tests/desktop is skipped" in done.stdout
    assert install_hint("libEGL.so.1") in done.stdout
    assert "passed" in done.stdout


def test_without_a_display_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)

    with pytest.raises(Exception, match="no display for the window"):
        check_window_possible()


def test_here_nothing_is_missing() -> None:
    assert find_missing_library() is None


@pytest.mark.parametrize(
    ("system", "command"),
    [
        ({"ID": "debian"}, "sudo apt install libxcb-cursor0"),
        ({"ID": "linuxmint", "ID_LIKE": "ubuntu debian"}, "sudo apt install libxcb-cursor0"),
        ({"ID": "fedora"}, "sudo dnf install xcb-util-cursor"),
        ({"ID": "endeavouros", "ID_LIKE": "arch"}, "sudo pacman -S xcb-util-cursor"),
    ],
)
def test_each_system_gets_its_own_command(system: dict[str, str], command: str) -> None:
    assert install_hint("libxcb-cursor.so.0", system) == f"Install it with: {command}"


def test_an_unknown_system_gets_every_command_that_is_known() -> None:
    hint = install_hint("libEGL.so.1", {"ID": "gentoo"})
    assert all(name in hint for name in ("libegl1", "libglvnd-egl", "sudo pacman -S libglvnd"))


def test_a_reason_without_a_known_library_installs_the_usual_ones_once() -> None:
    assert install_hint("a library", {"ID": "arch"}).split() == [
        *("Install", "it", "with:", "sudo", "pacman", "-S", "libglvnd", "libxkbcommon-x11"),
        *("xcb-util-cursor", "xcb-util-wm", "xcb-util-keysyms"),
    ]
