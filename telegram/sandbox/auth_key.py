"""An auth key of 256 bytes and the encryption of MTProto 2.0 with it, seen from the server.

Source of the formulas: core.telegram.org/mtproto/description, "Defining AES Key and Initialization Vector".
"""

import os
from hashlib import sha1, sha256

import cryptg

KEY_BYTES = 256


class InvalidPacket(Exception):
    """The packet was not encrypted with this key, or was changed on its way."""


class AuthKey:
    """Encrypts to and decrypts from the one client that has the same key."""

    __slots__ = (
        "_in_a",
        "_in_b",
        "_in_check",
        "_out_a",
        "_out_b",
        "_out_check",
        "aux_hash",
        "key",
        "key_id",
        "packed_id",
    )

    def __init__(self, key: bytes) -> None:
        self.key = key.rjust(KEY_BYTES, b"\0")
        digest = sha1(self.key).digest()  # noqa: S324 - the protocol's choice
        self.aux_hash = digest[:8]
        self.packed_id = digest[12:20]
        self.key_id = int.from_bytes(self.packed_id, "little")
        self._in_a, self._in_b, self._in_check = self.key[0:36], self.key[40:76], self.key[88:120]
        self._out_a, self._out_b, self._out_check = self.key[8:44], self.key[48:84], self.key[96:128]

    def decrypt(self, packet: bytes) -> bytes:
        """The content of a whole packet (key id, message key, cipher text). Raises InvalidPacket."""
        message_key, cipher = packet[8:24], packet[24:]
        cipher = cipher[: len(cipher) & ~15]  # some transports pad the packet
        if not cipher:
            raise InvalidPacket
        a = sha256(message_key + self._in_a).digest()
        b = sha256(self._in_b + message_key).digest()
        plain: bytes = cryptg.decrypt_ige(cipher, a[:8] + b[8:24] + a[24:32], b[:8] + a[8:24] + b[24:32])
        if sha256(self._in_check + plain).digest()[8:24] != message_key:
            raise InvalidPacket
        return plain

    def encrypt(self, plain: bytes) -> bytes:
        """A whole packet for the client."""
        plain += os.urandom(-(len(plain) + 12) % 16 + 12)
        message_key = sha256(self._out_check + plain).digest()[8:24]
        a = sha256(message_key + self._out_a).digest()
        b = sha256(self._out_b + message_key).digest()
        cipher: bytes = cryptg.encrypt_ige(plain, a[:8] + b[8:24] + a[24:32], b[:8] + a[8:24] + b[24:32])
        return self.packed_id + message_key + cipher
