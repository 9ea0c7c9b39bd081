"""What the window gives its pages, over a real workspace."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import psutil
import pytest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from campaigns import jobs
from campaigns.exporting.control import ExportControl
from campaigns.exporting.job import ExportJob
from core.domain.ids import ExportId, WorkerId
from core.errors import Cancelled
from core.locks import worker_lock
from core.processes import ProcessRecord
from database import Database, ExportStore
from desktop.changes import ChangeHub
from desktop.exports import ExportDesk
from desktop.formatting import Formats
from desktop.notifications import NotificationCenter
from desktop.pages.page import Page, PageContext
from desktop.scope import Scope
from desktop.theme import install_theme
from tests.desktop.window import activate, reads_end, until
from tests.desktop.window import shown as visible
from tests.desktop.workspace_fixture import Filled, begin_worker

P = TypeVar("P", bound=Page)
D = TypeVar("D", bound=QWidget)


@dataclass
class Window(Generic[P]):
    """A window of the usual size with one page in it."""

    filled: Filled
    page: P
    widget: QWidget
    hub: ChangeHub
    opened: list[tuple[str, int | None]] = field(default_factory=list)

    async def until(self, condition: Callable[[], object], timeout_s: float = 40.0) -> None:
        """Give the page time until this is so."""
        await until(condition, timeout_s=timeout_s)

    async def settle(self) -> None:
        """Whatever the page reads now is read."""
        scope: Scope = self.page.scope  # type: ignore[attr-defined]
        await self.until(lambda: not scope.tasks)


async def dialog_of(window: Window[P], kind: type[D]) -> D:
    """The dialog of this class, once it can be seen."""
    await window.until(lambda: visible(window.widget, kind))
    found = visible(window.widget, kind)
    assert found is not None
    return found


@pytest.fixture(autouse=True)
def _theme_before_anything_is_counted(qapp: QApplication) -> None:
    install_theme(qapp)


@asynccontextmanager
async def running_worker(filled: Filled) -> AsyncIterator[WorkerId]:
    """A worker as other processes see one that runs: its heartbeat is young and its lock is held."""
    worker_id = await begin_worker(filled)
    await filled.world.workers.beat(worker_id, now=filled.clock.now())
    lock = worker_lock(filled.workspace, worker_id)
    assert lock.acquire()
    try:
        yield worker_id
    finally:
        lock.release()


@pytest.fixture
def exports_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """An export begins as ever, and no program is started: its row waits for `run_exports`."""
    me = psutil.Process()
    record = ProcessRecord(pid=me.pid, started_s=me.create_time())
    monkeypatch.setattr(jobs, "start_detached", lambda *_, **__: record)


async def run_exports(window: Window[P]) -> None:
    """What their processes would do, as soon as there is one to do."""
    get = window.filled.services.get
    while not (running := await get(ExportStore).running()):
        await asyncio.sleep(0.01)
    for export in running:
        with suppress(Cancelled):
            await get(ExportJob).run(ExportId(export.id))


@asynccontextmanager
async def shown(filled: Filled, page_type: Callable[[PageContext], P]) -> AsyncIterator[Window[P]]:
    """A page in a window, inside the coroutine of the test: no read of it may cross the end of the loop's run."""
    widget = QWidget()
    widget.resize(1120, 780)
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    hub = ChangeHub(await filled.services.get(Database).follow_changes(own_commits=True), widget)
    opened: list[tuple[str, int | None]] = []
    tells = NotificationCenter(widget, filled.clock)
    exports = ExportDesk(filled.services.get(ExportControl), tells, Formats(), actor="kaya", parent=widget)
    context = PageContext(
        services=filled.services,
        hub=hub,
        notifications=tells,
        exports=exports,
        clock=filled.clock,
        actor="kaya",
        navigate=lambda page, subject: opened.append((page, subject)),
        restart_worker=lambda: None,
        open_sign_in=lambda account_id: opened.append(("sign in", account_id)),
        lock_now=lambda: None,
    )
    page = page_type(context)
    column.addWidget(page)
    widget.show()
    hub.start()
    exports.look()
    try:
        await activate(widget)
        yield Window(filled=filled, page=page, widget=widget, hub=hub, opened=opened)
    finally:
        hub.stop()
        exports.end()
        widget.hide()
        scope: Scope = page.scope  # type: ignore[attr-defined]
        tasks = scope.tasks
        scope.close()
        await asyncio.gather(*tasks, return_exceptions=True)
        widget.deleteLater()
        await reads_end(filled)
