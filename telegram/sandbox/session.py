"""The encrypted session of one link: message ids, salts, containers, and which client messages are refused and why.

Source: core.telegram.org/mtproto/description and .../service_messages_about_messages.
"""

import gzip
import zlib
from dataclasses import dataclass
from struct import Struct
from struct import error as StructError
from typing import Protocol

from telegram.sandbox.auth_key import AuthKey, InvalidPacket

CONTAINER = 0x73F1F8DC
GZIP_PACKED = 0x3072CFA1
MAX_CONTAINER_MESSAGES = 1020
TOO_OLD_S, TOO_NEW_S = 300, 30  # "msg_id too low / too high"
BAD_ID_TOO_LOW, BAD_ID_TOO_HIGH, BAD_ID_PARITY, BAD_SALT, BAD_CONTAINER = 16, 17, 18, 48, 64

_HEADER = Struct("<qqqii")  # salt, session id, message id, sequence number, length
_INNER = Struct("<qii")  # message id, sequence number, length
_TWO_INTS = Struct("<Ii")
_RPC_RESULT = Struct("<Iq")
_ID_STEP = 4


class Time(Protocol):
    """The server's time."""

    def unix_s(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message of the client, out of its container and unpacked."""

    message_id: int
    sequence: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a whole packet of the client is not processed."""

    message_id: int
    sequence: int
    error_code: int


@dataclass(slots=True)
class Outgoing:
    """One message for the client, waiting for the end of the turn."""

    message_id: int
    sequence: int
    body: bytes


class EncryptedSession:
    """Opens the packets of one client session and seals the answers to it."""

    def __init__(self, auth_key: AuthKey, salt: int, time: Time) -> None:
        self.auth_key = auth_key
        self.salt = salt
        self.session_id: int | None = None
        self.is_new = True  # new_session_created has not been said
        self._time = time
        self._last_id = 0
        self._content_count = 0

    def open(self, packet: bytes) -> list[Incoming] | Refusal:
        """The client's messages, or why they are refused. Raises InvalidPacket."""
        plain = self.auth_key.decrypt(packet)
        if len(plain) < _HEADER.size:
            raise InvalidPacket
        salt, session_id, message_id, sequence, length = _HEADER.unpack_from(plain)
        body = plain[_HEADER.size : _HEADER.size + length]
        if len(body) != length:
            raise InvalidPacket
        if session_id != self.session_id:
            self.session_id, self.is_new = session_id, True
            self._last_id = self._content_count = 0
        error_code = self._refuse(message_id)
        if not error_code and salt != self.salt:
            error_code = BAD_SALT
        if error_code:
            return Refusal(message_id, sequence, error_code)
        try:
            return self._unpack(message_id, sequence, body)
        except (StructError, zlib.error, OSError, EOFError, IndexError) as error:
            raise InvalidPacket from error

    def _refuse(self, message_id: int) -> int:
        age_s = self._time.unix_s() - message_id / (1 << 32)
        if age_s > TOO_OLD_S:
            return BAD_ID_TOO_LOW
        if -age_s > TOO_NEW_S:
            return BAD_ID_TOO_HIGH
        return BAD_ID_PARITY if message_id % _ID_STEP else 0

    def _unpack(self, message_id: int, sequence: int, body: bytes) -> list[Incoming] | Refusal:
        constructor = int.from_bytes(body[:4], "little")
        if constructor == GZIP_PACKED:
            return self._unpack(message_id, sequence, gzip.decompress(_tl_bytes(body[4:])))
        if constructor != CONTAINER:
            return [Incoming(message_id, sequence, body)]
        messages: list[Incoming] = []
        _, count = _TWO_INTS.unpack_from(body)
        position = _TWO_INTS.size
        for _ in range(count):
            if position + _INNER.size > len(body) or count > MAX_CONTAINER_MESSAGES:
                return Refusal(message_id, sequence, BAD_CONTAINER)
            inner_id, inner_sequence, length = _INNER.unpack_from(body, position)
            start = position + _INNER.size
            position = start + length
            inner = body[start:position]
            if inner[:4] == b"\xa1\xcf\x72\x30":  # gzip_packed
                inner = gzip.decompress(_tl_bytes(inner[4:]))
            messages.append(Incoming(inner_id, inner_sequence, inner))
        return messages

    def make(self, body: bytes, *, is_content: bool, is_answer: bool) -> Outgoing:
        """Give a message its number. Numbers rise; answers are 1 modulo 4, all others 3."""
        step = 1 if is_answer else 3
        message_id = int(self._time.unix_s() * (1 << 32)) & ~3 | step
        if message_id <= self._last_id:
            message_id = (self._last_id & ~3) + _ID_STEP + step
        self._last_id = message_id
        sequence = self._content_count * 2 + is_content
        self._content_count += is_content
        return Outgoing(message_id, sequence, body)

    def make_result(self, request_id: int, result: bytes) -> Outgoing:
        """The answer to one request."""
        return self.make(_RPC_RESULT.pack(0xF35C6D01, request_id) + result, is_content=True, is_answer=True)

    def seal(self, messages: list[Outgoing]) -> bytes:
        """One packet with these messages, in a container if there is more than one."""
        outer = messages[0] if len(messages) == 1 else self._contain(messages)
        assert self.session_id is not None
        header = _HEADER.pack(self.salt, self.session_id, outer.message_id, outer.sequence, len(outer.body))
        return self.auth_key.encrypt(header + outer.body)

    def _contain(self, messages: list[Outgoing]) -> Outgoing:
        parts = [_TWO_INTS.pack(CONTAINER, len(messages))]
        for message in messages:
            parts.append(_INNER.pack(message.message_id, message.sequence, len(message.body)))
            parts.append(message.body)
        return self.make(b"".join(parts), is_content=False, is_answer=False)


def pack_if_smaller(result: bytes, *, threshold_bytes: int = 1024) -> bytes:
    """gzip_packed of a long result, where that is shorter."""
    if len(result) < threshold_bytes:
        return result
    content = gzip.compress(result, compresslevel=1)
    length = len(content)
    packed = GZIP_PACKED.to_bytes(4, "little") + b"\xfe" + length.to_bytes(3, "little") + content + bytes(-length % 4)
    return packed if len(packed) < len(result) else result


def _tl_bytes(data: bytes) -> bytes:
    if data[0] == 0xFE:
        return data[4 : 4 + int.from_bytes(data[1:4], "little")]
    return data[1 : 1 + data[0]]
