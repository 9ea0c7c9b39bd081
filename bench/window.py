"""A program of its own: a window whose event loop is probed every 4 ms, offscreen.

`window.py empty` is an empty PySide6 window, `window.py console FOLDER` the real one. Both read commands as bench.child
sends them: {"watch": campaign id} opens that campaign, {"begin": true} forgets what was measured, {"figures": true}
answers with the figures, {"stop": true} does so and ends.
"""

import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

os.environ["QT_QPA_PLATFORM"] = "offscreen"
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget

from core.standard_input import input_lines
from tests.desktop.handler_meter import HandlerMeter, MeasuredApplication

PROBE_MS = 4
HANDLER_MS = 16.0


class Probe(QObject):
    """How long the event loop let a precise timer of 4 ms wait."""

    def __init__(self) -> None:
        super().__init__()
        self._gaps_ms: list[float] = []
        self._last_s = time.perf_counter()
        self._timer = QTimer(self, interval=PROBE_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def begin(self) -> None:
        self._gaps_ms.clear()

    def figures(self) -> dict[str, float]:
        gaps = sorted(self._gaps_ms)
        return {
            "probes": len(gaps),
            "p50_ms": gaps[len(gaps) // 2],
            "p99_ms": gaps[int(len(gaps) * 0.99)],
            "p999_ms": gaps[int(len(gaps) * 0.999)],
            "max_ms": gaps[-1],
        }

    def _tick(self) -> None:
        now_s = time.perf_counter()
        self._gaps_ms.append((now_s - self._last_s) * 1000)
        self._last_s = now_s


class Commands(QObject):
    """Lines of standard input, as signals in the GUI thread."""

    came = Signal(str)

    def start(self) -> None:
        threading.Thread(target=self._read, name="commands", daemon=True).start()

    def _read(self) -> None:
        for line in input_lines():
            self.came.emit(line.decode())
        self.came.emit('{"stop": true}')


class Measured(QObject):
    """Obeys the commands over a running application."""

    def __init__(self, meter: HandlerMeter) -> None:
        super().__init__()
        self._meter = meter
        self._probe = Probe()
        self._commands = Commands(self)
        self._commands.came.connect(self._obey)
        self._commands.start()

    def obey_more(self, command: dict[str, Any]) -> dict[str, object]:
        """For programs with more commands."""
        return {}

    def _obey(self, line: str) -> None:
        command: dict[str, Any] = json.loads(line)
        answer: dict[str, object] = {"ok": True}
        if "watch" in command:
            window = main_window()
            if window is None:  # a busy machine: it opens yet
                QTimer.singleShot(50, self, lambda: self._obey(line))
                return
            window.navigate("campaigns", command["watch"])
        answer |= self.obey_more(command)
        if "begin" in command:
            self._probe.begin()
            self._meter.clear()
        if "figures" in command or "stop" in command:
            answer |= self._figures()
        print(json.dumps(answer), flush=True)
        if "stop" in command:
            os._exit(0)  # the figures are told; how a window closes is proved elsewhere

    def _figures(self) -> dict[str, object]:
        slowest = self._meter.slowest
        return {
            **self._probe.figures(),
            "handlers": self._meter.count,
            "slow_handlers": self._meter.above(HANDLER_MS)[:20],
            "slowest_handler_ms": slowest.cpu_ms if slowest else 0.0,
            "slowest_handler": str(slowest or ""),
        }


def main_window() -> Any:
    """The console's; None: it is not there yet."""
    return next((w for w in QApplication.topLevelWidgets() if type(w).__name__ == "MainWindow"), None)


def run_empty(application: MeasuredApplication) -> None:
    window = QWidget()
    window.resize(1200, 800)
    window.show()
    application.exec()


def run_real(application: MeasuredApplication, folder: Path) -> None:
    """As desktop.app.run_console does, over an application that is measured."""
    from core.clock import SystemClock
    from core.config import AppearanceSettings
    from desktop.app import Console
    from desktop.event_loop import run_in_console
    from desktop.recent import RecentWorkspaces
    from desktop.theme import install_theme
    from main import MainHouse

    install_theme(application, AppearanceSettings())
    console = Console(MainHouse(), RecentWorkspaces(), SystemClock())
    run_in_console(application, lambda: console.run(folder))


def main() -> None:
    application = MeasuredApplication(["wireroom"])
    with application.measured() as meter:
        measured = Measured(meter)
        assert measured is not None  # lives as long as the application
        if sys.argv[1] == "empty":
            run_empty(application)
        else:
            run_real(application, Path(sys.argv[2]))


if __name__ == "__main__":
    main()
