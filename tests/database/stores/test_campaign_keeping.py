"""New drafts from old campaigns, and campaigns that are put away."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from campaigns.campaign import CampaignState
from campaigns.keeping import CampaignKeeping
from campaigns.report.compare import Compared, compare
from campaigns.report.figures import GroupFigures, Slice, collect
from campaigns.schedule.campaign_plan import CampaignPlan
from campaigns.schedule.repeat import Every, Repeat
from campaigns.schedule.windows import Schedule
from core.domain.ids import CampaignId
from core.errors import InvalidTransitionError, UserInputError
from database.stores.campaign_keeping import KeepingStore
from database.stores.series_rows import put_repeat
from tests.database.stores.world import NOW, World
from tests.fake_clock import FakeClock

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def keeping(world: World) -> CampaignKeeping:
    return CampaignKeeping(KeepingStore(world.database), FakeClock(LATER))


async def run_one(world: World, plan: CampaignPlan | None = None) -> CampaignId:
    await world.import_people(3)
    return await world.run([await world.add_account()], plan=plan)


async def finish(world: World, campaign_id: CampaignId) -> None:
    await world.desk.change_state(campaign_id, CampaignState.CANCELLED, actor="ann", reason="", now=NOW)


async def test_a_clone_is_a_draft_with_the_same_message_people_plan_and_accounts(
    world: World, keeping: CampaignKeeping
) -> None:
    old = await world.desk.get(await run_one(world, CampaignPlan(per_hour=7)))

    made = await keeping.clone(old.id, actor="kim")

    new = await world.desk.get(made.campaign_id)
    assert (new.title, new.state, new.created_by) == ("Spring (copy)", CampaignState.DRAFT, "kim")
    assert (new.message, new.plan, new.account_ids) == (old.message, old.plan, old.account_ids)
    assert (new.approved_hash, new.approved_by, made.has_people, made.has_accounts) == (None, None, True, True)
    await world.desk.submit(new.id, actor="kim", now=LATER)
    members = await world.column("SELECT count(*) FROM campaign_member WHERE campaign_id = ?", new.id)
    assert members == [3]
    assert await world.column("SELECT count(*) FROM outgoing WHERE campaign_id = ?", new.id) == [0]


async def test_an_end_that_is_over_is_not_copied(world: World, keeping: CampaignKeeping) -> None:
    plan = CampaignPlan(schedule=Schedule(ends_at=NOW + timedelta(minutes=5)), per_day=9)

    made = await keeping.clone(await run_one(world, plan), actor="kim", title="Again")

    new = await world.desk.get(made.campaign_id)
    assert made.lost_end
    assert new.plan == replace(plan, schedule=Schedule())
    assert new.title == "Again"


async def test_a_copy_of_a_series_repeats_as_often_from_now_on(world: World, keeping: CampaignKeeping) -> None:
    old = await run_one(world)
    repeat = Repeat(
        every=Every.WEEK, first_day=date(2026, 11, 2), at=time(9), time_zone="UTC", last_day=date(2026, 11, 19)
    )
    counted = replace(repeat, last_day=None, runs=3)
    for chosen in (repeat, counted):
        await world.database.write(lambda work, chosen=chosen: put_repeat(work.connection, old, chosen))  # type: ignore[misc]
        made = await keeping.clone(old, actor="kim", title=f"Again {chosen.runs}")
        copied = await world.desk.find_repeat(made.campaign_id)
        assert copied is not None
        assert (copied.every, made.lost_end) == (Every.WEEK, chosen is repeat)
        assert len(copied.next_runs(LATER, 3)) == 3
    assert copied == replace(counted, first_day=date(2026, 11, 23))


async def test_where_an_audience_is_gone_nobody_is_chosen(world: World, keeping: CampaignKeeping) -> None:
    campaign_id = await run_one(world)
    await world.execute(
        "INSERT INTO campaign_audience (campaign_id, role, position) VALUES (?, 'exclude', 0)", campaign_id
    )

    made = await keeping.clone(campaign_id, actor="kim")

    assert not made.has_people
    with pytest.raises(UserInputError):
        await world.desk.submit(made.campaign_id, actor="kim", now=LATER)


async def test_removed_accounts_are_not_copied(world: World, keeping: CampaignKeeping) -> None:
    campaign_id = await run_one(world)
    await world.execute("UPDATE account SET removed_at = 1")

    assert not (await keeping.clone(campaign_id, actor="kim")).has_accounts


async def test_what_is_archived_is_out_of_every_list_but_its_own(world: World, keeping: CampaignKeeping) -> None:
    campaign_id = await run_one(world)
    await finish(world, campaign_id)

    await keeping.archive(campaign_id, actor="kim")
    await keeping.archive(campaign_id, actor="kim")

    assert await world.reports.list_campaigns() == []
    assert list((await world.reports.overview(NOW)).campaigns) == []
    (archived,) = await world.reports.list_campaigns(is_archived=True)
    assert (archived.id, archived.is_archived) == (campaign_id, True)

    await keeping.unarchive(campaign_id, actor="kim")
    assert [one.id for one in await world.reports.list_campaigns()] == [campaign_id]
    assert (await world.event_kinds())[-2:] == ["campaign.archived", "campaign.unarchived"]


async def test_what_is_on_its_way_stays_in_the_list(world: World, keeping: CampaignKeeping) -> None:
    campaign_id = await run_one(world)

    with pytest.raises(InvalidTransitionError, match="running stays in the list"):
        await keeping.archive(campaign_id, actor="kim")


async def test_campaigns_stand_side_by_side_with_a_careful_sentence(world: World) -> None:
    campaign_id = await run_one(world)
    await finish(world, campaign_id)
    while await world.campaigns.cancel_rest(NOW, limit=100):
        pass
    progress = await world.reports.progress(campaign_id)

    def one(replied: int) -> Compared:
        figures = GroupFigures(name="", people=1000, sent=1000, replied=replied)
        return Compared(
            progress=progress, figures=collect([Slice(variant="A", language="", account="x", figures=figures)])
        )

    side = compare([one(50), one(90)])

    assert side.titles == (f"Spring ({campaign_id})", f"Spring ({campaign_id})")
    assert side.verdict.sentence.endswith(
        "That is hardly chance. They may differ in people and time as well as in text."
    )
    replied = next(line for line in side.lines if line.name == "Replied")
    assert replied.values == ("50 · 5 % (3.8 % to 6.5 %)", "90 · 9 % (7.4 % to 10.9 %)")
    for wrong in ([one(1)], [one(1)] * 5):
        with pytest.raises(UserInputError, match="2 to 4 campaigns"):
            compare(wrong)
