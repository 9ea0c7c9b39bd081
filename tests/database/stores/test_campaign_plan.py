"""What a campaign's plan does to its rows: windows, end, caps, quotas and the first people."""

from datetime import UTC, datetime, time, timedelta

import pytest

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.plan.eligibility import ClaimAnswer
from campaigns.reasons import DeliveryReason
from campaigns.schedule.campaign_plan import CampaignPlan, Canary, CanaryAdvance, FrequencyCap
from campaigns.schedule.windows import Schedule, Window
from campaigns.service import CampaignService
from core.domain.ids import CampaignId
from core.errors import InvalidTransitionError
from database.stores import claims
from tests.database.stores.world import NOW, Lane, World, peer, person
from tests.fake_clock import FakeClock

C, S, R = CampaignState, DeliveryState, DeliveryReason
EVERY_DAY = frozenset(range(7))


def _window(begins: datetime, length: timedelta = timedelta(hours=1)) -> Window:
    return Window(weekdays=EVERY_DAY, begins=begins.time(), ends=(begins + length).time())


async def _run(world: World, plan: CampaignPlan, people: int = 4, account_number: int = 1) -> Lane:
    account_id = await world.add_account(account_number)
    await world.import_people(people)
    await world.know(account_id, *(peer(number) for number in range(1, people + 1)))
    campaign_id = await world.run([account_id], plan=plan)
    return Lane(world, account_id, await world.take(account_id), campaign_id)


async def _claim(running: Lane, number: int = 0, **order: object) -> tuple[object, ...]:
    claim = await running.world.claim(running.lease, (await running.ids())[number], **order)
    return claim.answer, claim.reason, claim.until


async def test_a_closed_window_holds_the_campaign_and_leaves_its_rows_alone(world: World) -> None:
    opens = NOW + timedelta(hours=2)
    running = await _run(world, CampaignPlan(schedule=Schedule(windows=(_window(opens),))))

    assert await _claim(running) == (ClaimAnswer.CAMPAIGN_HELD, R.OUTSIDE_WINDOW, opens)
    assert await world.column("SELECT DISTINCT state FROM outgoing") == [S.PLANNED]
    assert (await _claim(running, now=opens))[0] is ClaimAnswer.CLAIMED


async def test_a_persons_own_night_defers_that_person_until_their_morning(world: World) -> None:
    account_id = await world.add_account()
    await world.import_people([person(1, time_zone="Asia/Tokyo"), person(2, time_zone="UTC"), person(3)])
    await world.know(account_id, *(peer(number) for number in (1, 2, 3)))
    morning = Window(weekdays=EVERY_DAY, begins=time(9), ends=time(20))
    plan = CampaignPlan(schedule=Schedule(windows=(morning,), time_zone="UTC", in_own_zone=True))
    noon = NOW.replace(hour=12, minute=0, second=0, microsecond=0)
    campaign_id = await world.run([account_id], plan=plan)
    running = Lane(world, account_id, await world.take(account_id), campaign_id)
    ids = await running.ids()

    answers = [await world.claim(running.lease, delivery_id, now=noon) for delivery_id in ids]

    tokyo = datetime(noon.year, noon.month, noon.day, 0, 0, tzinfo=UTC) + timedelta(days=1)  # 9 in the morning there
    assert [claim.answer for claim in answers] == [ClaimAnswer.DEFERRED, ClaimAnswer.CLAIMED, ClaimAnswer.CLAIMED]
    assert (answers[0].reason, answers[0].until) == (R.OUTSIDE_WINDOW, tokyo)
    row = await world.row(ids[0])
    assert (row["state"], row["reason"]) == (S.DEFERRED, R.OUTSIDE_WINDOW)
    assert (await world.claim(running.lease, ids[0], now=tokyo)).answer is ClaimAnswer.CLAIMED


async def test_nobody_is_written_to_after_the_end_and_everyone_has_a_reason(world: World) -> None:
    ends_at = NOW + timedelta(hours=1)
    running = await _run(world, CampaignPlan(schedule=Schedule(ends_at=ends_at)))
    assert (await _claim(running))[0] is ClaimAnswer.CLAIMED
    assert await _claim(running, now=ends_at) == (ClaimAnswer.SKIPPED, R.CAMPAIGN_ENDED, None)

    assert await world.campaigns.end_due(ends_at - timedelta(seconds=1), limit=10) == 0
    assert await world.campaigns.end_due(ends_at, limit=1) == 1
    assert await world.campaigns.end_due(ends_at, limit=10) == 1
    assert await world.campaigns.end_due(ends_at, limit=10) == 0

    reasons = await world.column("SELECT reason FROM outgoing WHERE state = 'skipped'")
    assert reasons == [R.CAMPAIGN_ENDED] * 3
    assert (await world.event_kinds())[-1] == "campaign.ended"
    # The one under way is settled first.
    assert await world.campaigns.finish_done(ends_at) == []


async def test_a_paused_campaign_ends_as_well(world: World) -> None:
    ends_at = NOW + timedelta(hours=1)
    running = await _run(world, CampaignPlan(schedule=Schedule(ends_at=ends_at)))
    await world.desk.change_state(running.campaign_id, C.PAUSED, actor="ann", reason="", now=NOW)

    assert await world.campaigns.end_due(ends_at, limit=10) == 4


async def _sent_to_one(world: World) -> None:
    """A first campaign has reached person 1."""
    lane = await _run(world, CampaignPlan(), people=1)
    await _send(lane, [S.SENT])


CAP = CampaignPlan(cap=FrequencyCap(messages=1, days=7))


async def test_the_cap_counts_a_person_over_campaigns_and_accounts(world: World) -> None:
    await _sent_to_one(world)

    second = await _run(world, CAP, people=2, account_number=2)

    assert await _claim(second, 0) == (ClaimAnswer.SKIPPED, R.FREQUENCY_CAP, None)
    assert (await _claim(second, 0))[0] is ClaimAnswer.CLAIMED  # the next one


async def test_answers_and_confirmations_do_not_count_toward_the_cap(world: World) -> None:
    running = await _run(world, CAP, people=1)
    for number, kind in enumerate(("reply", "stop_confirmation"), start=1):
        await world.execute(
            "INSERT INTO outgoing (kind, asked_at, contact_id, account_id, telegram_user_id, random_id, inputs, content, "
            "state, unknown_since, settled_at) SELECT ?, ?2, contact_id, account_id, telegram_user_id, ?3, '{}', '{}', "
            "'sent', ?2, ?2 FROM outgoing WHERE kind = 'delivery'",
            kind,
            int((NOW - timedelta(hours=1)).timestamp() * 1000),
            number,
        )

    assert (await _claim(running))[0] is ClaimAnswer.CLAIMED


async def test_the_cap_holds_for_a_contact_who_turns_out_to_be_the_same_person(world: World) -> None:
    await _sent_to_one(world)
    await world.execute("UPDATE consent SET withdrawn_at = 1")  # the first contact is skipped, so the person is free
    account_id = await world.add_account(2)
    await world.import_people([person(2, username="other_name")])
    campaign_id = await world.run([account_id], plan=CAP)
    lane = Lane(world, account_id, await world.take(account_id), campaign_id)
    [other] = await lane.ids()

    assert await world.deliveries.bind_person(lane.lease, other, peer(1, username="other_name"), now=NOW)

    assert await _claim(lane) == (ClaimAnswer.SKIPPED, R.FREQUENCY_CAP, None)


async def test_the_cap_frees_a_person_after_its_days(world: World) -> None:
    await _sent_to_one(world)

    second = await _run(world, CAP, people=1, account_number=2)
    assert (await _claim(second, now=NOW + timedelta(days=7)))[0] is ClaimAnswer.CLAIMED


async def test_a_campaigns_quota_counts_over_its_accounts(world: World) -> None:
    one, two = await world.add_account(1), await world.add_account(2)
    await world.import_people(4)
    for account_id in (one, two):
        await world.know(account_id, *(peer(number) for number in range(1, 5)))
    campaign_id = await world.run([one, two], plan=CampaignPlan(per_hour=2))
    ones = Lane(world, one, await world.take(one), campaign_id)
    twos = Lane(world, two, await world.take(two), campaign_id)

    assert (await _claim(ones))[0] is ClaimAnswer.CLAIMED
    assert (await _claim(twos, now=NOW + timedelta(minutes=10)))[0] is ClaimAnswer.CLAIMED
    full = await _claim(ones, now=NOW + timedelta(minutes=20))
    assert full == (ClaimAnswer.CAMPAIGN_HELD, R.CAMPAIGN_QUOTA, NOW + timedelta(hours=1))
    assert (await _claim(ones, now=NOW + timedelta(hours=1)))[0] is ClaimAnswer.CLAIMED


async def _send(running: Lane, states: list[DeliveryState]) -> None:
    ids = await running.ids()
    for number, (delivery_id, state) in enumerate(zip(ids, states, strict=False)):
        claim = await running.world.claim(running.lease, delivery_id)
        assert claim.answer is ClaimAnswer.CLAIMED
        reason = R.PRIVACY if state is S.FAILED else None
        message_id = number + 1 if state is S.SENT else None
        await running.world.record(running.lease, delivery_id, state, message_id=message_id, reason=reason)


async def test_after_the_first_people_the_campaign_pauses_for_a_person_once(world: World) -> None:
    running = await _run(world, CampaignPlan(canary=Canary(people=2)))
    await _send(running, [S.SENT])
    assert await world.campaigns.judge_canaries(NOW) == []
    await _send(running, [S.FAILED])
    assert await _claim(running) == (ClaimAnswer.CAMPAIGN_HELD, R.CANARY, None)

    assert await world.campaigns.judge_canaries(NOW) == [running.campaign_id]

    campaign = await world.desk.get(running.campaign_id)
    assert campaign.state is C.PAUSED
    assert campaign.state_reason == "The first 2 people are done, 1 failed. Look at how it went, then resume."
    await world.desk.change_state(running.campaign_id, C.RUNNING, actor="ann", reason="", now=NOW)
    assert await world.campaigns.judge_canaries(NOW) == []
    assert (await _claim(running))[0] is ClaimAnswer.CLAIMED


async def test_a_try_of_unknown_fate_keeps_the_judgement_waiting(world: World) -> None:
    running = await _run(world, CampaignPlan(canary=Canary(people=1)))
    assert (await _claim(running))[0] is ClaimAnswer.CLAIMED

    assert await world.campaigns.judge_canaries(NOW) == []


@pytest.mark.parametrize(("states", "expected"), [([S.SENT, S.SENT], C.RUNNING), ([S.SENT, S.FAILED], C.PAUSED)])
async def test_it_goes_on_by_itself_only_when_failures_stay_under_the_bound(
    world: World, states: list[DeliveryState], expected: CampaignState
) -> None:
    canary = Canary(percent=50, advance=CanaryAdvance.BY_ITSELF, max_failed_percent=10)
    running = await _run(world, CampaignPlan(canary=canary))
    await _send(running, states)

    await world.campaigns.judge_canaries(NOW)

    assert (await world.desk.get(running.campaign_id)).state is expected
    is_passed = (await world.event_kinds())[-1] == "campaign.canary_passed"
    assert is_passed is (expected is C.RUNNING)


async def test_a_plan_is_changed_only_while_it_is_a_draft(world: World) -> None:
    campaign_id = await world.approve([await world.add_account()])

    with pytest.raises(InvalidTransitionError):
        await world.desk.set_plan(campaign_id, CampaignPlan(per_day=1), actor="ann", now=NOW)


async def test_another_plan_than_the_approved_one_is_not_started(world: World) -> None:
    await world.import_people(1)
    campaign_id = await world.approve([await world.add_account()])
    await world.execute("""UPDATE campaign SET plan = '{"per_day":5}'""")

    with pytest.raises(InvalidTransitionError, match="not those that were approved"):
        await CampaignService(world.desk, world.shelf, FakeClock(NOW)).start(campaign_id, actor="ann")


@pytest.mark.parametrize(("planned", "asked", "begins"), [(2, None, 2), (2, 1, 1), (-2, None, 0), (None, None, 0)])
async def test_a_campaign_begins_when_its_plan_says_unless_another_moment_is_named(
    world: World, planned: int | None, asked: int | None, begins: int
) -> None:
    await world.import_people(1)
    starts_at, start_at = (None if hours is None else NOW + timedelta(hours=hours) for hours in (planned, asked))
    plan = CampaignPlan(schedule=Schedule(starts_at=starts_at))
    campaign_id = await world.approve([await world.add_account()], plan=plan)

    await CampaignService(world.desk, world.shelf, FakeClock(NOW)).start(campaign_id, actor="ann", start_at=start_at)

    campaign = await world.desk.get(campaign_id)
    assert (campaign.state, campaign.start_at) == (CampaignState.SCHEDULED, NOW + timedelta(hours=begins))


async def test_a_campaign_that_would_end_before_it_starts_is_refused(world: World) -> None:
    await world.import_people(1)
    campaign_id: CampaignId = await world.approve(
        [await world.add_account()], plan=CampaignPlan(schedule=Schedule(ends_at=NOW + timedelta(hours=1)))
    )

    with pytest.raises(InvalidTransitionError, match="end before it starts"):
        await CampaignService(world.desk, world.shelf, FakeClock(NOW)).start(
            campaign_id, actor="ann", start_at=NOW + timedelta(hours=1)
        )


@pytest.mark.parametrize(
    ("sql", "count", "indexes"),
    [
        (claims.FILLED_AT_OF_CAMPAIGN, 3, ["outgoing_counted_by_campaign (campaign_id=? AND unknown_since>?)"]),
        (
            claims.FILLED_AT_OF_PERSON,
            3,
            ["outgoing_by_contact (contact_id=?)", "outgoing_one_person (telegram_user_id=?)"],
        ),
    ],
)
async def test_quotas_and_caps_are_found_by_an_index(world: World, sql: str, count: int, indexes: list[str]) -> None:
    plan = " ".join(str(row["detail"]) for row in await world.rows(f"EXPLAIN QUERY PLAN {sql}", *[1] * count))
    assert all(index in plan for index in indexes), plan
