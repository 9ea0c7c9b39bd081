"""A repeated campaign in one line, for lists, headings and the plan: its state, its next run, its next runs. Pure."""

from datetime import datetime
from typing import Final

from campaigns.campaign import CampaignState
from campaigns.report.views import CampaignProgress
from campaigns.schedule.repeat import Repeat
from desktop.formatting import DAYS, MONTHS, Formats, count_of, join_words
from desktop.pages.states import CAMPAIGN
from desktop.widgets.status import Glyph, State

SHOWN_RUNS: Final = 5
_S = CampaignState
NOT_BEGUN: Final = frozenset({_S.DRAFT, _S.IN_REVIEW, _S.APPROVED})
"""Until then it is written, read and approved like any other campaign."""


def is_series(progress: CampaignProgress) -> bool:
    """It has begun to repeat: from then on it is shown by its runs."""
    return progress.repeat is not None and progress.state not in NOT_BEGUN


def series_state(progress: CampaignProgress) -> State:
    """A series waits for its next run: it sends nothing itself."""
    return State(Glyph.CLOCK, "Repeats") if progress.state is _S.RUNNING else CAMPAIGN[progress.state]


def run_moment(at: datetime, formats: Formats) -> str:
    """Mon 23 Nov 09:00"""
    local = formats.local(at)
    return f"{DAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]} {formats.time(at)}"


def preview_words(repeat: Repeat, formats: Formats, now: datetime) -> str:
    """The next runs by the operator's clock: `Next runs: Mon 23 Nov 09:00, …`"""
    coming = repeat.next_runs(now, SHOWN_RUNS)
    if not coming:
        return "All its runs lie in the past."
    shown = [run_moment(run, formats) for run in coming]
    return f"Next runs: {join_words(shown)}" if len(shown) < SHOWN_RUNS else f"Next runs: {', '.join(shown)} …"


def next_words(progress: CampaignProgress, formats: Formats, now: datetime) -> str:
    """For one line of a list: `next run Mon 23 Nov 09:00`; "" when there is none to come."""
    if progress.repeat is None or progress.state not in (_S.RUNNING, _S.SCHEDULED):
        return ""
    coming = progress.repeat.next_runs(max(now, progress.start_at or now), 1)
    return f"next run {formats.moment(coming[0], now)}" if coming else "no run is left"


def series_facts(progress: CampaignProgress, formats: Formats, now: datetime) -> str:
    """The line under the title."""
    runs = count_of(formats.number(progress.runs), "run") if progress.runs else "no run yet"
    parts = ["A series", f"{runs} so far" if progress.runs else runs, next_words(progress, formats, now)]
    if progress.approved_by is not None:
        parts.append(f"approved by {progress.approved_by}")
    return " · ".join(part for part in parts if part)
