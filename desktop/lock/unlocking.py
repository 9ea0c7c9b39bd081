"""Checks the tries of a lock screen off the window's thread, and counts a wait down."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from core.clock import Clock
from core.errors import AppError, TooManyTries, WrongPassphrase
from core.lock_tries import LockTries, is_lock_on
from core.workspace import Workspace
from desktop.lock.screen import LockScreen
from desktop.scope import Scope

if TYPE_CHECKING:  # cryptography takes its time to load: in the thread that checks
    from core.secrets.app_lock import Opened

TICK_MS = 250  # a countdown of whole seconds shows each of them


class Unlocking(QObject):
    """Lives as long as the screen. `opened` is called with what a right try gives, or None: the lock was taken away."""

    def __init__(
        self, screen: LockScreen, workspace: Workspace, clock: Clock, opened: "Callable[[Opened | None], object]"
    ) -> None:
        super().__init__(screen)
        self._screen = screen
        self._workspace = workspace
        self._clock = clock
        self._opened = opened
        self._tries = LockTries(workspace, clock)
        self._is_checking = False
        self._scope = Scope(self)
        self._scope.connect(screen.tried, self._try)
        self._scope.timer(TICK_MS, self.tick)
        screen.show_wait(self._tries.wait_s())

    def tick(self) -> None:
        """Show how long the next try has to wait, also after tries elsewhere."""
        if not is_lock_on(self._workspace):  # by a command that asked for the passphrase
            self._opened(None)
            return
        if self._is_checking:  # its own try counts as wrong until it is checked
            return
        self._screen.show_wait(self._tries.wait_s())

    def end(self) -> None:
        """Check and count nothing more."""
        self._scope.close()

    def _try(self, text: str) -> None:
        self._scope.task(self._check(text), "unlock")

    async def _check(self, text: str) -> None:
        self._is_checking = True
        self._screen.show_busy(True)
        try:
            opened = await asyncio.to_thread(_open, self._workspace, self._clock, text)
        except TooManyTries:
            pass  # the countdown says it
        except WrongPassphrase as error:
            self._screen.show_refused(f"{error.title}.")
        except AppError as error:
            self._screen.show_refused(" ".join(part for part in (error.message or error.title, error.hint) if part))
        else:
            self._opened(opened)
            return
        finally:
            self._is_checking = False
            self._screen.show_busy(False)
        self._screen.show_wait(self._tries.wait_s())


def _open(workspace: Workspace, clock: Clock, text: str) -> "Opened":
    from core.secrets.app_lock import AppLock

    return AppLock(workspace, clock).open(text)
