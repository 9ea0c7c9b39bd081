"""Whether a command line opens a window, and that something of it is seen before the rest of the program is loaded.

Loads nothing of Qt before a window is to open: every command starts through here.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

_OPTION: Final = "--workspace"
_VARIABLE: Final = "WIREROOM_WORKSPACE"


def show_opening(words: Sequence[str]) -> None:
    """Show an opening window when these words open one of a workspace that no window has; else do nothing."""
    if opens_window(words):
        from desktop.opening_window import show_for

        show_for(folder_of(words))


def opens_window(words: Sequence[str]) -> bool:
    """No command is named, and no help asked for."""
    is_named = len(words) == 2 and words[0] == _OPTION and not words[1].startswith("-")
    return not words or is_named or (len(words) == 1 and words[0].startswith(f"{_OPTION}="))


def folder_of(words: Sequence[str]) -> Path | None:
    """Of the workspace that these words open; None: that of the last time."""
    named = words[-1].removeprefix(f"{_OPTION}=") if words else os.environ.get(_VARIABLE)
    return Path(named) if named else None
