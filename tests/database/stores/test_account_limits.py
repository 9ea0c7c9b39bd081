"""Limits that a person set: undone exactly, but for what somebody else changed meanwhile."""

from datetime import timedelta

from campaigns.accounts.removal import Unsent
from core.domain.account import AccountLimit, LimitKind
from core.domain.ids import AccountId
from database import AccountLimitStore, AccountRemovalStore
from tests.database.stores.world import NOW, World

LATER = NOW + timedelta(hours=1)
DAY, HOUR = LimitKind.PER_DAY, LimitKind.PER_HOUR


async def limits(world: World, account_id: AccountId) -> list[AccountLimit]:
    return list((await world.accounts.get(account_id)).limits)


async def test_put_back_restores_numbers_with_who_set_them_and_when(world: World) -> None:
    store = AccountLimitStore(world.database)
    first, second = await world.add_account(1), await world.add_account(2)
    await store.set_limits([first], {DAY: 7}, beyond_safe=True, actor="ann", now=NOW)
    was = await limits(world, first)
    changes = {DAY: 9, HOUR: 3}
    before = await store.set_limits([first, second], changes, beyond_safe=True, actor="bob", now=LATER)

    done = await store.put_back(before, changes, actor="bob", now=LATER)

    assert list(done) == [first, second]
    assert await limits(world, first) == was
    assert await limits(world, second) == []
    told = await world.reports.events(before_id=None, limit=2)
    assert [(event.actor, event.data) for event in told] == [
        ("bob", {"per_day": 0, "per_hour": 0}),
        ("bob", {"per_day": 7, "per_hour": 0}),
    ]


async def test_a_number_that_somebody_changed_meanwhile_and_a_removed_account_are_left_alone(world: World) -> None:
    store = AccountLimitStore(world.database)
    first, second, gone = [await world.add_account(number) for number in (1, 2, 3)]
    changes = {DAY: 9, HOUR: 3}
    before = await store.set_limits([first, second, gone], changes, beyond_safe=True, actor="bob", now=NOW)
    await store.set_limits([first], {DAY: 5}, beyond_safe=True, actor="ann", now=LATER)
    await AccountRemovalStore(world.database).remove(gone, Unsent.CANCEL, actor="ann", now=LATER)

    done = await store.put_back(before, changes, actor="bob", now=LATER)

    assert list(done) == [second]
    assert [(one.kind, one.value, one.set_by) for one in await limits(world, first)] == [(DAY, 5, "ann")]
