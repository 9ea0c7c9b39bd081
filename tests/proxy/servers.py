"""Real proxies on the loopback: SOCKS5, SOCKS4, HTTP CONNECT, and a relay for what listens as an MTProxy itself.

Each connects onwards from an address of its own (127.0.0.2 unless told), so that the other side can count who came.
"""

import asyncio
import base64
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from core.domain.proxy import ProxyEndpoint, ProxyKind

SOURCE = "127.0.0.2"
DIRECT = "127.0.0.1"


class LoopbackProxy:
    """One proxy. `stop` and `start` again keep its port, as a proxy that dies and comes back."""

    def __init__(
        self,
        kind: ProxyKind = ProxyKind.SOCKS5,
        *,
        username: str = "",
        password: str = "",
        source: str = SOURCE,
        relay_to: tuple[str, int] | None = None,
    ) -> None:
        """`relay_to`: for MTPROXY, which has no say in where it goes."""
        self.kind, self.username, self.password, self.source = kind, username, password, source
        self.relay_to = relay_to
        self.port = 0
        self.is_silent = False  # takes connections and answers nothing
        self.refuses = False  # does not connect onwards
        self._server: asyncio.Server | None = None
        self._links: set[asyncio.Task[None]] = set()

    def endpoint(self, secret_name: str = "") -> ProxyEndpoint:
        return ProxyEndpoint(
            kind=self.kind, host=DIRECT, port=self.port, username=self.username, secret_name=secret_name
        )

    async def start(self) -> "LoopbackProxy":
        self._server = await asyncio.start_server(self._serve, DIRECT, self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def stop(self) -> None:
        """As a crash: no new connection, and those that are open are cut."""
        if self._server is not None:
            self._server.close()
            self._server = None
        await self.cut()

    async def cut(self) -> None:
        for task in list(self._links):
            task.cancel()
        await asyncio.gather(*self._links, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._links.add(task)
        try:
            await self._carry(reader, writer)
        except (OSError, EOFError, ValueError, asyncio.CancelledError):
            pass
        finally:
            self._links.discard(task)
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_silent:
            await reader.read(-1)
            return
        greet = {
            ProxyKind.SOCKS5: self._greet_socks5,
            ProxyKind.SOCKS4: self._greet_socks4,
            ProxyKind.HTTP: self._greet_http,
            ProxyKind.MTPROXY: self._greet_relay,
        }[self.kind]
        place, yes = await greet(reader, writer)
        onward_reader, onward_writer = await asyncio.open_connection(*place, local_addr=(self.source, 0))
        try:
            writer.write(yes)
            pumps = [
                asyncio.get_running_loop().create_task(pump(reader, onward_writer)),
                asyncio.get_running_loop().create_task(pump(onward_reader, writer)),
            ]
            try:
                await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in pumps:
                    task.cancel()
                await asyncio.gather(*pumps, return_exceptions=True)
        finally:
            onward_writer.transport.abort()

    async def _greet_socks5(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> tuple[tuple[str, int], bytes]:
        _, count = await reader.readexactly(2)
        methods = await reader.readexactly(count)
        wanted = 2 if self.password else 0
        writer.write(bytes((5, wanted if wanted in methods else 0xFF)))
        if wanted not in methods:
            raise EOFError
        if wanted:
            _, length = await reader.readexactly(2)
            username = await reader.readexactly(length)
            (length,) = await reader.readexactly(1)
            password = await reader.readexactly(length)
            is_right = (username.decode(), password.decode()) == (self.username, self.password)
            writer.write(bytes((1, 0 if is_right else 1)))
            if not is_right:
                raise EOFError
        _, _, _, kind = await reader.readexactly(4)
        assert kind == 1, "Telegram's servers are named by address"
        host = socket.inet_ntoa(await reader.readexactly(4))
        port = int.from_bytes(await reader.readexactly(2), "big")
        if self.refuses:
            writer.write(b"\5\5\0\1\0\0\0\0\0\0")  # connection refused
            await writer.drain()
            raise EOFError
        return (host, port), b"\5\0\0\1\0\0\0\0\0\0"

    async def _greet_socks4(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> tuple[tuple[str, int], bytes]:
        head = await reader.readexactly(8)
        username = (await reader.readuntil(b"\0"))[:-1].decode()
        if self.username and username != self.username:
            writer.write(b"\0\x5d" + bytes(6))
            await writer.drain()
            raise EOFError
        return (socket.inet_ntoa(head[4:8]), int.from_bytes(head[2:4], "big")), b"\0\x5a" + bytes(6)

    async def _greet_http(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> tuple[tuple[str, int], bytes]:
        request, *headers = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        pair = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
        if self.username and f"Proxy-Authorization: Basic {pair}" not in headers:
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
            await writer.drain()
            raise EOFError
        method, place, _ = request.split(" ")
        assert method == "CONNECT"
        host, _, port = place.rpartition(":")
        return (host, int(port)), b"HTTP/1.1 200 Connection established\r\n\r\n"

    async def _greet_relay(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> tuple[tuple[str, int], bytes]:
        assert self.relay_to is not None
        return self.relay_to, b""


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()


@asynccontextmanager
async def running(proxy: LoopbackProxy) -> AsyncIterator[LoopbackProxy]:
    await proxy.start()
    try:
        yield proxy
    finally:
        await proxy.stop()
