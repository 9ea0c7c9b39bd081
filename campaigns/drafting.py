"""What people change on a draft beside its message and its plan: its name, and the accounts it is sent from."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from core.clock import Clock
from core.domain.ids import AccountId, CampaignId
from core.errors import UserInputError

MAX_TITLE = 120  # longer ones fit nowhere


class DraftDesk(Protocol):
    """What the service needs of the store. Each method is one unit of work.

    All but `begin` raise InvalidTransitionError when it is not a draft any more.
    """

    async def begin(self, *, title: str, actor: str, now: datetime) -> CampaignId:
        """A draft without a text and without people, from every account that was not removed."""
        ...

    async def rename(self, campaign_id: CampaignId, title: str) -> None: ...

    async def set_accounts(self, campaign_id: CampaignId, account_ids: Sequence[AccountId]) -> None: ...


class PeopleDesk(Protocol):
    """Who is chosen; CampaignDesk is one."""

    async def choose_everyone(self, campaign_id: CampaignId) -> int: ...


class DraftService:
    """A draft may be unfinished; what is missing is asked for when it is submitted."""

    def __init__(self, desk: DraftDesk, people: PeopleDesk, clock: Clock) -> None:
        self._desk = desk
        self._people = people
        self._clock = clock

    async def begin(self, *, title: str, actor: str) -> CampaignId:
        """An empty draft. Raises UserInputError for a name that cannot be used."""
        return await self._desk.begin(title=_checked(title), actor=actor, now=self._clock.now())

    async def choose_everyone(self, campaign_id: CampaignId) -> int:
        """The audience "Everyone"; returns how many it is now. Whoever joins before it is submitted is in it."""
        return await self._people.choose_everyone(campaign_id)

    async def rename(self, campaign_id: CampaignId, title: str) -> None:
        """Raises UserInputError for a name that cannot be used."""
        await self._desk.rename(campaign_id, _checked(title))

    async def set_accounts(self, campaign_id: CampaignId, account_ids: Iterable[AccountId]) -> None:
        """Which accounts it is sent from; may be none for now."""
        await self._desk.set_accounts(campaign_id, sorted(set(account_ids)))


def _checked(title: str) -> str:
    title = " ".join(title.split())
    if not title:
        raise UserInputError("The campaign has no name.", hint="Give it one by which you find it again.")
    if len(title) > MAX_TITLE:
        raise UserInputError(f"The name has {len(title)} characters.", hint=f"Shorten it to {MAX_TITLE}.")
    return title
