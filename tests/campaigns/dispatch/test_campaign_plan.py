"""A campaign's plan in the running engine: what waits, waits alone, and says why."""

from datetime import UTC, datetime, timedelta

import pytest

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.ports import LaneStatus
from campaigns.reasons import SENTENCES, DeliveryReason
from campaigns.schedule.campaign_plan import CampaignPlan, Canary
from campaigns.schedule.windows import Schedule, Window
from tests.campaigns.dispatch.rig import ASKED_BY, Rig

pytestmark = pytest.mark.slow

EVERY_DAY = frozenset(range(7))
S, R = DeliveryState, DeliveryReason


def _closed(now: datetime) -> Schedule:
    """Opens in six hours, for one hour."""
    begins = (now + timedelta(hours=6)).astimezone(UTC).replace(second=0, microsecond=0)
    window = Window(weekdays=EVERY_DAY, begins=begins.time(), ends=(begins + timedelta(hours=1)).time())
    return Schedule(windows=(window,))


async def test_a_campaign_outside_its_window_waits_and_says_until_when_while_another_goes_on(rig: Rig) -> None:
    account = await rig.add_account(people=3)
    await rig.start_worker()
    schedule = _closed(rig.clock.now())
    waiting = await rig.start_campaign(plan=CampaignPlan(schedule=schedule))
    report = await rig.until_lane(account, LaneStatus.WAITING)
    assert report.reason == SENTENCES[R.OUTSIDE_WINDOW]
    assert report.until == schedule.next_open(rig.clock.now(), UTC)

    free = await rig.start_campaign()

    assert {row.state for row in await rig.until_final(free)} == {S.SENT}
    assert {row.state for row in await rig.rows() if row.campaign_id == waiting} == {S.PLANNED}


async def test_a_person_whose_night_it_is_waits_alone(rig: Rig) -> None:
    account = await rig.add_account(people=3)
    await rig.database.write(
        lambda work: work.connection.execute("UPDATE contact SET time_zone = 'UTC' WHERE id = 1")
    )
    await rig.start_worker()
    schedule = _closed(rig.clock.now())
    # For everybody but the first it is another hour of the day, at which the window is open.
    now = rig.clock.now()
    assert schedule.windows
    elsewhere = next(
        zone
        for hours in range(-11, 12)
        if (zone := f"Etc/GMT{-hours:+d}" if hours else "UTC")
        and Schedule(windows=schedule.windows, time_zone=zone).next_open(now, Schedule(time_zone=zone).zone) == now
    )
    plan = CampaignPlan(schedule=Schedule(windows=schedule.windows, time_zone=elsewhere, in_own_zone=True))
    campaign_id = await rig.start_campaign(plan=plan)

    await rig.until_states(sent=2, deferred=1)

    [waiting] = [row for row in await rig.rows() if row.state is S.DEFERRED]
    assert (waiting.campaign_id, waiting.contact_id, waiting.reason) == (campaign_id, 1, R.OUTSIDE_WINDOW)
    assert waiting.not_before == schedule.next_open(now, UTC)
    assert (await rig.until_lane(account, LaneStatus.WAITING)).until == waiting.not_before


async def test_after_the_first_people_the_campaign_pauses_and_goes_on_when_a_person_says_so(rig: Rig) -> None:
    await rig.add_account(people=6)
    await rig.start_worker()
    campaign_id = await rig.start_campaign(plan=CampaignPlan(canary=Canary(people=2)))

    await rig.until_campaign(campaign_id, CampaignState.PAUSED)
    assert [row.state for row in await rig.rows()].count(S.SENT) == len(rig.sent()) == 2

    await rig.service.resume(campaign_id, actor=ASKED_BY)
    assert {row.state for row in await rig.until_final(campaign_id)} == {S.SENT}
    await rig.until_campaign(campaign_id, CampaignState.FINISHED)


async def test_a_campaign_whose_quota_is_used_waits_until_the_hour_has_passed(rig: Rig) -> None:
    account = await rig.add_account(people=3)
    await rig.start_worker()
    await rig.start_campaign(plan=CampaignPlan(per_hour=2))

    report = await rig.until_lane(account, LaneStatus.WAITING)

    assert report.reason == SENTENCES[R.CAMPAIGN_QUOTA]
    assert report.until is not None
    assert timedelta(minutes=59) < report.until - rig.clock.now() <= timedelta(hours=1)
    assert len(rig.sent()) == 2


async def test_the_end_leaves_nobody_without_a_state_and_a_reason(rig: Rig) -> None:
    account = await rig.add_account(people=3)
    await rig.start_worker()
    ends_at = rig.clock.now() + timedelta(seconds=4)
    campaign_id = await rig.start_campaign(plan=CampaignPlan(per_hour=1, schedule=Schedule(ends_at=ends_at)))
    await rig.until_lane(account, LaneStatus.WAITING)

    rows = await rig.until_final(campaign_id)

    assert (
        sorted((row.state, row.reason) for row in rows if row.state is not S.SENT)
        == [(S.SKIPPED, R.CAMPAIGN_ENDED)] * 2
    )
    await rig.until_campaign(campaign_id, CampaignState.FINISHED)
