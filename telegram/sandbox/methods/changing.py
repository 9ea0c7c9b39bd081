"""messages.editMessage, messages.deleteMessages and messages.setTyping."""

from typing import Any, Final

from telethon.tl import functions, types

from telegram.sandbox.dispatch import Call, RpcRefusal, answers
from telegram.sandbox.methods.messages import MAX_TEXT_UNITS, check_entities, check_standing
from telegram.sandbox.methods.peers import get_user_id
from telegram.sandbox.objects import TRUE, edit_update, updates_object, user_objects, vector
from telegram.sandbox.state import Message

MAX_AGE_S: Final = 48 * 3600
"""How long a user may edit a message, and a bot delete one (core.telegram.org: api/config edit_time_limit; Bot API)."""


@answers(functions.messages.EditMessageRequest)
def edit_message(call: Call, request: Any) -> Any:
    """Change the text or caption of a message of one's own; nothing changes when it says that already."""
    peer_id = get_user_id(call, request.peer)
    check_standing(call, peer_id)
    message = _own_message(call, peer_id, request.id)
    if not call.is_bot and call.centre.now_s() - message.at_s > MAX_AGE_S:
        raise RpcRefusal(400, "MESSAGE_EDIT_TIME_EXPIRED")
    text = request.message or ""
    if not text.strip() and message.media is None:
        raise RpcRefusal(400, "MESSAGE_EMPTY")
    if check_entities(text, request.entities) > MAX_TEXT_UNITS:
        raise RpcRefusal(400, "MESSAGE_TOO_LONG")
    entities = vector(request.entities) if request.entities else b""
    if (text, entities) == (message.text, message.entities):
        raise RpcRefusal(400, "MESSAGE_NOT_MODIFIED")
    call.centre.edit_message(call.account_id, message.message_id, text, entities, except_link=call.link)
    state = call.centre.state
    update = edit_update(state, call.account_id, message, state.mailboxes[call.account_id].pts)
    return updates_object(
        [update], user_objects(state, call.account_id, (call.account_id, peer_id)), call.centre.now_s()
    )


@answers(functions.messages.DeleteMessagesRequest)
def delete_messages(call: Call, request: Any) -> Any:
    """Delete messages of private chats for both sides; those that are gone already are no error."""
    mailbox = call.centre.state.mailboxes[call.account_id]
    there = [mailbox.messages[number] for number in request.id if number in mailbox.messages]
    if call.is_bot and any(call.centre.now_s() - message.at_s > MAX_AGE_S for message in there):
        raise RpcRefusal(403, "MESSAGE_DELETE_FORBIDDEN")
    gone = call.centre.delete_messages(call.account_id, request.id, except_link=call.link)
    return types.messages.AffectedMessages(pts=mailbox.pts, pts_count=len(gone))


@answers(functions.messages.SetTypingRequest)
def set_typing(call: Call, request: Any) -> Any:
    """The other side sees it for six seconds; nothing is kept of it but the count of the call."""
    get_user_id(call, request.peer)
    return TRUE


def _own_message(call: Call, peer_id: int, message_id: int) -> Message:
    message = call.centre.state.mailboxes[call.account_id].messages.get(message_id)
    if message is None or message.peer_id != peer_id:
        raise RpcRefusal(400, "MESSAGE_ID_INVALID")
    if not message.is_outgoing:
        raise RpcRefusal(403, "MESSAGE_AUTHOR_REQUIRED")
    return message
