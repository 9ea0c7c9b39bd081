"""A program of its own: says what it took until its window was painted first, and ends.

`first_paint.py empty` is an empty PySide6 window with the same theme, `first_paint.py console FOLDER` the console as its
entry opens it. The answer: CPU of this process since it began, the monotonic clock at that moment, and what was loaded.
"""

import json
import os
import sys
import time
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"
sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget


class FirstPaint(QObject):
    """Waits until the window of this kind has been painted: when the event after its first paint comes."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self._kind = kind
        self._is_painted = False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            if isinstance(watched, QWidget) and type(watched.window()).__name__ == self._kind:
                self._is_painted = True
        elif self._is_painted:
            tell()
        return False


def tell() -> None:
    """And end at once: how a window closes is proved elsewhere."""
    cpu_s, at_s = time.process_time(), time.monotonic()
    modules = sorted(name for name in sys.modules if "." not in name)
    print(json.dumps({"cpu_s": cpu_s, "at_s": at_s, "modules": modules, "count": len(sys.modules)}), flush=True)
    os._exit(0)


def run_empty(application: QApplication) -> None:
    from core.config import AppearanceSettings
    from desktop.theme import install_theme

    install_theme(application, AppearanceSettings())
    window = QWidget()
    window.resize(1360, 860)
    window.show()
    application.exec()


def run_console(folder: str) -> None:
    from main import main

    main(["--workspace", folder])


if __name__ == "__main__":
    application = QApplication(["wireroom"])
    first = FirstPaint("QWidget" if sys.argv[1] == "empty" else "MainWindow")
    application.installEventFilter(first)
    if sys.argv[1] == "empty":
        run_empty(application)
    else:
        run_console(sys.argv[2])
