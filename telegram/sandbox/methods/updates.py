"""updates.*: where the sequences stand, and what a client missed."""

from typing import Any

from telethon.tl import functions, types

from telegram.sandbox.dispatch import Call, answers
from telegram.sandbox.objects import (
    message_object,
    read_update,
    state_object,
    stopped_update,
    user_objects,
)
from telegram.sandbox.state import Mailbox, NewMessage

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
    stops = mailbox.stops[max(request.qts, 1) - 1 :] if call.is_bot else []
    if not events and not stops:
        return types.updates.DifferenceEmpty(date=call.centre.now_s(), seq=0)
    part = events[:SLICE_EVENTS]
    content = _content(call, mailbox, part, request.pts, stops)
    state = state_object(mailbox, call.centre.now_s(), is_bot=call.is_bot)
    if len(part) == len(events):
        return types.updates.Difference(**content, state=state)
    state.pts = max(request.pts, 1) + len(part)
    return types.updates.DifferenceSlice(**content, intermediate_state=state)


def _content(
    call: Call, mailbox: Mailbox, events: list[Any], first_pts: int, stops: list[Any]
) -> dict[str, list[Any]]:
    messages = [mailbox.messages[event.message_id] for event in events if isinstance(event, NewMessage)]
    numbered = enumerate(events, start=max(first_pts, 1) + 1)
    others = [read_update(event, pts) for pts, event in numbered if not isinstance(event, NewMessage)]
    first_qts = mailbox.qts - len(stops) + 1
    others += [stopped_update(stop, qts) for qts, stop in enumerate(stops, start=first_qts)]
    user_ids = [call.account_id, *(message.peer_id for message in messages)]
    user_ids += [event.peer_id for event in events if not isinstance(event, NewMessage)]
    user_ids += [stop.person_id for stop in stops]
    return {
        "new_messages": [message_object(call.centre.state, call.account_id, message) for message in messages],
        "new_encrypted_messages": [],
        "other_updates": others,
        "chats": [],
        "users": user_objects(call.centre.state, call.account_id, user_ids),
    }


def _mailbox(call: Call) -> Mailbox:
    return call.centre.state.mailboxes[call.account_id]
