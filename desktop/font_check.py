"""Whether names and messages in every common script can be read in the window, for `doctor`.

Qt knows, but only with an application of its own: a child process asks it, offscreen.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from core.health import HealthCheck, HealthResult, ok, warn
from desktop.qt_check import find_missing_library
from desktop.qt_libraries import install_fonts_hint

EMOJI = "emoji"
_CJK = ("SimplifiedChinese", "TraditionalChinese", "Japanese", "Korean")
_WORDS = {"SimplifiedChinese": "Chinese (simplified)", "TraditionalChinese": "Chinese (traditional)"}
# Nobody's name is written in these today; their absence is no reason to install fonts.
_OLD_SCRIPTS = ("Ogham", "Runic", "Nko", "Syriac")
_CHILD_S = 20.0


def font_checks() -> list[HealthCheck]:
    return [HealthCheck("Fonts", check_fonts)]


def check_fonts() -> HealthResult:
    """Blocks for about half a second."""
    if find_missing_library() is not None:
        return ok("Not checked: there is no window on this system.")
    return describe_fonts(_ask_child())


def describe_fonts(missing: Sequence[str], system: Mapping[str, str] | None = None) -> HealthResult:
    """The sentence for scripts (as Qt calls them, or "emoji") that no installed font has."""
    wanted = [script for script in missing if script not in _OLD_SCRIPTS]
    if not wanted:
        return ok("Every common script can be shown.")
    fonts = [
        *(["scripts"] if any(script not in (*_CJK, EMOJI) for script in wanted) else []),
        *(["cjk"] if any(script in _CJK for script in wanted) else []),
        *([EMOJI] if EMOJI in wanted else []),
    ]
    names = [_WORDS.get(script, script) for script in wanted]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return warn(f"No font has {listed}: such letters are shown as boxes.", install_fonts_hint(fonts, system))


def list_missing() -> list[str]:
    """Scripts without a font. Needs a QGuiApplication."""
    from PySide6.QtGui import QFont, QTextLayout

    from desktop.theme.type_roles import find_missing_scripts

    layout = QTextLayout("\N{GRINNING FACE}", QFont())
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    can_smile = any(run.rawFont().supportsCharacter(0x1F600) for run in layout.glyphRuns())
    return [script.name for script in find_missing_scripts()] + ([] if can_smile else [EMOJI])


def _ask_child() -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", "desktop.font_check"],
        cwd=Path(__file__).parent.parent,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=_CHILD_S,
        check=True,
    )
    missing: list[str] = json.loads(done.stdout.splitlines()[-1])
    return missing


def _main() -> None:
    from PySide6.QtGui import QGuiApplication

    application = QGuiApplication([])
    sys.stdout.write(json.dumps(list_missing()) + "\n")
    del application


if __name__ == "__main__":
    _main()
