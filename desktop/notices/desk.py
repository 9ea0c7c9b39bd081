"""The desktop as notifications see it: which way they take, whether somebody looks, and what a press opens."""

import sys
from contextlib import suppress
from typing import Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from campaigns.inbox.news import NewsDesk
from core.clock import Clock
from core.config import NotificationSettings
from core.config_file import read_config
from core.domain.ids import ConversationId
from core.errors import AppError, ConfigurationError
from core.workspace import Workspace
from desktop.changes import ChangeHub
from desktop.formatting import Formats
from desktop.frame.tray import Tray
from desktop.lock.guard import LockGuard
from desktop.notices.presenter import InboxNotices
from desktop.notices.words import Notice
from desktop.scope import Scope


class Bus(Protocol):
    """See desktop.notices.bus."""

    async def show(self, notice: Notice) -> bool: ...
    async def take_back(self) -> None: ...


class NoticeDesk(QObject):
    """One per window. `opened` carries the id of the conversation whose notification was pressed; 0: the inbox."""

    opened = Signal(int)

    def __init__(
        self,
        parent: QObject,
        *,
        tray: Tray,
        guard: LockGuard,
        hub: ChangeHub,
        news: NewsDesk,
        workspace: Workspace,
        clock: Clock,
        formats: Formats,
        viewer: str,
    ) -> None:
        super().__init__(parent)
        self._scope = Scope(self)
        self._tray = tray
        self._guard = guard
        self._path = workspace.config_path
        self._read_at = -1
        self._settings = NotificationSettings()
        self._bus: Bus | None = None
        self._is_looking = False
        self.presenter = InboxNotices(news, self._read_settings, clock, formats, viewer, self)
        self._scope.connect(hub.conversationsChanged, self.presenter.changed)
        self._scope.connect(tray.messagePressed, self._press)
        self._scope.connect(tray.muteRequested, self._mute)
        self._scope.connect(guard.lockChanged, self._on_lock)

    def tick(self) -> None:
        """Once a second."""
        self._tray.show_muted(self.presenter.is_muted)
        if not self._is_looking:
            self._scope.task(self._look(), "tell of new messages")

    def end(self) -> None:
        self._scope.close()

    # ------------------------------------------------------------------------------------------------ NoticeView

    def is_looked_at(self) -> bool:
        return QApplication.activeWindow() is not None and not self._guard.is_locked

    def is_locked(self) -> bool:
        return self._guard.is_locked

    async def show(self, notice: Notice) -> None:
        bus = self._find_bus()
        if bus is None or not await bus.show(notice):
            self._tray.show_message(notice.title, notice.body, notice.conversation_id or 0)

    async def take_back(self) -> None:
        if self._bus is not None:
            await self._bus.take_back()

    # ---------------------------------------------------------------------------------------------------- inside

    async def _look(self) -> None:
        self._is_looking = True
        try:
            await self.presenter.look()
        except AppError:  # it cannot be read now: the status bar says so, and the next second tries again
            self.presenter.changed()
        finally:
            self._is_looking = False

    def _find_bus(self) -> Bus | None:
        if self._bus is None and sys.platform == "linux":
            from desktop.notices.bus import (
                BusNotices,
            )  # with the first notification: 20 ms that no start need wait for

            self._bus = BusNotices(self._scope.task, self._press)
        return self._bus

    def _press(self, conversation_id: ConversationId | int | None) -> None:
        self.opened.emit(conversation_id or 0)

    def _mute(self, is_on: bool) -> None:
        self.presenter.mute(on=is_on)

    def _on_lock(self) -> None:
        """What stands there may name people."""
        if self._guard.is_locked:
            self._scope.task(self.take_back(), "take a notification back")

    def _read_settings(self) -> NotificationSettings:
        read_at = self._path.stat().st_mtime_ns if self._path.exists() else 0
        if read_at != self._read_at:
            with suppress(ConfigurationError):  # being mended by hand: the last good ones hold
                self._settings = read_config(self._path).notifications
            self._read_at = read_at
        return self._settings
