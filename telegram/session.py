"""The session of an account: its key in one secret, what it learns about people in memory until it is handed over.

Nothing here writes a file. Phone numbers are not kept.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Protocol, Self

from telethon.crypto import AuthKey
from telethon.sessions import MemorySession
from telethon.tl.types import User

from core.domain.ids import TelegramUserId
from core.domain.peer import Peer
from core.errors import SecretStoreError

KEY_BYTES = 256
FINGERPRINT_BYTES = 8

_MAGIC = b"WRS1"
_HEADER = struct.Struct(">4sBHB")  # magic, data centre, port, length of the host


class SessionKeys(Protocol):
    """What the gateway needs of the secret store. May block: it is called on a thread, with a deadline."""

    def get(self, name: str) -> bytes:
        """The secret of this name; raises SecretStoreError, also when there is none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSecret:
    """What is kept of a signed-in session, and all of it: whoever has it is the account.

    Its bytes: "WRS1", data centre (1 byte), port (2, big endian), length of the host (1), host (ASCII), key (256).
    The address is the one at which Telegram signed the account in; for sandbox and custom data centres the present
    address is used instead.
    """

    dc_id: int
    host: str
    port: int
    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.key) != KEY_BYTES:
            raise ValueError(f"an auth key has {KEY_BYTES} bytes, not {len(self.key)}")

    def to_bytes(self) -> bytes:
        """As stored in the secret store."""
        host = self.host.encode("ascii")
        return _HEADER.pack(_MAGIC, self.dc_id, self.port, len(host)) + host + self.key

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Raises SecretStoreError for anything else than `to_bytes` made."""
        try:
            magic, dc_id, port, length = _HEADER.unpack_from(content)
            start = _HEADER.size + length
            host = content[_HEADER.size : start].decode("ascii")
            secret = cls(dc_id=dc_id, host=host, port=port, key=content[start:])
        except (ValueError, struct.error) as error:
            raise SecretStoreError("The stored session cannot be read.", hint="Sign in again.") from error
        if magic != _MAGIC:
            raise SecretStoreError("The stored session has another format.", hint="Sign in again.")
        return secret

    @property
    def fingerprint(self) -> bytes:
        """8 bytes that name the key: hashed twice, so that they neither give it away nor equal Telegram's key id."""
        return sha256(sha256(b"wireroom session key" + self.key).digest()).digest()[:FINGERPRINT_BYTES]


class AccountSession(MemorySession):
    """Telethon's session object: key and address in memory, and the people learned over this connection.

    Only users who can be addressed are learned; "min" users carry a hash that is good for nothing (layer 102).
    """

    def __init__(self, secret: SessionSecret | None = None) -> None:
        super().__init__()
        self._known: dict[TelegramUserId, Peer] = {}
        self._fresh: dict[TelegramUserId, Peer] = {}
        if secret is not None:
            self.set_dc(secret.dc_id, secret.host, secret.port)
            self.auth_key = AuthKey(secret.key)

    def to_secret(self) -> SessionSecret:
        """What has to be stored to open this session again. Only for a session that has exchanged keys."""
        return SessionSecret(dc_id=self.dc_id, host=self.server_address, port=self.port, key=self.auth_key.key)

    def process_entities(self, tlo: Any) -> None:
        """Telethon's hook: every result passes here. Groups and channels are not kept."""
        self.learn(getattr(tlo, "users", None) or ())

    def learn(self, users: Iterable[Any]) -> None:
        """Keep those who can be addressed."""
        for user in users:
            peer = peer_from_user(user)
            if peer is not None and self._known.get(peer.user_id) != peer:
                self._known[peer.user_id] = self._fresh[peer.user_id] = peer

    def peer(self, user_id: int) -> Peer | None:
        """The user as this connection learned them."""
        return self._known.get(TelegramUserId(user_id))

    def take_fresh(self) -> dict[TelegramUserId, Peer]:
        """The peers learned since the last call, by id."""
        fresh, self._fresh = self._fresh, {}
        return fresh


def peer_from_user(user: Any) -> Peer | None:
    """The peer that a user object describes; None if it gives no usable hash or is the account itself."""
    if not isinstance(user, User) or user.min or user.is_self or user.access_hash is None:
        return None
    name = " ".join(part for part in (user.first_name, user.last_name) if part)
    return Peer(
        user_id=TelegramUserId(user.id),
        access_hash=user.access_hash,
        username=user.username or _active_username(user),
        name=name or None,
    )


def _active_username(user: Any) -> str | None:
    """A user with several names (Fragment) has them in a list, and `username` is empty then."""
    return next((name.username for name in user.usernames or () if name.active), None)
