"""Campaigns as rows, for the list and for the first page: how far, how fast, until when."""

from collections.abc import Sequence
from datetime import datetime

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.report.forecast import Forecast
from campaigns.report.views import CampaignProgress
from desktop.formatting import MISSING, Formats, count_of
from desktop.models.rows import CampaignRow
from desktop.pages.campaign.monitor_text import by_words
from desktop.pages.repeat_words import is_series, next_words, series_state
from desktop.pages.states import CAMPAIGN, bar_parts
from desktop.theme import Role
from desktop.widgets.table import Bar, Cell, Column

COLUMNS = (
    Column("Campaign", 180, stretch=3),
    Column("State", 140),
    Column("Progress", 110, stretch=2),
    Column("Delivered", 184, numeric=True),
    Column("Rate", 76, numeric=True),
    Column("Finish", 190, stretch=1),
)


def campaign_row(
    progress: CampaignProgress, *, rate: float | None, told: Forecast | None, formats: Formats, now: datetime
) -> CampaignRow:
    """`rate` and `told` count for a running campaign only."""
    is_running, repeats = progress.state is CampaignState.RUNNING, is_series(progress)
    sent, total = progress.counts.get(DeliveryState.SENT, 0), progress.recipients
    finish, is_known = _finish(progress, told, formats, now)
    return CampaignRow(
        id=progress.id,
        title=progress.title,
        state=series_state(progress) if repeats else CAMPAIGN[progress.state],
        parts=bar_parts(progress.counts),
        total=total,
        delivered=_runs(progress, formats) if repeats else _delivered(sent, total, formats),
        rate=formats.rate(rate) if is_running and not repeats else MISSING,
        finish=finish,
        is_finish_known=is_known,
    )


def _finish(progress: CampaignProgress, told: Forecast | None, formats: Formats, now: datetime) -> tuple[str, bool]:
    """What stands in the last column, and whether it is a moment."""
    at = formats.moment(progress.state_at, now)
    if is_series(progress) and (coming := next_words(progress, formats, now)):
        return coming, True
    match progress.state:
        case CampaignState.RUNNING:
            if told is not None and told.nearly_at is not None:
                return f"98 % {by_words(told.nearly_at, formats, now)}", True
            if told is not None and told.everyone_at is not None:
                return by_words(told.everyone_at, formats, now), True
            return MISSING, False
        case CampaignState.SCHEDULED:
            return f"starts {formats.moment(progress.start_at, now)}", True
        case CampaignState.PAUSED:
            return f"paused {at} by {progress.state_by}", False
        case CampaignState.FINISHED:
            return formats.moment(progress.finished_at, now), False
        case CampaignState.CANCELLED:
            return f"stopped {at}", False
        case CampaignState.FAILED:
            return f"failed {at}", False
        case CampaignState.IN_REVIEW:
            return f"asked {at} by {progress.state_by}", False
        case _:
            return MISSING, False


def _delivered(sent: int, total: int, formats: Formats) -> str:
    return f"{formats.number(sent)} of {formats.number(total)}" if total else MISSING


def _runs(progress: CampaignProgress, formats: Formats) -> str:
    return count_of(formats.number(progress.runs), "run") if progress.runs else "no run yet"


def campaign_cells(row: CampaignRow) -> Sequence[Cell]:
    """One cell a column."""
    return (
        Cell(text=row.title, role=Role.STRONG),
        Cell.of_state(row.state),
        Cell(bar=Bar(row.parts, row.total)) if row.total else Cell(),
        Cell(text="" if row.delivered == MISSING else row.delivered),
        Cell(text="" if row.rate == MISSING else row.rate),
        Cell(
            text="" if row.finish == MISSING else row.finish,
            role=Role.BODY if row.is_finish_known else Role.HINT,
        ),
    )
