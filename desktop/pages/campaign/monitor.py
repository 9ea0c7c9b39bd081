"""The live monitor as one frozen value, made from what was read. Pure: the view shows it, the presenter keeps it fresh."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.ports import LaneStatus
from campaigns.reasons import SENTENCES, DeliveryReason
from campaigns.report.forecast import Forecast, LaneWork, forecast
from campaigns.report.screens import LanePace, MonitorView
from campaigns.report.views import CampaignProgress, FeedItem, LaneView, without_worker
from desktop.formatting import Formats
from desktop.models.rows import FeedRow, LaneRow
from desktop.pages.campaign.acts import Acts, Aftercare, acts_in, aftercare
from desktop.pages.campaign.monitor_text import facts, finish_lines, waits_for
from desktop.pages.reasons import follows, short
from desktop.pages.repeat_words import is_series, series_facts, series_state
from desktop.pages.states import CAMPAIGN, DELIVERY, LANE, bar_parts, count_open
from desktop.widgets.progress import Part
from desktop.widgets.status import State

MOST_LANES_IN_ORDER = 30
"""With more lanes those that wait or need somebody come first (LOOK chapter 9)."""

STANDING = (LaneStatus.NEEDS_YOU, LaneStatus.PAUSED, LaneStatus.OFFLINE)
_URGENCY = (LaneStatus.NEEDS_YOU, LaneStatus.WAITING, LaneStatus.OFFLINE, LaneStatus.PAUSED)
_ENDED_WORDS = ("failed", "unknown", "skipped")
GONE = frozenset({DeliveryState.CANCELLED})

RateOf = Callable[[object], float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """One of the counts under the bar."""

    state: State
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonRow:
    """How many ended so, and what follows for them."""

    state: State
    reason: DeliveryReason
    text: str
    sentence: str
    follows: str
    count: int
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitor:
    """Everything that the Run step shows, but for the chart."""

    progress: CampaignProgress
    title: str
    state: State
    facts: str
    acts: Acts
    after: Aftercare
    delivered: str
    of_all: str
    parts: tuple[Part, ...]
    total: int
    ended: int  # people whose delivery is final
    counts: tuple[Count, ...]
    finish: str
    held_back: str
    reasons_title: str
    reasons: tuple[ReasonRow, ...]
    lanes: tuple[LaneRow, ...]
    feed: tuple[FeedRow, ...]
    rate_now: str
    is_running: bool
    stale_since: str  # the worker is gone: when the counts were true last


def make_monitor(
    view: MonitorView,
    *,
    told: Forecast | None,
    rate_of: RateOf,
    formats: Formats,
    now: datetime,
    gone_since: datetime | None,
) -> Monitor:
    """`rate_of`: the measured rate of an account, or of None for all; `gone_since`: when the worker was seen last."""
    progress = view.progress
    is_running = progress.state is CampaignState.RUNNING
    finish, held_back = finish_lines(progress, told, formats, now, worker_is_gone=gone_since is not None)
    sent = progress.counts.get(DeliveryState.SENT, 0)
    reasons_title, reasons = reason_rows(progress, formats)
    lanes = view.lanes if gone_since is None else without_worker(view.lanes)
    return Monitor(
        progress=progress,
        title=progress.title,
        state=series_state(progress) if is_series(progress) else CAMPAIGN[progress.state],
        facts=(series_facts if is_series(progress) else facts)(progress, formats, now),
        acts=acts_in(
            progress.state,
            is_archived=progress.is_archived,
            is_series=progress.repeat is not None,
            run_of=progress.run_of,
        ),
        after=aftercare(progress),
        delivered=formats.number(sent),
        of_all=f"of {formats.number(progress.recipients)} delivered · {formats.percent(sent, progress.recipients)}",
        parts=bar_parts(progress.counts),
        total=progress.recipients,
        ended=progress.final,
        counts=tuple(
            Count(state=DELIVERY[state], number=formats.number(progress.counts.get(state, 0)))
            for state in DELIVERY
            if state not in GONE or progress.counts.get(state)
        ),
        finish=finish,
        held_back=held_back,
        reasons_title=reasons_title,
        reasons=reasons,
        lanes=tuple(_lane_row(lane, rate_of, formats, now, is_running) for lane in _in_order(lanes)),
        feed=tuple(feed_row(item, formats) for item in view.feed),
        rate_now=formats.rate(rate_of(None)) if is_running else formats.rate(None),
        is_running=is_running,
        stale_since=formats.moment(gone_since, now, with_seconds=True) if gone_since is not None else "",
    )


def _in_order(lanes: Sequence[LaneView]) -> Sequence[LaneView]:
    if len(lanes) <= MOST_LANES_IN_ORDER:
        return lanes
    rank = {status: number for number, status in enumerate(_URGENCY)}
    return sorted(lanes, key=lambda lane: rank.get(lane.status, len(rank)))


def _lane_row(lane: LaneView, rate_of: RateOf, formats: Formats, now: datetime, is_running: bool) -> LaneRow:
    to_do = count_open(lane.counts)
    until, words, tone = waits_for(lane, to_do, formats, now)
    is_sending = is_running and lane.status is LaneStatus.SENDING
    return LaneRow(
        account_id=lane.account_id,
        title=lane.title,
        state=LANE[lane.status],
        until=until,
        waits_for=words,
        tone=tone,
        delivered=formats.number(lane.counts.get(DeliveryState.SENT, 0)),
        to_do=formats.number(to_do),
        rate=formats.rate(rate_of(lane.account_id)) if is_sending else formats.rate(None),
    )


def feed_row(item: FeedItem, formats: Formats) -> FeedRow:
    """A person, and why when it is not simply delivered."""
    person = item.person if item.reason is None else f"{item.person} · {_lower(short(item.reason))}"
    return FeedRow(
        id=item.id,
        time=formats.seconds(item.at),
        state=DELIVERY[item.state],
        person=person,
        account=item.account_title,
    )


def _lower(words: str) -> str:
    return words if words.startswith("Telegram") else words[:1].lower() + words[1:]


def reason_rows(progress: CampaignProgress, formats: Formats) -> tuple[str, tuple[ReasonRow, ...]]:
    """Who was not reached, by reason, the largest first; and what stands above."""
    ended = (DeliveryState.FAILED, DeliveryState.UNCERTAIN, DeliveryState.SKIPPED)
    found = [
        (state, reason, count) for (state, reason), count in progress.reasons.items() if state in ended and count
    ]
    found.sort(key=lambda one: (ended.index(one[0]), -one[2]))
    rows = tuple(
        ReasonRow(
            state=DELIVERY[state],
            reason=reason,
            text=short(reason),
            sentence=SENTENCES[reason],
            follows=follows(reason).value,
            count=count,
            number=formats.number(count),
        )
        for state, reason, count in found
    )
    numbers = [(progress.counts.get(state, 0), word) for state, word in zip(ended, _ENDED_WORDS, strict=True)]
    words = ", ".join(f"{formats.number(count)} {word}" for count, word in numbers if count)
    return (words if words else "Nobody failed or was skipped"), rows


def make_forecast(view: MonitorView, paces: Sequence[LanePace], now: datetime) -> Forecast:
    """From each lane's pace, its quotas and its wait."""
    by_account = {pace.account_id: pace for pace in paces}
    works = [_work(lane, by_account.get(lane.account_id)) for lane in view.lanes]
    slowed = view.progress.slowed_per_hour
    if slowed is not None:  # they share its pace; what was measured before is too fast
        most = slowed / 3600 / max(1, sum(work.to_do > 0 and not work.stands_still for work in works))
        works = [replace(work, rate_per_s=min(work.rate_per_s or most, most)) for work in works]
    return forecast(works, recipients=view.progress.recipients, now=now)


def _work(lane: LaneView, pace: LanePace | None) -> LaneWork:
    return LaneWork(
        title=lane.title,
        to_do=count_open(lane.counts),
        rate_per_s=pace.tries_per_s / pace.campaigns if pace is not None and pace.tries_per_s else None,
        free_at=lane.until if lane.status is LaneStatus.WAITING else None,
        stands_still=lane.status in STANDING,
        last_due=pace.last_due if pace is not None else None,
        per_hour=pace.per_hour if pace is not None else None,
        per_day=pace.per_day if pace is not None else None,
        used_hour=pace.tried_last_hour if pace is not None else 0,
        used_day=pace.tried_last_day if pace is not None else 0,
    )
