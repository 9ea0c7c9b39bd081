"""What has been said: dialogs, histories, search, and reading."""

from datetime import datetime
from itertools import islice
from typing import Any

from telethon.tl import functions, types

from telegram.sandbox.dispatch import Call, Caller, answers
from telegram.sandbox.methods.peers import get_user_id
from telegram.sandbox.objects import dialog_object, message_object, user_objects, vector
from telegram.sandbox.reactions import custom_emoji, is_unread
from telegram.sandbox.state import Dialog, Message

MAX_PAGE = 100  # Telegram answers at most so many messages or dialogs


@answers(functions.messages.GetHistoryRequest, Caller.USER)
def get_history(call: Call, request: Any) -> Any:
    """The messages with one user, newest first."""
    peer_id = get_user_id(call, request.peer)
    return _page(call, peer_id, request, _messages_with(call, peer_id))


@answers(functions.messages.SearchRequest, Caller.USER)
def search(call: Call, request: Any) -> Any:
    """The messages with one user that hold the words, newest first; Telegram ignores `from_id` in private chats."""
    peer_id = get_user_id(call, request.peer)
    words = request.q.casefold()
    found = [message for message in _messages_with(call, peer_id) if words in message.text.casefold()]
    low, high = _seconds(request.min_date), _seconds(request.max_date) or float("inf")
    return _page(call, peer_id, request, [message for message in found if low <= message.at_s <= high])


@answers(functions.messages.GetUnreadReactionsRequest, Caller.USER)
def get_unread_reactions(call: Call, request: Any) -> Any:
    """The account's own messages to which this user reacted, newest first."""
    peer_id = get_user_id(call, request.peer)
    found = [message for message in _messages_with(call, peer_id) if is_unread(call.account_id, message)]
    return _page(call, peer_id, request, found)


@answers(functions.messages.GetCustomEmojiDocumentsRequest)
def get_custom_emoji_documents(call: Call, request: Any) -> Any:
    """What custom emoji stand for."""
    return vector([custom_emoji(document_id) for document_id in request.document_id])


@answers(functions.messages.GetDialogsRequest, Caller.USER)
def get_dialogs(call: Call, request: Any) -> Any:
    """All dialogs, the newest message first; paged by the last dialog the client has."""
    mailbox = call.centre.state.mailboxes[call.account_id]
    top = mailbox.messages

    def newest(dialog: Dialog) -> tuple[int, int]:
        return top[dialog.message_ids[-1]].at_s, dialog.message_ids[-1]

    dialogs = [dialog for dialog in mailbox.dialogs.values() if dialog.message_ids]  # not those with all deleted
    ordered = sorted(dialogs, key=newest, reverse=True)
    # The offset is the newest message of the last dialog that the client has; 0 stands for "not given".
    offset = (_seconds(request.offset_date) or float("inf"), request.offset_id or float("inf"))
    ordered = [dialog for dialog in ordered if newest(dialog) < offset]
    page = ordered[: min(request.limit or MAX_PAGE, MAX_PAGE)]
    content = {
        "dialogs": [dialog_object(mailbox, dialog) for dialog in page],
        "messages": [message_object(call.centre.state, call.account_id, top[each.message_ids[-1]]) for each in page],
        "chats": [],
        "users": user_objects(call.centre.state, call.account_id, [dialog.peer_id for dialog in page]),
    }
    if len(page) == len(dialogs):
        return types.messages.Dialogs(**content)
    return types.messages.DialogsSlice(count=len(dialogs), **content)


@answers(functions.messages.ReadHistoryRequest, Caller.USER)
def read_history(call: Call, request: Any) -> Any:
    """Mark what a user wrote as read up to a message (0: all)."""
    peer_id = get_user_id(call, request.peer)
    mailbox = call.centre.state.mailboxes[call.account_id]
    dialog = mailbox.dialogs.get(peer_id)
    pts_count = 0
    if dialog is not None and dialog.message_ids:
        max_id = min(request.max_id or dialog.message_ids[-1], dialog.message_ids[-1])
        if max_id > dialog.read_inbox_max_id:
            call.centre.account_reads(call.account_id, peer_id, max_id, except_link=call.link)
            pts_count = 1
    return types.messages.AffectedMessages(pts=mailbox.pts, pts_count=pts_count)


def _seconds(moment: datetime | None) -> float:
    """Unix time; 0 if the client gave none, which reads as 1970."""
    return moment.timestamp() if moment else 0


def _messages_with(call: Call, peer_id: int) -> list[Message]:
    mailbox = call.centre.state.mailboxes[call.account_id]
    dialog = mailbox.dialogs.get(peer_id)
    return [mailbox.messages[number] for number in reversed(dialog.message_ids)] if dialog else []


def _page(call: Call, peer_id: int, request: Any, messages: list[Message]) -> Any:
    """The part of `messages` (newest first) that the request's limits name."""
    offset_id = request.offset_id or float("inf")
    max_id = request.max_id or float("inf")
    # A message that is named goes before a date: clients give both.
    offset_date = None if request.offset_id else getattr(request, "offset_date", None)
    before_s = _seconds(offset_date) or float("inf")
    older = [
        message
        for message in messages
        if message.message_id < offset_id and request.min_id < message.message_id < max_id and message.at_s < before_s
    ]
    start = max(request.add_offset, 0)
    page = list(islice(older, start, start + min(request.limit or MAX_PAGE, MAX_PAGE)))
    content = {
        "messages": [message_object(call.centre.state, call.account_id, message) for message in page],
        "topics": [],
        "chats": [],
        "users": user_objects(call.centre.state, call.account_id, (call.account_id, peer_id)),
    }
    if len(page) == len(messages):
        return types.messages.Messages(**content)
    return types.messages.MessagesSlice(count=len(messages), **content)
