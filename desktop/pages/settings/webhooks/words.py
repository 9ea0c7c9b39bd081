"""What webhooks and their deliveries say about themselves. Pure."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from core.domain.webhook import CHOOSABLE, HookDelivery, HookDeliveryState, HookEvent, Webhook
from desktop.formatting import Formats, count_of
from desktop.widgets.status import Glyph, State

EVENTS: Final[Mapping[HookEvent, str]] = MappingProxyType(
    {
        HookEvent.MESSAGE_RECEIVED: "Somebody writes to an account",
        HookEvent.CONVERSATION_RESOLVED: "A conversation is resolved",
        HookEvent.CONVERSATION_REOPENED: "A conversation is reopened",
        HookEvent.TICKET_OPENED: "A ticket is opened",
        HookEvent.TICKET_CLOSED: "A ticket is closed",
        HookEvent.CAMPAIGN_FINISHED: "A campaign has finished",
        HookEvent.SUPPRESSION_ADDED: "Somebody is suppressed",
        HookEvent.ACCOUNT_STOPPED: "An account needs somebody",
        HookEvent.TEST: "Test",
    }
)
EMPTY: Final = (
    "A webhook tells another program of your team what happens here: a helpdesk when somebody writes, a chat when an "
    "account needs somebody. It is told ids and times, and about people only what you allow."
)
SHOWN_ONCE: Final = (
    "The receiver checks with it that requests come from you. It is shown now and never again; a new one can be made at "
    "any time."
)
WITH_TEXT: Final = "Tell what people write as well"
WITH_PERSON: Final = "Tell their number and @name as well"
WARNING: Final = (
    "What was told lies at the receiver, and erasing a person here does not reach it. Switch this on only for a program "
    "that these people would expect to have it."
)


def state_of(hook: Webhook) -> State:
    """Shape and word."""
    if hook.paused_at is not None:
        return State(Glyph.WARNING, "Needs you") if hook.paused_why else State(Glyph.BARS, "Paused")
    if hook.failing_since is not None:
        return State(Glyph.CROSS, "Fails")
    return State(Glyph.DISC, "Works") if hook.last_ok_at is not None else State(Glyph.RING, "Not told yet")


def describe(hook: Webhook) -> str:
    """Where it is and what it is told."""
    if len(hook.events) == len(CHOOSABLE):
        kinds = "everything"
    elif len(hook.events) == 1:
        kinds = EVENTS[next(iter(hook.events))].lower()
    else:
        kinds = f"{len(hook.events)} kinds of events"
    more = [word for word, is_on in (("with texts", hook.with_text), ("with numbers", hook.with_person)) if is_on]
    return "  ·  ".join([hook.host, kinds, *more])


def tell_progress(hook: Webhook, formats: Formats, now: datetime) -> str:
    """What goes on, and what is wrong."""
    parts = []
    if hook.paused_at is not None:
        parts.append(hook.paused_why or f"Paused {formats.moment(hook.paused_at, now)}.")
    elif hook.failing_since is not None:
        parts.append(f"{hook.last_problem} Since {formats.moment(hook.failing_since, now)}.")
        if hook.held_until is not None and hook.held_until > now:
            parts.append(f"Tried again {formats.until(hook.held_until, now)}.")
    elif hook.last_ok_at is not None:
        parts.append(f"Told last {formats.moment(hook.last_ok_at, now)}.")
    number = formats.number
    if hook.waiting:
        parts.append(count_of(number(hook.waiting), "event waits", "events wait") + ".")
    if hook.given_up:
        parts.append(count_of(number(hook.given_up), "was given up", "were given up") + ".")
    if hook.lost:
        parts.append(f"{number(hook.lost)} found the queue full and are not told.")
    if hook.old_secret_until is not None and hook.old_secret_until > now:
        parts.append(f"The former secret signs until {formats.moment(hook.old_secret_until, now)}.")
    return " ".join(parts)


def delivery_state(each: HookDelivery) -> State:
    """Shape and word."""
    if each.state is HookDeliveryState.DELIVERED:
        return State(Glyph.CHECK, "Taken")
    if each.state is HookDeliveryState.GIVEN_UP:
        return State(Glyph.CROSS, "Given up")
    return State(Glyph.CLOCK, "Waits")


def delivery_reason(each: HookDelivery, formats: Formats, now: datetime) -> str:
    """Why it stands so, and when it is tried again."""
    if each.state is HookDeliveryState.DELIVERED:
        return f"It answered {each.status}."
    again = f" Tried again {formats.until(each.next_at, now)}." if each.next_at is not None and each.problem else ""
    return f"{each.problem}{again}".strip() or "Its turn has not come yet."
