"""What Wireroom relies on in the private parts of the pinned Telethon, and that an ended link writes nothing."""

import asyncio
import inspect
import os
from importlib.metadata import version
from pathlib import Path

import pytest
import telethon
from telethon import TelegramClient
from telethon.network import ConnectionTcpFull, MTProtoSender

from core import errors
from core.domain.account import DataCentre
from core.domain.message import FormattedText, OutgoingMessage
from telegram.clients import CLIENT_CLASSES, TELETHON_VERSION
from telegram.data_centres import SANDBOX_API
from telegram.direct_connection import Direct
from telegram.sandbox.control import Fault, FaultKind
from telegram.session import AccountSession
from tests.telegram.online import by_name, go_online, meet
from tests.telegram.sandbox_fixture import RunningSandbox


def test_the_pinned_version_is_installed() -> None:
    pins = (Path(__file__).parents[2] / "pyproject.toml").read_text()

    assert f'"telethon=={TELETHON_VERSION}"' in pins
    assert telethon.__version__ == version("telethon") == TELETHON_VERSION


async def test_the_private_parts_are_as_in_1_45() -> None:
    client = CLIENT_CLASSES[DataCentre.SANDBOX](AccountSession(), SANDBOX_API)
    sender = client._sender

    assert isinstance(sender, MTProtoSender)
    assert isinstance(sender._pending_state, dict)
    assert not sender._send_queue._deque
    assert sender._disconnected.done()  # nothing is connected yet
    assert sender._connection is None
    assert client.updates is sender._updates_queue
    assert client.updates is client._updates_queue
    assert not sender._auto_reconnect
    assert client.flood_sleep_threshold == 0
    assert client._init_request.query is None
    assert inspect.iscoroutinefunction(TelegramClient._keepalive_loop)
    assert {"_user_connected", "_reconnecting"} <= vars(sender).keys()
    connection = ConnectionTcpFull("host", 1, 2, loggers=client._log)
    assert {"_reader", "_writer", "_connected"} <= vars(connection).keys()
    assert inspect.iscoroutinefunction(connection._connect)
    assert inspect.iscoroutinefunction(connection._recv)
    assert not inspect.iscoroutinefunction(connection._send)


async def test_nothing_waits_between_the_sender_and_the_socket(shared_sandbox: RunningSandbox) -> None:
    online, _ = await meet(shared_sandbox)
    async with online.link() as link:
        connection = link._client._sender._connection

        assert isinstance(connection, Direct)
        assert connection._send_task is connection._recv_task is None
        await asyncio.gather(connection.disconnect(), connection.disconnect())

        assert connection._writer.transport.get_extra_info("socket").fileno() == -1, "both return once it is closed"
        with pytest.raises(ConnectionError):
            await connection.send(b"")
        with pytest.raises(ConnectionError):
            await connection.recv()
        await link.wait_closed()


def test_each_data_centre_has_a_cache_of_its_own() -> None:
    assert set(CLIENT_CLASSES) == set(DataCentre)
    assert len(set(CLIENT_CLASSES.values())) == len(DataCentre)
    assert all("_config" in vars(cls) for cls in CLIENT_CLASSES.values())


class Relay:
    """Stands between client and sandbox, and stops taking bytes from the client while `flowing` is not set."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self.flowing = asyncio.Event()
        self.flowing.set()
        self.has_ended = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream, to_sandbox = await asyncio.open_connection(*self._target)
        async with asyncio.TaskGroup() as group:
            back = group.create_task(self._pump(upstream, writer))
            await self._pump(reader, to_sandbox, self.flowing)
            back.cancel()
        self.has_ended.set()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, gate: asyncio.Event | None = None
    ) -> None:
        try:
            while data := await reader.read(4096):
                if gate is not None:
                    await gate.wait()
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()


@pytest.mark.slow
async def test_what_still_waits_to_be_written_never_leaves_an_ended_link(shared_sandbox: RunningSandbox) -> None:
    """More is sent than the sockets on the way take. Without the end of the link all of it would arrive."""
    online, person = await meet(shared_sandbox)
    relay = Relay(shared_sandbox.address.host, shared_sandbox.address.port)
    server = await asyncio.start_server(relay.serve, "127.0.0.1", 0, limit=4096)
    link = await online.gateway.connect(online.account, None, online.inbox)
    peer = await link.resolve(by_name(person))
    await link.close()
    session = AccountSession(None)
    session.set_dc(2, *server.sockets[0].getsockname())
    session.auth_key = link._client.session.auth_key
    link._client = CLIENT_CLASSES[DataCentre.SANDBOX](session, SANDBOX_API)
    await link._client.connect()
    relay.flowing.clear()

    texts = [
        OutgoingMessage(text=FormattedText(os.urandom(2000).hex())) for _ in range(2500)
    ]  # 10 MB that do not compress well
    async with asyncio.TaskGroup() as group:
        sends = [
            group.create_task(fate(link.send(peer, text, random_id=number)))
            for number, text in enumerate(texts, start=1)
        ]
        await asyncio.sleep(0)
        writer = link._client._sender._connection._writer
        async with asyncio.timeout(40):
            while not writer.transport.get_write_buffer_size():
                await asyncio.sleep(0.005)
        link._client.sever()
    relay.flowing.set()
    await relay.has_ended.wait()
    await link.close()
    server.close()

    async with online.link() as again:  # whatever the sandbox got before is handled by now
        await again.server_time()
    arrived = {random_id for _, random_id in online.sent()}
    assert all(isinstance(task.result(), errors.ConnectionLost) for task in sends)
    assert len(texts) not in arrived
    assert len(arrived) < len(texts)


async def fate(sending: object) -> object:
    try:
        return await sending  # type: ignore[misc]
    except errors.AppError as error:
        return error


async def test_a_request_that_was_swallowed_is_not_sent_again_by_any_later_link(
    shared_sandbox: RunningSandbox,
) -> None:
    online, person = await meet(shared_sandbox)
    swallow = Fault(kind=FaultKind.SWALLOW, method="messages.sendMessage", account_id=online.user_id)
    async with online.link(caught_up=True) as link:
        peer = await link.resolve(by_name(person))
        await shared_sandbox.control.inject(swallow)
        before = await sends_seen(shared_sandbox)
        async with asyncio.TaskGroup() as group:
            sending = group.create_task(
                fate(link.send(peer, OutgoingMessage(text=FormattedText("Hello")), random_id=1))
            )
            while await sends_seen(shared_sandbox) == before:
                await asyncio.sleep(0)
            await shared_sandbox.control.drop_links(online.user_id)  # where Telethon would reconnect and repeat
        assert isinstance(sending.result(), errors.ConnectionLost)
    async with online.link(online.inbox.state, caught_up=True) as again:
        await again.server_time()

    assert online.sent() == []
    assert await sends_seen(shared_sandbox) == before + 1


async def sends_seen(sandbox: RunningSandbox) -> int:
    return (await sandbox.control.stats()).calls.get("messages.sendMessage", 0)


@pytest.mark.parametrize("attempt", range(3))
async def test_a_new_link_right_after_a_severed_one_is_not_taken_for_a_second_use(
    shared_sandbox: RunningSandbox, attempt: int
) -> None:
    online = await go_online(shared_sandbox)
    link = await online.gateway.connect(online.account, None, online.inbox)
    link._client.sever()
    async with online.link() as again:
        await again.server_time()
    await link.close()
