"""Telegram's objects, made from the state as one account sees it; and the few values TL objects do not cover."""

from collections.abc import Iterable, Sequence
from struct import pack
from typing import Any

from telethon.extensions import BinaryReader
from telethon.tl import types

from telegram.sandbox.address import FIRST_DC
from telegram.sandbox.person_media import person_media_object
from telegram.sandbox.reactions import bot_reaction_update, is_unread, reactions_object
from telegram.sandbox.records import AccountMade, MediaMade
from telegram.sandbox.state import BotReaction, BotStopped, Dialog, DialogRead, Mailbox, Message, State

TRUE = pack("<I", 0x997275B5)
_VECTOR = 0x1CB5C415


def vector(objects: Sequence[Any]) -> bytes:
    """A bare vector of objects (a Python list is no TL object)."""
    return pack("<Ii", _VECTOR, len(objects)) + b"".join(item._bytes() for item in objects)


def read_vector(data: bytes) -> list[Any]:
    """The objects of `vector`; [] for nothing."""
    return list(BinaryReader(data).tgread_object()) if data else []


def user_object(state: State, account_id: int, user_id: int) -> Any:
    """A user as this account sees them: its own access hash; the phone only of itself and of contacts."""
    user = state.users[user_id]
    is_self = user_id == account_id
    is_contact = user_id in state.mailboxes[account_id].contacts
    is_bot = isinstance(user, AccountMade) and user.is_bot
    return types.User(
        id=user_id,
        is_self=is_self or None,
        contact=is_contact or None,
        bot=is_bot or None,
        bot_info_version=1 if is_bot else None,
        access_hash=state.access_hash(account_id, user_id),
        first_name=user.first_name,
        last_name=user.last_name or None,
        username=user.username or None,
        phone=user.phone if user.phone and (is_self or is_contact) else None,
    )


def user_objects(state: State, account_id: int, user_ids: Iterable[int]) -> list[Any]:
    """The users behind these ids, each once."""
    return [user_object(state, account_id, user_id) for user_id in dict.fromkeys(user_ids)]


def message_object(state: State, account_id: int, message: Message) -> Any:
    """A message of a private chat; since layer 119 only the account's own ones name their sender."""
    return types.Message(
        id=message.message_id,
        peer_id=types.PeerUser(message.peer_id),
        from_id=types.PeerUser(account_id) if message.is_outgoing else None,
        date=message.at_s,
        message=message.text,
        out=message.is_outgoing or None,
        entities=read_vector(message.entities) or None,
        silent=message.is_silent or None,
        media=_media_of(state, message),
        grouped_id=message.grouped_id or None,
        invert_media=message.preview == "above" or None,
        reply_markup=BinaryReader(message.markup).tgread_object() if message.markup else None,
        edit_date=message.edited_s or None,
        reactions=reactions_object(account_id, message) if message.reactions else None,
    )


def _media_of(state: State, message: Message) -> Any:
    if message.media is not None:
        return media_object(state, message.media)
    if message.person_media is not None:
        return person_media_object(message.person_media)
    return types.MessageMediaWebPage(types.WebPageEmpty(id=0)) if message.preview else None


def media_object(state: State, media: MediaMade) -> Any:
    """A photo or file with the reference that counts now."""
    common: dict[str, Any] = {
        "id": media.media_id,
        "access_hash": state.media_hash(media),
        "file_reference": state.file_reference(media),
        "date": media.at_ms // 1000,
        "dc_id": FIRST_DC,
    }
    if media.is_photo:
        sizes = [types.PhotoSize(type="x", w=800, h=600, size=media.size)]
        return types.MessageMediaPhoto(photo=types.Photo(**common, sizes=sizes))
    attributes = [types.DocumentAttributeFilename(media.name)]
    document = types.Document(**common, mime_type=media.mime, size=media.size, attributes=attributes)
    return types.MessageMediaDocument(document=document)


def new_message_update(state: State, account_id: int, message: Message, pts: int, pts_count: int) -> Any:
    """The update that carries a message; `pts_count` is 0 when it is told again."""
    return types.UpdateNewMessage(message_object(state, account_id, message), pts=pts, pts_count=pts_count)


def edit_update(state: State, account_id: int, message: Message, pts: int) -> Any:
    """A message says something else."""
    return types.UpdateEditMessage(message_object(state, account_id, message), pts=pts, pts_count=1)


def delete_update(message_ids: Sequence[int], pts: int) -> Any:
    """Messages are gone; whose chat they were in is not told."""
    return types.UpdateDeleteMessages(list(message_ids), pts=pts, pts_count=len(message_ids))


def dialog_object(mailbox: Mailbox, dialog: Dialog) -> Any:
    """A dialog with its counts and read marks."""
    unread_reactions = sum(is_unread(mailbox.owner_id, mailbox.messages[number]) for number in dialog.message_ids)
    return types.Dialog(
        peer=types.PeerUser(dialog.peer_id),
        top_message=dialog.message_ids[-1],
        read_inbox_max_id=dialog.read_inbox_max_id,
        read_outbox_max_id=dialog.read_outbox_max_id,
        unread_count=dialog.unread_count,
        unread_mentions_count=0,
        unread_reactions_count=unread_reactions,
        unread_poll_votes_count=0,
        notify_settings=types.PeerNotifySettings(),
    )


def read_update(read: DialogRead, pts: int) -> Any:
    """One side has read: an update that counts one `pts`."""
    peer = types.PeerUser(read.peer_id)
    if read.is_outbox:
        return types.UpdateReadHistoryOutbox(peer=peer, max_id=read.max_id, pts=pts, pts_count=1)
    return types.UpdateReadHistoryInbox(
        peer=peer, max_id=read.max_id, still_unread_count=read.unread_count, pts=pts, pts_count=1
    )


def bot_update(event: BotStopped | BotReaction, qts: int) -> Any:
    """A person stopped the bot or took it back, or reacted to a message."""
    return bot_reaction_update(event, qts) if isinstance(event, BotReaction) else _stopped_update(event, qts)


def _stopped_update(stop: BotStopped, qts: int) -> Any:
    return types.UpdateBotStopped(user_id=stop.person_id, date=stop.at_s, stopped=stop.is_stopped, qts=qts)


def state_object(mailbox: Mailbox, now_s: int, *, is_bot: bool) -> Any:
    """Where the mailbox's sequences stand. `seq` is not used between private chats."""
    unread_count = sum(1 for dialog in mailbox.dialogs.values() if dialog.unread_count)
    return types.updates.State(
        pts=mailbox.pts, qts=mailbox.qts if is_bot else 0, date=now_s, seq=0, unread_count=unread_count
    )


def updates_object(updates: list[Any], users: list[Any], now_s: int) -> Any:
    """Updates as they are pushed, with the users they need."""
    return types.Updates(updates=updates, users=users, chats=[], date=now_s, seq=0)
