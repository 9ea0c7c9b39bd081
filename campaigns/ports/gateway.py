"""Telegram as the engine needs it: an account that is connected, and what opens it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import msgspec

from campaigns.ports.chats import IncomingHandler
from core.domain.account import Account, UpdateState
from core.domain.device import Device
from core.domain.media import Media, UploadedMedia
from core.domain.message import OutgoingMessage
from core.domain.peer import Address, Peer


class SentMessage(msgspec.Struct, frozen=True, kw_only=True):
    """Telegram's definite yes. `message_id` is None when it only said that it has this random_id already."""

    message_id: int | None
    at: datetime | None  # Telegram's time of the message


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryMessage:
    """A message of our own found in a chat."""

    message_id: int
    at: datetime
    text_hash: bytes  # core.domain.message.content_hash of its text and entities
    media_id: int = 0  # Telegram's number of the photo or file it carries; 0: none
    group_id: int = 0  # the items of one album have the same; 0: no album


class Link(Protocol):
    """One connected account. After `closed` is set nothing of it may be used, and nothing goes out later."""

    key_fingerprint: bytes  # names the auth key without giving it away

    @property
    def is_closed(self) -> bool: ...

    async def wait_closed(self) -> None:
        """Return once the link has ended, for whatever reason."""
        ...

    async def server_time(self) -> datetime:
        """Ask Telegram what time it is."""
        ...

    async def catch_up(self) -> None:
        """Hand everything missed to the handler, and return when all of it is committed.

        When the gap is too long for Telegram's difference, dialogs with unread messages are read instead.
        """
        ...

    async def resolve(self, address: Address) -> Peer:
        """Find a person over the network. Raises RecipientNotFound, RecipientUnreachable, CooldownError, NetworkError."""
        ...

    async def upload(self, media: Media, path: Path, progress: Callable[[int], None]) -> UploadedMedia:
        """Upload the content of a file, so that `send` can send it. No message comes of it, and no harm of a repeat.

        `progress` is told how many bytes have been sent; what it raises ends the upload between two parts. Raises
        MediaUnavailable when the file is not that of `media`, MessageRejected, CooldownError, AccountError, NetworkError.
        """
        ...

    async def send(
        self, peer: Peer, message: OutgoingMessage, *, random_id: int, uploads: Sequence[UploadedMedia] = ()
    ) -> SentMessage:
        """Send once with this random_id; no retry, no wait of its own. `uploads` are the message's media, in order.

        Of an album each item leaves under an id of its own (core.domain.media.item_random_ids), and the answer is yes
        only when every item has arrived: one that the answer leaves out is asked about alone, once.

        A definite refusal raises its AppError with `is_definite`; MediaExpired when an upload is not taken any more.
        PartlySent means that something of an album has arrived and something was refused. NetworkError means that the
        fate is unknown; after ConnectionLost or TimedOut the link is closed.
        """
        ...

    async def edit(self, peer: Peer, message_id: int, message: OutgoingMessage) -> None:
        """Give a message of ours another text or caption; its photo or file stays. One that says it already is done.

        Raises as `send`, and MessageGone, EditTooLate.
        """
        ...

    async def delete(self, message_id: int) -> None:
        """Delete a message of a private chat for both sides. One that is gone already is done. Raises DeleteForbidden."""
        ...

    async def mark_read(self, peer: Peer, message_id: int) -> None:
        """What this person wrote was read, up to this message. User accounts only; a repeat changes nothing."""
        ...

    async def tell_typing(self, peer: Peer) -> None:
        """Let this person see for six seconds that somebody types."""
        ...

    async def find_own_messages(self, peer: Peer, *, since: datetime) -> Sequence[HistoryMessage]:
        """Our own messages to this person from `since` on, newest first, at most 100. User accounts only."""
        ...

    async def list_devices(self) -> Sequence[Device]:
        """Where the account is signed in; ours first, then by last activity. User accounts only."""
        ...

    async def end_device(self, device_hash: str) -> None:
        """End another session. Raises RequestFailed: there is none of this number, or ours is too young to end others."""
        ...

    async def end_other_devices(self) -> None:
        """End every session but ours. Raises RequestFailed as `end_device`."""
        ...

    async def log_out(self) -> None:
        """End our own session. After a definite answer its key is worth nothing any more."""
        ...

    async def close(self) -> None:
        """End the link; returns when no byte can leave any more."""
        ...


class Gateway(Protocol):
    """Opens links. The auth key comes from the secret store; nothing else of the account is secret."""

    async def connect(self, account: Account, state: UpdateState | None, on_incoming: IncomingHandler) -> Link:
        """Connect and prove that the session is still this account's (the same Telegram user id).

        Raises AccountError (signed out, banned, frozen ...), NetworkError, SecretStoreError, WorkspaceKindMismatch.
        """
        ...

    async def log_out(self, account: Account) -> None:
        """Connect for nothing but to end the session at Telegram; a frozen account too. Raises as `connect`: without
        `is_definite` nobody knows whether it was ended.
        """
        ...
