"""The console from its start to its end: one window per workspace, the welcome page where there is none, ordered ends."""

import asyncio
import getpass
import signal
from contextlib import suppress
from pathlib import Path

from campaigns.worker_control import WorkerControl
from core.clock import Clock, SystemClock
from core.errors import AppError, WorkspaceBusy
from core.locks import console_lock
from core.processes import Companion
from core.workspace import Workspace, open_workspace
from desktop.dialogs.workspace import WorkspaceChoice
from desktop.event_loop import errors_shown, run_in_console
from desktop.notifications import in_words
from desktop.opening_window import close_opening, make_application
from desktop.pages.local_formats import local_formats
from desktop.qt_check import check_window_possible, needs_display
from desktop.recent import RecentWorkspaces, is_workspace
from desktop.session import ConsoleHouse, Session
from desktop.single_window import raise_first_window
from desktop.welcome.presenter import Welcome
from desktop.welcome.window import WelcomeWindow


def run_console(
    house: ConsoleHouse,
    folder: Path | None,
    *,
    key_line: bytes | None = None,
    is_json: bool = False,
    clock: Clock | None = None,
) -> int:
    """Open the window of the workspace in `folder`, or of the last one, or the welcome page; returns the exit code.

    `key_line` is that of a vault whose key is in memory only, so that this window can start a worker for it.

    A second start of one workspace brings the first window forward and returns 0. Raises SystemLibraryMissing where
    there can be no window, and WorkspaceBusy (exit code 3) instead of coming forward with `is_json` or offscreen.
    """
    check_window_possible()
    recent = RecentWorkspaces()
    folder = folder or next(iter(recent.list_folders()), None)
    if folder is not None and is_workspace(folder):
        workspace = open_workspace(folder)
        if is_open(workspace):
            if is_json or not needs_display():
                raise WorkspaceBusy(
                    "Another window of Wireroom has this workspace open.", hint="Go on in that window."
                )
            raise_first_window(workspace)
            return 0
    application = make_application(folder)
    console = Console(house, recent, clock or SystemClock())
    return run_in_console(application, lambda: console.run(folder, key_line))


def is_open(workspace: Workspace) -> bool:
    """Whether a window holds this workspace."""
    lock = console_lock(workspace)
    if lock.acquire():
        lock.release()
        return False
    return True


END_SANDBOX_S = 60.0  # its worker stops in order: what is in flight is answered first


class Console:
    """Goes from window to window until the person quits."""

    def __init__(self, house: ConsoleHouse, recent: RecentWorkspaces, clock: Clock) -> None:
        self._house = house
        self._recent = recent
        self._clock = clock
        self._session: Session | None = None
        self._welcome: Welcome | None = None
        self._sandbox: Companion | None = None

    async def run(self, folder: Path | None, key_line: bytes | None = None) -> int:
        """0 when the person quit; also on SIGTERM, and then what runs goes on."""
        loop = asyncio.get_running_loop()
        with suppress(NotImplementedError):  # Windows has no such signal
            loop.add_signal_handler(signal.SIGTERM, self.end)
        with errors_shown(loop, self._show_error):
            choice = WorkspaceChoice(folder=folder) if folder is not None else None
            while True:
                session, error = await self._open_chosen(choice)
                if session is None:
                    session = await self._run_welcome(error)
                if session is None:
                    return 0
                if key_line is not None and folder == session.workspace.folder:
                    session.services.get(WorkerControl).remember_key(key_line, end_with_us=True)
                choice = await self._run_session(session)
                await self._end_sandbox()
                if choice is None:
                    return 0

    async def open(self, choice: WorkspaceChoice) -> Session:
        """Open it and remember it. Raises as Session.open."""
        session = await Session.open(self._house, choice.folder, clock=self._clock, kind=choice.kind)
        self._recent.remember(session.workspace.folder)
        return session

    def end(self) -> None:
        """Close whatever window is open, without a question."""
        if self._session is not None:
            self._session.end()
        if self._welcome is not None:
            self._welcome.end(None)

    async def _end_sandbox(self) -> None:
        """A sandbox that was started from the welcome page ends with its window."""
        if self._sandbox is not None:
            await asyncio.to_thread(self._sandbox.close, END_SANDBOX_S)
            self._sandbox = None

    async def _open_chosen(self, choice: WorkspaceChoice | None) -> tuple[Session | None, AppError | None]:
        if choice is None:
            return None, None
        try:
            return await self.open(choice), None
        except (AppError, ExceptionGroup) as error:
            return None, in_words(error)

    async def _run_session(self, session: Session) -> WorkspaceChoice | None:
        self._session = session
        try:
            return await session.run(local_formats(), getpass.getuser(), self._recent)
        finally:
            self._session = None
            await session.close()

    async def _run_welcome(self, error: AppError | None) -> Session | None:
        window = WelcomeWindow(self._clock)
        self._welcome = Welcome(self, window, self._house.program, self._recent, self._clock)
        window.show()
        close_opening()
        if error is not None:
            window.notifications.error(error)
        try:
            return await self._welcome.result
        finally:
            self._sandbox = self._welcome.sandbox
            self._welcome = None
            window.close()
            window.deleteLater()

    def _show_error(self, error: BaseException) -> None:
        if self._session is not None:
            self._session.show_error(error)
        elif self._welcome is not None:
            self._welcome.show_error(error)
