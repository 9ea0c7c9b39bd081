"""What people did, read from Telegram's updates. Only private chats; what the account itself did is left out."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from telethon.tl.types import (
    Message,
    PeerUser,
    UpdateBotStopped,
    UpdateNewMessage,
    UpdateReadHistoryOutbox,
    UpdateShortMessage,
)

from campaigns.ports import Incoming, IncomingKind
from core.domain.ids import TelegramUserId

SERVICE_NOTIFICATIONS = 777000
"""Telegram's own account. Its messages are login codes and notices: nobody wrote, and a code is a secret."""


def read_updates(updates: Iterable[Any], *, at: datetime, is_bot: bool) -> Iterator[Incoming]:
    """The things people did among these updates, in order. `at` serves where an update carries no time."""
    for update in updates:
        item = _read_update(update, at=at, is_bot=is_bot)
        if item is not None:
            yield item


def _read_update(update: Any, *, at: datetime, is_bot: bool) -> Incoming | None:
    if isinstance(update, UpdateNewMessage):
        return read_message(update.message, is_bot=is_bot)
    if isinstance(update, UpdateShortMessage):
        if update.out:
            return None
        return _written(update.user_id, update.date, update.id, update.message, is_bot=is_bot)
    if isinstance(update, UpdateReadHistoryOutbox) and isinstance(update.peer, PeerUser):
        user_id = TelegramUserId(update.peer.user_id)
        return Incoming(kind=IncomingKind.READ, user_id=user_id, at=at, message_id=update.max_id)
    if isinstance(update, UpdateBotStopped) and update.stopped:
        return Incoming(kind=IncomingKind.BLOCKED, user_id=TelegramUserId(update.user_id), at=update.date)
    return None


def read_message(message: Any, *, is_bot: bool) -> Incoming | None:
    """A person's message in a private chat; None for anything else."""
    if not isinstance(message, Message) or message.out or not isinstance(message.peer_id, PeerUser):
        return None
    return _written(message.peer_id.user_id, message.date, message.id, message.message, is_bot=is_bot)


def _written(user_id: int, at: datetime, message_id: int, text: str, *, is_bot: bool) -> Incoming | None:
    if user_id == SERVICE_NOTIFICATIONS:
        return None
    # The Start button sends "/start", with a parameter when the person came by a link (t.me/bot?start=...).
    has_started = is_bot and text.split(maxsplit=1)[:1] == ["/start"]
    return Incoming(
        kind=IncomingKind.STARTED if has_started else IncomingKind.MESSAGE,
        user_id=TelegramUserId(user_id),
        at=at,
        message_id=message_id,
        text=text,
    )


def has_writer(item: Incoming) -> bool:
    """Whether the person wrote something with it, so that they can be answered."""
    return item.kind in (IncomingKind.MESSAGE, IncomingKind.STARTED)
