"""Editing and removing proxies: no account connects directly because of it, and none is above a capacity."""

from datetime import timedelta

import pytest

from core.domain.ids import AccountId, ProxyId
from core.domain.proxy import HolderFate, ProxyChange, ProxyFailure, ProxyTimes, ProxyWish, RemovedProxies
from core.errors import UserInputError
from database.stores.proxies import ProxyGroup, ProxyStore
from database.stores.proxy_desk import ProxyDesk
from tests.database.stores.test_proxies import DEAD, accounts, add, assign, endpoint, record
from tests.database.stores.world import NOW, World


@pytest.fixture
def proxies(world: World) -> ProxyStore:
    return ProxyStore(world.database)


@pytest.fixture
def desk(world: World) -> ProxyDesk:
    return ProxyDesk(world.database)


async def remove(desk: ProxyDesk, fate: HolderFate, *proxy_ids: ProxyId) -> RemovedProxies:
    return await desk.remove(proxy_ids, fate, actor="ann", now=NOW)


async def held(proxies: ProxyStore, account_id: AccountId) -> ProxyId | None:
    route = await proxies.route(account_id)
    assert route is not None, "it would connect directly"
    return route.proxy_id


async def test_an_edit_changes_what_was_given_and_leaves_the_rest(
    world: World, proxies: ProxyStore, desk: ProxyDesk
) -> None:
    ids = await add(proxies, 1, 2, label="a", country="DE")

    await desk.edit(ids, ProxyChange(label="b", capacity=3), actor="ann", now=NOW)

    assert [(one.label, one.country, one.capacity) for one in await proxies.list_proxies()] == [("b", "DE", 3)] * 2
    assert (await world.event_kinds())[-1] == "proxies.changed"


async def test_a_capacity_below_the_accounts_is_refused_and_changes_nothing(
    world: World, proxies: ProxyStore, desk: ProxyDesk
) -> None:
    (shared,) = await add(proxies, 1, capacity=2)
    for account_id in await accounts(world, 2):
        await assign(proxies, account_id)

    with pytest.raises(UserInputError, match="2 accounts leave through"):
        await desk.edit([shared], ProxyChange(label="x", capacity=1), actor="ann", now=NOW)

    assert ((await proxies.get(shared)).label, (await proxies.get(shared)).capacity) == ("", 2)


async def test_a_proxy_that_becomes_exclusive_is_guarded_by_the_unique_index(
    world: World, proxies: ProxyStore, desk: ProxyDesk
) -> None:
    one, two = await accounts(world, 2)
    (shared,) = await add(proxies, 1, capacity=2)
    await assign(proxies, one)

    await desk.edit([shared], ProxyChange(capacity=1), actor="ann", now=NOW)

    assert await world.column("SELECT is_exclusive FROM proxy_assignment") == [1]
    with pytest.raises(UserInputError):
        await assign(proxies, two)
    await desk.edit([shared], ProxyChange(capacity=2), actor="ann", now=NOW)
    assert await assign(proxies, two) == shared


async def test_an_edit_of_a_proxy_that_is_gone_says_so(proxies: ProxyStore, desk: ProxyDesk) -> None:
    (one,) = await add(proxies, 1)

    with pytest.raises(UserInputError, match="no such proxy"):
        await desk.edit([one, ProxyId(99)], ProxyChange(label="x"), actor="ann", now=NOW)

    assert (await proxies.get(one)).label == ""


async def test_a_new_credential_has_the_proxy_checked_at_once(proxies: ProxyStore, desk: ProxyDesk) -> None:
    (one,) = await add(proxies, 1)
    await record(proxies, one, ProxyTimes(tcp_ms=1.0, telegram_ms=None, failure=ProxyFailure.WRONG_CREDENTIALS))

    await desk.edit([one], ProxyChange(secret_name="proxy/x"), actor="ann", now=NOW)

    assert (await proxies.get(one)).endpoint.secret_name == "proxy/x"
    assert await proxies.claim_due_checks(now=NOW, until=NOW + timedelta(minutes=1), limit=5) == [one]


async def test_a_held_proxy_is_not_removed_unless_it_is_said_what_its_accounts_do(
    world: World, proxies: ProxyStore, desk: ProxyDesk
) -> None:
    (one,) = await accounts(world, 1)
    first, second = await add(proxies, 1, 2)
    await assign(proxies, one, ProxyWish(proxy_id=first))

    with pytest.raises(UserInputError, match="1 accounts leave"):
        await remove(desk, HolderFate.REFUSE, first, second)
    assert len(await proxies.list_proxies()) == 2

    gone = await remove(desk, HolderFate.KEEP, first, second)
    assert gone.removed == (second,)
    assert await held(proxies, one) == first


async def test_accounts_of_a_removed_proxy_wait_and_never_connect_directly(
    world: World, proxies: ProxyStore, desk: ProxyDesk
) -> None:
    (one,) = await accounts(world, 1)
    (first,) = await proxies.import_proxies(
        [endpoint(1, username="u", secret_name="proxy/1")], ProxyGroup(), actor="ann", now=NOW
    )
    await assign(proxies, one)
    await record(proxies, first, DEAD)

    gone = await remove(desk, HolderFate.WAIT, first)

    assert gone == RemovedProxies(removed=(first,), secret_names=("proxy/1",), moved=(), waiting=(one,))
    assert await held(proxies, one) is None
    assert await world.column("SELECT count(*) FROM proxy_check") == [0]


async def test_they_move_within_the_group_as_far_as_there_is_room(
    world: World, proxies: ProxyStore, desk: ProxyDesk
) -> None:
    one, two = await accounts(world, 2)
    going = await add(proxies, 1, label="a", country="DE", capacity=2)
    await add(proxies, 2, label="b", country="DE")
    (spare,) = await add(proxies, 3, label="a", country="DE")
    for account_id in (one, two):
        await assign(proxies, account_id, ProxyWish(proxy_id=going[0]), may_move=account_id == one)

    gone = await remove(desk, HolderFate.MOVE, *going)

    assert (gone.moved, gone.waiting) == ((one,), (two,))
    assert (await held(proxies, one), await held(proxies, two)) == (spare, None)
    assert await world.column("SELECT may_move FROM proxy_assignment ORDER BY account_id") == [1, 0]


async def test_a_limit_of_telegram_is_not_got_around_by_a_removal(
    world: World, proxies: ProxyStore, desk: ProxyDesk
) -> None:
    (one,) = await accounts(world, 1)
    limited, _spare = await add(proxies, 1, 2)
    await assign(proxies, one, ProxyWish(proxy_id=limited))
    await record(proxies, limited, ProxyTimes(tcp_ms=1.0, telegram_ms=None, failure=ProxyFailure.LIMITED))

    gone = await remove(desk, HolderFate.MOVE, limited)

    assert gone.waiting == (one,)


async def test_a_check_that_is_asked_for_comes_next_and_can_be_taken_back(
    proxies: ProxyStore, desk: ProxyDesk
) -> None:
    first, second, third = await add(proxies, 1, 2, 3)
    for proxy_id in (first, second, third):
        await record(
            proxies, proxy_id, DEAD if proxy_id == first else ProxyTimes(tcp_ms=1, telegram_ms=2, failure=None)
        )

    former = await desk.check_now([first, second], now=NOW)
    begun = await proxies.claim_due_checks(now=NOW, until=NOW + timedelta(minutes=1), limit=1)
    taken_back = await desk.cancel_checks(former, asked_at=NOW)

    assert set(former) == {first, second}
    assert (len(begun), taken_back) == (1, 1)
    assert await proxies.claim_due_checks(now=NOW, until=NOW + timedelta(minutes=1), limit=5) == []
