"""One open workspace in the console: its lock, its services, its window; opened and closed in order."""

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self

from campaigns.worker_control import WorkerControl
from core.clock import Clock
from core.config import Config
from core.container import ServiceContainer
from core.domain.account import WorkspaceKind
from core.errors import WorkspaceBusy
from core.lock_tries import is_lock_on
from core.locks import OsLock, console_lock
from core.workspace import Workspace, open_workspace
from database import Database
from desktop.changes import ChangeHub
from desktop.dialogs.workspace import WorkspaceChoice
from desktop.event_loop import GuiThreadGc
from desktop.formatting import Formats
from desktop.frame.facts import WorkspaceLabel
from desktop.frame.unlocked import accept_unlocked
from desktop.lock.screen import LockWindow
from desktop.lock.unlocking import Unlocking
from desktop.main_window import MainWindow
from desktop.opening_window import close_opening, show_in_place
from desktop.recent import RecentWorkspaces
from desktop.scope import Scope
from desktop.single_window import ForwardSignal
from desktop.theme import Theme
from desktop.window_pages import list_pages
from desktop.workspace_choice import ask_to_make, ask_to_open

if TYPE_CHECKING:
    from core.secrets.app_lock import Opened

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
        opened: Opened | None = None
        if is_lock_on(self.workspace):
            is_open, opened = await self._unlock()
            if not is_open:
                return None
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
        show_in_place(window)
        collector = GuiThreadGc(window)
        collector.settle()
        hub.start()
        window.start()
        accept_unlocked(opened, self.services.get(WorkerControl), window.notifications)
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

    async def _unlock(self) -> "tuple[bool, Opened | None]":
        """Show the lock, and nothing else, until it is open; False: the person closed it, or the program ends."""
        answer: asyncio.Future[tuple[bool, Opened | None]] = asyncio.get_running_loop().create_future()

        def give(is_open: bool, opened: "Opened | None" = None) -> None:
            if not answer.done():
                answer.set_result((is_open, opened))

        window = LockWindow()
        unlocking = Unlocking(window.screen_widget, self.workspace, self._clock, partial(give, True))
        forward = ForwardSignal(self.workspace, window)
        forward.asked.connect(window.come_forward)
        scope = Scope(window)
        scope.connect(window.closed, partial(give, False))
        self._ended.add_done_callback(lambda _: give(False))
        window.show()
        close_opening()
        log.info("the window is locked")
        try:
            return await answer
        finally:
            unlocking.end()
            scope.close()
            window.close()
            window.deleteLater()

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
