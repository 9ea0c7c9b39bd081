"""The way of a campaign when nothing goes wrong."""

import pytest

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from tests.campaigns.dispatch.rig import Rig

pytestmark = pytest.mark.slow


async def test_everybody_gets_the_message_once_and_the_campaign_finishes(rig: Rig) -> None:
    await rig.add_account(people=30)
    await rig.start_worker()

    campaign_id = await rig.start_campaign()

    rows = await rig.until_final()
    assert {row.state for row in rows} == {DeliveryState.SENT}
    assert len(rig.sent()) == 30

    async def is_finished() -> bool:
        return (await rig.progress(campaign_id)).state is CampaignState.FINISHED

    await rig.until(is_finished, "the campaign is finished")
