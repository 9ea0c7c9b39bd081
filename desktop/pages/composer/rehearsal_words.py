"""What a rehearsal found, in the words and figures of its card. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from campaigns.jobs import JobState
from campaigns.plan.rehearsal_views import AccountFinish, Figures, RehearsalView, SkippedPerson, Stage
from campaigns.reasons import DeliveryReason
from desktop.formatting import MISSING, Formats, count_of
from desktop.pages.reasons import short
from desktop.widgets.progress import Part
from desktop.widgets.status import Tone

STAGES = {
    Stage.READING: "Reading people",
    Stage.LANES: "Letting every account run through its limits",
    Stage.TEXTS: "Making every text",
}
MOST_ROWS = 8

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalWords:
    """One rehearsal as its card shows it."""

    is_running: bool
    about: str  # when and by whom, or what it does now
    part_done: float | None  # of all, while it runs
    problem: str
    recipients: str
    will_get: str
    skipped: str
    done_at: str
    parts: tuple[Part, ...]
    total: int
    skipped_rows: tuple[Row, ...] = ()
    account_rows: tuple[Row, ...] = ()
    fault_rows: tuple[Row, ...] = ()
    samples: tuple[tuple[str, str], ...] = ()  # name and text
    notes: tuple[str, ...] = ()


def describe_rehearsal(
    view: RehearsalView, people: Sequence[SkippedPerson], formats: Formats, now: datetime, *, is_stale: bool
) -> RehearsalWords:
    """`people`: some of the skipped, as examples. `is_stale`: the campaign was changed since."""
    figures = view.figures
    skipped = sum(figures.skipped.values())
    is_running = view.state is JobState.RUNNING
    return RehearsalWords(
        is_running=is_running,
        about=_about(view, formats, now, is_stale=is_stale),
        part_done=_part_done(figures) if is_running else None,
        problem=_problem(view),
        recipients=formats.number(figures.recipients),
        will_get=formats.number(figures.to_send),
        skipped=formats.number(skipped),
        done_at=formats.moment(figures.finishes_at, now) if figures.finishes_at is not None else MISSING,
        parts=tuple(
            part
            for part in (
                Part(figures.to_send, Tone.GOOD, "will get it"),
                Part(skipped, Tone.MUTE, "skipped"),
            )
            if part.count
        ),
        total=figures.recipients,
        skipped_rows=_skipped_rows(figures, people, formats),
        account_rows=tuple(
            _account_row(account, formats, now) for account in _in_order(figures.accounts)[:MOST_ROWS]
        ),
        fault_rows=tuple(
            (fault.name or f"Person {fault.contact_id}", short(fault.reason), fault.detail)
            for fault in figures.faults[:MOST_ROWS]
        ),
        samples=tuple((sample.name, sample.text) for sample in figures.samples[:3]),
        notes=figures.notes,
    )


def _about(view: RehearsalView, formats: Formats, now: datetime, *, is_stale: bool) -> str:
    if view.state is JobState.RUNNING:
        return STAGES[view.figures.stage]
    at = formats.moment(view.finished_at or view.created_at, now, with_seconds=True)
    took = (view.finished_at - view.created_at).total_seconds() if view.finished_at is not None else 0.0
    words = f"{at} · simulated clock, {took:.1f} s · nothing was sent"
    return f"For an older version · {words}" if is_stale else words


def _part_done(figures: Figures) -> float:
    return (list(Stage).index(figures.stage) + figures.part_done) / len(Stage)


def _problem(view: RehearsalView) -> str:
    if view.state is JobState.CANCELLED:
        return "It was cancelled. Nothing was changed."
    if view.problem is not None:
        return f"{view.problem.title}. {view.problem.message} {view.problem.hint}".strip()
    return ""


def _skipped_rows(figures: Figures, people: Sequence[SkippedPerson], formats: Formats) -> tuple[Row, ...]:
    examples: dict[DeliveryReason, str] = {}
    for person in people:
        examples.setdefault(person.reason, person.name or person.address)
    rows: list[Row] = []
    for reason, count in sorted(figures.skipped.items(), key=lambda one: -one[1])[:MOST_ROWS]:
        name = examples.get(reason, "")
        example = f"{name} +{formats.number(count - 1)}" if name and count > 1 else name
        rows.append((short(reason), formats.number(count), example))
    return tuple(rows)


def _in_order(accounts: Sequence[AccountFinish]) -> Sequence[AccountFinish]:
    """Those that stand still first, then the latest."""
    return sorted(
        accounts, key=lambda one: (not one.stands_still, -(one.finishes_at.timestamp() if one.finishes_at else 0))
    )


def _account_row(account: AccountFinish, formats: Formats, now: datetime) -> Row:
    done = formats.moment(account.finishes_at, now) if account.finishes_at is not None else MISSING
    waits = "its pace" if account.people else ""
    if account.waits_for is not None:
        waits = short(account.waits_for).lower()
    return account.title, formats.number(account.people), done, account.stands_still or waits


def summary(words: RehearsalWords) -> str:
    """One line for a screen reader."""
    people = count_of(words.recipients, "person", "people")
    return f"Of {people} {words.will_get} will get it, {words.skipped} are skipped. Everyone done: {words.done_at}."
