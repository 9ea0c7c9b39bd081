"""A program of its own: the page of people over the workspace in FOLDER, offscreen; says what it cost and ends.

It scrolls, jumps, searches, filters, sorts, chooses one and everybody, as a person would.
"""

import asyncio
import gc
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import psutil
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget

from campaigns.audience.contacts import Standing
from campaigns.exporting.control import ExportControl
from core.clock import SystemClock
from core.config import AppearanceSettings
from core.workspace import open_workspace
from database import Database
from desktop.changes import ChangeHub
from desktop.event_loop import run_in_console
from desktop.exports import ExportDesk
from desktop.formatting import Formats
from desktop.notifications import NotificationCenter
from desktop.pages.audiences.page import AudiencesPage
from desktop.pages.page import PageContext
from desktop.theme import Theme, install_theme
from desktop.theme.font_warming import warm_fonts
from main import MainHouse
from tests.desktop.handler_meter import HandlerMeter, MeasuredApplication

HANDLER_MS = 16.0
PATIENCE_S = 30.0
LOOKS = 20  # places jumped to


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.002)


async def use(page: AudiencesPage, meter: HandlerMeter) -> dict[str, float]:
    """What a person does; seconds until the rows of each question stood there."""
    table, model, presenter = page.list.table, page.list.model, page.presenter
    total = model.rowCount()

    async def settle() -> None:
        await until(lambda: not page.scope.tasks)

    async def answered(act: Callable[[], object], done: Callable[[], bool]) -> float:
        start = time.perf_counter()
        act()
        await until(done)
        taken = time.perf_counter() - start
        await settle()
        return taken

    for place in range(LOOKS):
        table.scrollTo(model.index(total * place // LOOKS, 0))
        await asyncio.sleep(0.01)
    await settle()
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Down, Qt.Key.Key_PageDown, Qt.Key.Key_End):
        QTest.keyClick(table, key)
        await settle()
    page.escape()
    search = await answered(
        lambda: QTest.keyClicks(page.list.search, "valkama 77"), lambda: 0 < model.rowCount() < total // 2
    )
    await answered(page.list.search.clear, lambda: model.rowCount() == total)
    filtered = await answered(page.list.chips[Standing.NO_BASIS].click, lambda: 0 < model.rowCount() < total // 2)
    await answered(page.list.chips[None].click, lambda: model.rowCount() == total)
    first = presenter.rows.id_at(0)
    by_name = await answered(
        lambda: page.list.table.horizontalHeader().sectionClicked.emit(0), lambda: presenter.rows.id_at(0) != first
    )
    QTest.keyClick(table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    await settle()
    assert page.list.selected_count == total
    assert meter.count
    return {"search_s": search, "filter_s": filtered, "by_name_s": by_name}


async def look(folder: Path, meter: HandlerMeter) -> dict[str, object]:
    async with MainHouse().services(open_workspace(folder)) as services:
        widget = QWidget()
        widget.resize(1144, 812)
        column = QVBoxLayout(widget)
        column.setContentsMargins(0, 0, 0, 0)
        hub = ChangeHub(await services.get(Database).follow_changes(own_commits=True), widget)
        clock = SystemClock()
        tells = NotificationCenter(widget, clock)
        context = PageContext(
            services=services,
            hub=hub,
            notifications=tells,
            exports=ExportDesk(services.get(ExportControl), tells, Formats(), actor="bench", parent=widget),
            clock=clock,
            actor="bench",
            navigate=lambda key, subject: None,
            restart_worker=lambda: None,
            open_sign_in=lambda account_id: None,
            lock_now=lambda: None,
        )
        for _ in warm_fonts(Theme.of_application()):
            pass
        page = AudiencesPage(context)
        for _ in page.prepare():
            pass
        column.addWidget(page)
        gc.collect()
        gc.freeze()
        gc.disable()
        await asyncio.sleep(0.2)
        before = psutil.Process().memory_info().rss
        meter.handled.clear()
        meter.count = 0
        start = time.perf_counter()
        widget.show()
        await until(lambda: page.list.model.rowCount())
        widget.repaint()
        first_rows = time.perf_counter() - start
        await until(lambda: page.presenter.rows.is_complete)
        all_ids = time.perf_counter() - start
        await until(lambda: not page.scope.tasks)
        times = await use(page, meter)
        slowest = meter.slowest
        return {
            "first_rows_s": first_rows,
            "all_ids_s": all_ids,
            **times,
            "memory_mb": (psutil.Process().memory_info().rss - before) / 1e6,
            "handlers": meter.count,
            "slow_handlers": meter.above(HANDLER_MS),
            "slowest_handler_ms": slowest.cpu_ms if slowest else 0.0,
        }


def main() -> None:
    application = MeasuredApplication(["wireroom"])
    install_theme(application, AppearanceSettings())
    with application.measured() as meter:
        answer = run_in_console(application, lambda: look(Path(sys.argv[1]), meter))
    print(json.dumps(answer), flush=True)
    os._exit(0)  # the figures are told; how a window closes is proved elsewhere


if __name__ == "__main__":
    main()
