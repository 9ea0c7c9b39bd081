"""What a rehearsal reads, and where it writes what it found. The store of the database matches these protocols."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol, TypeVar

from campaigns.campaign import Campaign
from campaigns.job_errors import JobProblem
from campaigns.jobs import JobState
from campaigns.message.variants import Choice
from campaigns.plan.limits import LimitProfile
from campaigns.plan.planning import MemberFacts
from campaigns.plan.rehearsal_views import Figures
from campaigns.plan.simulated_lanes import CampaignStart, LaneStart
from campaigns.reasons import DeliveryReason
from core.domain.account import Account
from core.domain.ids import AccountId, CampaignId, ContactId, RehearsalId, TelegramUserId

PAGE = 2_000
"""People read at once: some 20 ms."""

ProfileOf = Callable[[Account], LimitProfile]
Item = TypeVar("Item")
Key = TypeVar("Key")


async def each_page(
    read: Callable[[Key], Awaitable[Sequence[Item]]],
    first: Key,
    key_of: Callable[[Item], Key],
    use: Callable[[Sequence[Item]], Awaitable[None]],
) -> None:
    """Use one page after the other; while one is used the next is read. Ends with the first empty page."""
    page = await read(first)
    while page:
        coming, used = await asyncio.gather(read(key_of(page[-1])), use(page), return_exceptions=True)
        if isinstance(used, BaseException):
            raise used
        if isinstance(coming, BaseException):
            raise coming
        page = coming


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything but the people. `campaigns`: the rehearsed one first, then those that share its accounts."""

    campaign: Campaign
    lanes: Sequence[LaneStart]
    campaigns: Sequence[CampaignStart]
    load: Mapping[AccountId, int]  # of the rehearsed campaign: how many each account has planned already
    planned_up_to: int  # contact id; above it members have no row yet
    has_members_left: bool
    is_next_run: bool  # it repeats: the run that comes next is rehearsed
    people: int  # members and rows to read, those of other campaigns too
    has_history: bool  # somebody was written to before
    paused_others: int  # campaigns with these accounts that are paused: not counted


class MemberRow(NamedTuple):
    """A member without a row."""

    contact_id: ContactId
    facts: MemberFacts
    time_zone: str | None
    past: Sequence[tuple[AccountId, int]]  # who wrote to them when (ms), the newest first
    barred: Mapping[TelegramUserId, DeliveryReason]  # of the ids in `facts.user_ids`: who is suppressed


class StoredRow(NamedTuple):
    """A row that waits. `key` is where the next page begins."""

    key: tuple[int, int]
    contact_id: ContactId
    user_id: TelegramUserId | None
    time_zone: str | None
    is_known: bool
    wrote_to_us: bool
    has_consent: bool
    suppression: DeliveryReason | None
    not_before: datetime | None  # of one that is put off
    reason: DeliveryReason | None  # why
    past: Sequence[tuple[AccountId, int]]


class RehearsalFacts(Protocol):
    """Reads; pages are by keyset and bounded."""

    async def scene(
        self, campaign_id: CampaignId, profile_of: ProfileOf, *, start_at: datetime | None, now: datetime
    ) -> Scene:
        """Raises UserInputError: no such campaign, or it has ended, or none of its accounts is here any more."""
        ...

    async def members(
        self, campaign_id: CampaignId, *, after: int, limit: int, has_history: bool
    ) -> Sequence[MemberRow]: ...

    async def rows(
        self,
        campaign_id: CampaignId,
        account_id: AccountId,
        *,
        is_put_off: bool,
        after: tuple[int, int],
        limit: int,
        has_history: bool,
    ) -> Sequence[StoredRow]: ...

    async def inputs(
        self, campaign: Campaign, *, after: int, limit: int, is_planned: bool
    ) -> Sequence[tuple[ContactId, str, Choice, Mapping[str, str]]]:
        """Contact, name, which text and the values for it, by rising contact; of rows that wait, or else of members."""
        ...


class RehearsalLog(Protocol):
    """The row of a rehearsal, and whom it found."""

    async def read_order(self, rehearsal_id: RehearsalId) -> tuple[CampaignId, datetime | None]:
        """Which campaign, and when it is to start."""
        ...

    async def forget_some(self, rehearsal_id: RehearsalId) -> bool:
        """Remove a bounded part of earlier rehearsals of this campaign; False: nothing is left of them."""
        ...

    async def tell(self, rehearsal_id: RehearsalId, figures: Figures) -> bool:
        """Write how far it is. False: somebody cancelled it."""
        ...

    async def add_exceptions(self, rehearsal_id: RehearsalId, rows: Sequence[tuple[int, DeliveryReason]]) -> None: ...

    async def finish(
        self,
        rehearsal_id: RehearsalId,
        state: JobState,
        *,
        figures: Figures | None = None,
        problem: JobProblem | None = None,
        now: datetime,
    ) -> None: ...
