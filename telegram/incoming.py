"""What people did, and the account on another device, read from Telegram's updates. Only private chats with people."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from telethon.tl.types import (
    Message,
    PeerUser,
    SendMessageCancelAction,
    UpdateBotMessageReaction,
    UpdateBotStopped,
    UpdateDeleteMessages,
    UpdateEditMessage,
    UpdateMessageReactions,
    UpdateNewMessage,
    UpdateReadHistoryInbox,
    UpdateReadHistoryOutbox,
    UpdateShortMessage,
    UpdateUserTyping,
)

from campaigns.ports import NOBODY, Incoming, IncomingKind
from core.domain.ids import TelegramUserId
from telegram.media_labels import media_id, media_label
from telegram.reactions import read_reaction_update, read_reactions

SERVICE_NOTIFICATIONS = 777000
"""Telegram's own account. Its messages are login codes and notices: nobody wrote, and a code is a secret."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Whose updates are read. Chats of the account with itself and with Telegram are nobody's business."""

    own_id: int
    is_bot: bool
    emoji: dict[int, str] = field(default_factory=dict)  # what custom emoji stand for, by number; filled elsewhere

    def read_updates(self, updates: Iterable[Any], *, at: datetime) -> Iterator[Incoming]:
        """What happened in these updates, in order. `at` serves where an update carries no time."""
        for update in updates:
            for item in self._read_update(update, at=at):
                if item.user_id not in (self.own_id, SERVICE_NOTIFICATIONS):
                    yield item

    def read_messages(self, messages: Iterable[Any]) -> Iterator[Incoming]:
        """These messages of private chats, as they are now: written, perhaps edited, with their reactions."""
        for message in messages:
            if not isinstance(message, Message) or not isinstance(message.peer_id, PeerUser):
                continue
            if message.peer_id.user_id not in (self.own_id, SERVICE_NOTIFICATIONS):
                yield from self._read_message(message)

    def _read_update(self, update: Any, *, at: datetime) -> Iterator[Incoming]:
        match update:
            case UpdateNewMessage():
                yield from self.read_messages([update.message])
            case UpdateShortMessage():
                yield self._written(
                    update.user_id, update.date, update.id, update.message, media="", is_own=bool(update.out)
                )
            case UpdateEditMessage():
                yield from self._read_edit(update.message, at=at)
            case UpdateDeleteMessages():
                for number in update.messages:
                    yield Incoming(kind=IncomingKind.DELETED, user_id=NOBODY, at=at, message_id=number)
            case UpdateMessageReactions() | UpdateBotMessageReaction():
                item = read_reaction_update(update, at=at, names=self.emoji)
                if item is not None:
                    yield item
            case UpdateReadHistoryOutbox(peer=PeerUser(user_id=user_id)):
                yield _about(IncomingKind.READ, user_id, at, update.max_id)
            case UpdateReadHistoryInbox(peer=PeerUser(user_id=user_id)):
                yield _about(IncomingKind.OWN_READ, user_id, at, update.max_id)
            case UpdateUserTyping() if not isinstance(update.action, SendMessageCancelAction):
                yield _about(IncomingKind.TYPING, update.user_id, at, 0)
            case UpdateBotStopped() if update.stopped:
                yield _about(IncomingKind.BLOCKED, update.user_id, update.date, 0)

    def _read_message(self, message: Any) -> Iterator[Incoming]:
        user_id, label = message.peer_id.user_id, media_label(message.media)
        own = bool(message.out)
        album_id = message.grouped_id or 0
        yield self._written(
            user_id,
            message.date,
            message.id,
            message.message,
            media=label,
            is_own=own,
            album_id=album_id,
            album_media_id=media_id(message.media) if own and album_id else 0,
        )
        if message.edit_date is not None and not message.edit_hide:
            yield _edited(message, label)
        if message.reactions is not None:
            yield read_reactions(message.reactions, user_id, message.id, at=message.date, names=self.emoji)

    def _read_edit(self, message: Any, *, at: datetime) -> Iterator[Incoming]:
        if not isinstance(message, Message) or not isinstance(message.peer_id, PeerUser):
            return
        # Without the mark "edited" it is Telegram that changed it: a reaction, the preview of an address.
        if message.edit_date is not None and not message.edit_hide:
            yield _edited(message, media_label(message.media))
        if message.reactions is not None or message.edit_hide:
            user_id = message.peer_id.user_id
            yield read_reactions(message.reactions, user_id, message.id, at=at, names=self.emoji)

    def _written(
        self,
        user_id: int,
        at: datetime,
        message_id: int,
        text: str,
        *,
        media: str,
        is_own: bool,
        album_id: int = 0,
        album_media_id: int = 0,
    ) -> Incoming:
        # The Start button sends "/start", with a parameter when the person came by a link (t.me/bot?start=...).
        has_started = self.is_bot and text.split(maxsplit=1)[:1] == ["/start"]
        written = IncomingKind.STARTED if has_started else IncomingKind.MESSAGE
        return Incoming(
            kind=IncomingKind.OWN if is_own else written,
            user_id=TelegramUserId(user_id),
            at=at,
            message_id=message_id,
            text=text,
            media=media,
            is_own=is_own,
            album_id=album_id,
            album_media_id=album_media_id,
        )


def _edited(message: Any, label: str) -> Incoming:
    return Incoming(
        kind=IncomingKind.EDITED,
        user_id=TelegramUserId(message.peer_id.user_id),
        at=message.edit_date,
        message_id=message.id,
        text=message.message,
        media=label,
        is_own=bool(message.out),
    )


def _about(kind: IncomingKind, user_id: int, at: datetime, message_id: int) -> Incoming:
    return Incoming(kind=kind, user_id=TelegramUserId(user_id), at=at, message_id=message_id)


def has_writer(item: Incoming) -> bool:
    """Whether the person wrote something with it, so that they can be answered."""
    return item.kind in (IncomingKind.MESSAGE, IncomingKind.STARTED)
