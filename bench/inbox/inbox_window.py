"""A program of its own: the console on its inbox, and a person who works in it: `inbox_window.py FOLDER`, offscreen.

Commands beside those of bench/window.py: {"inbox": true} opens the page and says how many rows stand there,
{"act": true} lets the person begin, {"act": false} lets them stop.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ["QT_QPA_PLATFORM"] = "offscreen"
sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from PySide6.QtCore import QCoreApplication, QObject, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from bench.window import Measured, main_window, run_real
from tests.desktop.handler_meter import HandlerMeter, MeasuredApplication

ACT_EVERY_MS = 40  # a key or a notch of the wheel: faster than people go on
NOTCH = 120  # eighths of a degree
ANSWER = "Thank you for asking, there is still a place. We meet at eight."


class Person(QObject):
    """Scrolls the list, opens a conversation, scrolls in it, types an answer and takes it away again, and so on.

    One act a turn, each an event like those of a mouse and a keyboard; so each handler is measured by itself.
    """

    def __init__(self) -> None:
        super().__init__()
        self.typed = self.scrolled = self.opened = 0
        self._acts: Iterator[None] = iter(())
        self._timer = QTimer(self, interval=ACT_EVERY_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._act)

    def begin(self, page: Any) -> None:
        self._acts = self._live(page)
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def _act(self) -> None:
        next(self._acts)

    def _live(self, page: Any) -> Iterator[None]:
        while True:
            for notches in (-1, 1):
                for _ in range(25):
                    self._scroll(page.list.view.viewport(), notches)
                    yield
            view = page.list.view
            QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.viewport().rect().center())
            self.opened += 1
            yield
            for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_PageDown, Qt.Key.Key_Up):
                for _ in range(10):  # until it stands there
                    yield
                QTest.keyClick(view, key)
                self.opened += 1
                yield
            for notches in (1, -1):
                for _ in range(10):
                    self._scroll(page.thread_view.area.viewport(), notches)
                    yield
            entry = page.thread_view.answer.entry
            QTest.mouseClick(entry.viewport(), Qt.MouseButton.LeftButton)
            yield
            for sign in ANSWER:
                QTest.keyClicks(entry, sign)
                self.typed += 1
                yield
            QTest.keyClick(entry, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
            yield
            QTest.keyClick(entry, Qt.Key.Key_Backspace)
            yield

    def _scroll(self, target: QWidget, notches: int) -> None:
        """Posted, as the wheel of a mouse comes: from the window system."""
        middle = QPointF(target.rect().center())
        event = QWheelEvent(
            middle,
            QPointF(target.mapToGlobal(target.rect().center())),
            QPoint(),
            QPoint(0, notches * NOTCH),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QCoreApplication.postEvent(target, event)
        self.scrolled += 1


class MeasuredInbox(Measured):
    """Obeys the commands over the console."""

    def __init__(self, meter: HandlerMeter) -> None:
        super().__init__(meter)
        self._person = Person()

    def obey_more(self, command: dict[str, Any]) -> dict[str, object]:
        window = main_window()
        answer: dict[str, object] = {}
        if "inbox" in command and window is not None:
            window.navigate("inbox")
        page = None if window is None else getattr(window, "page", None)
        presenter = getattr(page, "presenter", None)
        if presenter is not None and hasattr(presenter, "rows"):
            answer["rows"] = len(presenter.rows)
            answer["is_complete"] = presenter.rows.is_complete
        if command.get("act"):
            self._person.begin(page)
        elif "act" in command:
            self._person.stop()
        if "figures" in command:
            answer |= {"typed": self._person.typed, "scrolled": self._person.scrolled, "opened": self._person.opened}
        return answer


def main() -> None:
    application = MeasuredApplication(["wireroom"])
    with application.measured() as meter:
        measured = MeasuredInbox(meter)
        assert measured is not None  # lives as long as the application
        run_real(application, Path(sys.argv[1]))


if __name__ == "__main__":
    main()
