"""What people do with a campaign on its way and after it: send again, decide unknown fates, slow down, add an account.

One method a use case, each checked again in the unit of work that does it. The worker notices the rows.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from campaigns.reasons import PASSING, DeliveryReason
from core.clock import Clock
from core.domain.ids import AccountId, CampaignId, DeliveryId
from core.errors import UserInputError

LARGEST_PER_HOUR = 1_000_000
CHUNK = 1_000  # rows a unit, so that no unit takes more than 50 ms of the database thread


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedReason:
    """People of a campaign who failed for one reason that may pass."""

    reason: DeliveryReason
    count: int
    held: Mapping[DeliveryReason, int]  # of them may not be written to any more, by why

    @property
    def can_be_sent(self) -> int:
        return self.count - sum(self.held.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class SendAgainPlan:
    """What sending again would do. Nothing was done yet."""

    why_not: str  # why nobody can be sent to again; '': it is allowed
    reasons: Sequence[FailedReason]  # those that may pass, most people first
    lasting: Mapping[DeliveryReason, int]  # those that stay: never sent to again in this campaign

    @property
    def can_be_sent(self) -> int:
        return 0 if self.why_not else sum(reason.can_be_sent for reason in self.reasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class JoiningAccount:
    """An account that may be added to a campaign."""

    account_id: AccountId
    title: str
    why_not: str  # why it cannot join now; '': it can


class SteeringDesk(Protocol):
    """What the service needs of the store. Each write is one unit of work, or units of at most 1,000 rows."""

    async def plan_send_again(self, campaign_id: CampaignId, *, now: datetime) -> SendAgainPlan: ...
    async def failed_ids(
        self, campaign_id: CampaignId, reasons: Collection[DeliveryReason]
    ) -> Sequence[DeliveryId]: ...
    async def send_again(
        self, campaign_id: CampaignId, ids: Sequence[DeliveryId], *, actor: str, now: datetime
    ) -> int: ...
    async def decide_unknown(
        self, campaign_id: CampaignId, ids: Sequence[DeliveryId], *, is_sent: bool, actor: str, now: datetime
    ) -> int: ...
    async def slow_down(
        self, campaign_id: CampaignId, per_hour: int | None, *, actor: str, now: datetime
    ) -> None: ...
    async def joining_accounts(self, campaign_id: CampaignId) -> Sequence[JoiningAccount]: ...
    async def add_account(
        self, campaign_id: CampaignId, account_id: AccountId, *, actor: str, now: datetime
    ) -> int: ...


class CampaignSteering:
    """The use cases. `actor` is the name of the person who asks; it stands in Activity."""

    def __init__(self, desk: SteeringDesk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    async def plan_send_again(self, campaign_id: CampaignId) -> SendAgainPlan:
        """Who failed for what, and who of them may still be written to. Unknown fates are never in this list."""
        return await self._desk.plan_send_again(campaign_id, now=self._clock.now())

    async def send_again(
        self,
        campaign_id: CampaignId,
        reasons: Collection[DeliveryReason],
        *,
        actor: str,
        only: Collection[DeliveryId] | None = None,
    ) -> int:
        """Try everybody again who failed for one of these reasons, or `only` some of them; returns how many.

        The same rows become `planned`, in units; each person's consent is checked in the unit, and again before the
        message leaves. A finished campaign runs again. Raises UserInputError for a reason that does not pass, and
        InvalidTransitionError when the campaign was stopped, failed or has come to its end.
        """
        ids = await self.list_failed(campaign_id, reasons)
        if only is not None:
            chosen = frozenset(only)
            ids = [one for one in ids if one in chosen]
        count = 0
        for start in range(0, len(ids), CHUNK):
            chunk = ids[start : start + CHUNK]
            count += await self._desk.send_again(campaign_id, chunk, actor=actor, now=self._clock.now())
        return count

    async def list_failed(self, campaign_id: CampaignId, reasons: Collection[DeliveryReason]) -> Sequence[DeliveryId]:
        """Who failed for these reasons, also those who may not be written to any more. Raises UserInputError."""
        lasting = sorted(set(reasons) - set(PASSING))
        if lasting or not reasons:
            raise UserInputError(
                f"Sending again cannot help against: {', '.join(lasting)}." if lasting else "No reason was chosen.",
                hint=f"Reasons that may pass: {', '.join(sorted(PASSING))}.",
            )
        return await self._desk.failed_ids(campaign_id, reasons)

    async def count_as_sent(self, campaign_id: CampaignId, ids: Sequence[DeliveryId], *, actor: str) -> int:
        """A person found these messages of unknown fate in their chats; returns how many were still unknown."""
        return await self._decide(campaign_id, ids, is_sent=True, actor=actor)

    async def leave_unknown(self, campaign_id: CampaignId, ids: Sequence[DeliveryId], *, actor: str) -> int:
        """A person looked and leaves these unknown for good: they no longer ask for a decision."""
        return await self._decide(campaign_id, ids, is_sent=False, actor=actor)

    async def slow_down(self, campaign_id: CampaignId, per_hour: int | None, *, actor: str) -> None:
        """At most so many messages an hour, evenly, from the next one on; None: as fast as its plan says.

        Its plan and the limits of its accounts hold as well: this only slows. Raises UserInputError, and
        InvalidTransitionError for a campaign that is not on its way.
        """
        if per_hour is not None and not 1 <= per_hour <= LARGEST_PER_HOUR:
            raise UserInputError(
                f"The pace lies between 1 and {LARGEST_PER_HOUR:,} messages an hour.",
                hint="To send nothing at all, pause the campaign instead.",
            )
        await self._desk.slow_down(campaign_id, per_hour, actor=actor, now=self._clock.now())

    async def joining_accounts(self, campaign_id: CampaignId) -> Sequence[JoiningAccount]:
        """Accounts that are not in the campaign yet."""
        return await self._desk.joining_accounts(campaign_id)

    async def add_account(self, campaign_id: CampaignId, account_id: AccountId, *, actor: str) -> int:
        """The account takes over its share of the people who were not tried yet; returns how many.

        Nobody moves who wrote to their account, whose consent or address does not allow the new one, or whose account
        Telegram restricts or has asked to wait. Raises InvalidTransitionError for a campaign that is not on its way.
        """
        return await self._desk.add_account(campaign_id, account_id, actor=actor, now=self._clock.now())

    async def _decide(self, campaign_id: CampaignId, ids: Sequence[DeliveryId], *, is_sent: bool, actor: str) -> int:
        count = 0
        for start in range(0, len(ids), CHUNK):
            chunk = ids[start : start + CHUNK]
            count += await self._desk.decide_unknown(
                campaign_id, chunk, is_sent=is_sent, actor=actor, now=self._clock.now()
            )
        return count
