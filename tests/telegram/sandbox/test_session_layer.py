"""Salts, containers, compression and what a client is told when its message cannot be processed."""

import asyncio
import struct

import pytest
from telethon import functions, types
from telethon.errors import BadRequestError, RPCError
from telethon.tl import TLRequest
from telethon.tl.core import GzipPacked

from telegram.sandbox.auth_key import AuthKey
from telegram.sandbox.session import (
    BAD_ID_PARITY,
    BAD_ID_TOO_HIGH,
    BAD_ID_TOO_LOW,
    BAD_SALT,
    EncryptedSession,
    Incoming,
    Refusal,
    pack_if_smaller,
)
from tests.telegram.sandbox_fixture import RunningSandbox, connected, peer_of, send, signed_in_user


async def test_a_client_learns_its_salt_with_its_first_message(shared_sandbox: RunningSandbox) -> None:
    async with connected(shared_sandbox.address) as client:
        learned = client._sender._state.salt
        assert learned != 0  # it began with 0, was told, and repeated the message

        client._sender._state.salt = 1
        assert await client(functions.help.GetConfigRequest())
        assert client._sender._state.salt == learned


async def test_requests_in_one_container_are_answered_one_by_one(shared_sandbox: RunningSandbox) -> None:
    class Unknown(TLRequest):
        CONSTRUCTOR_ID = 0x12345678

        def _bytes(self) -> bytes:
            return struct.pack("<I", self.CONSTRUCTOR_ID)

    async with connected(shared_sandbox.address) as client:
        requests = [functions.help.GetConfigRequest(), Unknown(), functions.PingRequest(ping_id=7)]
        config, refusal, pong = await asyncio.gather(
            *(client._sender.send(request) for request in requests), return_exceptions=True
        )

    assert isinstance(config, types.Config)
    assert isinstance(refusal, BadRequestError)
    assert pong.ping_id == 7


async def test_a_method_the_sandbox_does_not_know_is_refused_by_name(shared_sandbox: RunningSandbox) -> None:
    async with connected(shared_sandbox.address) as client:
        with pytest.raises(RPCError, match="method does not exist"):
            await client(functions.help.GetNearestDcRequest())


async def test_long_messages_travel_compressed_both_ways(shared_sandbox: RunningSandbox) -> None:
    async with signed_in_user(shared_sandbox) as (client, account):
        [person] = await shared_sandbox.control.make_people(1, seed=1, account_ids=[account.user_id])
        peer = await peer_of(client, person.username)
        text = "long " * 800
        await send(client, peer, text, 1)
        [message] = await client.get_messages(peer, limit=1)

    assert message.message == text


def test_a_long_result_is_packed_only_if_that_makes_it_shorter() -> None:
    short, dull, random = b"short", b"dull" * 1000, AuthKey(b"1").encrypt(b"x" * 2000)

    assert pack_if_smaller(short) == short
    assert len(packed := pack_if_smaller(dull)) < len(dull) // 10
    assert struct.unpack("<I", packed[:4]) == (GzipPacked.CONSTRUCTOR_ID,)
    assert pack_if_smaller(random) == random


class _Noon:
    def unix_s(self) -> float:
        return 1_800_000_000.0


CLIENT_SALT = 99


class _Client(AuthKey):
    """The other side: the two directions of the key exchanged."""

    def __init__(self, key: bytes) -> None:
        super().__init__(key)
        self._in_a, self._out_a = self._out_a, self._in_a
        self._in_b, self._out_b = self._out_b, self._in_b
        self._in_check, self._out_check = self._out_check, self._in_check

    def packet(self, message_id: int, body: bytes, *, salt: int = CLIENT_SALT) -> bytes:
        return self.encrypt(struct.pack("<qqqii", salt, 5, message_id, 1, len(body)) + body)


KEY = bytes(range(256))
NOON_ID = 1_800_000_000 << 32


@pytest.mark.parametrize(
    ("message_id", "salt", "error_code"),
    [
        (NOON_ID - (301 << 32), CLIENT_SALT, BAD_ID_TOO_LOW),
        (NOON_ID + (31 << 32), CLIENT_SALT, BAD_ID_TOO_HIGH),
        (NOON_ID + 2, CLIENT_SALT, BAD_ID_PARITY),
        (NOON_ID, 1, BAD_SALT),
    ],
)
def test_a_message_is_refused_for_its_number_or_its_salt(message_id: int, salt: int, error_code: int) -> None:
    session = EncryptedSession(AuthKey(KEY), CLIENT_SALT, _Noon())

    assert session.open(_Client(KEY).packet(message_id, b"body", salt=salt)) == Refusal(message_id, 1, error_code)


def test_a_message_within_the_window_is_taken() -> None:
    session = EncryptedSession(AuthKey(KEY), CLIENT_SALT, _Noon())

    assert session.open(_Client(KEY).packet(NOON_ID, b"body")) == [Incoming(NOON_ID, 1, b"body")]


def test_server_message_numbers_rise_and_tell_answers_from_the_rest() -> None:
    session = EncryptedSession(AuthKey(KEY), CLIENT_SALT, _Noon())

    made = [session.make(b"", is_content=True, is_answer=bool(number % 2)) for number in range(50)]

    numbers = [message.message_id for message in made]
    assert numbers == sorted(set(numbers))
    assert [number % 4 for number in numbers] == [3, 1] * 25
    assert [message.sequence for message in made] == list(range(1, 101, 2))
