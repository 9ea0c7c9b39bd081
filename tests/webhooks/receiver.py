"""A receiver of webhooks on 127.0.0.1 that answers as a test tells it, and remembers what it was told."""

import asyncio
import json
import ssl
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Told:
    """One request."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def content(self) -> dict[str, object]:
        return dict(json.loads(self.body))

    @property
    def type(self) -> object:
        return self.content["type"]


@dataclass(slots=True)
class Receiver:
    """`answers`: status and further headers of the next ones, then 200. `hold`: no answer before it is set."""

    address: str = ""
    told: list[Told] = field(default_factory=list)
    answers: deque[tuple[int, str]] = field(default_factory=deque)
    always: tuple[int, str] = (200, "")
    hold: asyncio.Event | None = None
    connections: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().split("\r\n")
                headers = {
                    name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:] if line)
                }
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                self.told.append(Told(lines[0].split(" ")[1], headers, body))
                self._changed.set()
                if self.hold is not None:
                    await self.hold.wait()
                status, more = self.answers.popleft() if self.answers else self.always
                writer.write(f"HTTP/1.1 {status} Told\r\n{more}content-length: 2\r\n\r\nok".encode())
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def wait_for(self, condition: Callable[[], bool]) -> None:
        """Until it was told something that makes this true."""
        async with asyncio.timeout(40):
            while not condition():
                self._changed.clear()
                await self._changed.wait()


@asynccontextmanager
async def receiving(context: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    """One that listens while the block runs."""
    receiver = Receiver()
    server = await asyncio.start_server(receiver.handle, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    receiver.address = f"http{'s' if context else ''}://127.0.0.1:{port}/hooks/room?token=t0ken"
    try:
        yield receiver
    finally:
        if receiver.hold is not None:
            receiver.hold.set()
        server.close()
