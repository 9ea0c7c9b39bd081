"""When the desktop is told of new messages: not while somebody looks, not in quiet hours, a burst once. Knows no Qt."""

from collections.abc import Callable
from typing import Final, Protocol

from campaigns.inbox.news import NewsDesk
from core.clock import Clock
from core.config import NotificationSettings
from desktop.formatting import Formats
from desktop.notices.words import Notice, notice_of

SETTLE_S: Final = 2.0
"""After the first message of a burst: people write in pieces, and accounts that were offline catch up at once."""
GAP_S: Final = 30.0
"""Between two notifications: what comes meanwhile is told with the next one."""
HOUR_S: Final = 3600.0


class NoticeView(Protocol):
    """The desktop, and what of it matters."""

    def is_looked_at(self) -> bool:
        """A window of Wireroom is in front, and shows what it holds."""
        ...

    def is_locked(self) -> bool: ...

    async def show(self, notice: Notice) -> None:
        """In place of the one that stands there."""
        ...

    async def take_back(self) -> None:
        """Somebody looks by now."""
        ...


class InboxNotices:
    """What was unread before the start is no news. A notification counts everything since somebody last looked."""

    def __init__(
        self,
        desk: NewsDesk,
        settings: Callable[[], NotificationSettings],
        clock: Clock,
        formats: Formats,
        viewer: str,
        view: NoticeView,
    ) -> None:
        self._desk = desk
        self._settings = settings
        self._clock = clock
        self._formats = formats
        self._viewer = viewer
        self._view = view
        self._seen: int | None = None  # the newest message when somebody last looked
        self._told = 0  # the newest message of the last notification
        self._first_at: float | None = None  # when something changed that was not looked into
        self._told_at: float | None = None
        self._mute_until = 0.0
        self._is_shown = False

    @property
    def is_muted(self) -> bool:
        return self._clock.monotonic() < self._mute_until

    def mute(self, *, on: bool) -> None:
        """Tell nothing for an hour; what comes meanwhile is told once after it."""
        self._mute_until = self._clock.monotonic() + HOUR_S if on else 0.0

    def changed(self, _: object = None) -> None:
        """Something about conversations is different."""
        if self._first_at is None:
            self._first_at = self._clock.monotonic()

    async def look(self) -> None:
        """Once a second: whether there is something to tell, and may be told now."""
        settings = self._settings()
        if self._seen is None:
            await self._forget()
        elif not settings.enabled:
            if self._first_at is not None:
                await self._forget()
        elif self._view.is_looked_at():
            if self._is_shown:
                await self._view.take_back()
            if self._is_shown or self._first_at is not None:
                await self._forget()
        elif self._may_tell(settings):
            await self._tell(settings)

    async def _forget(self) -> None:
        """Whatever there is by now is no news."""
        self._first_at, self._is_shown = None, False
        self._seen = self._told = await self._desk.newest()

    def _may_tell(self, settings: NotificationSettings) -> bool:
        now, quiet = self._clock.monotonic(), settings.quiet_hours
        if self._first_at is None or now - self._first_at < SETTLE_S or self.is_muted:
            return False
        if self._told_at is not None and now - self._told_at < GAP_S:
            return False
        return quiet is None or not quiet.hold(self._formats.local(self._clock.now()))

    async def _tell(self, settings: NotificationSettings) -> None:
        assert self._seen is not None
        self._first_at = None
        viewer = None if settings.which == "all" else self._viewer
        fresh = await self._desk.since(self._told, viewer=viewer)
        self._told = fresh.upto
        if not fresh.messages:  # something else changed, or it was read on another device
            return
        news = await self._desk.since(self._seen, viewer=viewer)
        self._told_at = self._clock.monotonic()
        self._is_shown = True
        is_locked = self._view.is_locked()
        await self._view.show(notice_of(news, self._formats, show_text=settings.show_text, is_locked=is_locked))
