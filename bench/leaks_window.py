"""A program of its own: opens and closes the window with every page and its dialogs, and says what is left behind.

Reads {"rounds": n} as bench.child sends it and answers with what is left.
"""

import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from PySide6.QtWidgets import QDialog

from core.clock import SystemClock
from core.config import AppearanceSettings
from desktop.event_loop import run_in_console
from desktop.main_window import MainWindow
from desktop.theme import install_theme
from tests.desktop.handler_meter import MeasuredApplication
from tests.desktop.leaks import LeakCheck
from tests.desktop.window import open_window, until
from tests.desktop.workspace_fixture import Filled, fill


async def one_round(filled: Filled) -> None:
    """The window, each of its pages, and the dialogs that it can open at any time."""
    async with open_window(filled) as window:
        for key in window.frame.side_bar.items:
            window.navigate(key)
            await asyncio.sleep(0)
        window.open_palette()
        window.palette_frame.close_palette()
        for show in (window.show_keys, window.show_about):
            show()
            await until(lambda: dialogs(window))
            for dialog in dialogs(window):
                dialog.reject()
            await until(lambda: not dialogs(window))


def dialogs(window: MainWindow) -> list[QDialog]:
    return [one for one in window.findChildren(QDialog) if one.isVisible()]


async def look(rounds: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="wireroom-leaks-") as folder:
        os.environ["WIREROOM_STATE_DIR"] = f"{folder}/state"
        async with fill(Path(folder) / "workspace", SystemClock()) as filled:
            await one_round(filled)  # what is made once and kept
            await asyncio.sleep(0.1)
            check, tasks = LeakCheck(), len(asyncio.all_tasks())
            for _ in range(rounds):
                await one_round(filled)
            await asyncio.sleep(0.1)
            left = ""
            try:
                check.assert_clean()
            except AssertionError as error:
                left = str(error)
            return {"left": left, "tasks_left": len(asyncio.all_tasks()) - tasks}


def main() -> None:
    application = MeasuredApplication(["wireroom"])
    install_theme(application, AppearanceSettings(scheme="light"))
    command = json.loads(sys.stdin.readline())
    print(json.dumps(run_in_console(application, lambda: look(command["rounds"]))), flush=True)


if __name__ == "__main__":
    main()
