"""What the first page says: who needs you, what waits and until when, what runs. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.ports import LaneStatus
from campaigns.reasons import DeliveryReason
from campaigns.report.views import CampaignProgress, DayTotals, LaneView, OverviewView
from core.domain.account import AccountState
from core.domain.ids import CampaignId
from desktop.formatting import Formats, count_of, duration
from desktop.pages.campaign.monitor_text import needs_words, wait_words
from desktop.pages.states import count_open
from desktop.widgets.progress import Part
from desktop.widgets.status import Glyph, State, Tone

NOTHING_RESTORED: Final[Mapping[CampaignId, datetime]] = MappingProxyType({})

GROUP_ABOVE: Final = 5
"""More needs of one cause than this become one line (LOOK chapter 9)."""

_CAUSES: Final[Mapping[AccountState, str]] = {
    AccountState.SIGNED_OUT: "was signed out",
    AccountState.BANNED: "was blocked by Telegram",
    AccountState.FROZEN: "was frozen by Telegram",
    AccountState.LIMITED: "was limited by Telegram",
}
_GROUPED: Final[Mapping[AccountState, str]] = {
    AccountState.SIGNED_OUT: "Sign in again",
    AccountState.BANNED: "Blocked by Telegram",
    AccountState.FROZEN: "Frozen by Telegram",
    AccountState.LIMITED: "Limited by Telegram",
}

_S = CampaignState


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Something that stands still until a person acts. `opens`: the page of its button, and the thing there."""

    glyph: Glyph
    title: str
    line: str
    action: str = ""
    opens: tuple[str, int | None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Something that goes on by itself."""

    title: str
    line: str
    left: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number of the day."""

    value: str
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine:
    """How many accounts are in one state."""

    state: State
    number: str
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstStep:
    """One of the three steps to a first campaign."""

    state: State
    line: str


def needs(
    campaigns: Sequence[CampaignProgress],
    lanes: Sequence[LaneView],
    formats: Formats,
    now: datetime,
    restored: Mapping[CampaignId, datetime] = NOTHING_RESTORED,
) -> tuple[Need, ...]:
    """Accounts, approvals, pauses of the worker and unknown fates.

    `restored`: paused campaigns that came back with a backup of that moment, for which nobody has chosen yet.
    """
    found = list(_account_needs(lanes, formats))
    for progress in campaigns:
        quoted = f"“{progress.title}”"
        at = formats.moment(progress.state_at, now)
        if progress.id in restored:
            backup = formats.moment(restored[progress.id], now)
            line = f"who got it after the backup of {backup} is not known here"
            found.append(_campaign_need(progress, f"Choose how campaign {quoted} goes on", line, "Choose"))
        elif progress.state is _S.IN_REVIEW:
            line = f"{progress.state_by} asked {at}"
            found.append(_campaign_need(progress, f"Campaign {quoted} waits for your approval", line, "Review"))
        elif progress.state is _S.APPROVED:
            line = f"approved by {progress.approved_by}; nothing is sent before you start it"
            found.append(_campaign_need(progress, f"Campaign {quoted} is approved and not started", line, "Look"))
        elif progress.state is _S.PAUSED and progress.state_by == "worker":
            line = progress.state_reason or "It waits until you resume it"
            found.append(_campaign_need(progress, f"Campaign {quoted} was paused by the worker", line, "Look"))
        left = progress.reasons.get((DeliveryState.UNCERTAIN, DeliveryReason.LEFT_UNKNOWN), 0)
        unknown = progress.counts.get(DeliveryState.UNCERTAIN, 0) - left
        if unknown:
            title = f"{count_of(formats.number(unknown), 'message')} with unknown fate"
            line = f"{quoted}: it may have left and may not be repeated"
            found.append(_campaign_need(progress, title, line, "Look", Glyph.DIAMOND))
    return tuple(found)


def _campaign_need(
    progress: CampaignProgress, title: str, line: str, action: str, glyph: Glyph = Glyph.WARNING
) -> Need:
    return Need(glyph=glyph, title=title, line=line, action=action, opens=("campaigns", progress.id))


def _account_needs(lanes: Sequence[LaneView], formats: Formats) -> Sequence[Need]:
    by_state: dict[AccountState, list[LaneView]] = {}
    for lane in lanes:
        if lane.account_state in _CAUSES:
            by_state.setdefault(lane.account_state, []).append(lane)
    found = []
    for state, group in by_state.items():
        if len(group) > GROUP_ABOVE:
            title = f"{_GROUPED[state]}: {formats.number(len(group))} accounts"
            waiting = sum(count_open(lane.counts) for lane in group)
            line = _stay(waiting, formats)
            found.append(Need(glyph=Glyph.WARNING, title=title, line=line, action="Look", opens=("accounts", None)))
            continue
        for lane in group:
            line = " · ".join(
                part
                for part in (_stay(count_open(lane.counts), formats), lane.account_reason or needs_words(lane))
                if part
            )
            title, opens = f"{lane.title} {_CAUSES[state]}", ("accounts", lane.account_id)
            found.append(Need(glyph=Glyph.WARNING, title=title, line=line, action="Look", opens=opens))
    return found


def _stay(count: int, formats: Formats) -> str:
    if not count:
        return "nobody waits in its lane"
    return f"{count_of(formats.number(count), 'delivery stays', 'deliveries stay')} in the queue"


def waits(
    campaigns: Sequence[CampaignProgress], lanes: Sequence[LaneView], formats: Formats, now: datetime
) -> tuple[Wait, ...]:
    """What goes on by itself at a known time, the soonest first."""
    found: list[tuple[datetime, Wait]] = []
    for lane in lanes:
        to_do = count_open(lane.counts)
        if to_do and lane.status is LaneStatus.WAITING and lane.until is not None and lane.until > now:
            people = count_of(formats.number(to_do), "person waits", "people wait")
            found.append(
                (
                    lane.until,
                    Wait(
                        title=f"{lane.title} · until {formats.until(lane.until, now)}",
                        line=f"{wait_words(lane)}. {people} in its lane",
                        left=duration(lane.until - now),
                    ),
                )
            )
    for progress in campaigns:
        if progress.state is _S.SCHEDULED and progress.start_at is not None and progress.start_at > now:
            title = f"“{progress.title}” · starts {formats.moment(progress.start_at, now)}"
            people = count_of(formats.number(progress.recipients), "person is", "people are")
            line = f"{people} planned" if progress.repeat is None else "its first run follows"
            left = duration(progress.start_at - now)
            found.append((progress.start_at, Wait(title=title, line=line, left=left)))
        elif progress.state is _S.RUNNING and progress.repeat is not None:
            for run_at in progress.repeat.next_runs(now, 1):
                title = f"“{progress.title}” · next run {formats.moment(run_at, now)}"
                line = "it is made then, for whoever is in its audiences"
                found.append((run_at, Wait(title=title, line=line, left=duration(run_at - now))))
    found.sort(key=lambda one: one[0])
    return tuple(wait for _, wait in found)


def since(base: OverviewView, campaigns: Sequence[CampaignProgress], state: DeliveryState) -> int:
    """How many ended so since the totals were read: counters only rise, so nothing has to be counted again."""
    known = {progress.id: progress.counts.get(state, 0) for progress in base.campaigns}
    return sum(
        max(0, progress.counts.get(state, 0) - known.get(progress.id, 0))
        for progress in campaigns
        if progress.id in known or progress.started_at is not None
    )


def figures(
    today: DayTotals, added: Callable[[DeliveryState], int], formats: Formats
) -> tuple[Figure, Figure, Figure, Figure]:
    """Delivered, delivered of tried, replies, STOP."""
    delivered = today.delivered + added(DeliveryState.SENT)
    failed = today.failed + added(DeliveryState.FAILED)
    unknown = today.uncertain + added(DeliveryState.UNCERTAIN)
    tried = delivered + failed + unknown
    troubles = [f"{formats.number(failed)} failed"] + (
        [f"{formats.number(unknown)} with unknown fate"] if unknown else []
    )
    return (
        Figure(value=formats.number(delivered), line="each of them once"),
        Figure(
            value=formats.percent(delivered, tried), line=", ".join(troubles) if tried else "nothing was tried yet"
        ),
        Figure(
            value=formats.number(today.replies),
            line="messages from people to your accounts" if today.replies else "none yet",
        ),
        Figure(value=formats.number(today.stops), line="suppressed at once" if today.stops else "nobody"),
    )


_GROUPS: Final = (
    (State(Glyph.DISC, "Ready"), (LaneStatus.SENDING, LaneStatus.IDLE, LaneStatus.CONNECTING, LaneStatus.SETTLING)),
    (State(Glyph.CLOCK, "Waiting"), (LaneStatus.WAITING,)),
    (State(Glyph.WARNING, "Needs you"), (LaneStatus.NEEDS_YOU,)),
    (State(Glyph.BARS, "Paused"), (LaneStatus.PAUSED,)),
    (State(Glyph.RING, "Offline"), (LaneStatus.OFFLINE,)),
)


def account_lines(
    lanes: Sequence[LaneView], formats: Formats, now: datetime
) -> tuple[tuple[AccountLine, ...], tuple[Part, ...]]:
    """Accounts by state, with the parts of their bar."""
    lines, parts = [], []
    for state, statuses in _GROUPS:
        group = [lane for lane in lanes if _status_of(lane) in statuses]
        if group:
            lines.append(
                AccountLine(state=state, number=formats.number(len(group)), line=_group_line(group, formats, now))
            )
            parts.append(Part(len(group), Tone.GOOD if state.glyph is Glyph.DISC else state.tone, state.word.lower()))
    return tuple(lines), tuple(parts)


def _status_of(lane: LaneView) -> LaneStatus:
    """An account that needs a person does so whether or not a worker holds it."""
    return LaneStatus.NEEDS_YOU if lane.account_state in _CAUSES else lane.status


def _group_line(group: Sequence[LaneView], formats: Formats, now: datetime) -> str:
    sending = sum(lane.status is LaneStatus.SENDING for lane in group)
    if sending:
        return f"{formats.number(sending)} sending now"
    until = min((lane.until for lane in group if lane.until is not None), default=None)
    if group[0].status is LaneStatus.WAITING and until is not None:
        return f"first until {formats.until(until, now)}"
    if group[0].status is LaneStatus.OFFLINE:
        return "no worker holds them"
    return group[0].title if len(group) == 1 else ""


def first_steps(accounts: int, people: int, campaigns: int, formats: Formats) -> tuple[FirstStep, ...]:
    """The three steps to a first campaign, each with its state."""

    def step(count: int, word: str, done: str, todo: str) -> FirstStep:
        state = State(Glyph.CHECK, word) if count else State(Glyph.RING, word)
        return FirstStep(state=state, line=done if count else todo)

    return (
        step(
            accounts,
            "An account",
            count_of(formats.number(accounts), "account"),
            "An account or bot of yours sends the messages",
        ),
        step(
            people,
            "People",
            count_of(formats.number(people), "person", "people"),
            "People who agreed to hear from you, with the proof: Import people… on the page Audiences",
        ),
        step(
            campaigns,
            "A campaign",
            count_of(formats.number(campaigns), "campaign"),
            "A text for them: “campaign new”, then it appears here for approval",
        ),
    )
