"""A program of its own: as many bare Telethon clients as asked for, on one plain loop, as the prototype had them.

Reads commands on standard input and answers on standard output, one line of JSON each: {"sign_in": accounts} makes and
signs in that many; {"reconnect": true} closes all links and opens them again with the same keys, all at once, and
answers with the seconds it took.
"""

import asyncio
import json
import logging
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import uvloop
from telethon import TelegramClient
from telethon.crypto import rsa

from bench.bare_loop import sign_in
from telegram.sandbox.address import read_address
from telegram.sandbox.control import SandboxControl


async def reconnect(clients: list[TelegramClient]) -> float:
    """Seconds until every client is connected again and had its first answer."""
    await asyncio.gather(*(client.disconnect() for client in clients))
    began_s = time.perf_counter()
    await asyncio.gather(*(connect(client) for client in clients))
    return time.perf_counter() - began_s


async def connect(client: TelegramClient) -> None:
    await client.connect()
    await client.get_me()


async def main(folder: Path) -> None:
    address = read_address(folder)
    assert address is not None, "the sandbox runs"
    logging.disable()  # Telethon reports every link that is broken here on purpose
    rsa.add_key(address.public_key_pem, old=False)
    clients: list[TelegramClient] = []
    async with SandboxControl(address) as control:
        while line := await asyncio.to_thread(sys.stdin.readline):
            command = json.loads(line)
            if "sign_in" in command:
                for index in range(command["sign_in"]):
                    clients.append((await sign_in(address, control, index, 0)).client)
                answer: dict[str, object] = {"ready": len(clients)}
            else:
                answer = {"seconds": await reconnect(clients)}
            print(json.dumps(answer), flush=True)
    await asyncio.gather(*(client.disconnect() for client in clients))


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1])))
