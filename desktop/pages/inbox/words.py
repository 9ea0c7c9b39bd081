"""What the inbox says about conversations and messages. Pure."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from campaigns.delivery import DeliveryState
from campaigns.inbox.conversations import (
    Box,
    ChangeKind,
    ChangeOfMessage,
    ConversationRow,
    ConversationState,
    Marks,
    MessageKind,
    OurMessage,
    SearchHit,
    TheirMessage,
)
from campaigns.inbox.tickets import Ticket
from campaigns.reasons import SENTENCES
from core.domain.message import Entity, EntityKind, FormattedText, utf16_length
from desktop.formatting import Formats
from desktop.pages.inbox.assist_words import about_words
from desktop.widgets.status import Tone

BOXES: Final[dict[Box, str]] = {
    Box.OPEN: "Open",
    Box.UNREAD: "Unread",
    Box.MINE: "Mine",
    Box.WAITING: "Waiting",
    Box.SNOOZED: "Snoozed",
    Box.RESOLVED: "Resolved",
    Box.TICKETS: "Tickets",
    Box.ALL: "All",
}
NOTHING: Final[dict[Box, tuple[str, str]]] = {
    Box.OPEN: (
        "Nothing to answer",
        "What people write to your accounts appears here as soon as a worker has read it.",
    ),
    Box.UNREAD: ("All read", "A new message appears here at once."),
    Box.MINE: ("Nothing is assigned to you", "Assign a conversation with A."),
    Box.WAITING: ("All answered", "Nobody waits for an answer."),
    Box.SNOOZED: ("Nothing is put off", "Put a conversation off with Z; it comes back at its time."),
    Box.RESOLVED: ("Nothing is resolved yet", "Resolve a conversation with E when it needs nothing more."),
    Box.TICKETS: ("No open ticket", "Open one with T: the conversation stays here until it is closed."),
    Box.ALL: (
        "Nobody has written yet",
        "What people write to your accounts appears here as soon as a worker has read it.",
    ),
}
GONE_TEXT: Final = "The text is not kept any more."
DELETED: Final = "This message was deleted"


def name_of(row: ConversationRow) -> str:
    """What the team calls the person, what Telegram calls them, or their number there."""
    return row.name or (f"@{row.username}" if row.username else f"Person {row.user_id}")


def last_words(row: ConversationRow) -> str:
    """The person's newest message in one line."""
    if row.last_kind is MessageKind.STARTED:
        return "Pressed Start"
    if row.is_last_deleted:
        return DELETED
    words = " ".join(row.last_text.split())
    return ": ".join(filter(None, [_sentence(row.last_media), words])) or "…"


def hit_heading(hit: SearchHit, formats: Formats, now: datetime) -> str:
    """Before the words that were found: who wrote them and when; the name of the person stands above."""
    when = formats.moment(hit.at, now)
    return f"You, {when}:" if hit.is_ours else f"{when}:"


def pieces_of(hit: SearchHit) -> list[tuple[str, bool]]:
    """The text in pieces, and which of them were searched for. One that is read from the right stays whole."""
    if any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in hit.text):
        return [(hit.text, False)]
    pieces: list[tuple[str, bool]] = []
    at = 0
    for begin, end in hit.words:
        if begin >= at:
            pieces += [(hit.text[at:begin], False), (hit.text[begin:end], True)]
            at = end
    return [piece for piece in (*pieces, (hit.text[at:], False)) if piece[0]]


def tag_of(row: ConversationRow) -> tuple[str, Tone] | None:
    """The one thing to know about it; None: it is open and nobody's."""
    if row.suppression is not None:
        return ("STOP · suppressed" if row.last_kind is MessageKind.STOP else "suppressed"), Tone.MUTE
    if row.ticket is not None:
        return f"ticket {row.ticket}", Tone.ACCENT
    if row.state is ConversationState.RESOLVED:
        return "resolved", Tone.GOOD
    if row.labels:
        return row.labels[0], Tone.ACCENT
    return None


def tags_of(row: ConversationRow) -> list[tuple[str, Tone]]:
    """That one thing, and what their newest message is about, as a model sorted it."""
    first = tag_of(row)
    tags = [first] if first is not None else []
    return tags if row.sorting is None else [*tags, about_words(row.sorting)]


def via_words(row: ConversationRow) -> str:
    """From which account, and after which campaign."""
    return f"{row.account} · {row.campaign}" if row.campaign else row.account


def state_words(row: ConversationRow, formats: Formats, now: datetime) -> str:
    """Open or not, and whether anybody looked."""
    if row.state is ConversationState.RESOLVED:
        return "Resolved"
    if row.snoozed_until is not None and row.snoozed_until > now:
        return f"Snoozed until {formats.moment(row.snoozed_until, now)}"
    return "Open, unread" if row.unread else "Open"


def ticket_words(tickets: Sequence[Ticket], formats: Formats, now: datetime) -> str:
    """The newest ticket: since when it is open or closed; "none" where there is none."""
    if not tickets:
        return "none"
    ticket = tickets[0]
    if ticket.closed_at is not None:
        return f"{ticket.number}, closed {formats.moment(ticket.closed_at, now)}"
    return f"{ticket.number}, open since {formats.moment(ticket.opened_at, now)}"


def row_words(row: ConversationRow, formats: Formats, now: datetime) -> str:
    """The whole line, for a screen reader."""
    tags = [words for words, _ in tags_of(row)]
    said = last_words(row)
    if row.hit is not None:
        said = f"found: {hit_heading(row.hit, formats, now)} {row.hit.text}"
    parts = [name_of(row), said, formats.moment(row.last_at, now), *tags, via_words(row)]
    if row.unread:
        parts.append(f"{row.unread} unread")
    return ", ".join(part for part in parts if part)


def their_text(message: TheirMessage) -> FormattedText:
    """As it stands in the bubble."""
    if message.marks.deleted_at is not None:
        return _aside(DELETED)
    if message.kind is MessageKind.STARTED:
        return FormattedText("Pressed Start")
    return _aside(_sentence(message.media), message.text) if message.media else FormattedText(message.text or "…")


def their_foot(message: TheirMessage, formats: Formats) -> str:
    """The time, and what became of it since."""
    return " · ".join([formats.time(message.at), *_later(message.marks, formats)])


def our_text(message: OurMessage) -> FormattedText:
    """As it stands in the bubble."""
    if message.message is None:
        return FormattedText(GONE_TEXT)
    text = message.message.text
    if message.media:
        return _aside(_sentence(message.media), text.text)
    if message.is_elsewhere and not text.text:
        return _aside(DELETED)
    return text


def _aside(words: str, text: str = "") -> FormattedText:
    """What Wireroom says in place of, or above, what was written."""
    entity = Entity(kind=EntityKind.ITALIC, offset=0, length=utf16_length(words))
    return FormattedText("\n".join(filter(None, [words, text])), (entity,))


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _later(marks: Marks, formats: Formats) -> list[str]:
    if marks.deleted_at is not None:
        return [f"deleted in Telegram {formats.time(marks.deleted_at)}"]
    return [f"edited {formats.time(marks.edited_at)}"] if marks.edited_at is not None else []


def reaction_words(marks: Marks) -> str:
    """Who reacted how; empty: nobody did."""
    ours = f"{marks.ours} from us" if marks.ours else ""
    return ", ".join(filter(None, [marks.theirs, ours]))


def our_foot(message: OurMessage, formats: Formats, now: datetime) -> str:
    """The time and what became of it."""
    words = "read ✓✓" if message.is_read else _FATES[message.state]
    if message.state is DeliveryState.DEFERRED and message.not_before is not None:
        words = f"waits until {formats.until(message.not_before, now)}"
    author = "on another device" if message.is_elsewhere else message.author
    later = [*_later(message.marks, formats), _change_words(message.change, formats, now)]
    return " · ".join(part for part in (formats.time(message.at), author, *later, words) if part)


def _change_words(change: ChangeOfMessage | None, formats: Formats, now: datetime) -> str:
    """An edit or a deletion that is asked for and not done yet."""
    if change is None or change.state not in (DeliveryState.PLANNED, DeliveryState.DEFERRED, DeliveryState.SENDING):
        return ""
    what = "edit" if change.kind is ChangeKind.EDIT else "deletion"
    if change.state is DeliveryState.DEFERRED and change.not_before is not None:
        return f"{what} waits until {formats.until(change.not_before, now)}"
    return f"{what} on its way" if change.state is DeliveryState.SENDING else f"{what} waits"


def problem_of(message: OurMessage) -> str:
    """Why it did not leave, or was not changed; empty: it did, or will."""
    if message.change is not None and message.marks.deleted_at is None:
        change, what = message.change, _CHANGED[message.change.kind]
        if change.state in (DeliveryState.FAILED, DeliveryState.SKIPPED, DeliveryState.UNCERTAIN) and change.reason:
            perhaps = "Perhaps not" if change.state is DeliveryState.UNCERTAIN else "Not"
            return f"{perhaps} {what}: {SENTENCES[change.reason][:1].lower()}{SENTENCES[change.reason][1:]}"
    if message.state not in (DeliveryState.FAILED, DeliveryState.SKIPPED, DeliveryState.CANCELLED):
        return ""
    return SENTENCES[message.reason] if message.reason is not None else "It was not sent."


def heading_of(message: OurMessage) -> str:
    """Above a message that nobody of the team typed; empty above an answer."""
    if message.is_stop_confirmation:
        return "Confirms the STOP"
    return f"{message.campaign} · variant {message.variant}" if message.campaign else ""


def standing_of(row: ConversationRow) -> tuple[str, Tone]:
    """Whether this person may be written to by campaigns, as far as their wish goes."""
    if row.suppression is not None:
        return SENTENCES[row.suppression], Tone.BAD
    return "No objection", Tone.GOOD


_CHANGED: Final = {ChangeKind.EDIT: "edited", ChangeKind.DELETE: "deleted"}
_FATES: Final = {
    DeliveryState.PLANNED: "waits",
    DeliveryState.DEFERRED: "waits",
    DeliveryState.FAILED: "not sent",
    DeliveryState.SKIPPED: "not sent",
    DeliveryState.CANCELLED: "not sent",
    DeliveryState.SENT: "sent ✓",
    DeliveryState.SENDING: "on its way",
    DeliveryState.UNCERTAIN: "fate unknown",
}
