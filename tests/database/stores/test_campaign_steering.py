"""What people do with a campaign on its way and after it; none of it sends twice, or to who may not be written to."""

from datetime import timedelta

import pytest

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.plan.eligibility import ClaimAnswer
from campaigns.ports import Incoming, IncomingBatch, IncomingKind
from campaigns.reasons import DeliveryReason
from campaigns.schedule.campaign_plan import CampaignPlan
from campaigns.schedule.windows import Schedule
from campaigns.steering import CampaignSteering
from core.domain.account import AccountKind, Lease
from core.domain.ids import AccountId, CampaignId, DeliveryId
from core.errors import InvalidTransitionError, UserInputError
from database.stores.campaign_steering import SteeringStore
from database.stores.suppressions import suppress
from tests.database.stores.world import NOW, World, peer
from tests.fake_clock import FakeClock

S, R = DeliveryState, DeliveryReason
LATER = NOW + timedelta(hours=1)


class Steered:
    """A running campaign of one account for ten people."""

    def __init__(self, world: World, account_id: AccountId, lease: Lease, campaign_id: CampaignId) -> None:
        self.world, self.account_id, self.lease, self.campaign_id = world, account_id, lease, campaign_id
        self.steering = CampaignSteering(SteeringStore(world.database), FakeClock(LATER))

    async def ids(self) -> list[DeliveryId]:
        return [DeliveryId(number) for number in await self.world.column("SELECT id FROM outgoing ORDER BY id")]

    async def end(self, delivery_id: DeliveryId, state: DeliveryState, reason: DeliveryReason | None = None) -> None:
        await self.world.claim(self.lease, delivery_id)
        await self.world.record(self.lease, delivery_id, state, reason=reason)

    async def end_all(self, *reasons: DeliveryReason) -> list[DeliveryId]:
        """The first rows fail for these reasons, the others are sent; then the campaign is finished."""
        ids = await self.ids()
        for number, delivery_id in enumerate(ids):
            if number < len(reasons):
                await self.end(delivery_id, S.FAILED, reasons[number])
            else:
                await self.end(delivery_id, S.SENT)
        assert await self.world.campaigns.finish_done(NOW) == [self.campaign_id]
        return ids

    async def state(self) -> CampaignState:
        return (await self.world.desk.get(self.campaign_id)).state


@pytest.fixture
async def steered(world: World) -> Steered:
    return await start(world)


async def start(world: World, *, people: int = 10, plan: CampaignPlan | None = None) -> Steered:
    account_id = await world.add_account()
    await world.import_people(people)
    await world.know(account_id, *[peer(number) for number in range(1, people + 1)])
    campaign_id = await world.run([account_id], plan=plan)
    return Steered(world, account_id, await world.take(account_id), campaign_id)


# ----------------------------------------------------------------------------------------------------- send again


async def test_the_same_row_with_the_same_random_id_is_planned_again_and_opens_a_finished_campaign(
    steered: Steered,
) -> None:
    first, *_ = await steered.end_all(R.REFUSED, R.PRIVACY)
    before = await steered.world.row(first)

    assert await steered.steering.send_again(steered.campaign_id, [R.REFUSED], actor="ann") == 1

    row = await steered.world.row(first)
    assert (row["state"], row["reason"], row["settled_at"], row["unknown_since"]) == ("planned", None, None, None)
    assert (row["random_id"], row["text_hash"], row["account_id"]) == (
        before["random_id"],
        before["text_hash"],
        before["account_id"],
    )
    assert await steered.state() is CampaignState.RUNNING
    assert (await steered.world.reports.progress(steered.campaign_id)).finished_at is None
    assert (await steered.world.event_kinds())[-2:] == ["campaign.resumed", "campaign.sent_again"]
    assert await steered.world.reports.verify_counters() == []
    claimed = await steered.world.claim(steered.lease, first, now=LATER)
    assert claimed.answer is ClaimAnswer.CLAIMED


async def test_the_list_counts_by_reason_and_holds_back_who_may_not_be_written_to(steered: Steered) -> None:
    await steered.end_all(R.PRIVACY, R.PRIVACY, R.PRIVACY, R.IS_BOT, R.REFUSED)
    await steered.world.execute("UPDATE consent SET withdrawn_at = 1 WHERE contact_id = 1")
    await steered.world.database.write(
        lambda work: suppress(
            work, contact_id=2, user_id=None, reason=R.SAID_STOP, account_id=steered.account_id, at=1
        )
    )

    plan = await steered.steering.plan_send_again(steered.campaign_id)

    privacy, refused = plan.reasons
    assert (privacy.reason, privacy.count, privacy.can_be_sent) == (R.PRIVACY, 3, 1)
    assert privacy.held == {R.NO_CONSENT: 1, R.SAID_STOP: 1}
    assert (refused.reason, refused.can_be_sent, plan.lasting, plan.can_be_sent) == (R.REFUSED, 1, {R.IS_BOT: 1}, 2)
    assert await steered.steering.send_again(steered.campaign_id, [R.PRIVACY], actor="ann") == 1
    states = await steered.world.column("SELECT state FROM outgoing ORDER BY id LIMIT 3")
    assert states == ["failed", "failed", "planned"]


async def test_unknown_fates_are_never_sent_again(steered: Steered) -> None:
    ids = await steered.ids()
    for delivery_id in ids:
        await steered.end(delivery_id, S.UNCERTAIN, R.NOT_IN_HISTORY)

    assert (await steered.steering.plan_send_again(steered.campaign_id)).reasons == []
    assert await steered.world.deliveries.open_tries(steered.account_id) == []
    with pytest.raises(UserInputError):
        await steered.steering.send_again(steered.campaign_id, [R.NOT_IN_HISTORY], actor="ann")
    store = SteeringStore(steered.world.database)
    assert await store.send_again(steered.campaign_id, ids, actor="ann", now=LATER) == 0


async def test_people_who_were_not_chosen_stay_failed(steered: Steered) -> None:
    first, second, *_ = await steered.end_all(R.REFUSED, R.REFUSED)

    await steered.steering.send_again(steered.campaign_id, [R.REFUSED], actor="ann", only=[first])

    assert (await steered.world.row(first))["state"] == "planned"
    assert (await steered.world.row(second))["state"] == "failed"


async def test_a_reason_that_does_not_pass_is_refused(steered: Steered) -> None:
    await steered.end_all(R.IS_BOT)

    with pytest.raises(UserInputError, match="is_bot"):
        await steered.steering.send_again(steered.campaign_id, [R.IS_BOT], actor="ann")


async def test_a_stopped_campaign_sends_nothing_again(steered: Steered) -> None:
    first, *_ = await steered.ids()
    await steered.end(first, S.FAILED, R.REFUSED)
    await steered.world.desk.change_state(
        steered.campaign_id, CampaignState.CANCELLED, actor="ann", reason="", now=NOW
    )

    assert "sends nothing any more" in (await steered.steering.plan_send_again(steered.campaign_id)).why_not
    with pytest.raises(InvalidTransitionError):
        await steered.steering.send_again(steered.campaign_id, [R.REFUSED], actor="ann")


async def test_nobody_is_sent_to_again_after_the_end(world: World) -> None:
    plan = CampaignPlan(schedule=Schedule(ends_at=NOW + timedelta(minutes=30)))
    steered = await start(world, plan=plan)
    await steered.end_all(R.REFUSED)

    with pytest.raises(InvalidTransitionError, match="end has come"):
        await steered.steering.send_again(steered.campaign_id, [R.REFUSED], actor="ann")


async def test_nobody_whose_account_was_removed_waits_for_it(steered: Steered) -> None:
    await steered.end_all(R.REFUSED)
    await steered.world.execute("UPDATE account SET removed_at = 1")

    (reason,) = (await steered.steering.plan_send_again(steered.campaign_id)).reasons

    assert reason.held == {R.ACCOUNT_REMOVED: 1}
    assert await steered.steering.send_again(steered.campaign_id, [R.REFUSED], actor="ann") == 0
    assert await steered.state() is CampaignState.FINISHED


# -------------------------------------------------------------------------------------------------- unknown fates


async def test_a_person_counts_as_sent_or_leaves_and_both_are_told(steered: Steered) -> None:
    first, second, third, *_ = await steered.ids()
    for delivery_id in (first, second, third):
        await steered.end(delivery_id, S.UNCERTAIN, R.NOT_IN_HISTORY)
    settled_at = (await steered.world.row(first))["settled_at"]

    assert await steered.steering.count_as_sent(steered.campaign_id, [first], actor="ann") == 1
    assert await steered.steering.leave_unknown(steered.campaign_id, [first, second], actor="ann") == 1

    row, left = await steered.world.row(first), await steered.world.row(second)
    assert (row["state"], row["reason"], row["settled_at"]) == ("sent", "counted_as_sent", settled_at)
    assert (left["state"], left["reason"], left["detail"]) == ("uncertain", "left_unknown", "not_in_history")
    assert (await steered.world.row(third))["reason"] == "not_in_history"
    assert (await steered.world.event_kinds())[-2:] == ["deliveries.counted_as_sent", "deliveries.left_unknown"]
    assert await steered.world.reports.verify_counters() == []


# ------------------------------------------------------------------------------------------------------ slow down


async def test_the_next_claim_keeps_to_a_slower_pace_and_the_former_one_comes_back_at_once(steered: Steered) -> None:
    first, second, third, *_ = await steered.ids()
    world, lease = steered.world, steered.lease
    await world.claim(lease, first)

    await steered.steering.slow_down(steered.campaign_id, 60, actor="ann")
    held = await world.claim(lease, second, now=NOW + timedelta(seconds=59))
    assert (held.answer, held.reason) == (ClaimAnswer.CAMPAIGN_HELD, R.CAMPAIGN_QUOTA)
    assert held.until == NOW + timedelta(minutes=1)
    assert (await world.claim(lease, second, now=NOW + timedelta(minutes=1))).answer is ClaimAnswer.CLAIMED

    await steered.steering.slow_down(steered.campaign_id, None, actor="ann")
    assert (await world.claim(lease, third, now=NOW + timedelta(minutes=1))).answer is ClaimAnswer.CLAIMED
    assert await world.column("SELECT data FROM event WHERE kind = 'campaign.slowed' ORDER BY id") == [
        '{"per_hour":60}',
        '{"per_hour":0}',
    ]


@pytest.mark.parametrize("per_hour", [0, -5, 1_000_001])
async def test_a_pace_that_makes_no_sense_is_refused(steered: Steered, per_hour: int) -> None:
    with pytest.raises(UserInputError):
        await steered.steering.slow_down(steered.campaign_id, per_hour, actor="ann")


async def test_a_finished_campaign_has_no_pace(steered: Steered) -> None:
    await steered.end_all()

    with pytest.raises(InvalidTransitionError):
        await steered.steering.slow_down(steered.campaign_id, 5, actor="ann")


# ---------------------------------------------------------------------------------------------------- add account


async def test_a_joining_account_takes_over_its_share_and_nobody_who_was_tried(steered: Steered) -> None:
    world, ids = steered.world, await steered.ids()
    await steered.end(ids[-1], S.SENT)
    await steered.end(ids[-2], S.PLANNED)  # refused, proved unsent: it was tried, so it stays
    second = await world.add_account(2)

    assert await steered.steering.add_account(steered.campaign_id, second, actor="ann") == 4

    moved = await world.column("SELECT id FROM outgoing WHERE account_id = ? ORDER BY id", second)
    assert moved == ids[4:8]
    assert await world.reports.verify_counters() == []
    assert (await world.event_kinds())[-1] == "campaign.account_added"
    assert await steered.steering.joining_accounts(steered.campaign_id) == []
    lost = await world.claim(steered.lease, ids[4])
    assert lost.answer is ClaimAnswer.HELD, "what the former lane had read ahead is no longer its own"


async def test_who_wrote_to_their_account_or_agreed_to_no_other_stays_with_it(steered: Steered) -> None:
    world, ids = steered.world, await steered.ids()
    await world.know(steered.account_id, *[peer(number, wrote_at=NOW) for number in range(6, 11)])
    await world.execute(
        "UPDATE consent SET basis = 'wrote_first', account_id = ? WHERE contact_id = 5", steered.account_id
    )
    second = await world.add_account(2)

    assert await steered.steering.add_account(steered.campaign_id, second, actor="ann") == 4

    assert await world.column("SELECT id FROM outgoing WHERE account_id = ? ORDER BY id", second) == ids[:4]


async def test_nobody_moves_from_an_account_that_telegram_asked_to_wait(steered: Steered) -> None:
    world = steered.world
    until = (LATER + timedelta(hours=1)).timestamp() * 1000
    await world.execute("UPDATE account SET send_cooldown_until = ?", int(until))
    second = await world.add_account(2)

    assert await steered.steering.add_account(steered.campaign_id, second, actor="ann") == 0


async def test_a_bot_takes_over_only_who_started_it(steered: Steered) -> None:
    world = steered.world
    bot = await world.add_account(2, kind=AccountKind.BOT)
    await world.know(bot, peer(3, wrote_at=NOW), peer(4))
    await world.execute("UPDATE outgoing SET telegram_user_id = 1000000 + contact_id")

    assert await steered.steering.add_account(steered.campaign_id, bot, actor="ann") == 1

    assert await world.column("SELECT contact_id FROM outgoing WHERE account_id = ?", bot) == [3]


async def test_an_account_that_cannot_send_does_not_join(steered: Steered) -> None:
    second = await steered.world.add_account(2)
    await steered.world.execute("UPDATE account SET state = 'signed_out' WHERE id = ?", second)

    with pytest.raises(UserInputError, match="cannot send now"):
        await steered.steering.add_account(steered.campaign_id, second, actor="ann")


async def test_what_people_read_is_kept_with_its_moment(steered: Steered) -> None:
    def read(message_id: int, minute: int) -> IncomingBatch:
        at = NOW + timedelta(minutes=minute)
        item = Incoming(kind=IncomingKind.READ, user_id=peer(1).user_id, at=at, message_id=message_id)
        return IncomingBatch(items=(item,), peers=(), state=None)

    for batch in (read(7, 1), read(7, 2), read(9, 3)):
        await steered.world.incoming.commit(steered.lease, batch, [])

    rows = await steered.world.rows("SELECT message_id, at FROM read_mark ORDER BY message_id")
    assert [(row["message_id"], row["at"]) for row in rows] == [
        (7, int(NOW.timestamp() * 1000) + 60_000),
        (9, int(NOW.timestamp() * 1000) + 180_000),
    ]
