"""messages.sendMedia and messages.sendMultiMedia: as messages.sendMessage, each item under a random_id of its own."""

from typing import Any

from telethon.tl import functions, types

from telegram.sandbox.commands import RepeatBehaviour
from telegram.sandbox.dispatch import Call, RpcRefusal, answers
from telegram.sandbox.methods.messages import (
    answer_repeat,
    check_buttons,
    check_entities,
    check_recipient,
    check_standing,
)
from telegram.sandbox.methods.peers import get_user_id
from telegram.sandbox.methods.uploads import UPLOADED, make_media
from telegram.sandbox.objects import new_message_update, updates_object, user_objects, vector
from telegram.sandbox.records import MediaMade
from telegram.sandbox.state import Message

MAX_CAPTION_UNITS = 1024  # caption_length_max of the config
MAX_ALBUM = 10


@answers(functions.messages.SendMediaRequest)
def send_media(call: Call, request: Any) -> Any:
    """One photo or file with its caption."""
    known = _known(call, [request.random_id])
    if known:
        return answer_repeat(call, request.random_id, known[request.random_id])
    peer_id = _check(call, request, [request])
    check_buttons(call, request.reply_markup)
    media = _resolve(call, request.media)
    markup = request.reply_markup._bytes() if request.reply_markup else b""
    message = _store(call, peer_id, request, media, is_silent=bool(request.silent), markup=markup)
    return _tell(call, peer_id, [(request.random_id, message)], new=1)


@answers(functions.messages.SendMultiMediaRequest)
def send_multi_media(call: Call, request: Any) -> Any:
    """An album. Items that are there already are not stored again; the others are, where repeats are echoed."""
    items = request.multi_media
    if not items:
        raise RpcRefusal(400, "MEDIA_EMPTY")
    if len(items) > MAX_ALBUM:
        raise RpcRefusal(400, "MULTI_MEDIA_TOO_LONG")
    known = _known(call, [item.random_id for item in items])
    if known and call.centre.repeat_behaviour is RepeatBehaviour.REFUSE:
        raise RpcRefusal(500, "RANDOM_ID_DUPLICATE")
    missing = [item for item in items if item.random_id not in known]
    peer_id = _check(call, request, missing)
    media = {item.random_id: _resolve(call, item.media, number=n) for n, item in enumerate(items) if item in missing}
    if len({each.is_photo for each in media.values()}) > 1:
        raise RpcRefusal(400, "MEDIA_GROUPED_INVALID")
    grouped_id = call.centre.state.next_media_id() + len(call.centre.state.mailboxes[call.account_id].messages)
    stored = {
        item.random_id: _store(
            call,
            peer_id,
            item,
            media[item.random_id],
            is_silent=bool(request.silent),
            grouped_id=grouped_id,
            is_followed=item is not items[0],
        )
        for item in missing[: call.stores_items(len(missing))]
    }
    told = [(item.random_id, (known | stored).get(item.random_id)) for item in items]
    return _tell(call, peer_id, [(number, each) for number, each in told if each is not None], new=len(stored))


def _known(call: Call, random_ids: list[int]) -> dict[int, Message]:
    """What is there already, by random_id. Refuses a repeat that a fault refuses."""
    if not all(random_ids):
        raise RpcRefusal(400, "RANDOM_ID_EMPTY")
    refusal = call.centre.faults.refusal_of(call.account_id, random_ids[0])
    if refusal is not None:
        raise RpcRefusal(*refusal)
    mailbox = call.centre.state.mailboxes[call.account_id]
    found = {number: mailbox.message_id_by_random_id.get(number) for number in random_ids}
    if any(message_id is not None and message_id not in mailbox.messages for message_id in found.values()):
        raise RpcRefusal(500, "RANDOM_ID_DUPLICATE")  # it was deleted since
    return {number: mailbox.messages[message_id] for number, message_id in found.items() if message_id is not None}


def _check(call: Call, request: Any, items: list[Any]) -> int:
    """Whether it may be sent at all; returns to whom."""
    peer_id = get_user_id(call, request.peer)
    check_standing(call, peer_id)
    check_recipient(call, peer_id)
    for item in items:
        if check_entities(item.message, item.entities) > MAX_CAPTION_UNITS:
            raise RpcRefusal(400, "MEDIA_CAPTION_TOO_LONG")
    return peer_id


def _resolve(call: Call, media: Any, *, number: int | None = None) -> MediaMade:
    """The photo or file that is meant, by a reference that still counts. `number`: of the item in an album."""
    if isinstance(media, UPLOADED):
        return make_media(call, media)
    if not isinstance(media, types.InputMediaPhoto | types.InputMediaDocument):
        raise RpcRefusal(400, "MEDIA_INVALID")
    state, wanted = call.centre.state, media.id
    found = state.media.get(wanted.id)
    is_photo = isinstance(media, types.InputMediaPhoto)
    if found is None or found.is_photo != is_photo or wanted.access_hash != state.media_hash(found):
        raise RpcRefusal(400, "MEDIA_EMPTY")
    if wanted.file_reference != state.file_reference(found):
        raise RpcRefusal(400, "FILE_REFERENCE_EXPIRED" if number is None else f"FILE_REFERENCE_{number}_EXPIRED")
    return found


def _store(
    call: Call,
    peer_id: int,
    item: Any,
    media: MediaMade,
    *,
    is_silent: bool,
    markup: bytes = b"",
    grouped_id: int = 0,
    is_followed: bool = False,
) -> Message:
    message = call.centre.send_message(
        call.account_id,
        peer_id,
        item.random_id,
        item.message,
        vector(item.entities) if item.entities else b"",
        is_silent=is_silent,
        markup=markup,
        media=media,
        grouped_id=grouped_id,
        is_quiet=is_followed,
    )
    call.centre.push_message(call.account_id, message, except_link=call.link)
    return message


def _tell(call: Call, peer_id: int, told: list[tuple[int, Message]], *, new: int) -> Any:
    """The answer: which message each random_id has become, and the messages with their place in the sequence."""
    state = call.centre.state
    pts = state.mailboxes[call.account_id].pts
    ids = [types.UpdateMessageID(message.message_id, random_id) for random_id, message in told]
    first_new = len(told) - new
    # The newest messages come last and count; older ones are told again and do not.
    ordered = sorted((message for _, message in told), key=lambda each: each.message_id)
    messages = [
        new_message_update(state, call.account_id, message, pts - len(ordered) + 1 + at, int(at >= first_new))
        for at, message in enumerate(ordered)
    ]
    users = user_objects(state, call.account_id, (call.account_id, peer_id))
    return updates_object([*ids, *messages], users, call.centre.now_s())
