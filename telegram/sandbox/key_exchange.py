"""The server's half of the key exchange: req_pq_multi, RSA, Diffie-Hellman.

Source: core.telegram.org/mtproto/auth_key. The numbers to factorise are small, which spares the client 34 ms.
"""

import secrets
from hashlib import sha1
from typing import Any

import cryptg
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from telethon.crypto import rsa as telethon_rsa
from telethon.extensions import BinaryReader
from telethon.helpers import generate_key_data_from_nonce
from telethon.tl import functions, types

from telegram.sandbox.auth_key import KEY_BYTES, AuthKey
from telegram.sandbox.primes import DH_GENERATOR, DH_PRIME

_P, _Q = 1009, 1013
_EXPONENT_BITS = 256  # RFC 7919, section 5.2: 225 bits are enough for a group of 2,048


class KeyExchangeError(Exception):
    """A step was out of order or does not fit the one before; the link has to be closed."""


class ServerKey:
    """The RSA key of this run. Making it takes about 80 ms."""

    def __init__(self) -> None:
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        public_form = (serialization.Encoding.PEM, serialization.PublicFormat.PKCS1)
        self.public_pem = private.public_key().public_bytes(*public_form).decode()
        numbers = private.private_numbers()
        self._p, self._q, self._inverse = numbers.p, numbers.q, numbers.iqmp
        self._exponent_p, self._exponent_q = numbers.dmp1, numbers.dmq1
        self.fingerprint: int = telethon_rsa._compute_fingerprint(numbers.public_numbers)

    def decrypt(self, cipher: bytes) -> bytes:
        """Raw RSA (no padding scheme), by the Chinese remainder theorem; 255 bytes."""
        number = int.from_bytes(cipher)
        of_p = pow(number, self._exponent_p, self._p)
        of_q = pow(number, self._exponent_q, self._q)
        plain = of_q + (self._inverse * (of_p - of_q)) % self._p * self._q
        return plain.to_bytes(256)[1:]


class KeyExchange:
    """One exchange on one link: feed it the client's three plain requests in order."""

    def __init__(self, server_key: ServerKey) -> None:
        self._server_key = server_key
        self._server_nonce = secrets.randbits(127)
        self._nonce: int | None = None
        self._new_nonce = 0
        self._secret_exponent = 0
        self.result: AuthKey | None = None

    def answer(self, request: Any, server_time_s: int) -> Any:
        """The answer to one request; after the third `result` is set. Raises KeyExchangeError."""
        if isinstance(request, functions.ReqPqMultiRequest | functions.ReqPqRequest):
            self._nonce = request.nonce
            pq = telethon_rsa.get_byte_array(_P * _Q)
            return types.ResPQ(request.nonce, self._server_nonce, pq, [self._server_key.fingerprint])
        if self._nonce is None or request.nonce != self._nonce or request.server_nonce != self._server_nonce:
            raise KeyExchangeError("another exchange")
        if isinstance(request, functions.ReqDHParamsRequest):
            return self._offer(request, server_time_s)
        if isinstance(request, functions.SetClientDHParamsRequest) and self._secret_exponent:
            return self._complete(request)
        raise KeyExchangeError("out of order")

    def _offer(self, request: Any, server_time_s: int) -> Any:
        content = self._server_key.decrypt(request.encrypted_data)
        inner = BinaryReader(content[20:]).tgread_object()
        if not isinstance(inner, types.PQInnerData) or inner.nonce != self._nonce:
            raise KeyExchangeError("wrong inner data")
        self._new_nonce = inner.new_nonce
        self._secret_exponent = secrets.randbits(_EXPONENT_BITS) | 1 << (_EXPONENT_BITS - 1)
        offer = bytes(
            types.ServerDHInnerData(
                nonce=self._nonce,
                server_nonce=self._server_nonce,
                g=DH_GENERATOR,
                dh_prime=DH_PRIME.to_bytes(KEY_BYTES),
                g_a=pow(DH_GENERATOR, self._secret_exponent, DH_PRIME).to_bytes(KEY_BYTES),
                server_time=server_time_s,
            )
        )
        answer = sha1(offer).digest() + offer  # noqa: S324 - the protocol's choice
        answer += bytes(-len(answer) % 16)
        encrypted: bytes = cryptg.encrypt_ige(answer, *self._temporary_key())
        return types.ServerDHParamsOk(self._nonce, self._server_nonce, encrypted)

    def _complete(self, request: Any) -> Any:
        plain: bytes = cryptg.decrypt_ige(request.encrypted_data, *self._temporary_key())
        inner = BinaryReader(plain[20:]).tgread_object()
        if not isinstance(inner, types.ClientDHInnerData):
            raise KeyExchangeError("wrong inner data")
        shared = pow(int.from_bytes(inner.g_b), self._secret_exponent, DH_PRIME)
        auth_key = AuthKey(shared.to_bytes(KEY_BYTES))
        nonce = self._new_nonce.to_bytes(32, "little", signed=True)
        digest = sha1(nonce + b"\x01" + auth_key.aux_hash).digest()  # noqa: S324 - the protocol's choice
        self.result = auth_key
        return types.DhGenOk(self._nonce, self._server_nonce, int.from_bytes(digest[4:], "little", signed=True))

    def _temporary_key(self) -> tuple[bytes, bytes]:
        key, iv = generate_key_data_from_nonce(self._server_nonce, self._new_nonce)
        return key, iv
