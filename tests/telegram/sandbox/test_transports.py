"""The stock client's transports, recognised on one port; and what is no transport loses its link."""

import asyncio

import pytest
from telethon import functions
from telethon.network import (
    ConnectionTcpAbridged,
    ConnectionTcpFull,
    ConnectionTcpIntermediate,
    ConnectionTcpMTProxyAbridged,
    ConnectionTcpMTProxyIntermediate,
    ConnectionTcpMTProxyRandomizedIntermediate,
    ConnectionTcpObfuscated,
)
from telethon.network.connection.tcpabridged import AbridgedPacketCodec
from telethon.network.connection.tcpfull import FullPacketCodec
from telethon.network.connection.tcpintermediate import IntermediatePacketCodec, RandomizedIntermediatePacketCodec
from telethon.network.connection.tcpmtproxy import MTProxyIO
from telethon.network.connection.tcpobfuscated import ObfuscatedIO

from telegram.sandbox.transport import Transport, TransportError
from tests.telegram.sandbox_fixture import RunningSandbox, connected

SECRET = bytes(range(16))
PACKETS = [b"first packet", b"a longer packet ".ljust(1200, b"."), b"last"]


@pytest.mark.parametrize(
    "connection",
    [ConnectionTcpFull, ConnectionTcpAbridged, ConnectionTcpIntermediate, ConnectionTcpObfuscated],
)
async def test_the_stock_client_connects(shared_sandbox: RunningSandbox, connection: type) -> None:
    async with connected(shared_sandbox.address, connection=connection) as client:
        assert (await client(functions.help.GetConfigRequest())).this_dc == 2


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:proxy argument will be ignored")  # python-socks is for other proxies
async def test_the_stock_client_connects_as_through_an_mtproxy(shared_sandbox: RunningSandbox) -> None:
    address = shared_sandbox.address

    async def connect(connection: type, prefix: str) -> int:
        proxy = (address.host, address.port, prefix + address.proxy_secret)
        async with connected(address, connection=connection, proxy=proxy) as client:
            return (await client(functions.help.GetConfigRequest())).this_dc

    async with asyncio.TaskGroup() as tasks:  # Telethon waits 2 s in each
        kinds = [
            (ConnectionTcpMTProxyRandomizedIntermediate, "dd"),
            (ConnectionTcpMTProxyIntermediate, ""),
            (ConnectionTcpMTProxyAbridged, ""),
        ]
        results = [tasks.create_task(connect(*kind)) for kind in kinds]

    assert [result.result() for result in results] == [2, 2, 2]


async def test_something_else_than_mtproto_is_cut_off(shared_sandbox: RunningSandbox) -> None:
    reader, writer = await asyncio.open_connection(shared_sandbox.address.host, shared_sandbox.address.port)
    writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: a browser that lost its way\r\n\r\n")

    with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
        await asyncio.wait_for(reader.readexactly(1), 20)
    writer.close()


class _Collected:
    """Stands for Telethon's connection: collects what its codecs would send."""

    _secret, _dc_id, _reader = SECRET, 2, None

    def __init__(self, codec: type) -> None:
        self.packet_codec = codec
        self._writer = self
        self.sent = bytearray()

    def write(self, data: bytes) -> None:
        self.sent += data


def client_stream(codec: type, disguise: type | None) -> bytes:
    """What Telethon would send for PACKETS."""
    collected = _Collected(codec)
    encoder = codec(None)
    if disguise is None:
        collected.write(encoder.tag or b"")
        target = collected
    else:
        target = disguise(collected)
        collected.write(bytes(target.header))
    for packet in PACKETS:
        target.write(encoder.encode_packet(packet))
    return bytes(collected.sent)


@pytest.mark.parametrize("chunk", [1, 3, 64, 10_000])
@pytest.mark.parametrize(
    ("codec", "disguise"),
    [
        (FullPacketCodec, None),
        (AbridgedPacketCodec, None),
        (IntermediatePacketCodec, None),
        (AbridgedPacketCodec, ObfuscatedIO),
        (IntermediatePacketCodec, MTProxyIO),
        (RandomizedIntermediatePacketCodec, MTProxyIO),
    ],
)
def test_packets_are_found_however_the_stream_is_cut(codec: type, disguise: type | None, chunk: int) -> None:
    transport = Transport(SECRET)
    stream = client_stream(codec, disguise)

    packets = [
        packet
        for start in range(0, len(stream), chunk)
        for packet in transport.receive(stream[start : start + chunk])
    ]

    assert packets == PACKETS


def test_a_damaged_packet_is_noticed() -> None:
    stream = bytearray(client_stream(FullPacketCodec, None))
    stream[15] ^= 1

    with pytest.raises(TransportError):
        Transport(SECRET).receive(bytes(stream))


def test_a_wrong_proxy_secret_is_not_served() -> None:
    with pytest.raises(TransportError):
        Transport(bytes(16)).receive(client_stream(IntermediatePacketCodec, MTProxyIO))
