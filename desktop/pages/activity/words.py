"""What each kind of event says: its shape and words, and what stands behind it. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from campaigns.backup.after_restore import AfterRestore
from campaigns.plan.account_limits import LIMIT_NAMES
from campaigns.report.event_kinds import EventKind
from campaigns.report.screens import EventQuestion
from campaigns.report.views import EventView
from core.domain.account import AccountState
from desktop.formatting import Formats, count_of
from desktop.models.rows import EventRow
from desktop.pages.states import DELIVERY
from desktop.widgets.status import Glyph, State

_K = EventKind

WORDS: Mapping[str, State] = MappingProxyType(
    {
        _K.CAMPAIGN_CREATED: State(Glyph.RING, "Campaign written"),
        _K.CAMPAIGN_PEOPLE: State(Glyph.RING, "Campaign’s people chosen"),
        _K.CAMPAIGN_WRITTEN: State(Glyph.RING, "Campaign’s message changed"),
        _K.CAMPAIGN_TESTED: State(Glyph.RING, "Test message asked for"),
        _K.CAMPAIGN_PLANNED: State(Glyph.RING, "Campaign’s plan changed"),
        _K.CAMPAIGN_CANARY: State(Glyph.CHECK, "First people done"),
        _K.CAMPAIGN_ENDED: State(Glyph.CLOCK, "Campaign’s end came"),
        _K.SERIES_RUN: State(Glyph.RUN, "Run of a series"),
        _K.SERIES_SKIPPED: State(Glyph.WARNING, "Run did not take place"),
        _K.CAMPAIGN_SENT_AGAIN: State(Glyph.RUN, "Sent again"),
        _K.CAMPAIGN_SLOWED: State(Glyph.RING, "Campaign’s pace changed"),
        _K.CAMPAIGN_ACCOUNT: State(Glyph.RING, "Account joined campaign"),
        _K.CAMPAIGN_CLONED: State(Glyph.RING, "Campaign copied"),
        _K.CAMPAIGN_ARCHIVED: State(Glyph.DASH, "Campaign archived"),
        _K.CAMPAIGN_UNARCHIVED: State(Glyph.RING, "Campaign back in the list"),
        _K.DELIVERIES_COUNTED: State(Glyph.DIAMOND, "Counted as sent"),
        _K.DELIVERIES_LEFT: State(Glyph.DIAMOND, "Left with unknown fate"),
        _K.CAMPAIGN_SUBMITTED: State(Glyph.WARNING, "Approval asked for"),
        _K.CAMPAIGN_SENT_BACK: State(Glyph.DASH, "Campaign sent back"),
        _K.CAMPAIGN_APPROVED: State(Glyph.CHECK, "Campaign approved"),
        _K.CAMPAIGN_SCHEDULED: State(Glyph.CLOCK, "Campaign scheduled"),
        _K.CAMPAIGN_STARTED: State(Glyph.RUN, "Campaign started"),
        _K.CAMPAIGN_PAUSED: State(Glyph.BARS, "Campaign paused"),
        _K.CAMPAIGN_RESUMED: State(Glyph.RUN, "Campaign resumed"),
        _K.CAMPAIGN_FINISHED: State(Glyph.CHECK, "Campaign finished"),
        _K.CAMPAIGN_CANCELLED: State(Glyph.DASH, "Campaign stopped"),
        _K.CAMPAIGN_FAILED: State(Glyph.CROSS, "Campaign failed"),
        _K.DELIVERIES_CANCELLED: State(Glyph.DASH, "Deliveries cancelled"),
        _K.ACCOUNT_ADDED: State(Glyph.CHECK, "Account added"),
        _K.ACCOUNT_PAUSED: State(Glyph.BARS, "Account paused"),
        _K.ACCOUNT_RESUMED: State(Glyph.RUN, "Account resumed"),
        _K.ACCOUNT_STOPPED: State(Glyph.WARNING, "Account needs you"),
        _K.ACCOUNT_COOLDOWN: State(Glyph.CLOCK, "Telegram asked for a pause"),
        _K.ACCOUNT_SLOWED: State(Glyph.CLOCK, "Account slowed down"),
        _K.ACCOUNT_PROFILE: State(Glyph.RING, "Limits changed"),
        _K.ACCOUNTS_LABELLED: State(Glyph.RING, "Labels changed"),
        _K.ACCOUNT_SIGNED_IN: State(Glyph.CHECK, "Signed in again"),
        _K.ACCOUNT_LIMITS: State(Glyph.RING, "Limits set"),
        _K.ACCOUNT_DEVICES: State(Glyph.DASH, "Other devices signed out"),
        _K.ACCOUNT_LOGGED_OUT: State(Glyph.DASH, "Account logged out"),
        _K.ACCOUNT_REMOVED: State(Glyph.DASH, "Account removed"),
        _K.PERSON_STOPPED: State(Glyph.DASH, "Someone said STOP"),
        _K.PERSON_BLOCKED: State(Glyph.DASH, "Someone blocked the account"),
        _K.PERSON_GONE: State(Glyph.DASH, "Someone’s account is gone"),
        _K.PERSON_SUPPRESSED: State(Glyph.DASH, "Person suppressed"),
        _K.PERSON_UNSUPPRESSED: State(Glyph.CHECK, "Person taken off the suppression list"),
        _K.PERSON_AGREED: State(Glyph.CHECK, "Consent written down"),
        _K.PERSON_WITHDREW: State(Glyph.DASH, "Consent taken back"),
        _K.PERSON_EDITED: State(Glyph.RING, "Person changed"),
        _K.PERSON_ERASED: State(Glyph.DASH, "Person erased"),
        _K.PERSON_EXPORTED: State(Glyph.RING, "Everything about a person exported"),
        _K.PEOPLE_EXPORTED: State(Glyph.RING, "People exported"),
        _K.LIST_EXPORTED: State(Glyph.RING, "List exported"),
        _K.EXPORT_FAILED: State(Glyph.CROSS, "Export failed"),
        _K.PEOPLE_TAGGED: State(Glyph.RING, "Tags changed"),
        _K.PEOPLE_MERGED: State(Glyph.RING, "Two contacts merged"),
        _K.SUPPRESSIONS_IMPORTED: State(Glyph.DASH, "Suppression list imported"),
        _K.PERSON_STARTED: State(Glyph.CHECK, "Someone pressed Start"),
        _K.REPLY_RECEIVED: State(Glyph.CHECK, "Reply received"),
        _K.CONVERSATION_RESOLVED: State(Glyph.CHECK, "Conversation resolved"),
        _K.TICKET_OPENED: State(Glyph.CLOCK, "Ticket opened"),
        _K.TICKET_CLOSED: State(Glyph.CHECK, "Ticket closed"),
        _K.PEOPLE_IMPORTED: State(Glyph.CHECK, "People imported"),
        _K.IMPORT_UNDONE: State(Glyph.DASH, "Import taken back"),
        _K.PROXIES_IMPORTED: State(Glyph.CHECK, "Proxies imported"),
        _K.PROXIES_CHANGED: State(Glyph.RING, "Proxies changed"),
        _K.PROXIES_REMOVED: State(Glyph.DASH, "Proxies removed"),
        _K.PROXY_ASSIGNED: State(Glyph.RUN, "Proxy assigned"),
        _K.PROXY_RELEASED: State(Glyph.DASH, "Proxy released"),
        _K.PROXY_MOVED: State(Glyph.RUN, "Account changed its proxy"),
        _K.PROXY_FAILED: State(Glyph.CROSS, "Proxy does not work"),
        _K.PROXY_RECOVERED: State(Glyph.CHECK, "Proxy works again"),
        _K.AI_ASKED: State(Glyph.RING, "Text model asked"),
        _K.AI_SWITCHED: State(Glyph.RING, "AI in the inbox turned on or off"),
        _K.WEBHOOK_ADDED: State(Glyph.CHECK, "Webhook added"),
        _K.WEBHOOK_CHANGED: State(Glyph.RING, "Webhook changed"),
        _K.WEBHOOK_ROLLED: State(Glyph.RING, "Webhook has a new secret"),
        _K.WEBHOOK_PAUSED: State(Glyph.BARS, "Webhook paused"),
        _K.WEBHOOK_RESUMED: State(Glyph.RUN, "Webhook resumed"),
        _K.WEBHOOK_REMOVED: State(Glyph.DASH, "Webhook removed"),
        _K.WEBHOOK_GAVE_UP: State(Glyph.WARNING, "Webhook could not be told"),
        _K.WEBHOOK_STOPPED: State(Glyph.WARNING, "Webhook needs you"),
        _K.SETTING_CHANGED: State(Glyph.RING, "Setting changed"),
        _K.WORKSPACE_RESTORED: State(Glyph.WARNING, "Restored from a backup"),
        _K.RESTORED_CHOSEN: State(Glyph.RING, "Chosen how it goes on after the restore"),
        _K.WORKER_STARTED: State(Glyph.RUN, "Worker started"),
        _K.WORKER_ENDED: State(Glyph.DASH, "Worker ended"),
        _K.CLOCK_WRONG: State(Glyph.WARNING, "This machine’s clock is wrong"),
        _K.CLOCK_JUMPED: State(Glyph.CLOCK, "The clock jumped"),
    }
)

_STATES: Final[Mapping[str, str]] = {
    AccountState.SIGNED_OUT: "signed out",
    AccountState.BANNED: "blocked by Telegram",
    AccountState.FROZEN: "frozen by Telegram",
    AccountState.LIMITED: "limited by Telegram",
}


class ActivityView(StrEnum):
    """The chips."""

    ALL = "all"
    NEEDS_YOU = "needs_you"
    FAILED = "failed"
    PEOPLE = "people"
    WORKER = "worker"


_NEEDS: Final = frozenset(
    {_K.CAMPAIGN_SUBMITTED, _K.ACCOUNT_STOPPED, _K.CLOCK_WRONG, _K.CAMPAIGN_FAILED, _K.WEBHOOK_STOPPED}
)
_FAILED: Final = frozenset({"error"})


def question(view: ActivityView, text: str) -> EventQuestion:
    """What to ask the database for a chip and a search."""
    wanted = text.strip().casefold()
    kinds = frozenset(kind for kind in EventKind if wanted and wanted in words_of(kind).word.casefold())
    return EventQuestion(
        kinds=_NEEDS if view is ActivityView.NEEDS_YOU else frozenset(),
        levels=_FAILED if view is ActivityView.FAILED else frozenset(),
        by_worker={ActivityView.PEOPLE: False, ActivityView.WORKER: True}.get(view),
        text=text,
        text_kinds=kinds,
    )


def words_of(kind: str) -> State:
    """What happened; a kind without words here is spelled out."""
    return WORDS.get(kind) or State(Glyph.RING, kind.replace(".", " ").replace("_", " ").capitalize())


def event_row(event: EventView, formats: Formats, now: datetime) -> EventRow:
    """One line of Activity."""
    about = event.campaign_title or event.account_title or event.person or "workspace"
    return EventRow(
        time=formats.moment(event.at, now, with_seconds=True),
        state=words_of(event.kind),
        details=details_of(event, formats, now),
        about=about,
        who=event.actor,
        code=event.correlation_id[:6],
    )


def details_of(event: EventView, formats: Formats, now: datetime) -> str:
    """What stands behind it, from the data of the event."""
    teller = _DETAILS.get(event.kind)
    if teller is not None:
        return teller(event, formats, now)
    reason = event.data.get("reason") or event.data.get("comment")
    if reason:
        return str(reason)
    if event.kind in (_K.PERSON_ERASED, _K.PERSON_EDITED, _K.PERSON_EXPORTED) or (
        event.kind.startswith("person.") and not event.account_title
    ):
        return event.person or ""
    if event.kind.startswith("person.") or event.kind == _K.REPLY_RECEIVED:
        return f"{event.person or 'somebody'}, to {event.account_title or 'an account'}"
    return ", ".join(f"{key.replace('_', ' ')} {_plain(value, formats)}" for key, value in event.data.items())


def _plain(value: str | int, formats: Formats) -> str:
    return formats.number(value) if isinstance(value, int) else value


def _until(event: EventView, formats: Formats, now: datetime) -> str:
    until = event.data.get("until") or event.data.get("start_at")
    if not isinstance(until, str):
        return ""
    word = "starts" if event.kind == _K.CAMPAIGN_SCHEDULED else "until"
    what = "; half rate" if event.kind == _K.ACCOUNT_SLOWED else ""
    return f"{word} {formats.until(datetime.fromisoformat(until), now)}{what}"


def _counts(event: EventView, formats: Formats, now: datetime) -> str:
    parts = []
    for state, word in DELIVERY.items():
        count = event.data.get(state.value)
        if isinstance(count, int) and count:
            parts.append(f"{formats.number(count)} {word.word.lower()}")
    return ", ".join(parts)


def _limits(event: EventView, formats: Formats, now: datetime) -> str:
    """60 messages a day; beyond the safe range"""
    parts = [
        f"{formats.number(value)} {name}" if value else f"{name} as the profile says"
        for kind, name in LIMIT_NAMES.items()
        if isinstance(value := event.data.get(kind.value), int)
    ]
    return ", ".join(parts) + ("; beyond the safe range" if event.data.get("beyond_safe") else "")


def _stopped(event: EventView, formats: Formats, now: datetime) -> str:
    state = _STATES.get(str(event.data.get("state", "")), "")
    reason = str(event.data.get("reason", ""))
    return f"{state}: {reason}" if state and reason else state or reason


def _cancelled(event: EventView, formats: Formats, now: datetime) -> str:
    count = event.data.get("count")
    number = formats.number(count) if isinstance(count, int) else "some"
    return f"{count_of(number, 'person does', 'people do')} not get it"


def _people(event: EventView, formats: Formats, now: datetime) -> str:
    count = event.data.get("count")
    return count_of(formats.number(count), "person", "people") if isinstance(count, int) else ""


_LISTS = {"people": "people", "suppressions": "suppression list", "report": "report", "refused": "refused rows"}


def _exported(event: EventView, formats: Formats, now: datetime) -> str:
    what = _LISTS.get(str(event.data.get("what", "")), "")
    count = event.data.get("count")
    if isinstance(count, int):
        words = ("row", "rows") if event.data.get("what") == "refused" else ("person", "people")
        what = f"{what}, {count_of(formats.number(count), *words)}" if what else _people(event, formats, now)
    file = event.data.get("file")
    return f"{what} {'in' if isinstance(count, int) else 'into'} {file}" if file else what


def _pace(event: EventView, formats: Formats, now: datetime) -> str:
    per_hour = event.data.get("per_hour")
    if not isinstance(per_hour, int) or not per_hour:
        return "as fast as its plan says"
    return f"at most {formats.number(per_hour)} an hour"


def _joined(event: EventView, formats: Formats, now: datetime) -> str:
    moved = event.data.get("moved")
    number = formats.number(moved) if isinstance(moved, int) else "some"
    account = event.account_title or "an account"
    return f"{account}, took over {count_of(number, 'person', 'people')}"


def _labelled(event: EventView, formats: Formats, now: datetime) -> str:
    count = event.data.get("accounts")
    number = formats.number(count) if isinstance(count, int) else "some"
    parts = [f"{word} {event.data[word]}" for word in ("added", "removed") if event.data.get(word)]
    return f"{count_of(number, 'account')}: {', '.join(parts)}"


def _tagged(event: EventView, formats: Formats, now: datetime) -> str:
    count = event.data.get("people")
    number = formats.number(count) if isinstance(count, int) else "some"
    parts = [f"{word} {event.data[word]}" for word in ("added", "removed") if event.data.get(word)]
    return f"{count_of(number, 'person', 'people')}: {', '.join(parts)}"


def _imported(event: EventView, formats: Formats, now: datetime) -> str:
    words = {
        "added": "new",
        "updated": "updated",
        "unchanged": "as before",
        "known": "stood there",
        "refused": "refused",
        "said_no": "said no",
    }
    return ", ".join(
        f"{formats.number(count)} {word}"
        for key, word in words.items()
        if isinstance(count := event.data.get(key), int) and count
    )


def _setting(event: EventView, formats: Formats, now: datetime) -> str:
    data = event.data
    return f"{data.get('setting', '')}: {data.get('after', '')}, before {data.get('before', '')}"


def _webhook(event: EventView, formats: Formats, now: datetime) -> str:
    data = event.data
    count = int(data.get("count", 0))
    more = count_of(formats.number(count), "event", "events") if count else str(data.get("reason", ""))
    return f"{data.get('name', '')}: {more}" if more else str(data.get("name", ""))


def _asked(event: EventView, formats: Formats, now: datetime) -> str:
    data = event.data
    tokens = [data.get(key) for key in ("tokens_in", "tokens_out")]
    cost = sum(count for count in tokens if isinstance(count, int))
    outcomes = {"answered": f"{formats.number(cost)} tokens", "cached": "answered from the cache, nothing was sent"}
    outcome = str(data.get("outcome", ""))
    number = data.get("conversation")
    about = f" of conversation {number}" if number else ""
    return f"{data.get('feature', '')}{about}, {data.get('model', '')}: {outcomes.get(outcome, outcome.replace('_', ' '))}"


def _switched(event: EventView, formats: Formats, now: datetime) -> str:
    data = event.data
    feature = {"suggest": "suggested answers", "summarise": "summaries", "sort": "sorting"}.get(
        str(data.get("feature")), ""
    )
    return f"{feature}: {'on, asks ' + str(data.get('address', '')) if data.get('on') else 'off'}"


def _undone(event: EventView, formats: Formats, now: datetime) -> str:
    kept = event.data.get("kept")
    return f"{formats.number(kept)} stay, without consent" if isinstance(kept, int) and kept else ""


_CHOICES: Final[Mapping[str, str]] = {
    AfterRestore.CHECK: "each chat is looked into before a message is sent",
    AfterRestore.LEAVE: "nobody else is written to",
    AfterRestore.NOTHING_SENT: "nothing was sent after the backup",
}


def _restored(event: EventView, formats: Formats, now: datetime) -> str:
    since = event.data.get("since")
    if not isinstance(since, str):
        return ""
    return f"as it was {formats.moment(datetime.fromisoformat(since), now)}"


def _chosen(event: EventView, formats: Formats, now: datetime) -> str:
    return _CHOICES.get(str(event.data.get("choice")), "")


def _clock(event: EventView, formats: Formats, now: datetime) -> str:
    ahead = event.data.get("ahead_s")
    if not isinstance(ahead, int):
        return ""
    return f"{formats.number(abs(ahead))} s {'ahead of' if ahead > 0 else 'behind'} Telegram’s"


_DETAILS: Final[Mapping[str, Callable[[EventView, Formats, datetime], str]]] = {
    _K.ACCOUNT_COOLDOWN: _until,
    _K.ACCOUNT_SLOWED: _until,
    _K.CAMPAIGN_SCHEDULED: _until,
    _K.CAMPAIGN_FINISHED: _counts,
    _K.ACCOUNT_STOPPED: _stopped,
    _K.ACCOUNT_LIMITS: _limits,
    _K.DELIVERIES_CANCELLED: _cancelled,
    _K.CAMPAIGN_PEOPLE: _people,
    _K.CAMPAIGN_SENT_AGAIN: _people,
    _K.DELIVERIES_COUNTED: _people,
    _K.DELIVERIES_LEFT: _people,
    _K.CAMPAIGN_SLOWED: _pace,
    _K.CAMPAIGN_ACCOUNT: _joined,
    _K.CLOCK_WRONG: _clock,
    _K.WORKSPACE_RESTORED: _restored,
    _K.RESTORED_CHOSEN: _chosen,
    _K.PEOPLE_IMPORTED: _imported,
    _K.SUPPRESSIONS_IMPORTED: _imported,
    _K.AI_ASKED: _asked,
    _K.AI_SWITCHED: _switched,
    _K.SETTING_CHANGED: _setting,
    **dict.fromkeys((kind for kind in _K if kind.startswith("webhook.")), _webhook),
    _K.IMPORT_UNDONE: _undone,
    _K.ACCOUNTS_LABELLED: _labelled,
    _K.PEOPLE_TAGGED: _tagged,
    _K.PEOPLE_EXPORTED: _exported,
    _K.LIST_EXPORTED: _exported,
    _K.EXPORT_FAILED: _exported,
}
