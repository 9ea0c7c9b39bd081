"""What the panel of an account says of its state: in a sentence, with what a person can do now. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from campaigns.accounts.health_score import HealthPart, PartKind
from campaigns.accounts.standing import NextStep, StandingWords
from campaigns.accounts.views import AccountCondition, AccountRow
from core.domain.account import AccountState
from desktop.formatting import Formats, count_of, duration
from desktop.pages.accounts.cells import CONDITIONS, PROXY_KINDS, STOPPED, handle_of, seen_words, sent_words
from desktop.widgets.status import Glyph, Tone


class Step(StrEnum):
    """What can be done with an account, as its button says it."""

    PAUSE = "Pause"
    LIMITS = "Limits…"
    LABELS = "Labels…"
    END_OTHERS = "End all others…"
    LOG_OUT = "Log out…"
    SIGN_IN = "Sign in again…"
    APPEAL = "Open the appeal…"
    SPAMBOT = "Open @SpamBot…"
    CHECK = "Check again"
    RESUME = "Resume"
    PROXY = "Give it a proxy…"
    REMOVE = "Remove…"


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelNote:
    """The state in a sentence. `until`: a countdown runs to it."""

    glyph: Glyph
    tone: Tone
    title: str
    text: str
    steps: tuple[Step, ...] = ()
    until: datetime | None = None


_STEPS: Final[Mapping[NextStep, tuple[Step, ...]]] = MappingProxyType(
    {
        NextStep.SIGN_IN: (Step.SIGN_IN,),
        NextStep.DECIDE: (Step.REMOVE,),
        NextStep.APPEAL: (Step.APPEAL, Step.CHECK),
        NextStep.ASK_SPAMBOT: (Step.SPAMBOT, Step.CHECK),
        NextStep.RESUME: (Step.RESUME,),
        NextStep.NONE: (),
    }
)


def note_of(row: AccountRow, standing: StandingWords | None, formats: Formats, now: datetime) -> PanelNote | None:
    """None: there is nothing to say; it is ready or at work. `standing` None: not read yet."""
    queue = queue_words(row, formats)
    if row.state in STOPPED:
        title = f"{STOPPED[row.state]} since {formats.moment(row.state_at, now)}"
        if standing is None or standing.state is not row.state:
            return PanelNote(glyph=Glyph.WARNING, tone=Tone.BAD, title=title, text=row.state_reason or "")
        if standing.since is not None:
            title = f"{STOPPED[row.state]} since {formats.moment(standing.since, now)}"
        steps = [step for step in _STEPS[standing.next_step] if step is not Step.APPEAL or standing.appeal_url]
        hint = "Appeal, then check again." if standing.appeal_url else standing.hint
        text = f"{standing.message} {hint}".strip()
        return PanelNote(glyph=Glyph.WARNING, tone=Tone.BAD, title=title, text=text, steps=tuple(steps))
    if row.state is AccountState.PAUSED:
        text = f"{row.state_reason or 'A person paused it.'} It hears STOP all the same. {queue}".strip()
        title = f"Paused since {formats.moment(row.state_at, now)}"
        return PanelNote(glyph=Glyph.BARS, tone=Tone.MUTE, title=title, text=text, steps=(Step.RESUME,))
    if row.uses_proxy and row.proxy is None:
        text = f"It is set to use a proxy and never connects without one. {queue}".strip()
        return PanelNote(
            glyph=Glyph.WARNING, tone=Tone.BAD, title="Waits for a proxy", text=text, steps=(Step.PROXY,)
        )
    plain = CONDITIONS[row.condition]
    if row.condition is AccountCondition.NEEDS_YOU:
        return PanelNote(
            glyph=plain.glyph, tone=Tone.BAD, title="Needs you", text=f"{row.lane_reason} {queue}".strip()
        )
    if row.condition is AccountCondition.WAITING:
        until = f" until {formats.until(row.until, now)}" if row.until is not None else ""
        reason = row.lane_reason or "Telegram asked this account to wait."
        goes_on = "" if "by itself" in reason else " Sending goes on by itself."
        text = f"{reason}{goes_on} No other account is slowed."
        return PanelNote(glyph=plain.glyph, tone=Tone.WARN, title=f"Waiting{until}", text=text, until=row.until)
    if row.condition is AccountCondition.OFFLINE and row.waiting_deliveries:
        return PanelNote(
            glyph=plain.glyph, tone=Tone.MUTE, title="Offline", text=f"No worker has this account. {queue}"
        )
    return None


def queue_words(row: AccountRow, formats: Formats) -> str:
    """Its 106 deliveries stay in the queue."""
    count = row.waiting_deliveries
    if not count:
        return ""
    return f"Its {count_of(formats.number(count), 'delivery stays', 'deliveries stay')} in the queue."


def left_words(until: datetime | None, now: datetime) -> str:
    """3 min 34 s left"""
    return f"{duration(until - now)} left" if until is not None and until > now else ""


def identity_line(row: AccountRow, formats: Formats, now: datetime) -> str:
    """@name · online"""
    last = (
        "online"
        if row.is_online
        else "never online"
        if row.seen_at is None
        else f"seen {seen_words(row, formats, now)}"
    )
    return f"{handle_of(row)} · {last}"


def part_reason(part: HealthPart, formats: Formats, now: datetime) -> str:
    """Why it takes points, since when, and when it fades."""
    words = [part.reason]
    if part.at is not None:
        since = "Latest" if part.kind is PartKind.FLOOD_WAITS else "Since"
        words.append(f"{since} {formats.moment(part.at, now)}.")
    if part.fades_at is not None:
        words.append(f"Gone by {formats.moment(part.fades_at, now)}.")
    return " ".join(words)


def points_words(part: HealthPart) -> str:
    """−15, with a true minus."""
    return f"−{-part.points}" if part.points else "0"


def fact_lines(row: AccountRow, formats: Formats, now: datetime) -> Sequence[tuple[str, str]]:
    """What is known besides the score: what it sent, what waits, what holds it back."""
    lines = [
        ("Sent in the last hour", formats.number(row.tried_hour)),
        ("Sent in 24 hours", sent_words(row, formats)),
        ("In its queue", formats.number(row.waiting_deliveries)),
    ]
    for title, moment in (
        ("Half its rate until", row.slowed_until),
        ("No sending until", row.send_cooldown_until),
        ("No looking up until", row.look_up_cooldown_until),
    ):
        if moment is not None and moment > now:
            lines.append((title, formats.until(moment, now)))
    lines.append(("Signed in", formats.moment(row.signed_in_at, now)))
    if row.proxy is not None:
        kind = PROXY_KINDS[row.proxy.kind]
        host = f"[{row.proxy.host}]" if ":" in row.proxy.host else row.proxy.host
        lines.append(("Proxy", f"{kind} {host}:{row.proxy.port}"))
    if row.uses_proxy:
        lines.append(("If its proxy fails", "moves to another" if row.may_move else "waits for it"))
    return lines
