"""Sending again and slowing down in the running engine: who failed gets it once, and nobody gets it twice."""

import pytest

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.ports import LaneStatus
from campaigns.reasons import SENTENCES, DeliveryReason
from campaigns.steering import CampaignSteering
from database.stores.campaign_steering import SteeringStore
from telegram.sandbox.control import FaultKind
from tests.campaigns.dispatch.rig import ASKED_BY, Rig

pytestmark = pytest.mark.slow

S, R = DeliveryState, DeliveryReason


async def test_who_failed_gets_it_once_when_the_reason_has_passed(rig: Rig) -> None:
    account = await rig.add_account(people=6)
    steering = CampaignSteering(SteeringStore(rig.database), rig.clock)
    await rig.start_worker()
    await rig.inject(account, FaultKind.ERROR, code=400, text="SOMETHING_NEW", count=2)
    campaign_id = await rig.start_campaign()
    await rig.until_campaign(campaign_id, CampaignState.FINISHED)
    before = {row.id: row.random_id for row in await rig.rows()}
    assert len(rig.sent()) == 4

    assert await steering.send_again(campaign_id, [R.REFUSED], actor=ASKED_BY) == 2

    rows = await rig.until_states(sent=6)
    await rig.until_campaign(campaign_id, CampaignState.FINISHED)
    assert {row.id: row.random_id for row in rows} == before
    assert len(rig.sent()) == len({entry.peer_id for entry in rig.sent()}) == 6


async def test_a_slower_pace_holds_at_once_and_is_taken_back_at_once(rig: Rig) -> None:
    account = await rig.add_account(people=8)
    steering = CampaignSteering(SteeringStore(rig.database), rig.clock)
    campaign_id = await rig.start_campaign()
    await steering.slow_down(campaign_id, 1, actor=ASKED_BY)

    await rig.start_worker(until_idle=False)
    lane = await rig.until_lane(account, LaneStatus.WAITING)
    assert lane.reason == SENTENCES[R.CAMPAIGN_QUOTA]
    await rig.until_states(sent=1)

    await steering.slow_down(campaign_id, None, actor=ASKED_BY)
    assert {row.state for row in await rig.until_final(campaign_id)} == {S.SENT}
    assert len(rig.sent()) == 8
