"""The server's half of the second password (SRP). Source: core.telegram.org/api/srp."""

import secrets
from dataclasses import dataclass
from hashlib import pbkdf2_hmac, sha256

from telegram.sandbox.primes import DH_GENERATOR, DH_PRIME

_BYTES = 256
_ITERATIONS = 100_000


@dataclass(frozen=True, slots=True)
class PasswordRecord:
    """What is kept instead of the password."""

    salt1: bytes
    salt2: bytes
    verifier: bytes


def make_password_record(password: str) -> PasswordRecord:
    """Derive what is kept; about 0.1 s of CPU."""
    salt1, salt2 = secrets.token_bytes(16), secrets.token_bytes(16)
    first = _hash(salt1, password.encode(), salt1)
    second = _hash(salt2, first, salt2)
    stretched = pbkdf2_hmac("sha512", second, salt1, _ITERATIONS)
    x = int.from_bytes(_hash(salt2, stretched, salt2))
    return PasswordRecord(salt1, salt2, pow(DH_GENERATOR, x, DH_PRIME).to_bytes(_BYTES))


def make_challenge(record: PasswordRecord) -> tuple[int, bytes]:
    """The server's secret exponent and the public number (srp_B) that goes with it."""
    exponent = secrets.randbits(2048)
    public = (_multiplier() * int.from_bytes(record.verifier) + pow(DH_GENERATOR, exponent, DH_PRIME)) % DH_PRIME
    return exponent, public.to_bytes(_BYTES)


def proves_password(record: PasswordRecord, exponent: int, client_public: bytes, client_proof: bytes) -> bool:
    """Whether the client's answer to the challenge shows that it knows the password."""
    verifier = int.from_bytes(record.verifier)
    public = (_multiplier() * verifier + pow(DH_GENERATOR, exponent, DH_PRIME)) % DH_PRIME
    a, b = client_public.rjust(_BYTES, b"\0"), public.to_bytes(_BYTES)
    u = int.from_bytes(_hash(a, b))
    shared = pow(int.from_bytes(a) * pow(verifier, u, DH_PRIME), exponent, DH_PRIME)
    prime, generator = DH_PRIME.to_bytes(_BYTES), DH_GENERATOR.to_bytes(_BYTES)
    mixed = bytes(x ^ y for x, y in zip(_hash(prime), _hash(generator), strict=True))
    key = _hash(shared.to_bytes(_BYTES))
    expected = _hash(mixed, _hash(record.salt1), _hash(record.salt2), a, b, key)
    return secrets.compare_digest(expected, client_proof)


def _multiplier() -> int:
    return int.from_bytes(_hash(DH_PRIME.to_bytes(_BYTES), DH_GENERATOR.to_bytes(_BYTES)))


def _hash(*parts: bytes) -> bytes:
    return sha256(b"".join(parts)).digest()
