"""Keeping campaigns: a new draft from an old one, and putting away what nobody looks at any more."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.clock import Clock
from core.domain.ids import CampaignId
from core.errors import UserInputError

LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Clone:
    """A draft that was made from another campaign."""

    campaign_id: CampaignId
    title: str
    has_people: bool  # False: an audience of the old one was deleted, so nobody is chosen yet
    has_accounts: bool  # False: all its accounts were removed
    lost_end: bool  # the end of the old plan or repeat is over, so the new one has none


class KeepingDesk(Protocol):
    """What the service needs of the store. Each method is one unit of work."""

    async def clone(self, campaign_id: CampaignId, title: str, *, actor: str, now: datetime) -> Clone: ...
    async def set_archived(
        self, campaign_id: CampaignId, *, is_archived: bool, actor: str, now: datetime
    ) -> None: ...


class CampaignKeeping:
    """The use cases. `actor` is the name of the person who asks; it stands in Activity."""

    def __init__(self, desk: KeepingDesk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    async def clone(self, campaign_id: CampaignId, *, actor: str, title: str = "") -> Clone:
        """A draft with the same message, audiences, plan, repeat and accounts; nothing of it is approved.

        Without a title it is called as the old one, with "(copy)". Raises UserInputError.
        """
        if len(title.strip()) > LONGEST_TITLE:
            raise UserInputError(f"The title is longer than {LONGEST_TITLE} characters.")
        return await self._desk.clone(campaign_id, title.strip(), actor=actor, now=self._clock.now())

    async def archive(self, campaign_id: CampaignId, *, actor: str) -> None:
        """Out of the list, with all it holds. Raises InvalidTransitionError for one that waits, runs or is paused."""
        await self._desk.set_archived(campaign_id, is_archived=True, actor=actor, now=self._clock.now())

    async def unarchive(self, campaign_id: CampaignId, *, actor: str) -> None:
        """Back in the list."""
        await self._desk.set_archived(campaign_id, is_archived=False, actor=actor, now=self._clock.now())
