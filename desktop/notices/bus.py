"""Notifications by D-Bus (org.freedesktop.Notifications, specification 1.2), where the session has that service.

It is there also where no tray is, as in GNOME, and it says which notification was pressed. For Linux alone.
"""

import asyncio
import html
from collections.abc import Callable, Coroutine
from typing import Any, Final

from jeepney import DBusAddress, DBusErrorResponse, MatchRule, Message, message_bus, new_method_call
from jeepney.auth import AuthenticationError
from jeepney.io.asyncio import DBusRouter, open_dbus_router
from jeepney.io.common import RouterClosed
from jeepney.wrappers import unwrap_msg

from core.domain.ids import ConversationId
from desktop.notices.words import Notice

SERVICE: Final = DBusAddress(
    "/org/freedesktop/Notifications",
    bus_name="org.freedesktop.Notifications",
    interface="org.freedesktop.Notifications",
)
ANSWER_S: Final = 3.0  # a service that is there answers in milliseconds, one that starts first within a second or two
MOST_SIGNALS: Final = 32  # that wait to be heard; services tell every program of every notification
_PRESSED: Final = "default"  # what a press on the notification itself is called
_HINTS: Final = {"category": ("s", "im.received"), "desktop-entry": ("s", "wireroom")}
# No bus (its address is not set, or nothing answers there), no service on it, or either of them gone meanwhile.
_UNREACHABLE: Final = (OSError, KeyError, AuthenticationError, DBusErrorResponse, RouterClosed, EOFError)

Spawn = Callable[[Coroutine[object, object, object], str], asyncio.Task[object]]


class BusNotices:
    """One connection from the first notification on, one notification at a time.

    `spawn` runs what listens, until the window ends; `on_pressed` gets the conversation of what was pressed.
    """

    def __init__(self, spawn: Spawn, on_pressed: Callable[[ConversationId | None], object]) -> None:
        self._spawn = spawn
        self._on_pressed = on_pressed
        self._router: DBusRouter | None = None
        self._ears: asyncio.Task[object] | None = None
        self._has_markup = False
        # One call after the other: what is to be taken back while it is being shown has no number yet.
        self._turn = asyncio.Lock()
        self._number = 0  # of the notification that stands there; 0: none does
        self._conversation_id: ConversationId | None = None

    async def show(self, notice: Notice) -> bool:
        """In place of the one that stands there. False: there is no such service now."""
        try:
            async with self._turn, asyncio.timeout(ANSWER_S):
                router = self._router or await self._connect()
                body = html.escape(notice.body, quote=False) if self._has_markup else notice.body
                values = ("Wireroom", self._number, "", notice.title, body, [_PRESSED, "Open"], _HINTS, -1)
                (self._number,) = await _call(router, "Notify", "susssasa{sv}i", values)
        except _UNREACHABLE:
            self.end()
            return False
        self._conversation_id = notice.conversation_id
        return True

    async def take_back(self) -> None:
        """Nothing of it need be looked at any more."""
        async with self._turn:
            number, self._number = self._number, 0
            if number and self._router is not None:
                await self._close(self._router, number)

    async def _close(self, router: DBusRouter, number: int) -> None:
        try:
            async with asyncio.timeout(ANSWER_S):
                await _call(router, "CloseNotification", "u", (number,))
        except DBusErrorResponse:  # it is closed already
            return
        except _UNREACHABLE:
            self.end()

    def end(self) -> None:
        """Give the connection up; the next notification makes another."""
        if self._ears is not None:
            self._ears.cancel()
        self._ears = self._router = None
        self._number = 0

    async def _connect(self) -> DBusRouter:
        """Raises one of _UNREACHABLE."""
        ready: asyncio.Future[DBusRouter] = asyncio.get_running_loop().create_future()
        self._ears = self._spawn(self._listen(ready), "notifications of the desktop")
        router = await ready
        (found,) = await _call(router, "GetCapabilities", "", ())
        self._has_markup = "body-markup" in found
        self._router = router
        return router

    async def _listen(self, ready: "asyncio.Future[DBusRouter]") -> None:
        """Holds the connection open until it is cancelled or lost."""
        try:
            async with open_dbus_router(bus="SESSION") as router:
                rule = MatchRule(type="signal", interface=SERVICE.interface, path=SERVICE.object_path)
                unwrap_msg(await router.send_and_get_reply(message_bus.AddMatch(rule)))
                with router.filter(rule, bufsize=MOST_SIGNALS) as heard:
                    ready.set_result(router)
                    while True:
                        self._hear(await heard.get())
        except _UNREACHABLE as error:
            if not ready.done():
                ready.set_exception(error)

    def _hear(self, message: Message) -> None:
        signal, number = message.header.fields.get(3), message.body[0]  # 3: the member, by the D-Bus specification
        if number != self._number or not number:
            return  # another program's
        if signal == "ActionInvoked":
            self._on_pressed(self._conversation_id)
        elif signal == "NotificationClosed":
            self._number = 0


async def _call(router: DBusRouter, method: str, signature: str, values: tuple[object, ...]) -> Any:
    reply = await router.send_and_get_reply(new_method_call(SERVICE, method, signature or None, values))
    return unwrap_msg(reply)
