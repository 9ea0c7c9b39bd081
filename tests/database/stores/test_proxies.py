"""Proxies: held by one account or as many as they take, kept by their account, and set aside while they fail."""

import asyncio
import sqlite3
from datetime import timedelta

import pytest

from core.domain.ids import AccountId, ProxyId
from core.domain.proxy import ProxyEndpoint, ProxyFailure, ProxyKind, ProxyTimes, ProxyWish
from core.errors import UserInputError
from database.stores.proxies import KEPT_CHECKS, ProxyGroup, ProxyStore
from tests.database.stores.world import NOW, World

ANY = ProxyWish()
GOOD = ProxyTimes(tcp_ms=12.0, telegram_ms=34.0, failure=None)
DEAD = ProxyTimes(tcp_ms=None, telegram_ms=None, failure=ProxyFailure.DEAD)


@pytest.fixture
def proxies(world: World) -> ProxyStore:
    return ProxyStore(world.database)


def endpoint(number: int, **values: object) -> ProxyEndpoint:
    return ProxyEndpoint(**{"kind": ProxyKind.SOCKS5, "host": f"192.0.2.{number}", "port": 1080, **values})


async def add(store: ProxyStore, *numbers: int, **group: object) -> list[ProxyId]:
    return list(await store.import_proxies([endpoint(n) for n in numbers], ProxyGroup(**group), actor="ann", now=NOW))


async def assign(
    store: ProxyStore, account_id: AccountId, wish: ProxyWish = ANY, *, may_move: bool = False
) -> ProxyId:
    return await store.assign(account_id, wish, may_move=may_move, actor="ann", now=NOW)


async def record(store: ProxyStore, proxy_id: ProxyId, times: ProxyTimes) -> None:
    await store.record_check(
        proxy_id,
        times,
        pause_after=lambda failures: timedelta(minutes=failures),
        next_check_at=NOW + timedelta(minutes=5),
        now=NOW,
    )


async def accounts(world: World, count: int) -> list[AccountId]:
    return [await world.add_account(number) for number in range(1, count + 1)]


async def test_a_known_proxy_is_not_added_again(world: World, proxies: ProxyStore) -> None:
    first = await add(proxies, 1, 2, label="a")
    again = await add(proxies, 2, 3, label="b")

    assert (len(first), len(again)) == (2, 1)
    assert [proxy.label for proxy in await proxies.list_proxies()] == ["a", "a", "b"]
    assert await world.column("SELECT data FROM event ORDER BY id DESC LIMIT 1") == ['{"added":1,"known":1}']


async def test_a_credential_that_comes_later_is_named_in_the_row(proxies: ProxyStore) -> None:
    (proxy_id,) = await add(proxies, 1)

    await proxies.import_proxies([endpoint(1, secret_name="proxy/x")], ProxyGroup(), actor="ann", now=NOW)

    assert (await proxies.get(proxy_id)).endpoint.secret_name == "proxy/x"


async def test_a_place_that_is_kept_for_a_sign_in_is_nobody_elses_until_its_time_is_over(
    world: World, proxies: ProxyStore
) -> None:
    first, second = await accounts(world, 2)
    [wide] = await add(proxies, 1, capacity=2)
    assert await proxies.reserve_free(ANY, until=NOW + timedelta(minutes=1), now=NOW) == wide
    await assign(proxies, first)

    with pytest.raises(UserInputError):
        await assign(proxies, second)
    assert await assign(proxies, first) == wide  # keeps what it has
    later = NOW + timedelta(minutes=1)
    assert await proxies.assign(second, ANY, may_move=False, actor="ann", now=later) == wide


async def test_one_place_is_kept_at_a_time_and_given_back(world: World, proxies: ProxyStore) -> None:
    [account_id] = await accounts(world, 1)
    one, other = await add(proxies, 1, 2)
    until = NOW + timedelta(minutes=1)
    await proxies.reserve_free(ProxyWish(proxy_id=one), until=until, now=NOW)

    assert await proxies.reserve_free(ANY, until=until, now=NOW) == one
    await proxies.reserve_free(ProxyWish(proxy_id=other), until=until, now=NOW)
    await proxies.unreserve()

    assert await assign(proxies, account_id, ProxyWish(proxy_id=other)) == other


async def test_an_exclusive_proxy_has_one_account(world: World, proxies: ProxyStore) -> None:
    one, two, three = await accounts(world, 3)
    ids = await add(proxies, 1, 2)

    held = [await assign(proxies, one), await assign(proxies, two)]

    assert sorted(held) == ids
    with pytest.raises(UserInputError, match="No proxy is free"):
        await assign(proxies, three)
    assert await proxies.route(three) is None


async def test_a_shared_proxy_has_as_many_accounts_as_it_takes(world: World, proxies: ProxyStore) -> None:
    ids = await accounts(world, 5)
    await add(proxies, 1, 2, capacity=2)

    for account_id in ids[:4]:
        await assign(proxies, account_id)

    assert [len(proxy.account_ids) for proxy in await proxies.list_proxies()] == [2, 2]
    with pytest.raises(UserInputError):
        await assign(proxies, ids[4])


async def test_tasks_that_ask_at_once_get_different_proxies(world: World, proxies: ProxyStore) -> None:
    ids = await accounts(world, 30)
    await add(proxies, *range(1, 31))

    held = await asyncio.gather(*(assign(proxies, account_id) for account_id in ids))

    assert len(set(held)) == 30


async def test_a_wish_is_kept(world: World, proxies: ProxyStore) -> None:
    one, two, three = await accounts(world, 3)
    (german,) = await add(proxies, 1, country="DE")
    (named,) = await add(proxies, 2, country="FR", label="gold")

    assert await assign(proxies, one, ProxyWish(label="gold")) == named
    assert await assign(proxies, two, ProxyWish(country="DE")) == german
    with pytest.raises(UserInputError):
        await assign(proxies, three, ProxyWish(proxy_id=german))


async def test_an_account_keeps_its_proxy_and_gets_back_the_one_it_had(world: World, proxies: ProxyStore) -> None:
    one, two = await accounts(world, 2)
    await add(proxies, 1, 2, 3)
    await assign(proxies, one)
    held = await assign(proxies, two, ProxyWish(proxy_id=ProxyId(3)))

    assert await assign(proxies, two) == held
    await proxies.release(two, direct=False, actor="ann", now=NOW)
    assert await assign(proxies, two) == held


async def test_another_wish_changes_the_proxy_and_frees_the_old_one(world: World, proxies: ProxyStore) -> None:
    one, two = await accounts(world, 2)
    first, second = await add(proxies, 1, 2)
    await assign(proxies, one, ProxyWish(proxy_id=first))

    assert await assign(proxies, one, ProxyWish(proxy_id=second)) == second
    assert await assign(proxies, two, ProxyWish(proxy_id=first)) == first


async def test_after_a_release_the_account_waits_and_does_not_connect_directly(
    world: World, proxies: ProxyStore
) -> None:
    (one,) = await accounts(world, 1)
    await add(proxies, 1)
    await assign(proxies, one)

    assert await proxies.release(one, direct=False, actor="ann", now=NOW)
    route = await proxies.route(one)
    assert route is not None
    assert route.endpoint is None
    assert not await proxies.release(one, direct=False, actor="ann", now=NOW)

    assert await proxies.release(one, direct=True, actor="ann", now=NOW)
    assert await proxies.route(one) is None


async def test_a_failing_proxy_is_given_to_nobody_until_its_quarantine_ends(
    world: World, proxies: ProxyStore
) -> None:
    one, two = await accounts(world, 2)
    (proxy_id,) = await add(proxies, 1)
    await assign(proxies, one)

    await record(proxies, proxy_id, DEAD)
    await record(proxies, proxy_id, DEAD)

    proxy, route = await proxies.get(proxy_id), await proxies.route(one)
    assert (proxy.failure, proxy.failure_count) == (ProxyFailure.DEAD, 2)
    assert route is not None
    assert route.quarantined_until == NOW + timedelta(minutes=2)
    await proxies.release(one, direct=True, actor="ann", now=NOW)
    with pytest.raises(UserInputError):
        await assign(proxies, two)
    assert await proxies.assign(two, ANY, may_move=False, actor="ann", now=NOW + timedelta(minutes=2)) == proxy_id


async def test_a_good_check_ends_the_quarantine_and_both_changes_are_told(world: World, proxies: ProxyStore) -> None:
    (proxy_id,) = await add(proxies, 1)

    for times in (GOOD, DEAD, DEAD, GOOD, GOOD):
        await record(proxies, proxy_id, times)

    proxy = await proxies.get(proxy_id)
    assert (proxy.failure, proxy.failure_count, proxy.quarantined_until) == (None, 0, None)
    assert [c.times.failure for c in await proxies.history(proxy_id)] == [None, None, "dead", "dead", None]
    assert (await world.event_kinds())[1:] == ["proxy.failed", "proxy.recovered"]


async def test_only_the_last_checks_are_kept(world: World, proxies: ProxyStore) -> None:
    first, second = await add(proxies, 1, 2)

    await record(proxies, second, GOOD)
    for _ in range(KEPT_CHECKS + 5):
        await record(proxies, first, GOOD)

    assert len(await proxies.history(first, limit=1000)) == KEPT_CHECKS
    assert len(await proxies.history(second)) == 1


async def test_only_accounts_that_may_move_do_and_only_within_the_group(world: World, proxies: ProxyStore) -> None:
    one, two = await accounts(world, 2)
    (failing,) = await add(proxies, 1, label="a", country="DE", capacity=2)
    await add(proxies, 2, label="b", country="DE")
    (spare,) = await add(proxies, 3, label="a", country="DE")
    await assign(proxies, one, ProxyWish(proxy_id=failing), may_move=True)
    await assign(proxies, two, ProxyWish(proxy_id=failing), may_move=False)
    await record(proxies, failing, DEAD)

    assert await proxies.move_accounts(failing, now=NOW) == [one]

    routes = [await proxies.route(account_id) for account_id in (one, two)]
    assert [route and route.proxy_id for route in routes] == [spare, failing]


async def test_without_a_healthy_one_in_the_group_accounts_stay_and_wait(world: World, proxies: ProxyStore) -> None:
    (one,) = await accounts(world, 1)
    failing, also = await add(proxies, 1, 2)
    await assign(proxies, one, may_move=True)
    await record(proxies, failing, DEAD)
    await record(proxies, also, DEAD)

    assert await proxies.move_accounts(failing, now=NOW) == []
    route = await proxies.route(one)
    assert route is not None
    assert route.proxy_id == failing


async def test_each_due_check_goes_to_one_process(proxies: ProxyStore) -> None:
    ids = await add(proxies, 1, 2, 3)
    until = NOW + timedelta(seconds=30)

    first = await proxies.claim_due_checks(now=NOW, until=until, limit=2)
    second = await proxies.claim_due_checks(now=NOW, until=until, limit=2)

    assert sorted([*first, *second]) == ids
    assert await proxies.claim_due_checks(now=NOW, until=until, limit=2) == []


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO proxy_assignment VALUES (2, 1, 1, 1, 0, 0)",  # a second holder of an exclusive proxy
        "INSERT INTO proxy_assignment VALUES (2, 1, 1, 0, 0, 0)",  # the same, said to be shared
        "INSERT INTO proxy_assignment VALUES (1, 2, 2, 1, 0, 0)",  # a second proxy of an account
        "DELETE FROM proxy WHERE id = 1",  # while somebody leaves through it
        "UPDATE proxy SET quarantined_until = 5 WHERE id = 1",
        "UPDATE proxy SET country = 'de' WHERE id = 1",
    ],
)
async def test_the_schema_itself_refuses(world: World, proxies: ProxyStore, statement: str) -> None:
    one, _ = await accounts(world, 2)
    await add(proxies, 1, 2)
    await assign(proxies, one)

    with pytest.raises(sqlite3.IntegrityError):
        await world.execute(statement)


async def test_an_unknown_account_or_proxy_is_a_sentence(world: World, proxies: ProxyStore) -> None:
    await add(proxies, 1)

    with pytest.raises(UserInputError, match="no such account"):
        await assign(proxies, AccountId(9))
    with pytest.raises(UserInputError, match="no such proxy"):
        await proxies.get(ProxyId(9))
