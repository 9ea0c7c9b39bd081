"""A small notification service of the desktop on a bus of its own, in the process of the test."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from jeepney import HeaderFields, Message, MessageType, message_bus, new_method_return, new_signal
from jeepney.io.asyncio import DBusConnection, open_dbus_connection

from desktop.notices.bus import SERVICE


@dataclass
class Service:
    """What programs asked of it: Notify with its values, and numbers that were closed."""

    connection: DBusConnection
    notified: list[tuple[object, ...]] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)
    last: int = 0

    async def answer_all(self) -> None:
        while True:
            message = await self.connection.receive()
            if message.header.message_type is MessageType.method_call:
                await self.connection.send(self._answer(message))

    async def press(self, number: int) -> None:
        """Somebody clicks on it."""
        await self.connection.send(new_signal(SERVICE, "ActionInvoked", "us", (number, "default")))

    def _answer(self, message: Message) -> Message:
        match message.header.fields.get(HeaderFields.member):
            case "GetCapabilities":
                return new_method_return(message, "as", (["body", "body-markup", "actions"],))
            case "Notify":
                self.notified.append(message.body)
                self.last = message.body[1] or self.last + 1
                return new_method_return(message, "u", (self.last,))
            case "CloseNotification":
                self.closed.append(message.body[0])
                return new_method_return(message)
            case other:
                raise AssertionError(f"asked for {other}")


@asynccontextmanager
async def bus() -> AsyncIterator[str]:
    """The address of a bus that nothing else is on."""
    daemon = subprocess.Popen(
        ["dbus-daemon", "--session", "--print-address", "--nofork", "--nopidfile"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert daemon.stdout is not None
        yield daemon.stdout.readline().strip()
    finally:
        daemon.terminate()
        daemon.communicate(timeout=10)


@asynccontextmanager
async def notification_service(address: str) -> AsyncIterator[Service]:
    """Runs while the block does."""
    async with await open_dbus_connection(address) as connection, asyncio.TaskGroup() as group:
        service = Service(connection)
        await connection.send(message_bus.RequestName(SERVICE.bus_name))
        while (await connection.receive()).header.message_type is not MessageType.method_return:
            pass  # the name is ours with the answer
        answering = group.create_task(service.answer_all())
        try:
            yield service
        finally:
            answering.cancel()
