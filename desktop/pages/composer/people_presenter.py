"""Which audiences a campaign addresses, and how many people these are now. Knows no Qt."""

from collections.abc import Sequence
from typing import Final, Protocol

from campaigns.audience.rules import Group, OnAudience, Rule
from campaigns.audience.views import AudienceView, SamplePerson
from core.domain.ids import AudienceId, CampaignId
from core.errors import AppError, Cancelled, TimedOut
from desktop.pages.composer.people_view import EXCLUDE, INCLUDE, OUT, AudienceChoice
from desktop.pages.services import PageServices

SAMPLE: Final = 6


class PeopleStepView(Protocol):
    """What the step shows."""

    def show_audiences(self, choices: Sequence[AudienceChoice]) -> None: ...
    def show_people(self, people: int | None, may_write: int | None) -> None: ...
    def show_sample(self, people: Sequence[SamplePerson]) -> None: ...


class PeoplePresenter:
    """One campaign. A choice is written at once; its people are counted behind it."""

    def __init__(self, services: PageServices, view: PeopleStepView) -> None:
        self._services = services
        self._view = view
        self._campaign_id: CampaignId | None = None
        self._views: Sequence[AudienceView] = ()
        self._roles: dict[AudienceId, str] = {}
        self._asked = 0

    async def open(self, campaign_id: CampaignId, *, is_draft: bool) -> None:
        """Read what is chosen; a draft that chose nobody yet is for everyone. Raises AppError."""
        self._campaign_id = campaign_id
        self._roles = {}
        chosen = await self._services.campaign_desk.audiences(campaign_id)
        if not chosen and is_draft:
            await self._services.drafts.choose_everyone(campaign_id)
            chosen = await self._services.campaign_desk.audiences(campaign_id)
        self._views = await self._services.audiences.list_all()
        self._roles = {one.id: EXCLUDE if one.is_excluded else INCLUDE for one in chosen if one.id is not None}
        self._show()
        await self._count()

    def choose(self, audience_id: AudienceId, role: str) -> None:
        """Address it, leave its people out, or neither."""
        if self._roles.get(audience_id, OUT) == role:
            return
        before = dict(self._roles)
        if role == OUT:
            self._roles.pop(audience_id, None)
        else:
            self._roles[audience_id] = role
        self._show()
        self._services.spawn(self._choose(before), "choose audiences")

    async def refresh(self) -> None:
        """The members of a draft are who its audiences mean at this moment. Raises AppError."""
        await self._write()

    async def _choose(self, before: dict[AudienceId, str]) -> None:
        try:
            await self._write()
            await self._count()
        except Cancelled:
            return  # a later choice took its place
        except AppError as error:
            self._roles = before
            self._show()
            self._services.tells.error(error)

    async def _write(self) -> None:
        assert self._campaign_id is not None
        include, exclude = self._ids(INCLUDE), self._ids(EXCLUDE)
        await self._services.campaigns.set_audience(self._campaign_id, include, exclude, actor=self._services.actor)

    async def _count(self) -> None:
        self._asked += 1
        asked = self._asked
        include, exclude = self._ids(INCLUDE), self._ids(EXCLUDE)
        if not include:
            self._view.show_people(0, 0)
            self._view.show_sample(())
            return
        rule = Rule(include=_groups(include), exclude=_groups(exclude))
        self._view.show_people(None, None)
        now = self._services.clock.now()
        try:
            count = await self._services.audiences.count(rule, now=now)
            sample = await self._services.audiences.sample(rule, now=now, limit=SAMPLE)
        except TimedOut:
            return  # too many to count in the time there is: the dots stay
        if asked == self._asked:
            self._view.show_people(count.people, count.may_write)
            self._view.show_sample(sample)

    def _ids(self, role: str) -> list[AudienceId]:
        return [audience_id for audience_id, one in self._roles.items() if one == role]

    def _show(self) -> None:
        self._view.show_audiences(
            [
                AudienceChoice(
                    id=view.id,
                    title=view.title,
                    sentence=view.sentence,
                    role=self._roles.get(view.id, OUT),
                    problem=view.problem,
                )
                for view in self._views
            ]
        )


def _groups(audience_ids: Sequence[AudienceId]) -> tuple[Group, ...]:
    return tuple(Group(parts=(OnAudience(audience=int(number)),)) for number in audience_ids)
