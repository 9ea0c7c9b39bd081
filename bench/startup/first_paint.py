"""A program of its own: says what it took until its windows were painted first, and ends.

`first_paint.py empty` is an empty PySide6 window with the same theme, `first_paint.py console FOLDER` the console as its
entry opens it: what is seen first, then the window with its content. The answer, for each of them: CPU of this process
since it began, the monotonic clock at that moment, and what was loaded.
"""

import json
import os
import runpy
import sys
import time
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"
sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget


class FirstPaints(QObject):
    """Notes when a window of each of these kinds has been painted first, and ends the program at the last of them."""

    def __init__(self, *kinds: str) -> None:
        super().__init__()
        self._kinds = list(kinds)
        self._is_painted = False
        self._told: list[dict[str, object]] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            if isinstance(watched, QWidget) and type(watched.window()).__name__ == self._kinds[0]:
                self._is_painted = True
        elif self._is_painted:  # the event after the first paint
            self._note()
        return False

    def _note(self) -> None:
        self._is_painted = False
        self._kinds.pop(0)
        loaded = {name.partition(".")[0] for name in sys.modules}
        told = {"cpu_s": time.process_time(), "at_s": time.monotonic(), "modules": sorted(loaded)}
        self._told.append(told | {"count": len(sys.modules)})
        if not self._kinds:
            print(json.dumps(self._told), flush=True)
            os._exit(0)  # how a window closes is proved elsewhere


def run_empty(application: QApplication) -> None:
    from core.config import AppearanceSettings
    from desktop.theme import install_theme

    install_theme(application, AppearanceSettings())
    window = QWidget()
    window.resize(1360, 860)
    window.show()
    application.exec()


def run_console(folder: str) -> None:
    main = Path(sys.path[0]) / "main.py"
    sys.argv = [str(main), "--workspace", folder]
    runpy.run_path(str(main), run_name="__main__")


if __name__ == "__main__":
    application = QApplication(["wireroom"])
    is_empty = sys.argv[1] == "empty"
    first = FirstPaints("QWidget") if is_empty else FirstPaints("OpeningWindow", "MainWindow")
    application.installEventFilter(first)
    if is_empty:
        run_empty(application)
    else:
        run_console(sys.argv[2])
