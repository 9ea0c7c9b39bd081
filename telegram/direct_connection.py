"""Telethon's connections without a queue and a task of their own in each direction between its sender and the socket.

The sender has one task that sends and one that receives, so nothing is gained by two more: each message would wait for
two further turns of the loop, and what lies in a queue would have to be withdrawn when a link is severed. Errors reach
the sender from the call itself, which ends the link as before.
"""

import asyncio
from contextlib import suppress
from typing import Any

from telethon.network.connection.connection import Connection
from telethon.network.connection.tcpfull import ConnectionTcpFull

_CLOSE_S = 10.0
"""How long a close may take (Telethon#3917: for some it never ends)."""


class Direct(Connection):
    """Mixed in before a connection of Telethon's."""

    async def connect(self, timeout: float | None = None, ssl: Any = None) -> None:
        """As Telethon's, but it starts no tasks. Raises what the socket or the proxy raised."""
        await self._connect(timeout=timeout, ssl=ssl)
        self._connected = True

    async def send(self, data: bytes) -> None:
        """Hand one packet to the socket. Raises ConnectionError (an OSError too) when the connection has ended."""
        if not self._connected:
            raise ConnectionError("not connected")
        self._send(data)
        await self._writer.drain()

    async def recv(self) -> bytes:
        """The next packet. Raises OSError or asyncio.IncompleteReadError when the connection has ended."""
        if not self._connected:
            raise ConnectionError("not connected")
        packet: bytes = await self._recv()
        return packet

    async def disconnect(self) -> None:
        """Return once the socket is closed, whoever began it: the sender does so too when it sees the link end."""
        self._connected = False
        if self._writer is not None:
            self._writer.close()
            with suppress(OSError, TimeoutError):  # reset by the other side, or by us when the link was severed
                async with asyncio.timeout(_CLOSE_S):
                    await self._writer.wait_closed()


class DirectTcp(Direct, ConnectionTcpFull):
    """Straight to the data centre."""
