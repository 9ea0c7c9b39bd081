"""Looking people up: counted before it leaves, kept over restarts, and held while Telegram demands it."""

from datetime import timedelta

from campaigns.plan.limits import QuotaWait
from campaigns.reasons import DeliveryReason
from tests.database.stores.world import NOW, World

HOUR = timedelta(hours=1)


async def test_the_days_look_ups_are_remembered_over_a_restart(world: World) -> None:
    account_id = await world.add_account()
    before = await world.take(account_id)
    for hours in range(2):
        assert await world.deliveries.begin_look_up(before, per_day=2, now=NOW + hours * HOUR) is None

    after = await world.take(account_id, "worker-two")
    wait = await world.deliveries.begin_look_up(after, per_day=2, now=NOW + 2 * HOUR)

    assert wait == QuotaWait(reason=DeliveryReason.QUOTA_RESOLVE, until=NOW + 24 * HOUR)
    assert await world.deliveries.begin_look_up(after, per_day=2, now=NOW + 24 * HOUR) is None


async def test_look_ups_of_one_account_leave_another_its_own(world: World) -> None:
    one, two = await world.take(await world.add_account(1)), await world.take(await world.add_account(2))
    await world.deliveries.begin_look_up(one, per_day=1, now=NOW)

    assert await world.deliveries.begin_look_up(two, per_day=1, now=NOW) is None


async def test_a_demanded_wait_holds_look_ups_whatever_the_limits_and_a_later_one_is_kept(world: World) -> None:
    lease = await world.take(await world.add_account())
    await world.deliveries.hold_look_ups(lease, until=NOW + 2 * HOUR)
    await world.deliveries.hold_look_ups(lease, until=NOW + HOUR)

    wait = await world.deliveries.begin_look_up(lease, per_day=None, now=NOW + HOUR)

    assert wait == QuotaWait(reason=DeliveryReason.COOLDOWN, until=NOW + 2 * HOUR)
    assert await world.deliveries.begin_look_up(lease, per_day=None, now=NOW + 2 * HOUR) is None
