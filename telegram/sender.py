"""Sending a message with our own random_id, and finding what we sent.

The way out of every message: one raw request, no retry, no wait, no look-up. Of an album that arrived in part the rest
follows, item by item.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from telethon.errors import MessageNotModifiedError, RandomIdDuplicateError
from telethon.tl.functions.messages import (
    DeleteMessagesRequest,
    EditMessageRequest,
    GetHistoryRequest,
    ReadHistoryRequest,
    SendMediaRequest,
    SendMessageRequest,
    SendMultiMediaRequest,
    SetTypingRequest,
)
from telethon.tl.types import (
    InputPeerSelf,
    InputPeerUser,
    InputSingleMedia,
    Message,
    SendMessageTypingAction,
    UpdateMessageID,
    UpdateShortSentMessage,
)

from campaigns.ports import HistoryMessage, SentMessage
from core.domain.media import UploadedMedia, item_random_ids
from core.domain.message import FormattedText, LinkPreview, OutgoingMessage
from core.domain.peer import Peer
from core.errors import AppError, PartlySent, ServerTrouble
from core.timeouts import OperationType
from telegram.clients import Client
from telegram.formatting import buttons_to_telegram, entities_to_telegram, hash_of_found
from telegram.uploads import input_media, media_id_of

PAGE = 100
"""The most messages Telegram gives per call (messages.getHistory)."""

MAX_PAGES = 20
"""Where a search in a chat ends: 2,000 messages, many times what 24 hours of a private chat hold."""

_ALREADY_SENT = SentMessage(message_id=None, at=None)


async def send(
    client: Client,
    peer: Peer,
    message: OutgoingMessage,
    *,
    random_id: int,
    uploads: Sequence[UploadedMedia] = (),
    is_self: bool = False,
) -> SentMessage:
    """Send once. What may have left without an answer ends the link: Telethon would not withdraw it.

    Raises as `campaigns.ports.Link.send` says.
    """
    assert len(uploads) == len(message.media), "every photo and file has been uploaded"
    target = _input_peer(peer, is_self)
    if len(uploads) > 1:
        return await _send_album(client, target, message, random_id, uploads)
    if uploads:
        media = input_media(message.media[0], uploads[0])
        return await _ask(client, _media_request(target, message, media, random_id), random_id)
    request = SendMessageRequest(
        target,
        message.text.text,
        random_id=random_id,
        entities=entities_to_telegram(message.text.entities) if message.text.entities else None,
        no_webpage=message.preview is LinkPreview.OFF,
        invert_media=message.preview is LinkPreview.ABOVE,
        silent=message.is_silent,
        reply_markup=buttons_to_telegram(message.buttons) if message.buttons else None,
    )
    return await _ask(client, request, random_id)


async def _send_album(
    client: Client, target: Any, message: OutgoingMessage, random_id: int, uploads: Sequence[UploadedMedia]
) -> SentMessage:
    """All items in one request. What the answer does not name may be missing, so it is asked for under its own id."""
    random_ids = item_random_ids(random_id, len(uploads))
    media = [input_media(*pair) for pair in zip(message.media, uploads, strict=True)]
    captions = [message.text, *[FormattedText("")] * (len(uploads) - 1)]
    items = [
        InputSingleMedia(one, text.text, random_id=number, entities=entities_to_telegram(text.entities) or None)
        for one, text, number in zip(media, captions, random_ids, strict=True)
    ]
    try:
        answer = await client.call(OperationType.SEND, SendMultiMediaRequest(target, items, silent=message.is_silent))
    except ServerTrouble as error:
        if not isinstance(error.__cause__, RandomIdDuplicateError):
            raise
        sent: dict[int, SentMessage] = {}  # something of it is there: which, the items tell
    else:
        found = {number: _read_answer(answer, number) for number in random_ids}
        sent = {number: one for number, one in found.items() if one.message_id is not None}
    for number, one, text in zip(random_ids, media, captions, strict=True):
        if number not in sent:
            single = replace(message, text=text, buttons=())
            try:
                sent[number] = await _ask(client, _media_request(target, single, one, number), number)
            except AppError as error:
                if error.is_definite:
                    raise PartlySent(error) from error
                raise
    return sent[random_id]


def _media_request(target: Any, message: OutgoingMessage, media: Any, random_id: int) -> SendMediaRequest:
    return SendMediaRequest(
        target,
        media,
        message.text.text,
        random_id=random_id,
        entities=entities_to_telegram(message.text.entities) if message.text.entities else None,
        silent=message.is_silent,
        reply_markup=buttons_to_telegram(message.buttons) if message.buttons else None,
    )


async def _ask(client: Client, request: Any, random_id: int) -> SentMessage:
    try:
        answer = await client.call(OperationType.SEND, request)
    except ServerTrouble as error:
        if isinstance(error.__cause__, RandomIdDuplicateError):
            return _ALREADY_SENT
        raise
    return _read_answer(answer, random_id)


async def edit(
    client: Client, peer: Peer, message_id: int, message: OutgoingMessage, *, is_self: bool = False
) -> None:
    """One request that may be repeated: what the message says already counts as done. Raises as `campaigns.ports.Link.edit`.

    A request without buttons would take those of the message away, so they go with it.
    """
    request = EditMessageRequest(
        _input_peer(peer, is_self),
        message_id,
        message=message.text.text,
        entities=entities_to_telegram(message.text.entities) if message.text.entities else None,
        no_webpage=message.preview is LinkPreview.OFF,
        invert_media=message.preview is LinkPreview.ABOVE,
        reply_markup=buttons_to_telegram(message.buttons) if message.buttons else None,
    )
    try:
        await client.call(OperationType.SEND, request)
    except AppError as error:
        if not isinstance(error.__cause__, MessageNotModifiedError):
            raise


async def delete(client: Client, message_id: int) -> None:
    """For both sides. Numbers are those of all private chats of the account, so no chat is named."""
    await client.call(OperationType.SEND, DeleteMessagesRequest([message_id], revoke=True))


async def mark_read(client: Client, peer: Peer, message_id: int) -> None:
    """Up to this message."""
    await client.call(OperationType.SEND, ReadHistoryRequest(_input_peer(peer, is_self=False), max_id=message_id))


async def tell_typing(client: Client, peer: Peer) -> None:
    """For six seconds."""
    request = SetTypingRequest(_input_peer(peer, is_self=False), SendMessageTypingAction())
    await client.call(OperationType.SEND, request)


def _read_answer(answer: Any, random_id: int) -> SentMessage:
    """A private text is answered with UpdateShortSentMessage; a repeat with the original message among updates."""
    if isinstance(answer, UpdateShortSentMessage):
        return SentMessage(message_id=answer.id, at=answer.date)
    updates = getattr(answer, "updates", ())
    message_id = next((u.id for u in updates if isinstance(u, UpdateMessageID) and u.random_id == random_id), None)
    messages = (u.message for u in updates if isinstance(getattr(u, "message", None), Message))
    at = next((message.date for message in messages if message.id == message_id), None)
    return SentMessage(message_id=message_id, at=at or getattr(answer, "date", None))


def _input_peer(peer: Peer, is_self: bool) -> InputPeerSelf | InputPeerUser:
    """Saved Messages need no access hash, which an account never gets of itself before it asks."""
    return InputPeerSelf() if is_self else InputPeerUser(peer.user_id, peer.access_hash)


async def find_own_messages(
    client: Client, peer: Peer, *, since: datetime, is_self: bool = False
) -> Sequence[HistoryMessage]:
    """Our own messages to this person from `since` on, newest first, at most 100.

    The hash equals that of what was sent if that had no white space at either end, which Telegram cuts off. What it
    marks by itself (written-out links, mentions) is left out here; what it may join or write differently makes no
    difference to `content_hash`.
    """
    target = _input_peer(peer, is_self)
    found: list[HistoryMessage] = []
    offset_id = 0
    for _ in range(MAX_PAGES):
        page = await client.call(
            OperationType.HISTORY,
            GetHistoryRequest(
                target, offset_id=offset_id, offset_date=None, add_offset=0, limit=PAGE, max_id=0, min_id=0, hash=0
            ),
        )
        client.session.learn(page.users)
        for message in page.messages:
            if message.date < since:
                return found
            if isinstance(message, Message) and (message.out or is_self):
                text_hash = hash_of_found(message.message, message.entities)
                found.append(
                    HistoryMessage(
                        message_id=message.id,
                        at=message.date,
                        text_hash=text_hash,
                        media_id=media_id_of(message.media),
                        group_id=message.grouped_id or 0,
                    )
                )
        if len(page.messages) < PAGE or len(found) >= PAGE:
            break
        offset_id = page.messages[-1].id
    return found[:PAGE]
