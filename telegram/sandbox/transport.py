"""The transports of MTProto on one listener, recognised from the first bytes; bytes in, packets out, no sockets here.

Full, abridged, intermediate and padded intermediate, each also under obfuscated2 with or without the secret of an
MTProxy. Source: core.telegram.org/mtproto/mtproto-transports.
"""

import os
from hashlib import sha256
from struct import Struct
from typing import Protocol
from zlib import crc32

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes

MAX_PACKET_BYTES = 1 << 21  # twice the biggest container a client may send
_TWO_INTS = Struct("<II")
_INT = Struct("<I")
_HANDSHAKE_BYTES = 64


class TransportError(Exception):
    """What arrived is no MTProto transport; the link has to be closed."""


class Framing(Protocol):
    """Cuts a stream into packets and the other way round."""

    def split(self, buffer: bytearray) -> list[bytes]:
        """Take every complete packet off the front of `buffer`."""
        ...

    def frame(self, packet: bytes) -> bytes: ...


class FullFraming:
    """Length, counter, packet, checksum."""

    def __init__(self) -> None:
        self._sent_count = 0

    def split(self, buffer: bytearray) -> list[bytes]:
        packets: list[bytes] = []
        start = 0
        while len(buffer) - start >= 12:
            (length,) = _INT.unpack_from(buffer, start)
            if not 12 < length <= MAX_PACKET_BYTES:
                raise TransportError("bad length")
            if len(buffer) - start < length:
                break
            frame = bytes(buffer[start : start + length])
            if _INT.unpack_from(frame, length - 4)[0] != crc32(frame[:-4]):
                raise TransportError("bad checksum")
            packets.append(frame[8:-4])
            start += length
        del buffer[:start]
        return packets

    def frame(self, packet: bytes) -> bytes:
        content = _TWO_INTS.pack(len(packet) + 12, self._sent_count) + packet
        self._sent_count += 1
        return content + _INT.pack(crc32(content))


class AbridgedFraming:
    """The length in words, in one byte or four."""

    def split(self, buffer: bytearray) -> list[bytes]:
        packets: list[bytes] = []
        start = 0
        while len(buffer) - start >= 4:
            length, head = (buffer[start] & 0x7F) << 2, 1
            if length == 0x7F << 2:
                length, head = int.from_bytes(buffer[start + 1 : start + 4], "little") << 2, 4
            if length > MAX_PACKET_BYTES:
                raise TransportError("bad length")
            if len(buffer) - start < head + length:
                break
            packets.append(bytes(buffer[start + head : start + head + length]))
            start += head + length
        del buffer[:start]
        return packets

    def frame(self, packet: bytes) -> bytes:
        words = len(packet) >> 2
        if words < 0x7F:
            return bytes((words,)) + packet
        return b"\x7f" + words.to_bytes(3, "little") + packet


class IntermediateFraming:
    """The length in bytes; padded: up to 3 more bytes that mean nothing."""

    def __init__(self, *, is_padded: bool) -> None:
        self._is_padded = is_padded

    def split(self, buffer: bytearray) -> list[bytes]:
        packets: list[bytes] = []
        start = 0
        while len(buffer) - start >= 4:
            (length,) = _INT.unpack_from(buffer, start)
            if length > MAX_PACKET_BYTES:
                raise TransportError("bad length")
            if len(buffer) - start < 4 + length:
                break
            end = start + 4 + (length & ~3 if self._is_padded else length)
            packets.append(bytes(buffer[start + 4 : end]))
            start += 4 + length
        del buffer[:start]
        return packets

    def frame(self, packet: bytes) -> bytes:
        padding = os.urandom(os.urandom(1)[0] & 3) if self._is_padded else b""
        return _INT.pack(len(packet) + len(padding)) + packet + padding


class Transport:
    """One link's transport; unknown until the first bytes have come."""

    def __init__(self, proxy_secret: bytes) -> None:
        self._proxy_secret = proxy_secret
        self._buffer = bytearray()
        self._framing: Framing | None = None
        self._decryptor: CipherContext | None = None
        self._encryptor: CipherContext | None = None

    def receive(self, data: bytes) -> list[bytes]:
        """The packets that are complete now. Raises TransportError."""
        if self._framing is not None:
            self._buffer += self._decryptor.update(data) if self._decryptor else data
            return self._framing.split(self._buffer)
        self._buffer += data
        self._framing = self._recognise()
        return self._framing.split(self._buffer) if self._framing else []

    def wrap(self, packet: bytes) -> bytes:
        """The bytes to send for a packet."""
        assert self._framing is not None, "nothing is sent before the client has spoken"
        data = self._framing.frame(packet)
        return self._encryptor.update(data) if self._encryptor else data

    def _recognise(self) -> Framing | None:
        head = self._buffer
        if head[:1] == b"\xef":
            del head[:1]
            return AbridgedFraming()
        if len(head) < 8:
            return None
        if head[:4] == b"\xee\xee\xee\xee":
            del head[:4]
            return IntermediateFraming(is_padded=False)
        if head[:4] == b"\xdd\xdd\xdd\xdd":
            del head[:4]
            return IntermediateFraming(is_padded=True)
        if head[4:8] == b"\0\0\0\0":  # the counter of the first full packet; an obfuscated start may not look so
            return FullFraming()
        if len(head) < _HANDSHAKE_BYTES:
            return None
        return self._open_obfuscated()

    def _open_obfuscated(self) -> Framing:
        header = bytes(self._buffer[:_HANDSHAKE_BYTES])
        for secret in (b"", self._proxy_secret):
            decryptor = _stream_cipher(header[8:56], secret)
            framing = _framing_of_tag(decryptor.update(header)[56:60])
            if framing is not None:
                rest = decryptor.update(bytes(self._buffer[_HANDSHAKE_BYTES:]))
                self._buffer = bytearray(rest)
                self._decryptor = decryptor
                self._encryptor = _stream_cipher(header[8:56][::-1], secret)
                return framing
        raise TransportError("unknown transport, or a wrong proxy secret")


def _framing_of_tag(tag: bytes) -> Framing | None:
    if tag == b"\xef\xef\xef\xef":
        return AbridgedFraming()
    if tag in {b"\xee\xee\xee\xee", b"\xdd\xdd\xdd\xdd"}:
        return IntermediateFraming(is_padded=tag[0] == 0xDD)
    return None


def _stream_cipher(key_and_iv: bytes, secret: bytes) -> CipherContext:
    key = sha256(key_and_iv[:32] + secret).digest() if secret else key_and_iv[:32]
    return Cipher(algorithms.AES(key), modes.CTR(key_and_iv[32:])).encryptor()
