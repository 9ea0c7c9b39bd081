"""A worker that waits uses next to nothing: no loop asks again and again for what has not changed."""

import asyncio
import time

import pytest

from campaigns.ports import LaneStatus
from campaigns.reasons import SENTENCES, DeliveryReason
from telegram.sandbox.control import FaultKind
from tests.campaigns.dispatch.rig import ASKED_BY, Rig

pytestmark = pytest.mark.slow

WATCHED_S = 0.8
BUSY = 0.25
"""The share of a core above which something runs in circles. Here the tests' own worker takes about 0.03 of one: it
looks for changes 50 times a second and tends campaigns 20 times, which in a real one are 15 and 2."""


async def cpu_share() -> float:
    """At its best: what runs in circles does so all the time, and other programs make everything dearer for a while."""
    share = 1.0
    for _ in range(3):
        began, began_cpu = time.perf_counter(), time.process_time()
        await asyncio.sleep(WATCHED_S)  # time is what is measured here
        share = min(share, (time.process_time() - began_cpu) / (time.perf_counter() - began))
        if share < BUSY:
            break
    return share


async def test_an_idle_worker_rests(rig: Rig) -> None:
    await rig.add_account(people=2)
    await rig.start_worker()

    assert await cpu_share() < BUSY


async def test_a_lane_that_waits_for_telegram_rests(rig: Rig) -> None:
    account = await rig.add_account(people=30)
    await rig.start_worker()
    await rig.inject(account, FaultKind.FLOOD, seconds=60)
    await rig.start_campaign()
    lane = await rig.until_lane(account, LaneStatus.WAITING)
    assert lane.reason == SENTENCES[DeliveryReason.COOLDOWN]

    assert await cpu_share() < BUSY


async def test_a_lane_with_tries_that_cannot_be_settled_yet_rests_and_says_so(rig: Rig) -> None:
    rig.set("delivery", "settle_retry_s", (30.0,))
    account = await rig.add_account(people=30)
    await rig.start_worker()
    await rig.inject(account, FaultKind.ERROR, code=500, text="INTERNAL", count=None)
    await rig.start_campaign()
    lane = await rig.until_lane(account, LaneStatus.SETTLING)
    assert lane.reason == "It finds out what became of messages whose answer was lost."
    assert lane.until is not None

    assert await cpu_share() < BUSY


async def test_open_tries_of_a_paused_campaign_rest(rig: Rig) -> None:
    rig.set("timeouts", "send", 0.3)
    account = await rig.add_account(people=2)
    await rig.start_worker()
    await rig.inject(account, FaultKind.SWALLOW, count=2)
    campaign_id = await rig.start_campaign()
    await rig.until_states(sending=2)
    await rig.service.pause(campaign_id, actor=ASKED_BY)
    await rig.until_lane(account, LaneStatus.IDLE)

    assert await cpu_share() < BUSY


async def test_an_account_that_cannot_connect_rests_between_its_tries(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wiring.worker.RECONNECT_S", (30.0,))
    account = await rig.add_account(people=2)
    (rig.workspace.sandbox / "address.json").unlink()
    await rig.start_worker(until_idle=False)
    lane = await rig.until_lane(account, LaneStatus.WAITING)
    assert lane.reason == "The sandbox is not running. It connects again by itself."

    assert await cpu_share() < BUSY
