"""Pause, resume and stop by a person; two campaigns on one account."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.dispatch import sending
from campaigns.ports import LaneStatus
from campaigns.reasons import DeliveryReason
from core.domain.account import AccountKind
from core.domain.peer import Peer
from telegram.gateway import TelegramLink
from telegram.sandbox.control import FaultKind
from tests.campaigns.dispatch.rig import ASKED_BY, Rig

pytestmark = pytest.mark.slow


async def test_a_paused_campaign_sends_nothing_more_records_what_is_under_way_and_goes_on_when_resumed(
    rig: Rig,
) -> None:
    rig.set("delivery", "sandbox_rate_per_s", 60.0)
    account = await rig.add_account(people=40, profile="sandbox")
    await rig.start_worker()
    campaign_id = await rig.start_campaign()
    await rig.until_rows(lambda _: len(rig.sent()) >= 4, "some have it")

    await rig.service.pause(campaign_id, actor=ASKED_BY)

    await rig.until_states(sending=0)
    sent = len(rig.sent())
    await rig.until_beats()
    rows = await rig.rows()
    assert len(rig.sent()) == sent < 40
    assert sum(row.state is DeliveryState.SENT for row in rows) == sent
    assert {row.state for row in rows} == {DeliveryState.SENT, DeliveryState.PLANNED}
    assert (await rig.until_lane(account, LaneStatus.IDLE)).reason == ""

    await rig.service.resume(campaign_id, actor=ASKED_BY)
    await rig.until_final()
    await rig.until_campaign(campaign_id, CampaignState.FINISHED)


async def test_a_paused_campaign_does_not_hold_back_another_though_its_tries_are_open(rig: Rig) -> None:
    """As many open tries as the account has sends under way: they are settled after resume, the other goes on."""
    rig.set("delivery", "in_flight", 2)
    rig.set("timeouts", "send", 0.5)
    account = await rig.add_account(people=2)
    await rig.start_worker()
    await rig.inject(account, FaultKind.SWALLOW, takes_effect=True, count=2)
    first = await rig.start_campaign()
    await rig.until_states(sending=2)
    await rig.service.pause(first, actor=ASKED_BY)

    second = await rig.start_campaign()

    assert {row.state for row in await rig.until_final(second)} == {DeliveryState.SENT}
    open_tries = [row for row in await rig.rows() if row.campaign_id == first]
    assert {(row.state, row.tries) for row in open_tries} == {(DeliveryState.SENDING, 1)}
    await rig.service.resume(first, actor=ASKED_BY)
    assert {row.state for row in await rig.until_final(first)} == {DeliveryState.SENT}


@dataclass(slots=True)
class Gate:
    """Sends are handed over and leave when they are let; `leaving` are those whose turn it is."""

    leaving: list[int] = field(default_factory=list)
    may_leave: asyncio.Event = field(default_factory=asyncio.Event)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    made, send = Gate(), TelegramLink.send

    async def send_when_let(link: TelegramLink, peer: Peer, *args: object, **options: object) -> object:
        made.leaving.append(peer.user_id)
        await made.may_leave.wait()
        return await send(link, peer, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(TelegramLink, "send", send_when_let)
    return made


async def test_a_row_that_was_claimed_ahead_goes_back_when_its_campaign_is_paused_before_it_leaves(
    rig: Rig, gate: Gate
) -> None:
    rig.set("delivery", "in_flight", 1)
    await rig.add_account(people=3)
    await rig.start_worker()
    campaign_id = await rig.start_campaign()
    await rig.until_states(sending=2)
    await rig.until_rows(lambda _: gate.leaving, "the first is handed over")

    await rig.service.pause(campaign_id, actor=ASKED_BY)
    await rig.until_beats()  # the lane has read it
    gate.may_leave.set()

    rows = await rig.until_states(sent=1, planned=2)
    assert [row.tries for row in rows] == [1, 0, 0]
    assert len(rig.sent()) == 1
    await rig.service.resume(campaign_id, actor=ASKED_BY)
    await rig.until_final()
    assert len(rig.sent()) == 3


@pytest.mark.parametrize("claim_holds_s", [sending.CLAIM_HOLDS_S, 60.0], ids=["after a long wait", "at once"])
async def test_a_row_that_was_claimed_ahead_goes_back_when_its_person_says_stop_before_it_leaves(
    rig: Rig, gate: Gate, monkeypatch: pytest.MonkeyPatch, claim_holds_s: float
) -> None:
    """Also said to another account, and with no more time gone by than a claim may wait."""
    monkeypatch.setattr(sending, "CLAIM_HOLDS_S", claim_holds_s)
    rig.set("delivery", "in_flight", 1)
    account, other = await rig.add_account(people=2), await rig.add_account()
    await rig.start_worker()
    await rig.start_campaign(account)
    rows = await rig.until_states(sending=2)
    await rig.until_rows(lambda _: gate.leaving, "the first is handed over")
    (waiting,) = [row for row in rows if row.person_id not in gate.leaving]

    hears = other if claim_holds_s > 1 else account
    await rig.control.person_says(waiting.person_id, hears.user_id, "STOP")
    await rig.until_event("person.stopped")
    gate.may_leave.set()

    rows = await rig.until_final()
    assert sorted(row.state for row in rows) == [DeliveryState.SENT, DeliveryState.SKIPPED]
    assert len(rig.sent()) == 1


@pytest.mark.parametrize("kind", AccountKind)
async def test_a_stopped_campaign_cancels_the_rest_and_settles_open_tries_without_a_repeat(
    rig: Rig, kind: AccountKind
) -> None:
    rig.set("delivery", "in_flight", 2)
    rig.set("timeouts", "send", 0.6)
    account = await rig.add_account(kind, people=6)
    await rig.start_worker()
    await rig.inject(account, FaultKind.SWALLOW, takes_effect=True)
    await rig.inject(account, FaultKind.SWALLOW)
    campaign_id = await rig.start_campaign()
    await rig.until_states(sending=3)  # two under way, and the next one claimed

    await rig.service.stop(campaign_id, actor=ASKED_BY)

    rows = await rig.until_final()
    fates = sorted((row.state, row.reason) for row in rows[:2])
    if kind is AccountKind.USER:
        assert {row.state for row in rows[:2]} == {DeliveryState.SENT, DeliveryState.SKIPPED}
        assert {row.reason for row in rows[:2]} == {None, DeliveryReason.CAMPAIGN_STOPPED}
    else:
        assert fates == [(DeliveryState.UNCERTAIN, DeliveryReason.NOT_IN_HISTORY)] * 2
    assert {(row.state, row.reason) for row in rows[2:]} == {
        (DeliveryState.CANCELLED, DeliveryReason.CAMPAIGN_STOPPED)
    }
    assert len(rig.sent()) == 1


async def test_two_campaigns_of_one_account_take_turns(rig: Rig) -> None:
    rig.set("delivery", "in_flight", 1)
    account = await rig.add_account(people=10)
    await rig.start_worker()
    await rig.accounts.pause(account.id, actor=ASKED_BY, now=rig.clock.now())
    first, second = await rig.start_campaign(), await rig.start_campaign(template="Another one, {{ name }}")
    for campaign_id in (first, second):
        await rig.until_campaign(campaign_id, CampaignState.RUNNING)

    await rig.stop_worker()
    await rig.accounts.resume(account.id, actor=ASKED_BY, now=rig.clock.now())
    await rig.start_worker(until_idle=False)  # its first reading finds both

    rows = await rig.until_final()
    campaign_of = {row.random_id: row.campaign_id for row in rows}
    assert [campaign_of[entry.random_id] for entry in rig.sent()] == [first, second] * 10


async def test_a_scheduled_campaign_starts_at_its_moment(rig: Rig) -> None:
    await rig.add_account(people=2)
    await rig.start_worker()
    campaign_id = await rig.service.create(
        title="Later", template="Hello", account_ids=[rig.known[0].id], actor=ASKED_BY
    )
    await rig.service.submit(campaign_id, actor=ASKED_BY)
    await rig.service.approve(campaign_id, actor="Aiko Brandvold")
    start_at = rig.clock.now() + timedelta(seconds=0.8)

    await rig.service.start(campaign_id, actor=ASKED_BY, start_at=start_at)

    await rig.until_final()
    assert all(entry.at >= start_at - timedelta(milliseconds=1) for entry in rig.sent())


async def test_one_row_read_ahead_at_a_time_is_enough(rig: Rig) -> None:
    rig.set("delivery", "read_ahead", 1)
    await rig.add_account(people=6)
    await rig.start_worker()

    await rig.start_campaign()

    await rig.until_final()
    assert len(rig.sent()) == 6
