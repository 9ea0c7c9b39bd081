"""What a series says: which run comes next, what became of the others, and what ending it means. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.report.screens import SeriesRuns, SkippedRuns
from campaigns.report.views import CampaignProgress
from campaigns.schedule.plan_words import describe_repeat
from desktop.dialogs.confirm import Question
from desktop.formatting import Formats, count_of, duration, join_words
from desktop.pages.repeat_words import SHOWN_RUNS, run_moment
from desktop.pages.states import CAMPAIGN, bar_parts
from desktop.widgets.progress import Part
from desktop.widgets.status import Glyph, State

_S = CampaignState
_DID_NOT: Final = State(Glyph.DASH, "Did not take place")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One moment of a series and what became of it. `id` below 0: no campaign was made."""

    id: int
    at: datetime
    moment: str
    state: State
    parts: tuple[Part, ...]
    total: int
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesWords:
    """Everything that the step of a series shows."""

    next_run: str
    next_line: str
    coming: tuple[str, ...]
    rules: tuple[str, ...]
    counts: str
    rows: tuple[RunRow, ...]


def describe_series(
    progress: CampaignProgress, found: SeriesRuns, formats: Formats, now: datetime, *, has_worker: bool
) -> SeriesWords:
    """`found`: what became of its moments until now."""
    repeat = progress.repeat
    assert repeat is not None, "a series repeats"
    goes_on = progress.state in (_S.RUNNING, _S.SCHEDULED, _S.PAUSED)
    coming = repeat.next_runs(max(now, progress.start_at or now), SHOWN_RUNS) if goes_on else []
    reached = sum(run.counts.get(DeliveryState.SENT, 0) for run in found.runs)
    messages = count_of(formats.number(reached), "message")
    return SeriesWords(
        next_run=run_moment(coming[0], formats) if coming else "No further run",
        next_line=_next_line(progress, coming, now, has_worker=has_worker),
        coming=tuple(run_moment(run, formats) for run in coming[1:]),
        rules=tuple(describe_repeat(repeat)),
        counts=f"{messages} delivered by the runs below" if found.runs else "Nothing was sent yet",
        rows=_rows(found, formats, now),
    )


def end_question(runs: Sequence[CampaignProgress]) -> Question:
    """Ending a series stops no run that is on its way."""
    open_runs = [run.title for run in runs if run.state in (_S.SCHEDULED, _S.RUNNING, _S.PAUSED)]
    goes_on = f" {join_words(open_runs)} goes on; stop it by itself if that is meant." if open_runs else ""
    return Question(
        title="End the series?",
        message=f"No further run takes place. What was sent stays as it is.{goes_on} An ended series cannot go on; "
        "copy it to begin another.",
        confirm="End it",
        cancel="Keep it",
        is_dangerous=True,
    )


def _next_line(progress: CampaignProgress, coming: Sequence[datetime], now: datetime, *, has_worker: bool) -> str:
    if progress.state is _S.PAUSED:
        return progress.state_reason or "Paused: no run begins until it is resumed"
    if not coming:
        return progress.state_reason or "All its runs are over"
    left = f"in {duration(coming[0] - now)}"
    return left if has_worker else f"{left}, as far as a worker runs then"


def _rows(found: SeriesRuns, formats: Formats, now: datetime) -> tuple[RunRow, ...]:
    made = {run.run_at for run in found.runs}
    rows = [_run_row(run, formats, now) for run in found.runs if run.run_at is not None]
    rows += [_skipped_row(one, formats) for one in found.skipped if one.until not in made]
    return tuple(sorted(rows, key=lambda row: row.at, reverse=True))


def _run_row(run: CampaignProgress, formats: Formats, now: datetime) -> RunRow:
    sent = run.counts.get(DeliveryState.SENT, 0)
    is_over = run.state in (_S.CANCELLED, _S.FAILED) or not run.recipients
    figures = f"{formats.number(sent)} of {formats.number(run.recipients)} delivered"
    assert run.run_at is not None
    return RunRow(
        id=run.id,
        at=run.run_at,
        moment=run_moment(run.run_at, formats),
        state=_DID_NOT if run.start_at is None and run.state is _S.CANCELLED else CAMPAIGN[run.state],
        parts=bar_parts(run.counts),
        total=run.recipients,
        line=(run.state_reason or "") if is_over and not run.recipients else figures,
    )


def _skipped_row(skipped: SkippedRuns, formats: Formats) -> RunRow:
    others = f"{count_of(formats.number(skipped.count), 'run')}, this one last. " if skipped.count > 1 else ""
    return RunRow(
        id=-round(skipped.until.timestamp()),
        at=skipped.until,
        moment=run_moment(skipped.until, formats),
        state=_DID_NOT,
        parts=(),
        total=0,
        line=f"{others}{skipped.why}",
    )
