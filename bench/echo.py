"""A program of its own: a loopback echo on asyncio, the least a server of this shape can cost.

`echo.py server` prints its port and serves until its input is closed. `echo.py client PORT` reads
{"exchanges": n, "links": l, "in_flight": i, "request": bytes, "answer": bytes} and answers {"seconds": s}.
"""

import asyncio
import json
import sys
import time
from typing import cast

import uvloop


class Echo(asyncio.Protocol):
    """Answers every request of a known size with an answer of a known size; both come first, on 8 bytes."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by class
        self._buffer = bytearray()
        self._request = 0
        self._answer = b""

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._request:
            self._request = int.from_bytes(self._buffer[:4], "big")
            self._answer = bytes(int.from_bytes(self._buffer[4:8], "big"))
            del self._buffer[:8]
        count, _ = divmod(len(self._buffer), self._request)
        del self._buffer[: count * self._request]
        if count:
            self._transport.write(self._answer * count)


async def serve() -> None:
    server = await asyncio.get_running_loop().create_server(Echo, "127.0.0.1", 0)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


async def link(port: int, exchanges: int, in_flight: int, request: int, answer: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request.to_bytes(4, "big") + answer.to_bytes(4, "big"))
    packet = bytes(request)
    writer.write(packet * in_flight)
    for number in range(exchanges):
        await reader.readexactly(answer)
        if number < exchanges - in_flight:
            writer.write(packet)
    writer.close()
    await writer.wait_closed()


async def run_client(port: int) -> None:
    while line := await asyncio.to_thread(sys.stdin.readline):
        command = json.loads(line)
        links = command["links"]
        share = command["exchanges"] // links
        began_s = time.perf_counter()
        await asyncio.gather(
            *(link(port, share, command["in_flight"], command["request"], command["answer"]) for _ in range(links))
        )
        print(json.dumps({"seconds": time.perf_counter() - began_s}), flush=True)


if __name__ == "__main__":
    uvloop.run(serve() if sys.argv[1] == "server" else run_client(int(sys.argv[2])))
