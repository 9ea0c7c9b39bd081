"""What the welcome page does: opens or makes a workspace, or starts a sandbox and follows its four steps."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Protocol

from core.clock import Clock
from core.domain.account import WorkspaceKind
from core.errors import AppError
from core.processes import Companion
from desktop.dialogs.workspace import WorkspaceChoice
from desktop.notifications import in_words
from desktop.recent import RecentWorkspaces, new_sandbox_folder
from desktop.scope import Scope
from desktop.session import Session
from desktop.welcome.sandbox_start import SandboxStart
from desktop.welcome.window import WelcomeWindow
from desktop.workspace_choice import ask_to_make, ask_to_open


class OpensWorkspaces(Protocol):
    async def open(self, choice: WorkspaceChoice) -> Session: ...


class Welcome:
    """Owns the welcome window's coroutines; `result` is the opened session, or None when the window was closed."""

    def __init__(
        self,
        opener: OpensWorkspaces,
        window: WelcomeWindow,
        program: Sequence[str],
        recent: RecentWorkspaces,
        clock: Clock,
    ) -> None:
        self._opener = opener
        self._window = window
        self._program = program
        self._recent = recent
        self._clock = clock
        self._scope = Scope(window)
        self.sandbox: Companion | None = None  # runs beside the session that was opened on it
        self.result: asyncio.Future[Session | None] = asyncio.get_running_loop().create_future()
        self._scope.connect(window.sandboxRequested, self._begin_sandbox)
        self._scope.connect(window.openRequested, self._begin_open)
        self._scope.connect(window.makeRequested, self._begin_make)
        self._scope.connect(window.accountRequested, self._begin_account)
        self._scope.connect(window.closed, lambda: self.end(None))

    def end(self, session: Session | None) -> None:
        if not self.result.done():
            self.result.set_result(session)

    def show_error(self, error: BaseException) -> None:
        self._window.notifications.error(error)

    def _begin_sandbox(self) -> None:
        self._scope.task(self._start_sandbox(), "start a sandbox", is_latest=True)

    def _begin_open(self) -> None:
        self._scope.task(self._open_chosen(ask_to_open(self._window, self._recent)), "open a workspace")

    def _begin_make(self) -> None:
        self._scope.task(self._open_chosen(ask_to_make(self._window)), "make a workspace")

    def _begin_account(self) -> None:
        asking = ask_to_make(self._window, kind=WorkspaceKind.LIVE)
        self._scope.task(self._open_chosen(asking, begins_with_sign_in=True), "connect an account")

    async def _open_chosen(
        self, asking: Awaitable[WorkspaceChoice | None], *, begins_with_sign_in: bool = False
    ) -> None:
        choice = await asking
        if choice is None:
            return
        try:
            session = await self._opener.open(choice)
        except (AppError, ExceptionGroup) as error:
            self.show_error(error)
        else:
            session.begins_with_sign_in = begins_with_sign_in
            self.end(session)

    async def _start_sandbox(self) -> None:
        session: Session | None = None
        try:
            session = await self._opener.open(
                WorkspaceChoice(folder=new_sandbox_folder(), kind=WorkspaceKind.SANDBOX)
            )
            start = SandboxStart(
                workspace=session.workspace, services=session.services, program=self._program, clock=self._clock
            )
            self.sandbox = await start.run(self._window.show_steps)
        except (AppError, ExceptionGroup) as error:
            self._window.show_failed(in_words(error))
        else:
            self.end(session)
            session = None
        finally:
            if session is not None:  # it failed, or the window was closed meanwhile
                await session.close()
