"""A program of its own: a bare Telethon loop that sends to a sandbox, with no database and no promises.

Reads commands on standard input and answers on standard output, one line of JSON each:
{"sign_in": accounts, "people": each} makes accounts and people, {"send": messages, "in_flight": n} sends them from all
accounts at once and answers with the seconds it took.
"""

import asyncio
import json
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import uvloop
from telethon import TelegramClient
from telethon.crypto import rsa
from telethon.extensions import markdown
from telethon.sessions import MemorySession
from telethon.tl.functions.contacts import ResolveUsernameRequest
from telethon.tl.functions.messages import SendMessageRequest
from telethon.tl.types import InputPeerUser

from telegram.sandbox.address import SandboxAddress, read_address
from telegram.sandbox.control import AccountKind, SandboxControl

TEXT = "Hello **{}**, the new programme is out. [Read it](https://example.org/programme)"

Message = tuple[InputPeerUser, str, list[Any]]


class Account:
    """A client and whom it writes to."""

    def __init__(self, client: TelegramClient, messages: list[Message]) -> None:
        self.client = client
        self.messages = messages


async def sign_in(address: SandboxAddress, control: SandboxControl, index: int, people: int) -> Account:
    """As the measured workspace has them: of five accounts two are bots."""
    session = MemorySession()
    session.set_dc(2, address.host, address.port)
    client = TelegramClient(
        session, 1, "0" * 32, auto_reconnect=False, request_retries=0, retry_delay=0, flood_sleep_threshold=0
    )
    await client.connect()
    if index % 5 >= 3:
        account = await control.add_account(AccountKind.BOT, name=f"Bare {index}")
        await client.sign_in(bot_token=account.bot_token)
    else:
        account = await control.add_account(AccountKind.USER, name=f"Bare {index}")
        await client.send_code_request(account.phone)
        await client.sign_in(account.phone, await control.last_code(account.phone))
    messages: list[Message] = []
    for person in await control.make_people(people, seed=9_000 + index, account_ids=[account.user_id]):
        found = (await client(ResolveUsernameRequest(person.username))).users[0]
        text, entities = markdown.parse(TEXT.format(person.name))
        messages.append((InputPeerUser(found.id, found.access_hash), text, entities))
    return Account(client, messages)


async def send_all(accounts: list[Account], count: int, in_flight: int) -> float:
    """Seconds for `count` messages, each account its share."""
    share = count // len(accounts)

    async def slot(send: Callable[[Any], Any], messages: Iterator[Message]) -> None:
        for peer, text, entities in messages:
            # The leanest way there is: past Telethon's retries, waits and entity look-ups.
            await send(SendMessageRequest(peer, text, random_id=secrets.randbits(63), entities=entities))

    began_s = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for account in accounts:
            repeated = (account.messages * (share // len(account.messages) + 1))[:share]
            messages = iter(repeated)
            for _ in range(in_flight):
                group.create_task(slot(account.client, messages))
    return time.perf_counter() - began_s


async def main(folder: Path) -> None:
    address = read_address(folder)
    assert address is not None, "the sandbox runs"
    rsa.add_key(address.public_key_pem, old=False)
    accounts: list[Account] = []
    async with SandboxControl(address) as control:
        while line := await asyncio.to_thread(sys.stdin.readline):
            command = json.loads(line)
            if "sign_in" in command:
                for index in range(command["sign_in"]):
                    accounts.append(await sign_in(address, control, index, command["people"]))
                answer: dict[str, object] = {"ready": len(accounts)}
            else:
                chosen = accounts[: command.get("accounts", len(accounts))]
                answer = {"seconds": await send_all(chosen, command["send"], command["in_flight"])}
            print(json.dumps(answer), flush=True)
    for account in accounts:
        await account.client.disconnect()


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1])))
