"""Whether a window can open on this machine, and if not, which system library is missing and what installs it.

Imports nothing of Qt itself: it is asked before Qt is loaded, because Qt ends the process instead of raising.
"""

import ctypes
import os
import re
import sys
from importlib.util import find_spec
from pathlib import Path

from core.errors import SystemLibraryMissing
from desktop.qt_libraries import install_hint


def find_missing_library() -> SystemLibraryMissing | None:
    """What keeps Qt's widgets from loading; None: they load. No display is needed for this (offscreen does)."""
    try:
        import PySide6.QtWidgets  # noqa: F401 - loading it is the question
    except ImportError as error:
        return _explain(str(error))
    return None


def check_window_possible() -> None:
    """Raises SystemLibraryMissing where no window can open: a library or the display is absent."""
    missing = find_missing_library()
    if missing is None and needs_display():
        missing = _find_missing_display()
    if missing is not None:
        raise missing


def needs_display() -> bool:
    """Whether Qt will draw on a screen here (False for offscreen and the like, which tests use)."""
    return os.environ.get("QT_QPA_PLATFORM", "") not in {"offscreen", "minimal", "vnc"}


def _find_missing_display() -> SystemLibraryMissing | None:
    if not sys.platform.startswith("linux"):
        return None
    if os.environ.get("WAYLAND_DISPLAY"):
        return None
    if not os.environ.get("DISPLAY"):
        return SystemLibraryMissing(
            "Neither DISPLAY nor WAYLAND_DISPLAY names a screen.",
            title="There is no display for the window",
            hint="Every command works in a terminal: see --help. Over ssh, ssh -X lends you a display.",
        )
    # Qt ends the process when its plug-in cannot be loaded, and blames the wrong library; so it is loaded here first.
    spec = find_spec("PySide6")
    assert spec is not None
    assert spec.origin is not None
    plugin = Path(spec.origin).parent / "Qt" / "plugins" / "platforms" / "libqxcb.so"
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        return _explain(str(error))
    return None


def _explain(reason: str) -> SystemLibraryMissing:
    found = re.search(r"(lib[\w.+-]+\.so[.\d]*)", reason)
    library = found[1] if found else "a library"
    return SystemLibraryMissing(
        f"The window needs {library}, which this system does not have.",
        hint=install_hint(library),
        detail=reason,
    )
