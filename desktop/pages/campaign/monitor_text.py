"""What the live monitor says, from values to words. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from campaigns.campaign import CampaignState
from campaigns.ports import LaneStatus
from campaigns.reasons import SENTENCES
from campaigns.report.event_kinds import EventKind
from campaigns.report.forecast import Forecast
from campaigns.report.screens import Mark, WorkerRun
from campaigns.report.views import CampaignProgress, LaneView
from core.domain.account import AccountState
from desktop.formatting import Formats, count_of, duration, join_words, short_hash
from desktop.pages.reasons import short
from desktop.widgets.rate_chart import ChartMark
from desktop.widgets.status import Tone

_SHORT_OF: Final = {sentence: short(reason) for reason, sentence in SENTENCES.items()}

_NEEDS: Final[Mapping[AccountState, str]] = {
    AccountState.SIGNED_OUT: "until you sign in again",
    AccountState.BANNED: "Telegram blocked this account",
    AccountState.FROZEN: "until Telegram lifts the freeze",
    AccountState.LIMITED: "until Telegram lifts the limit",
}

_OVER: Final = (CampaignState.FINISHED, CampaignState.CANCELLED, CampaignState.FAILED)

_MARKS: Final[Mapping[EventKind, tuple[str, Tone]]] = {
    EventKind.CAMPAIGN_PAUSED: ("paused", Tone.MUTE),
    EventKind.CAMPAIGN_RESUMED: ("resumed", Tone.MUTE),
    EventKind.CAMPAIGN_CANCELLED: ("stopped", Tone.MUTE),
    EventKind.CAMPAIGN_FAILED: ("failed", Tone.BAD),
    EventKind.ACCOUNT_COOLDOWN: ("waits", Tone.WARN),
    EventKind.ACCOUNT_SLOWED: ("at half rate", Tone.WARN),
    EventKind.ACCOUNT_STOPPED: ("needs you", Tone.BAD),
    EventKind.ACCOUNT_PAUSED: ("paused", Tone.MUTE),
    EventKind.ACCOUNT_RESUMED: ("resumed", Tone.MUTE),
}


def facts(progress: CampaignProgress, formats: Formats, now: datetime) -> str:
    """The one line under the title: what happened to it, and by whom."""
    parts = [_since(progress, formats, now)]
    if progress.run_at is not None:
        parts.insert(0, f"Run of {formats.moment(progress.run_at, now)}")
    if progress.slowed_per_hour is not None and progress.state not in _OVER:
        parts.append(f"slowed down to {formats.number(progress.slowed_per_hour)} an hour")
    if progress.approved_by is not None:
        parts.append(f"approved by {progress.approved_by}")
    if progress.approved_hash is not None:
        parts.append(f"text frozen as {short_hash(progress.approved_hash)}")
    return " · ".join(parts)


def _since(progress: CampaignProgress, formats: Formats, now: datetime) -> str:
    at = formats.moment(progress.state_at, now)
    started = formats.moment(progress.started_at, now)
    match progress.state:
        case CampaignState.DRAFT:
            return f"Written {formats.moment(progress.created_at, now)} by {progress.created_by}"
        case CampaignState.IN_REVIEW:
            return f"{progress.state_by} asked for approval {at}"
        case CampaignState.APPROVED:
            return "Ready to start"
        case CampaignState.SCHEDULED:
            return f"Starts {formats.moment(progress.start_at, now)}"
        case CampaignState.RUNNING:
            return f"Started {started} by {progress.created_by}"
        case CampaignState.PAUSED:
            return f"Paused {at} by {_who(progress.state_by)}"
        case CampaignState.FINISHED:
            return f"Finished {at} · {_took(progress)}"
        case CampaignState.CANCELLED:
            return f"Stopped {at} by {_who(progress.state_by)}"
        case CampaignState.FAILED:
            return f"Failed {at}"


def _who(actor: str) -> str:
    return "the worker" if actor == "worker" else actor


def _took(progress: CampaignProgress) -> str:
    if progress.started_at is None or progress.finished_at is None:
        return "never started"
    return f"ran {duration(progress.finished_at - progress.started_at)}"


def finish_lines(
    progress: CampaignProgress, told: Forecast | None, formats: Formats, now: datetime, *, worker_is_gone: bool
) -> tuple[str, str]:
    """When it will be done, and what holds it back; for a campaign that does not run: what it is instead."""
    state = progress.state
    if state is CampaignState.RUNNING and worker_is_gone:
        return "No forecast", "nothing is sent while the worker does not run"
    if state is CampaignState.RUNNING and progress.first_people is not None:
        done = (
            f"{formats.number(min(progress.tried, progress.first_people))} of {formats.number(progress.first_people)}"
        )
        return f"First people: {done}", "they get it alone; how it went decides about the rest"
    if state is CampaignState.RUNNING and told is not None:
        return forecast_lines(told, formats, now)
    if state is CampaignState.RUNNING:
        return "No forecast yet", "it comes with the first messages"
    if state is CampaignState.SCHEDULED:
        return f"Starts {formats.moment(progress.start_at, now)}", "everybody is planned"
    if state is CampaignState.PAUSED:
        return "No forecast while it is paused", progress.state_reason or ""
    if state in (CampaignState.FINISHED, CampaignState.CANCELLED, CampaignState.FAILED):
        return _since(progress, formats, now).split(" · ")[0], progress.state_reason or _took(progress)
    return "", ""


def forecast_lines(told: Forecast, formats: Formats, now: datetime) -> tuple[str, str]:
    """`98 % by 14:38 · everyone by Tue 09:03` and what holds back the end."""
    parts = []
    if told.nearly_at is not None:
        parts.append(f"98 % {by_words(told.nearly_at, formats, now)}")
    if told.everyone_at is not None:
        everyone = f"everyone {by_words(told.everyone_at, formats, now)}"
        if not parts or parts[0].removeprefix("98 % ") != everyone.removeprefix("everyone "):
            parts.append(everyone)
        else:
            parts = [everyone]
    first = " · ".join(parts)
    holding = []
    if told.waiting:
        waits = count_of(str(len(told.waiting)), "lane that waits", "lanes that wait")
        holding.append(_named(told.waiting, waits))
    if told.standing:
        needs = count_of(str(len(told.standing)), "lane that needs you", "lanes that need you")
        holding.append(_named(told.standing, needs))
    if told.unmeasured and not first:
        return "No forecast yet", f"{_named(told.unmeasured, 'some lanes')} sent too little to tell"
    if told.unmeasured:
        holding.append(_named(told.unmeasured, "lanes whose pace is not known yet"))
    return (first[:1].upper() + first[1:]) or "No forecast", f"held back by {join_words(holding)}" if holding else ""


def _named(titles: Sequence[str], many: str) -> str:
    return titles[0] if len(titles) == 1 else many


def by_words(at: datetime, formats: Formats, now: datetime) -> str:
    """`by 14:38`, or `in under a minute`."""
    if at - now < timedelta(minutes=1):
        return "in under a minute"
    # Up to the next full minute: a forecast never promises less time than it found.
    return f"by {formats.moment(at + timedelta(seconds=59), now)}"


def waits_for(lane: LaneView, to_do: int, formats: Formats, now: datetime) -> tuple[str, str, Tone]:
    """What a lane waits for, as a moment, words, and their tone."""
    match lane.status:
        case LaneStatus.NEEDS_YOU:
            return "", needs_words(lane), Tone.BAD
        case LaneStatus.WAITING:
            until = formats.until(lane.until, now) if lane.until is not None else ""
            return until, wait_words(lane), Tone.WARN
        case LaneStatus.SENDING if lane.until is not None and lane.until > now:
            return "", f"next in {duration(lane.until - now)}", Tone.MUTE
        case LaneStatus.PAUSED:
            return "", "until you resume the account", Tone.MUTE
        case LaneStatus.OFFLINE:
            return "", "a worker" if to_do else "", Tone.MUTE
        case LaneStatus.CONNECTING:
            return "", "the connection", Tone.MUTE
        case LaneStatus.SETTLING:
            return "", "what became of open tries", Tone.MUTE
        case LaneStatus.IDLE if to_do:
            return "", "the campaign", Tone.MUTE
        case _:
            return "", "nothing", Tone.MUTE


def needs_words(lane: LaneView) -> str:
    """Until when a lane stands still that needs a person."""
    return _NEEDS.get(lane.account_state, lane.reason or "needs you")


def wait_words(lane: LaneView) -> str:
    """Why a lane waits, in a few words."""
    return wait_phrase(lane.reason)


def wait_phrase(reason: str) -> str:
    """What a lane reported as its reason, in a few words."""
    return _SHORT_OF.get(reason) or reason.split(". ")[0].removesuffix(".")


def chart_marks(marks: Sequence[Mark], runs: Sequence[WorkerRun], formats: Formats) -> tuple[ChartMark, ...]:
    """What explains the line: pauses, demanded waits, accounts that stopped, and workers that died or ended.

    The newest run is left out: whether that worker is gone is told by the banner.
    """
    made = []
    for mark in marks:
        words, tone = _MARKS[mark.kind]
        subject = f"{mark.account_title} " if mark.account_title else ""
        made.append(ChartMark(mark.at, f"{formats.time(mark.at)} {subject}{words}", tone))
    for run in runs[:-1]:
        at, tone = (run.heartbeat_at, Tone.BAD) if run.ended_at is None else (run.ended_at, Tone.MUTE)
        words = "worker died" if run.ended_at is None else "worker stopped"
        made.append(ChartMark(at, f"{formats.time(at)} {words}", tone))
    return tuple(sorted(made, key=lambda mark: mark.at))
