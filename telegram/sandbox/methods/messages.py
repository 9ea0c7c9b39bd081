"""messages.sendMessage: checks, de-duplication by random_id, and what the sender is told."""

import re
from typing import Any

from telethon.tl import functions, types

from telegram.sandbox.commands import RepeatBehaviour
from telegram.sandbox.dispatch import Call, RpcRefusal, answers
from telegram.sandbox.methods.peers import get_user_id
from telegram.sandbox.objects import new_message_update, updates_object, user_objects, vector
from telegram.sandbox.state import Message

MAX_BUTTONS = 100
_ADDRESS = re.compile(r"https?://\S", re.IGNORECASE)
MAX_TEXT_UNITS = 4096  # UTF-16 units; message_length_max of the config


@answers(functions.messages.SendMessageRequest)
def send_message(call: Call, request: Any) -> Any:
    """Accept a message once per account and random_id; a repeat gets the original, or is refused."""
    if not request.random_id:
        raise RpcRefusal(400, "RANDOM_ID_EMPTY")
    refusal = call.centre.faults.refusal_of(call.account_id, request.random_id)
    if refusal is not None:
        raise RpcRefusal(*refusal)
    mailbox = call.centre.state.mailboxes[call.account_id]
    known_id = mailbox.message_id_by_random_id.get(request.random_id)
    if known_id is not None:
        return answer_repeat(call, request.random_id, mailbox.messages.get(known_id))
    peer_id = get_user_id(call, request.peer)
    check_standing(call, peer_id)
    check_recipient(call, peer_id)
    _check_text(request)
    check_buttons(call, request.reply_markup)
    message = call.centre.send_message(
        call.account_id,
        peer_id,
        request.random_id,
        request.message,
        vector(request.entities) if request.entities else b"",
        is_silent=bool(request.silent),
        preview=_preview_of(request),
        markup=request.reply_markup._bytes() if request.reply_markup else b"",
    )
    call.centre.push_message(call.account_id, message, except_link=call.link)
    return types.UpdateShortSentMessage(
        id=message.message_id,
        pts=mailbox.pts,
        pts_count=1,
        date=message.at_s,
        out=True,
        entities=request.entities or None,
    )


def answer_repeat(call: Call, random_id: int, message: Message | None) -> Any:
    """What was accepted before, or a refusal: always when it was deleted since."""
    if message is None or call.centre.repeat_behaviour is RepeatBehaviour.REFUSE:
        raise RpcRefusal(500, "RANDOM_ID_DUPLICATE")
    state = call.centre.state
    pts = state.mailboxes[call.account_id].pts
    updates = [
        types.UpdateMessageID(message.message_id, random_id),
        new_message_update(state, call.account_id, message, pts, 0),
    ]
    users = user_objects(state, call.account_id, (call.account_id, message.peer_id))
    return updates_object(updates, users, call.centre.now_s())


def check_standing(call: Call, peer_id: int) -> None:
    """Refuses what a frozen or limited account may not do."""
    standing = call.centre.state.standings.get(call.account_id)
    if standing is None:
        return
    if standing.frozen_since_s:
        raise RpcRefusal(420, "FROZEN_METHOD_INVALID")
    if standing.is_limited and peer_id not in call.centre.state.mailboxes[call.account_id].contacts:
        raise RpcRefusal(400, "PEER_FLOOD")


def check_recipient(call: Call, peer_id: int) -> None:
    """Refuses whom this account may not write to."""
    state = call.centre.state
    if call.is_bot:
        if peer_id in state.accounts and state.accounts[peer_id].is_bot:
            raise RpcRefusal(400, "USER_IS_BOT")
        if peer_id not in state.mailboxes[call.account_id].dialogs:
            raise RpcRefusal(400, "PEER_ID_INVALID")  # never pressed Start
    if (peer_id, call.account_id) in state.blocks:
        raise RpcRefusal(403, "USER_IS_BLOCKED")


def _check_text(request: Any) -> None:
    if not request.message.strip():
        raise RpcRefusal(400, "MESSAGE_EMPTY")
    if check_entities(request.message, request.entities) > MAX_TEXT_UNITS:
        raise RpcRefusal(400, "MESSAGE_TOO_LONG")


def check_entities(text: str, entities: list[Any] | None) -> int:
    """Refuses formatting beyond the text; returns how long the text is, in UTF-16 units."""
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    for entity in entities or ():
        if entity.offset < 0 or entity.length < 0 or entity.offset + entity.length > units:
            raise RpcRefusal(400, "ENTITY_BOUNDS_INVALID")
    return units


def check_buttons(call: Call, markup: Any) -> None:
    """Buttons that open addresses, below a bot's message."""
    if markup is None:
        return
    if not call.is_bot or not isinstance(markup, types.ReplyInlineMarkup):
        raise RpcRefusal(400, "REPLY_MARKUP_INVALID")
    buttons = [button for row in markup.rows for button in row.buttons]
    if not all(isinstance(button.type, types.InlineButtonTypeUrl) and button.text.strip() for button in buttons):
        raise RpcRefusal(400, "BUTTON_INVALID")
    if not all(_ADDRESS.match(button.type.url) or button.type.url.startswith("tg://") for button in buttons):
        raise RpcRefusal(400, "BUTTON_URL_INVALID")
    if len(buttons) > MAX_BUTTONS:
        raise RpcRefusal(400, "REPLY_MARKUP_TOO_LONG")


def _preview_of(request: Any) -> str:
    """Where the preview of an address is shown: nowhere, unless there is one and the sender allows it."""
    hidden = any(isinstance(entity, types.MessageEntityTextUrl) for entity in request.entities or ())
    if request.no_webpage or not (hidden or _ADDRESS.search(request.message)):
        return ""
    return "above" if request.invert_media else "below"
