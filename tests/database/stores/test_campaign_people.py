"""Whom a campaign addresses: audiences while it is a draft, fixed people from its review on."""

import json
from datetime import timedelta

import pytest

from campaigns.audience.rules import Activity, Group, OnActivity, OnAudience, OnTag, Rule, Within
from campaigns.audience.views import EVERYONE_ID
from campaigns.campaign import CampaignState
from campaigns.service import CampaignService
from core.domain.ids import AudienceId, CampaignId
from core.errors import InvalidTransitionError, UserInputError
from database.lock_handler import UnitOfWork
from database.stores import campaign_people
from database.stores.audiences import AudienceStore
from tests.database.stores.world import NOW, World
from tests.fake_clock import FakeClock

SPRING = Rule(include=(Group(parts=(OnTag(tag="spring"),)),))


class Draft:
    """A draft for everyone of six people, of whom 1 to 4 are tagged, and 1 and 5 are on the list "Staff"."""

    def __init__(self, world: World) -> None:
        self.world, self.audiences = world, AudienceStore(world.database)
        self.service = CampaignService(world.desk, world.shelf, FakeClock(NOW))
        self.id, self.spring, self.staff = CampaignId(0), AudienceId(0), AudienceId(0)

    async def begin(self) -> "Draft":
        account_id = await self.world.add_account()
        await self.world.import_people(6)
        for number in (1, 2, 3, 4):
            await self.tag(number)
        self.spring = await self.audiences.create_rule("Spring", SPRING, actor="ann", now=NOW)
        self.staff = await self.audiences.create_list("Staff", [1, 5], actor="ann", now=NOW)
        self.id = await self.service.create(title="Fair", template="Hi", account_ids=[account_id], actor="ann")
        return self

    async def tag(self, number: int) -> None:
        await self.world.execute("INSERT INTO contact_tag VALUES (?, 'spring')", number)

    async def choose(self, include: list[AudienceId], exclude: list[AudienceId]) -> int:
        return await self.service.set_audience(self.id, include, exclude, actor="ann")

    async def members(self) -> list[object]:
        return await self.world.column("SELECT contact_id FROM campaign_member ORDER BY contact_id")


@pytest.fixture
async def draft(world: World) -> Draft:
    return await Draft(world).begin()


async def test_a_new_draft_is_for_everyone(draft: Draft) -> None:
    (chosen,) = await draft.world.desk.audiences(draft.id)

    assert (chosen.id, chosen.title, chosen.is_excluded) == (EVERYONE_ID, "Everyone", False)
    assert await draft.members() == [1, 2, 3, 4, 5, 6]


async def test_a_draft_addresses_who_is_included_and_not_excluded(
    draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(campaign_people, "CHOOSE_CHUNK", 2)

    assert await draft.choose([draft.spring], [draft.staff]) == 3
    assert await draft.members() == [2, 3, 4]
    assert await draft.choose([draft.spring, draft.staff], []) == 5
    assert await draft.members() == [1, 2, 3, 4, 5]
    assert await draft.choose([], [draft.staff]) == 0
    assert (await draft.world.event_kinds())[-3:] == ["campaign.people"] * 3


async def test_the_people_are_those_of_the_moment_of_submission_and_stay_so(draft: Draft) -> None:
    await draft.choose([draft.spring], [draft.staff])
    await draft.tag(6)

    await draft.service.submit(draft.id, actor="ann")
    await draft.tag(5)
    await draft.audiences.change_rule(draft.spring, Rule(include=(Group(parts=(OnTag(tag="other"),)),)))

    assert await draft.members() == [2, 3, 4, 6]
    await draft.service.approve(draft.id, actor="bob")
    await draft.service.start(draft.id, actor="ann")
    assert await draft.world.column("SELECT contact_id FROM outgoing ORDER BY contact_id") == [2, 3, 4, 6]


async def test_what_the_audiences_meant_is_kept_with_the_campaign(draft: Draft) -> None:
    inner = Rule(include=(Group(parts=(OnAudience(audience=int(draft.spring)),)),))
    outer = await draft.audiences.create_rule("Outer", inner, actor="ann", now=NOW)
    await draft.choose([outer], [draft.staff])
    await draft.service.submit(draft.id, actor="ann")

    await draft.audiences.rename(draft.spring, "Something else")
    chosen = await draft.world.desk.audiences(draft.id)
    (rules, none) = await draft.world.column("SELECT rules FROM campaign_audience ORDER BY role DESC")

    assert [(a.title, a.sentence, a.is_excluded) for a in chosen] == [
        ("Outer", "People of “Spring”.", False),
        ("Staff", "A fixed list of people.", True),
    ]
    assert set(json.loads(str(rules))) == {str(outer), str(draft.spring)}
    assert none == "{}"
    await draft.service.send_back(draft.id, actor="bob", comment="no")
    assert (await draft.world.desk.audiences(draft.id))[0].sentence == "People of “Something else”."


async def test_other_people_need_another_approval(draft: Draft) -> None:
    await draft.choose([draft.spring], [])
    await draft.service.submit(draft.id, actor="ann")
    first = await draft.world.desk.content_hash(draft.id)
    await draft.service.send_back(draft.id, actor="bob", comment="without staff")
    await draft.choose([draft.spring], [draft.staff])
    await draft.service.submit(draft.id, actor="ann")

    assert await draft.world.desk.content_hash(draft.id) != first


async def test_nobody_to_write_to_is_not_submitted(draft: Draft) -> None:
    await draft.choose([draft.staff], [EVERYONE_ID])

    with pytest.raises(UserInputError, match="Nobody"):
        await draft.service.submit(draft.id, actor="ann")

    assert (await draft.world.desk.get(draft.id)).state is CampaignState.DRAFT


async def test_people_are_chosen_for_a_draft_only(draft: Draft) -> None:
    await draft.service.submit(draft.id, actor="ann")

    with pytest.raises(InvalidTransitionError):
        await draft.choose([draft.spring], [])
    with pytest.raises(InvalidTransitionError):
        await draft.service.submit(draft.id, actor="ann")

    assert await draft.members() == [1, 2, 3, 4, 5, 6]


async def test_who_chooses_later_stops_who_chose_before(draft: Draft) -> None:
    """The first one has compared, and writes nothing of it once somebody else has chosen."""
    people, write = draft.world.desk._people, draft.world.database.write
    begun: list[int] = []

    async def choose_in_between(unit: object) -> object:
        if not begun and getattr(unit, "__name__", "") == "change":
            begun.append(1)
            await people.choose(draft.id, [draft.staff], now=NOW)
        return await write(unit)  # type: ignore[arg-type]

    draft.world.database.write = choose_in_between  # type: ignore[assignment, method-assign]
    with pytest.raises(InvalidTransitionError, match="Somebody else"):
        await people.choose(draft.id, [draft.spring], now=NOW)

    assert await draft.members() == [1, 5]


async def test_an_audience_of_a_draft_is_not_deleted_and_says_which(draft: Draft) -> None:
    await draft.choose([draft.spring], [])
    with pytest.raises(UserInputError, match="“Fair”"):
        await draft.audiences.delete(draft.spring)
    assert (await draft.audiences.get(draft.spring)).drafts == ("Fair",)

    await draft.service.submit(draft.id, actor="ann")
    await draft.service.approve(draft.id, actor="bob")
    await draft.service.start(draft.id, actor="ann")
    await draft.audiences.delete(draft.spring)

    (chosen,) = await draft.world.desk.audiences(draft.id)
    assert (chosen.id, chosen.title, chosen.sentence) == (None, "Spring", "People tagged “spring”.")


async def test_time_in_a_rule_is_that_of_the_submission(draft: Draft) -> None:
    quiet = OnActivity(activity=Activity.REPLIED, relation=Within.NOT_WITHIN, days=7)
    silent = await draft.audiences.create_rule("Silent", Rule(include=(Group(parts=(quiet,)),)), actor="ann", now=NOW)
    await draft.choose([silent], [])

    def reply(work: UnitOfWork) -> None:
        at = int((NOW - timedelta(days=1)).timestamp() * 1000)
        work.connection.execute(
            "INSERT INTO event (at, level, kind, contact_id, actor) VALUES (?, 'info', 'reply.received', 2, 'worker')",
            (at,),
        )

    await draft.world.database.write(reply)
    await draft.service.submit(draft.id, actor="ann")

    assert await draft.members() == [1, 3, 4, 5, 6]
