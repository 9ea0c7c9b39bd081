"""Campaigns as people handle them and as the engine moves them."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.message.variants import Message
from campaigns.reasons import DeliveryReason
from campaigns.schedule.campaign_plan import CampaignPlan
from campaigns.service import CampaignService, approval_hash
from core.errors import InvalidTransitionError, UserInputError
from database.stores import campaign_people
from tests.database.stores.world import NOW, World, peer, person
from tests.fake_clock import FakeClock

C, S = CampaignState, DeliveryState


async def test_the_service_brings_a_campaign_from_a_draft_to_running(world: World) -> None:
    account_id = await world.add_account()
    await world.import_people(3)
    service = CampaignService(world.desk, world.shelf, FakeClock(NOW))

    campaign_id = await service.create(
        title="Spring", template="Hi {{ name }}", account_ids=[account_id], actor="ann"
    )
    await service.submit(campaign_id, actor="ann")
    await service.approve(campaign_id, actor="bob", comment="fine")
    await service.start(campaign_id, actor="ann")
    started = await world.campaigns.start_due(NOW)

    campaign = await world.desk.get(campaign_id)
    assert started == [campaign_id]
    assert (campaign.state, campaign.approved_by, campaign.started_at) == (C.RUNNING, "bob", NOW)
    assert len(await world.ahead(account_id, campaign_id)) == 3
    assert (await world.event_kinds())[1:] == [
        "people.imported",
        "campaign.created",
        "campaign.submitted",
        "campaign.approved",
        "campaign.scheduled",
        "campaign.started",
    ]


async def test_what_was_approved_is_found_to_have_changed(world: World) -> None:
    account_id = await world.add_account()
    await world.import_people(2)
    campaign_id = await world.approve([account_id])
    assert await world.desk.content_hash(campaign_id) == approval_hash(
        Message.of_text("Hi {{ name }}"), CampaignPlan(), [account_id], [1, 2]
    )

    await world.execute("DELETE FROM campaign_member WHERE contact_id = 2")

    with pytest.raises(InvalidTransitionError):
        await CampaignService(world.desk, world.shelf, FakeClock(NOW)).start(campaign_id, actor="ann")


async def test_everyone_is_chosen_in_several_units(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaign_people, "CHOOSE_CHUNK", 4)
    account_id = await world.add_account()
    await world.import_people(10)
    campaign_id = await world.desk.create(title="x", template="y", account_ids=[account_id], actor="ann", now=NOW)

    assert await world.desk.choose_everyone(campaign_id) == 10
    assert await world.desk.choose_everyone(campaign_id) == 10


async def test_people_are_chosen_only_while_it_is_a_draft(world: World) -> None:
    campaign_id = await world.approve([await world.add_account()])

    with pytest.raises(InvalidTransitionError):
        await world.desk.choose_everyone(campaign_id)


async def test_a_campaign_that_is_sent_back_forgets_its_approval(world: World) -> None:
    campaign_id = await world.approve([await world.add_account()])

    await world.desk.change_state(campaign_id, C.DRAFT, actor="bob", reason="shorter", now=NOW)

    campaign = await world.desk.get(campaign_id)
    assert (campaign.state, campaign.state_reason, campaign.approved_hash) == (C.DRAFT, "shorter", None)


async def test_a_campaign_whose_rows_are_planned_is_not_sent_back(world: World) -> None:
    account_id = await world.add_account()
    await world.import_people(1)
    campaign_id = await world.approve([account_id])
    await world.plan(campaign_id)

    with pytest.raises(InvalidTransitionError):
        await world.desk.change_state(campaign_id, C.DRAFT, actor="bob", reason="", now=NOW)


async def test_a_forbidden_change_writes_neither_state_nor_event(world: World) -> None:
    campaign_id = await world.approve([await world.add_account()])
    before = await world.event_kinds()

    with pytest.raises(InvalidTransitionError):
        await world.desk.change_state(campaign_id, C.RUNNING, actor="ann", reason="", now=NOW)

    assert (await world.desk.get(campaign_id)).state is C.APPROVED
    assert await world.event_kinds() == before


async def test_a_campaign_that_is_not_there_is_said_so(world: World) -> None:
    with pytest.raises(UserInputError):
        await world.desk.get(99)
    with pytest.raises(UserInputError):
        await world.reports.progress(99)


async def test_activity_tells_how_many_were_planned_and_how_many_skipped(world: World) -> None:
    await world.import_people([person(1), person(2), person(3, consent=None)])

    await world.run([await world.add_account()])

    (scheduled,) = await world.rows("SELECT data FROM event WHERE kind = 'campaign.scheduled'")
    assert json.loads(str(scheduled["data"])) == {"start_at": NOW.isoformat(), "planned": 2, "skipped": 1}


async def test_only_what_is_due_starts(world: World) -> None:
    account_id = await world.add_account()
    campaign_id = await world.approve([account_id])
    await world.desk.schedule(campaign_id, start_at=NOW + timedelta(hours=1), actor="ann", now=NOW)

    assert await world.campaigns.start_due(NOW) == []
    assert await world.campaigns.start_due(NOW + timedelta(hours=1)) == [campaign_id]


async def test_a_campaign_is_finished_once_every_row_is_final(world: World) -> None:
    account_id = await world.add_account()
    await world.import_people(2)
    await world.know(account_id, peer(1, wrote_at=NOW), peer(2, wrote_at=NOW))
    campaign_id = await world.run([account_id])
    first, second = [row.id for row in await world.ahead(account_id, campaign_id)]
    lease = await world.take(account_id)
    for each in (first, second):
        await world.claim(lease, each)
    await world.record(lease, first, S.SENT)

    assert await world.campaigns.finish_done(NOW) == []
    await world.record(lease, second, S.UNCERTAIN, reason=DeliveryReason.NOT_IN_HISTORY)
    assert await world.campaigns.finish_done(NOW) == [campaign_id]

    (event,) = await world.rows("SELECT data FROM event WHERE kind = 'campaign.finished'")
    assert (await world.desk.get(campaign_id)).state is C.FINISHED
    assert event["data"] == '{"sent":1,"uncertain":1}'


async def test_the_rest_of_a_stopped_campaign_is_cancelled_in_chunks(world: World) -> None:
    account_id = await world.add_account()
    await world.import_people(5)
    await world.know(account_id, *[peer(number, wrote_at=NOW) for number in range(1, 6)])
    campaign_id = await world.run([account_id])
    first, second, *_ = [row.id for row in await world.ahead(account_id, campaign_id)]
    lease = await world.take(account_id)
    await world.claim(lease, first)
    await world.claim(lease, second)
    await world.record(lease, second, S.DEFERRED, reason=DeliveryReason.COOLDOWN, not_before=NOW)
    await world.desk.change_state(campaign_id, C.CANCELLED, actor="ann", reason="Stopped by ann.", now=NOW)

    chunks = [await world.campaigns.cancel_rest(NOW, limit=3) for _ in range(3)]

    states = await world.column("SELECT state FROM outgoing ORDER BY id")
    assert chunks == [3, 1, 0]
    assert states == ["sending", "cancelled", "cancelled", "cancelled", "cancelled"]
    assert await world.column("SELECT DISTINCT reason FROM outgoing WHERE state = 'cancelled'") == [
        "campaign_stopped"
    ]


async def test_the_engine_pauses_only_what_runs(world: World) -> None:
    campaign_id = await world.run([await world.add_account()])

    await world.campaigns.stop_running(campaign_id, C.PAUSED, "Several were refused.", now=NOW)
    await world.campaigns.stop_running(campaign_id, C.FAILED, "Too late.", now=NOW)

    campaign = await world.desk.get(campaign_id)
    assert (campaign.state, campaign.state_reason) == (C.PAUSED, "Several were refused.")
    (event,) = await world.reports.events(before_id=None, limit=1)
    assert (event.kind, event.level, event.actor) == ("campaign.paused", "warning", "worker")


async def test_a_paused_campaign_resumes_with_its_first_start(world: World) -> None:
    campaign_id = await world.run([await world.add_account()])
    await world.desk.change_state(campaign_id, C.PAUSED, actor="ann", reason="", now=NOW)

    await world.desk.change_state(campaign_id, C.RUNNING, actor="ann", reason="", now=NOW + timedelta(hours=1))

    assert (await world.desk.get(campaign_id)).started_at == NOW
    assert (await world.event_kinds())[-1] == "campaign.resumed"


async def test_a_lane_sees_what_runs_and_what_is_open(world: World) -> None:
    one, two = await world.add_account(1), await world.add_account(2)
    await world.import_people(1)
    await world.know(one, peer(1, wrote_at=NOW))
    running, paused, paused_open = [await world.run([one, two]) for _ in range(3)]
    (row,) = await world.ahead(one, paused_open)
    await world.claim(await world.take(one), row.id)
    for campaign_id in (paused, paused_open):
        await world.desk.change_state(campaign_id, C.PAUSED, actor="ann", reason="", now=NOW)

    assert [campaign.id for campaign in await world.campaigns.list_for_lane(one)] == [running, paused_open]
    assert [campaign.id for campaign in await world.campaigns.list_for_lane(two)] == [running]
    (campaign,) = await world.campaigns.list_for_lane(two)
    assert campaign.account_ids == (one, two)


async def test_looking_for_something_to_do_takes_no_write_lock(world: World, tmp_path: Path) -> None:
    await world.run([await world.add_account()])
    await world.campaigns.finish_done(NOW)
    before = world.database.statistics().commit_count

    await world.campaigns.start_due(NOW)
    await world.campaigns.finish_done(NOW)
    await world.campaigns.cancel_rest(NOW, limit=10)

    assert world.database.statistics().commit_count == before
