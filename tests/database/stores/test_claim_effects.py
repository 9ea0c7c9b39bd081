"""What an outcome brings along beside its row: waits of the account, suppressions of the person, events."""

from datetime import timedelta

from campaigns.delivery import DeliveryState
from campaigns.plan.eligibility import ClaimAnswer
from campaigns.reasons import DeliveryReason
from tests.database.stores.world import NOW, Lane, World, peer, user_id

S = DeliveryState
MINUTE = timedelta(minutes=1)


async def test_a_demanded_wait_holds_back_that_account_and_no_other(world: World) -> None:
    one, two = await world.add_account(1), await world.add_account(2)
    await world.import_people(4)
    await world.know(one, peer(1, wrote_at=NOW), peer(2, wrote_at=NOW))
    await world.know(two, peer(3, wrote_at=NOW), peer(4, wrote_at=NOW))
    campaign_id = await world.run([one, two])
    first, second = [row.id for row in await world.ahead(one, campaign_id)]
    other, _ = [row.id for row in await world.ahead(two, campaign_id)]
    lease = await world.take(one)
    await world.claim(lease, first)

    await world.record(
        lease,
        first,
        S.DEFERRED,
        reason=DeliveryReason.COOLDOWN,
        not_before=NOW + MINUTE,
        cooldown_until=NOW + MINUTE,
        slowed_until=NOW + 2 * MINUTE,
    )

    held = await world.claim(lease, second)
    assert (held.answer, held.reason, held.until) == (ClaimAnswer.HELD, DeliveryReason.COOLDOWN, NOW + MINUTE)
    assert (await world.claim(await world.take(two), other)).answer is ClaimAnswer.CLAIMED
    account = await world.accounts.get(one)
    assert (account.send_cooldown_until, account.slowed_until) == (NOW + MINUTE, NOW + 2 * MINUTE)
    assert (await world.event_kinds())[-2:] == ["account.cooldown", "account.slowed"]


async def test_a_shorter_wait_never_shortens_a_longer_one(lane: Lane) -> None:
    ids = (await lane.ids())[:2]
    for each in ids:
        await lane.world.claim(lane.lease, each)

    for each, minutes in zip(ids, (10, 1), strict=True):
        until = NOW + minutes * MINUTE
        await lane.world.record(
            lane.lease, each, S.DEFERRED, reason=DeliveryReason.COOLDOWN, not_before=until, cooldown_until=until
        )

    account = await lane.world.accounts.get(lane.account_id)
    assert account.send_cooldown_until == NOW + 10 * MINUTE
    assert (await lane.world.event_kinds()).count("account.cooldown") == 1


async def test_sends_in_flight_together_tell_one_wait(lane: Lane) -> None:
    ids = await lane.ids()
    for each in ids:
        await lane.world.claim(lane.lease, each)

    for number, each in enumerate(ids):
        until = NOW + timedelta(seconds=30, milliseconds=7 * number)
        await lane.world.record(
            lane.lease, each, S.DEFERRED, reason=DeliveryReason.COOLDOWN, not_before=until, cooldown_until=until
        )

    assert (await lane.world.event_kinds()).count("account.cooldown") == 1


async def test_a_block_suppresses_that_person_for_everybody(world: World) -> None:
    one, two = await world.add_account(1), await world.add_account(2)
    await world.import_people(1)
    await world.know(one, peer(1, wrote_at=NOW))
    first_campaign = await world.run([one])
    await world.know(two, peer(1, wrote_at=NOW))
    second_campaign = await world.run([two])
    (row,) = await world.ahead(one, first_campaign)
    (other,) = await world.ahead(two, second_campaign)
    lease = await world.take(one)
    await world.claim(lease, row.id)

    await world.record(lease, row.id, S.FAILED, reason=DeliveryReason.BLOCKED_US, suppress=True)

    (suppression,) = await world.rows("SELECT * FROM suppression")
    assert (suppression["contact_id"], suppression["telegram_user_id"]) == (row.contact_id, user_id(1))
    assert (suppression["reason"], suppression["account_id"]) == ("blocked_us", one)
    claim = await world.claim(await world.take(two), other.id)
    assert (claim.answer, claim.reason) == (ClaimAnswer.SKIPPED, DeliveryReason.BLOCKED_US)
    assert "person.blocked" in await world.event_kinds()


async def test_what_a_person_did_is_kept_though_the_row_stays_open(lane: Lane) -> None:
    first, *_ = await lane.ids()
    await lane.world.claim(lane.lease, first)

    await lane.world.record(
        lane.lease, first, S.SENDING, reason=DeliveryReason.BLOCKED_US, suppress=True, not_before=NOW + MINUTE
    )

    (open_try,) = await lane.world.deliveries.open_tries(lane.account_id)
    assert open_try.forbidden is DeliveryReason.BLOCKED_US
    assert (await lane.world.row(first))["reason"] is None
