"""One open workspace in the console: its lock, its services, its window; opened and closed in order."""

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from pathlib import Path
from typing import Protocol, Self

from core.clock import Clock
from core.config import Config
from core.container import ServiceContainer
from core.domain.account import WorkspaceKind
from core.errors import WorkspaceBusy
from core.locks import OsLock, console_lock
from core.workspace import Workspace, open_workspace
from database import Database
from desktop.changes import ChangeHub
from desktop.dialogs.workspace import WorkspaceChoice
from desktop.event_loop import GuiThreadGc
from desktop.formatting import Formats
from desktop.frame.facts import WorkspaceLabel
from desktop.main_window import MainWindow
from desktop.recent import RecentWorkspaces
from desktop.scope import Scope
from desktop.single_window import ForwardSignal
from desktop.theme import Theme
from desktop.window_pages import list_pages
from desktop.workspace_choice import ask_to_make, ask_to_open

log = logging.getLogger(__name__)


class ConsoleHouse(Protocol):
    """What the console needs wired by main.py."""

    @property
    def program(self) -> Sequence[str]: ...

    def services(
        self, workspace: Workspace, *, kind: WorkspaceKind | None = None, process: str = "command"
    ) -> ServiceContainer: ...


class Session:
    """From `open` to `close`. Closing: window and tasks, then the services, then the lock."""

    def __init__(
        self, house: ConsoleHouse, workspace: Workspace, services: ServiceContainer, lock: OsLock, clock: Clock
    ) -> None:
        """Use `open`."""
        self.house = house
        self.workspace = workspace
        self.services = services
        self._lock = lock
        self._clock = clock
        self._window: MainWindow | None = None
        self.begins_with_sign_in = False  # the person came to connect an account
        self._ended: asyncio.Future[WorkspaceChoice | None] = asyncio.get_running_loop().create_future()

    @classmethod
    async def open(
        cls, house: ConsoleHouse, folder: Path, *, clock: Clock, kind: WorkspaceKind | None = None
    ) -> Self:
        """Take the one window of this workspace and start its services.

        `kind`: of a workspace that is made now. Raises WorkspaceBusy when another window has it, and whatever the
        start of a service raises; then nothing is held.
        """
        workspace = open_workspace(folder)
        lock = console_lock(workspace)
        if not lock.acquire():
            raise WorkspaceBusy("Another window of Wireroom has this workspace open.", hint="Go on in that window.")
        services = house.services(workspace, kind=kind, process="console")
        try:
            await services.start()
        except BaseException:
            lock.release()
            raise
        return cls(house, workspace, services, lock, clock)

    async def run(self, formats: Formats, actor: str, recent: RecentWorkspaces) -> WorkspaceChoice | None:
        """Show the window until it may close; the workspace to go on with, or None to quit."""
        Theme.of_application().apply(self.services.get(Config).appearance)
        feed = await self.services.get(Database).follow_changes(own_commits=True)
        hub = ChangeHub(feed)
        window = MainWindow(
            label=await WorkspaceLabel.read(self.workspace, self.services),
            workspace=self.workspace,
            services=self.services,
            hub=hub,
            pages=list_pages(self.workspace),
            clock=self._clock,
            formats=formats,
            actor=actor,
        )
        self._window = window
        forward = ForwardSignal(self.workspace, window)
        forward.asked.connect(window.come_forward)
        window.closed.connect(self.end)
        scope = Scope(window)
        scope.connect(
            window.openWorkspaceRequested,
            lambda: scope.task(self._switch(ask_to_open(window, recent)), "open another"),
        )
        scope.connect(
            window.makeWorkspaceRequested, lambda: scope.task(self._switch(ask_to_make(window)), "make another")
        )
        window.show()
        collector = GuiThreadGc(window)
        hub.start()
        window.start()
        if self.begins_with_sign_in:
            window.open_sign_in()
        else:
            window.presenter.begin_worker(is_asked=False)
        window.prepare()
        log.info("the window is open")
        try:
            return await self._ended
        finally:
            scope.close()
            hub.stop()
            window.end()
            collector.stop()
            window.deleteLater()
            hub.deleteLater()
            self._window = None

    def end(self, choice: WorkspaceChoice | None = None) -> None:
        """The window may go: nothing is asked, what runs goes on. `choice`: the workspace to go on with."""
        if not self._ended.done():
            self._ended.set_result(choice)

    async def _switch(self, asking: Awaitable[WorkspaceChoice | None]) -> None:
        choice = await asking
        if choice is not None:
            self.end(choice)

    def show_error(self, error: BaseException) -> None:
        """What nobody caught, in the window that is open."""
        if self._window is not None:
            self._window.notifications.error(error)

    async def close(self) -> None:
        """Stop the services in reverse order and give the workspace free."""
        try:
            await self.services.stop()
        finally:
            self._lock.release()
