"""A locked workspace shows its lock first, and nothing of itself before it is open."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow

from campaigns.worker_control import WorkerCondition, WorkerControl
from core.locks import OsLock, console_lock
from core.secrets.app_lock import AppLock
from desktop.formatting import Formats
from desktop.lock.screen import LockWindow
from desktop.main_window import MainWindow
from desktop.recent import RecentWorkspaces
from desktop.session import Session
from desktop.widgets.toast import Toast
from desktop.workspace_choice import WorkspaceChoice
from tests.desktop.leaks import LeakCheck
from tests.desktop.window import reads_end, shown, texts, until
from tests.desktop.workspace_fixture import Filled, begin_beating

pytestmark = pytest.mark.usefixtures("theme", "held", "beating")

RIGHT = "correct horse"
Run = tuple[Session, "asyncio.Task[WorkspaceChoice | None]"]


@pytest.fixture
async def beating(filled: Filled) -> None:
    """A worker runs already, so that none is started."""
    await begin_beating(filled)


@asynccontextmanager
async def running(filled: Filled) -> AsyncIterator[Run]:
    """The session of a console, until it is ended."""
    session = Session(filled.house, filled.workspace, filled.services, console_lock(filled.workspace), filled.clock)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(session.run(Formats(), "kaya", RecentWorkspaces()))
        try:
            yield session, task
        finally:
            session.end()
    await reads_end(filled)


def the(kind: type[QMainWindow]) -> QMainWindow | None:
    return next((one for one in QApplication.topLevelWidgets() if isinstance(one, kind) and one.isVisible()), None)


async def lock_window() -> LockWindow:
    await until(lambda: the(LockWindow))
    window = the(LockWindow)
    assert isinstance(window, LockWindow)
    return window


def enter(window: LockWindow, text: str) -> None:
    QTest.keyClicks(window.screen_widget.entry, text)
    QTest.keyClick(window.screen_widget.entry, Qt.Key.Key_Return)


async def test_start_shows_the_lock_alone_and_the_passphrase_opens_the_window(filled: Filled) -> None:
    AppLock(filled.workspace, filled.clock).turn_on(RIGHT)
    async with running(filled) as (_, task):
        lock = await lock_window()
        assert the(MainWindow) is None
        assert lock.windowTitle() == "Wireroom · locked"
        words = {one.text() for one in lock.findChildren(QLabel) if one.isVisible() and one.text()}
        assert words == {"Wireroom is locked", "What was started goes on.", "Passphrase"}

        enter(lock, "wrong wrong")
        await until(lambda: "not right" in lock.screen_widget.words)
        enter(lock, RIGHT)

        await until(lambda: the(MainWindow))
        window = the(MainWindow)
        assert isinstance(window, MainWindow)
        assert the(LockWindow) is None
        assert not window.guard.is_locked
        toast = shown(window, Toast)
        assert toast is not None
        assert "1 wrong passphrase before yours" in texts(toast)
        assert not task.done()


async def test_start_without_a_lock_shows_the_window_at_once(filled: Filled) -> None:
    async with running(filled):
        await until(lambda: the(MainWindow))

        assert the(LockWindow) is None


async def test_closing_the_lock_at_the_start_quits_and_leaves_the_worker(filled: Filled, held: OsLock) -> None:
    AppLock(filled.workspace, filled.clock).turn_on(RIGHT)
    async with running(filled) as (_, task):
        lock = await lock_window()

        lock.close()

        assert await asyncio.wait_for(task, 20) is None
        assert the(MainWindow) is None
        assert (await filled.services.get(WorkerControl).status()).condition is WorkerCondition.RUNNING


async def test_end_of_the_program_ends_the_lock_at_the_start(filled: Filled) -> None:
    AppLock(filled.workspace, filled.clock).turn_on(RIGHT)
    async with running(filled) as (session, task):
        await lock_window()

        session.end()

        assert await asyncio.wait_for(task, 20) is None
        assert the(LockWindow) is None


async def test_lock_that_is_taken_away_by_a_command_opens_the_start(filled: Filled) -> None:
    AppLock(filled.workspace, filled.clock).turn_on(RIGHT)
    async with running(filled):
        await lock_window()

        AppLock(filled.workspace, filled.clock).turn_off(RIGHT)

        await until(lambda: the(MainWindow))


@pytest.mark.slow
async def test_lock_at_the_start_leaves_nothing_behind(filled: Filled) -> None:
    AppLock(filled.workspace, filled.clock).turn_on(RIGHT)
    check: LeakCheck | None = None
    for _ in range(3):
        async with running(filled):
            enter(await lock_window(), RIGHT)
            await until(lambda: the(MainWindow))
        check = check or LeakCheck()  # the first one makes what is kept

    assert check is not None
    await check.assert_clean_soon()
