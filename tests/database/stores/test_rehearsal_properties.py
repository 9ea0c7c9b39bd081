"""Whatever was made up and has happened: what a rehearsal says would be sent keeps the promises of the planner too.

The same made-up campaigns as in `test_planner_properties`, broken off somewhere; the rest is rehearsed, and the same model,
which knows none of the policies, checks every claim of the simulated lanes.
"""

import asyncio
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.campaign import CampaignState
from campaigns.plan.eligibility import ClaimAnswer
from campaigns.plan.rehearsal import Rehearsal
from campaigns.plan.rehearsal_views import Figures
from campaigns.reasons import DeliveryReason
from core.domain.ids import CampaignId
from database.stores.rehearsal_facts import RehearsalFactStore
from database.stores.rows import to_ms
from tests.database.stores.planner_model import Rules, Try
from tests.database.stores.rehearsing import Answer
from tests.database.stores.test_planner_properties import STARTS, Drive, examples
from tests.database.stores.world import World
from tests.fake_clock import FakeClock


async def _go_on(_: Figures) -> bool:
    return True


async def _rehearse(drive: Drive, campaign_id: CampaignId) -> None:
    answers: list[Answer] = []
    rehearsal = Rehearsal(
        RehearsalFactStore(drive.world.database),
        lambda account: drive.rules.profiles[account.id],
        FakeClock(drive.now),
        read_ahead=50,
        tell=_go_on,
        watch=lambda at, row, claim: answers.append((at, row, claim)),
    )
    figures = await rehearsal.run(campaign_id)
    assert rehearsal.crowd is not None
    people = rehearsal.crowd.people
    others = [each for each in drive.campaigns if each != campaign_id]
    running = [each for each in others if (await drive.world.desk.get(each)).state is CampaignState.RUNNING]
    campaigns = [campaign_id, *running]
    sent = 0
    for at, row, claim in sorted(answers, key=lambda answer: answer[0]):
        campaign = campaigns[people.campaigns[row]]
        if claim.reason is DeliveryReason.CANARY:
            drive.rules.canaries.pop(campaign, None)  # nobody fails in a rehearsal, and it goes on
        if claim.answer is ClaimAnswer.CLAIMED:
            account = drive.accounts[people.lanes[row]]
            drive.rules.check(Try(at, campaign, people.contacts[row], account))
            sent += campaign == campaign_id
    exceptions = dict(rehearsal.exceptions())
    assert sent == figures.to_send
    assert sum(figures.skipped.values()) == len(exceptions) == figures.recipients - sent, "somebody has no end"
    assert figures.finishes_at is None if not figures.recipients else figures.finishes_at is not None


async def _run(folder: Path, data: st.DataObject) -> None:
    world = await World.make(folder)
    async with world.database:
        drive = Drive(world, Rules(), data, data.draw(st.sampled_from(STARTS)))
        await drive.set_up()
        await world.execute(
            "UPDATE campaign SET start_at = ?", to_ms(drive.now)
        )  # the world began them at its own time
        if data.draw(st.booleans()):
            await drive.happen()
        await drive.settle()
        await drive.look_after()
        for campaign_id in drive.campaigns:
            if (await world.desk.get(campaign_id)).state is CampaignState.RUNNING:
                await _rehearse(drive, campaign_id)
                return


def _check(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory(prefix="wireroom-rehearsals-") as folder:
        asyncio.run(_run(Path(folder), data))


@pytest.mark.slow
@examples(40)
@given(data=st.data())
def test_a_rehearsal_says_nothing_that_the_promises_forbid(data: st.DataObject) -> None:
    _check(data)


@pytest.mark.proof
@pytest.mark.timeout(3600)
@examples(1000)
@given(data=st.data())
def test_a_rehearsal_says_nothing_that_the_promises_forbid_in_many_examples(data: st.DataObject) -> None:
    _check(data)
