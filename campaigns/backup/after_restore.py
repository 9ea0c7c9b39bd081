"""What an operator chooses for campaigns that came back with a backup, so that nobody gets a message twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from campaigns.campaign import CampaignState
from core.clock import Clock
from core.domain.ids import CampaignId
from core.errors import UserInputError

CHUNK: Final = 1_000  # rows a unit, so that no unit takes more than 50 ms of the database thread


class AfterRestore(StrEnum):
    """How a restored campaign goes on."""

    CHECK = "check"  # before each message Telegram is asked whether it left already
    LEAVE = "leave"  # everybody who is not done counts as possibly sent: nobody is written to
    NOTHING_SENT = "nothing_sent"  # a person knows that nothing was sent after the backup


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoredCampaign:
    """A campaign that waits for the choice."""

    id: CampaignId
    title: str
    state: CampaignState
    since: datetime  # the moment of the backup
    by_users: int  # people to do, from user accounts: their chats can be read
    by_bots: int  # people to do, from bots: their chats cannot
    open_tries: int  # on their way at that moment: settled as ever


class RestoreDesk(Protocol):
    """What the service needs of the store. Each write is one unit of work."""

    async def list_open(self) -> Sequence[RestoredCampaign]: ...
    async def find_open(self, campaign_id: CampaignId) -> RestoredCampaign | None: ...
    async def leave_some(self, campaign_id: CampaignId, *, limit: int, now: datetime) -> int: ...
    async def choose(
        self, campaign_id: CampaignId, choice: AfterRestore, *, count: int, actor: str, now: datetime
    ) -> None: ...


class RestoreChoices:
    """The use cases. `actor` is the name of the person who asks; it stands in Activity."""

    def __init__(self, desk: RestoreDesk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    async def list_open(self) -> Sequence[RestoredCampaign]:
        """Campaigns that do not go on before somebody has chosen; those that were on their way first."""
        return await self._desk.list_open()

    async def find_open(self, campaign_id: CampaignId) -> RestoredCampaign | None:
        """None: there is nothing to choose for this campaign."""
        return await self._desk.find_open(campaign_id)

    async def choose(self, campaign_id: CampaignId, choice: AfterRestore, *, actor: str) -> int:
        """How it goes on; it stays paused until it is resumed. Returns how many count as possibly sent by that.

        May be repeated after a crash. Raises UserInputError when there is nothing to choose for it.
        """
        found = await self._desk.find_open(campaign_id)
        if found is None:
            raise UserInputError(
                "There is nothing to choose for this campaign: it did not come back with a backup.",
                hint="`campaign after-restore` without a number shows those that wait for a choice.",
            )
        count = 0
        if choice is AfterRestore.LEAVE:
            while some := await self._desk.leave_some(campaign_id, limit=CHUNK, now=self._clock.now()):
                count += some
        await self._desk.choose(campaign_id, choice, count=count, actor=actor, now=self._clock.now())
        return count
