"""Secrets and signatures in the form of the Standard Webhooks specification 1.0, so that receivers need no code of ours.

A secret is `whsec_` and the base64 of random bytes. Signed is `id.timestamp.body` by HMAC-SHA256; the header lists `v1,`
and the base64 of it, once for each secret that holds.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

import msgspec

from core.domain.webhook import OLD_SECRET_FOR
from core.errors import SecretStoreError

PREFIX: Final = "whsec_"
SECRET_BYTES: Final = 32  # the specification asks for 24 to 64


@dataclass(frozen=True, slots=True, kw_only=True)
class HookSecret:
    """The entry in the secret store: the whole address, and what signs."""

    address: str = field(repr=False)
    secret: str = field(repr=False)
    old_secret: str = field(default="", repr=False)
    old_until: float = 0.0  # seconds since 1970

    def secrets_at(self, now: datetime) -> Sequence[str]:
        """Those that sign now, the newest first."""
        return (self.secret, self.old_secret) if now.timestamp() < self.old_until else (self.secret,)

    def rolled(self, now: datetime) -> "HookSecret":
        """With a new secret; the present one signs beside it for OLD_SECRET_FOR."""
        until = (now + OLD_SECRET_FOR).timestamp()
        return replace(self, secret=make_secret(), old_secret=self.secret, old_until=until)

    def encoded(self) -> bytes:
        return msgspec.json.encode(self)


def decode_secret(content: bytes) -> HookSecret:
    """Raises SecretStoreError for an entry that is not one of a webhook."""
    try:
        return msgspec.json.decode(content, type=HookSecret)
    except msgspec.MsgspecError:
        raise SecretStoreError("The secret of this webhook cannot be read.") from None


def make_secret() -> str:
    """A new one, as receivers enter it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def sign(message_id: str, body: bytes, secrets_now: Sequence[str], now: datetime) -> Mapping[str, str]:
    """The three headers of one try. `message_id` holds no full stop."""
    timestamp = str(int(now.timestamp()))
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{_signature(secret, signed)}" for secret in secrets_now),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
