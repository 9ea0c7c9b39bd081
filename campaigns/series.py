"""A campaign that repeats: a person approves it once, and each run becomes a campaign of its own when its moment comes.

A run is made only of what was approved: message, plan, repeat, accounts and the rules of its audiences. Where one of them
is another by then, the series pauses and says so. Its people are who is in the audiences at its moment.
"""

import hashlib
import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from campaigns.campaign import Campaign, CampaignState
from campaigns.message.variants import Message, approved_text
from campaigns.schedule.campaign_plan import CampaignPlan, encode_plan
from campaigns.schedule.repeat import Overlap, Repeat, encode_repeat
from campaigns.service import CampaignService
from core.domain.ids import AccountId, CampaignId
from core.errors import InvalidTransitionError, UserInputError

logger = logging.getLogger(__name__)

HALF_MADE = frozenset({CampaignState.DRAFT, CampaignState.IN_REVIEW, CampaignState.APPROVED})
ENDED = frozenset({CampaignState.FINISHED, CampaignState.CANCELLED, CampaignState.FAILED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One that is under way. `campaign` is what repeats; it sends nothing itself."""

    campaign: Campaign
    repeat: Repeat
    handled_at: datetime | None  # the newest moment that took place or was skipped
    last_run: Campaign | None
    last_run_at: datetime | None  # of which moment it is the run


class SeriesStore(Protocol):
    """Each method that writes is one unit of work."""

    async def list_running(self) -> Sequence[Series]: ...

    async def begin_run(self, series_id: CampaignId, run_at: datetime, *, now: datetime) -> CampaignId:
        """A draft with what the series holds; the one that was begun before, if there is one."""
        ...

    async def run_hash(self, series_id: CampaignId, run_id: CampaignId) -> bytes:
        """series_hash of what the run holds."""
        ...

    async def skip(
        self,
        series_id: CampaignId,
        moments: Sequence[datetime],
        why: str,
        *,
        run_id: CampaignId | None,
        now: datetime,
    ) -> None:
        """These do not take place, and Activity says why; the draft of a run that was begun is cancelled."""
        ...

    async def handled(self, series_id: CampaignId, run_at: datetime) -> None:
        """Everything up to this moment is decided."""
        ...

    async def pause(self, series_id: CampaignId, reason: str, *, run_id: CampaignId, now: datetime) -> None:
        """Until a person has looked; the draft of the run is cancelled."""
        ...

    async def finish(self, series_id: CampaignId, *, now: datetime) -> None: ...


def series_hash(
    message: Message,
    plan: CampaignPlan,
    repeat: Repeat,
    account_ids: Iterable[AccountId],
    audiences: Iterable[tuple[str, int | None, str]],
) -> bytes:
    """SHA-256 of what is approved for every run: all but the people. `audiences`: role, number and rules of each."""
    parts = [approved_text(message), encode_plan(plan), encode_repeat(repeat), list(account_ids), list(audiences)]
    return hashlib.sha256(json.dumps(parts).encode()).digest()


class SeriesRuns:
    """Makes the runs that are due. May be asked at any time, by several workers, and again after a crash."""

    def __init__(self, store: SeriesStore, service: CampaignService) -> None:
        self._store = store
        self._service = service

    async def tend(self, now: datetime) -> None:
        """Begin, skip or go on with whatever is due at this moment."""
        for series in await self._store.list_running():
            try:
                await self._tend(series, now)
            except InvalidTransitionError:
                # Another worker does the same; what it leaves undone is due again the next time.
                logger.info("the run of series %d is somebody else's for now", series.campaign.id)

    async def _tend(self, series: Series, now: datetime) -> None:
        series_id, last = series.campaign.id, series.last_run
        if last is not None and series.last_run_at is not None and last.state in HALF_MADE:
            await self._make(series, series.last_run_at, now)  # a worker died in the middle of it
            return
        since = series.handled_at or series.campaign.started_at or now
        is_busy = last is not None and last.state not in ENDED
        waits = series.repeat.overlap is Overlap.WAIT
        if is_busy and waits:
            return  # moments that pass meanwhile are decided when it has ended
        free_at = last.finished_at if last is not None and waits else None
        run_at, missed = series.repeat.due(since, now, free_at=free_at)
        if run_at is not None and is_busy:
            await self._store.skip(series_id, [*missed, run_at], STILL_ON_ITS_WAY, run_id=None, now=now)
            return
        overtaken = [at for at in missed if run_at is not None and free_at is not None and at <= free_at]
        for moments, why in ((overtaken, STILL_ON_ITS_WAY), (missed[len(overtaken) :], NO_WORKER)):
            if moments:
                await self._store.skip(series_id, moments, why, run_id=None, now=now)
        if run_at is not None:
            await self._make(series, run_at, now)
        elif not is_busy and not series.repeat.next_runs(max(since, now), 1):
            await self._store.finish(series_id, now=now)

    async def _make(self, series: Series, run_at: datetime, now: datetime) -> None:
        """From the draft to the start, each step once, wherever it was broken off."""
        series_id, approved_by = series.campaign.id, series.campaign.approved_by or series.campaign.created_by
        run_id = await self._store.begin_run(series_id, run_at, now=now)
        state = await self._service.state_of(run_id)
        if state is CampaignState.DRAFT:
            try:
                await self._service.submit(run_id, actor=approved_by)
            except UserInputError as error:
                await self._store.skip(series_id, [run_at], error.message, run_id=run_id, now=now)
                return
            state = CampaignState.IN_REVIEW
        if state is CampaignState.IN_REVIEW:
            if await self._store.run_hash(series_id, run_id) != series.campaign.approved_hash:
                await self._store.pause(series_id, CHANGED, run_id=run_id, now=now)
                return
            comment = f"Run of campaign {series_id}, as it was approved."
            await self._service.approve_run(run_id, actor=approved_by, comment=comment)
            state = CampaignState.APPROVED
        if state is CampaignState.APPROVED:
            ends_at = series.campaign.plan.schedule.ends_at
            if ends_at is not None and ends_at <= now:
                why = "The end of its plan had come."
                await self._store.skip(series_id, [run_at], why, run_id=run_id, now=now)
                return
            await self._service.start(run_id, actor=approved_by)
        await self._store.handled(series_id, run_at)


STILL_ON_ITS_WAY = "The run before was still on its way."
NO_WORKER = "No worker ran at its time."
CHANGED = (
    "Its message, plan, accounts or the rules of its audiences are not those that were approved. Stop it, copy it, and "
    "have the copy approved."
)
