"""updates.*: where the sequences stand, and what a client missed."""

from typing import Any

from telethon.tl import functions, types

from telegram.sandbox.dispatch import Call, answers
from telegram.sandbox.objects import (
    bot_update,
    delete_update,
    edit_update,
    message_object,
    read_update,
    state_object,
    user_objects,
)
from telegram.sandbox.state import (
    BotReaction,
    BotStopped,
    DeletedMessage,
    DialogRead,
    EditedMessage,
    Event,
    Mailbox,
    NewMessage,
)

SLICE_EVENTS = 500
TOO_LONG_EVENTS = 100_000


@answers(functions.updates.GetStateRequest)
def get_state(call: Call, request: Any) -> Any:
    """The present state of the account's sequences."""
    return state_object(_mailbox(call), call.centre.now_s(), is_bot=call.is_bot)


@answers(functions.updates.GetDifferenceRequest)
def get_difference(call: Call, request: Any) -> Any:
    """Everything after the client's state, in slices; differenceTooLong when it is too much, or told to."""
    mailbox = _mailbox(call)
    if call.account_id in call.centre.too_long or mailbox.pts - request.pts > TOO_LONG_EVENTS:
        call.centre.too_long.discard(call.account_id)
        return types.updates.DifferenceTooLong(pts=mailbox.pts)
    events = mailbox.events[max(request.pts, 1) - 1 :]
    bot_events = mailbox.bot_events[max(request.qts, 1) - 1 :] if call.is_bot else []
    if not events and not bot_events:
        return types.updates.DifferenceEmpty(date=call.centre.now_s(), seq=0)
    part = events[:SLICE_EVENTS]
    content = _content(call, mailbox, part, request.pts, bot_events)
    state = state_object(mailbox, call.centre.now_s(), is_bot=call.is_bot)
    if len(part) == len(events):
        return types.updates.Difference(**content, state=state)
    state.pts = max(request.pts, 1) + len(part)
    return types.updates.DifferenceSlice(**content, intermediate_state=state)


def _content(
    call: Call, mailbox: Mailbox, events: list[Event], first_pts: int, bot_events: list[BotStopped | BotReaction]
) -> dict[str, list[Any]]:
    there = mailbox.messages  # what was deleted since is not told of any more, but for its deletion
    new = (there.get(event.message_id) for event in events if isinstance(event, NewMessage))
    messages = [message for message in new if message is not None]
    numbered = enumerate(events, start=max(first_pts, 1) + 1)
    told = (_other_update(call, mailbox, event, pts) for pts, event in numbered)
    others = [update for update in told if update is not None]
    first_qts = mailbox.qts - len(bot_events) + 1
    others += [bot_update(event, qts) for qts, event in enumerate(bot_events, start=first_qts)]
    user_ids = [call.account_id, *(message.peer_id for message in messages)]
    user_ids += [event.peer_id for event in events if isinstance(event, DialogRead)]
    edited = (there.get(event.message_id) for event in events if isinstance(event, EditedMessage))
    user_ids += [message.peer_id for message in edited if message is not None]
    user_ids += [event.person_id for event in bot_events]
    return {
        "new_messages": [message_object(call.centre.state, call.account_id, message) for message in messages],
        "new_encrypted_messages": [],
        "other_updates": others,
        "chats": [],
        "users": user_objects(call.centre.state, call.account_id, user_ids),
    }


def _other_update(call: Call, mailbox: Mailbox, event: Event, pts: int) -> Any:
    if isinstance(event, DialogRead):
        return read_update(event, pts)
    if isinstance(event, DeletedMessage):
        return delete_update([event.message_id], pts)
    if isinstance(event, EditedMessage) and event.message_id in mailbox.messages:
        return edit_update(call.centre.state, call.account_id, mailbox.messages[event.message_id], pts)
    return None


def _mailbox(call: Call) -> Mailbox:
    return call.centre.state.mailboxes[call.account_id]
