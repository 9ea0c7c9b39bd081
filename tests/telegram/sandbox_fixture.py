"""A sandbox in a process of its own for a test, and stock Telethon clients that speak to it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self

import pytest
from telethon import TelegramClient, functions, types
from telethon.crypto import rsa
from telethon.network import ConnectionTcpFull
from telethon.sessions import MemorySession

from telegram.sandbox.address import SandboxAddress
from telegram.sandbox.control import AccountInfo, AccountKind, RepeatBehaviour, SandboxControl
from telegram.sandbox.ledger import FILE_NAME, LedgerEntry, read_ledger
from telegram.sandbox.process import SandboxProcess


class RunningSandbox:
    """One sandbox: where it is, and how to change, kill and start it again (which gives a new address)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process = SandboxProcess(folder)
        self.address: SandboxAddress
        self.control: SandboxControl

    async def start(self) -> Self:
        self.address = await self.process.start()
        self.control = SandboxControl(self.address)
        return self

    async def kill(self) -> None:
        """End it as a crash would."""
        await self.control.close()
        await self.process.kill()

    async def stop(self) -> None:
        """End it in order."""
        await self.control.close()
        await self.process.stop()

    async def restart(self) -> Self:
        """Kill it, unless it has ended, and start it again in the same folder."""
        await self.kill()
        return await self.start()

    def ledger(self) -> list[LedgerEntry]:
        return read_ledger(self.folder / FILE_NAME)


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[RunningSandbox]:
    """A sandbox of this test alone, about 0.8 s: for tests that kill, restart or fill it."""
    running = await RunningSandbox(tmp_path / "sandbox").start()
    yield running
    await running.stop()


@pytest.fixture(scope="session")
def _shared_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    running = RunningSandbox(tmp_path_factory.mktemp("sandbox"))
    asyncio.run(running.start())
    yield running
    asyncio.run(running.process.stop())


@pytest.fixture
async def shared_sandbox(_shared_process: RunningSandbox) -> AsyncIterator[RunningSandbox]:
    """One sandbox for all tests, without faults: for tests that make accounts of their own and do not end it."""
    _shared_process.control = SandboxControl(_shared_process.address)
    yield _shared_process
    await _shared_process.control.clear_faults()
    await _shared_process.control.set_repeat_behaviour(RepeatBehaviour.ECHO)
    await _shared_process.control.set_clock_offset(0)
    await _shared_process.control.close()


class SandboxClient(TelegramClient):
    """The stock client; the class of its own keeps the cached configuration from other clients."""

    _config = None


def make_client(address: SandboxAddress, session: MemorySession | None = None, **options: Any) -> SandboxClient:
    """A client for this sandbox that does nothing by itself: no reconnect, no repeat, no wait."""
    rsa.add_key(address.public_key_pem, old=False)
    session = session or MemorySession()
    session.set_dc(2, address.host, address.port)
    settings: dict[str, Any] = {
        "auto_reconnect": False,
        "connection": ConnectionTcpFull,
        "connection_retries": 5,  # one key exchange in 200 has to be repeated (a key with a leading zero)
        "retry_delay": 0,
        "request_retries": 0,
        "raise_last_call_error": True,
        "flood_sleep_threshold": 0,
        "timeout": 5,
    }
    return SandboxClient(session, 1, "hash", **(settings | options))


@asynccontextmanager
async def connected(
    address: SandboxAddress, session: MemorySession | None = None, **options: Any
) -> AsyncIterator[SandboxClient]:
    """A connected client, disconnected at the end of the block."""
    client = make_client(address, session, **options)
    try:
        await client.connect()
        yield client
    finally:
        await client.disconnect()


@asynccontextmanager
async def signed_in_bot(
    sandbox: RunningSandbox, session: MemorySession | None = None, **options: Any
) -> AsyncIterator[tuple[SandboxClient, AccountInfo]]:
    """A new bot, signed in."""
    account = await sandbox.control.add_account(AccountKind.BOT, name="Shop")
    async with connected(sandbox.address, session, **options) as client:
        await client.sign_in(bot_token=account.bot_token)
        yield client, account


@asynccontextmanager
async def signed_in_user(
    sandbox: RunningSandbox, session: MemorySession | None = None, **options: Any
) -> AsyncIterator[tuple[SandboxClient, AccountInfo]]:
    """A new user account, signed in by code."""
    account = await sandbox.control.add_account(AccountKind.USER, name="Ada")
    async with connected(sandbox.address, session, **options) as client:
        await sign_in_by_code(sandbox, client, account)
        yield client, account


async def sign_in_by_code(sandbox: RunningSandbox, client: SandboxClient, account: AccountInfo) -> None:
    """Sign in to an account without a second password."""
    await client.send_code_request(account.phone)
    await client.sign_in(account.phone, await sandbox.control.last_code(account.phone))


async def peer_of(client: SandboxClient, username: str) -> types.InputPeerUser:
    """How this account addresses a user."""
    resolved = await client(functions.contacts.ResolveUsernameRequest(username))
    return types.InputPeerUser(resolved.users[0].id, resolved.users[0].access_hash)


async def send(client: SandboxClient, peer: Any, text: str, random_id: int, **options: Any) -> Any:
    """The raw request, without Telethon's retries; 5 s."""
    request = functions.messages.SendMessageRequest(peer, text, random_id=random_id, **options)
    return await asyncio.wait_for(client._sender.send(request), 20)


@asynccontextmanager
async def pushed(client: SandboxClient) -> AsyncIterator[asyncio.Queue[Any]]:
    """The raw updates that reach this client inside the block."""
    queue: asyncio.Queue[Any] = asyncio.Queue()

    async def take(update: Any) -> None:
        queue.put_nowait(update)

    client.add_event_handler(take)
    yield queue
    client.remove_event_handler(take)


async def next_of(queue: "asyncio.Queue[Any]", kind: type) -> Any:
    async with asyncio.timeout(20):
        while not isinstance(update := await queue.get(), kind):
            pass
        return update
