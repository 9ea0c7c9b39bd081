"""An account that is set to use a proxy leaves through it or not at all: counted at the sandbox by source."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from core.clock import SystemClock
from core.domain.ids import AccountId, ProxyId
from core.domain.message import FormattedText, OutgoingMessage
from core.domain.proxy import ProxyEndpoint, ProxyKind, ProxyWish
from core.errors import NetworkError, ProxyUnreachable
from core.locks import route_lock
from core.workspace import open_workspace
from database.stores.proxies import ProxyGroup, ProxyStore
from proxy.pool import ProxyPool
from telegram.route_watch import RouteWatch
from tests.database.stores.world import World
from tests.proxy.servers import DIRECT, SOURCE, LoopbackProxy, running
from tests.telegram.online import OnlineAccount, by_name, go_online
from tests.telegram.sandbox_fixture import RunningSandbox

ANY = ProxyWish()
ELSEWHERE = "127.0.0.3"
HI = OutgoingMessage(text=FormattedText("Hi"))


@dataclass
class Proxied:
    """An online account whose routes are those of a real pool over a real database."""

    online: OnlineAccount
    world: World
    store: ProxyStore
    pool: ProxyPool
    account_id: AccountId

    async def add(self, endpoint: ProxyEndpoint, secret: str = "") -> ProxyId:
        if secret:
            endpoint = replace(endpoint, secret_name=f"proxy/{endpoint.port}")
            self.online.keys.held[endpoint.secret_name] = secret.encode()
        (proxy_id,) = await self.store.import_proxies([endpoint], ProxyGroup(), actor="ann", now=SystemClock().now())
        return proxy_id

    async def use(self, proxy_id: ProxyId) -> None:
        await self.pool.assign(self.account_id, ProxyWish(proxy_id=proxy_id), may_move=False, actor="ann")

    async def sources(self) -> Counter[str]:
        return Counter((await self.online.sandbox.control.stats()).sources)


@pytest.fixture
async def proxied(shared_sandbox: RunningSandbox, tmp_path: Path) -> AsyncIterator[Proxied]:
    workspace = open_workspace(tmp_path / "workspace")
    world = await World.make(tmp_path)
    store = ProxyStore(world.database)
    pool = ProxyPool(store, SystemClock(), lambda account_id: route_lock(workspace, account_id))
    online = await go_online(shared_sandbox, routes=pool)
    account_id = await world.add_account()
    assert online.account.id == account_id
    yield Proxied(online, world, store, pool, account_id)
    await world.database.close()


def mtproxy(proxied: Proxied) -> LoopbackProxy:
    address = proxied.online.sandbox.address
    return LoopbackProxy(ProxyKind.MTPROXY, relay_to=(address.host, address.port))


@pytest.mark.parametrize(
    ("kind", "username", "secret"),
    [
        (ProxyKind.SOCKS5, "", ""),
        (ProxyKind.SOCKS5, "ann", "s3cret"),
        (ProxyKind.SOCKS4, "ann", ""),
        (ProxyKind.HTTP, "", ""),
        (ProxyKind.HTTP, "ann", "s3cret"),
        (ProxyKind.MTPROXY, "", "plain"),
        (ProxyKind.MTPROXY, "", "dd"),
    ],
)
async def test_messages_leave_through_the_proxy_and_nothing_leaves_directly(
    proxied: Proxied, kind: ProxyKind, username: str, secret: str
) -> None:
    proxy = LoopbackProxy(kind, username=username, password=secret)
    if kind is ProxyKind.MTPROXY:
        proxy = mtproxy(proxied)
        secret = secret.replace("plain", "") + proxied.online.sandbox.address.proxy_secret
    person = await proxied.online.new_person()
    async with running(proxy):
        await proxied.use(await proxied.add(proxy.endpoint(), secret))
        before = await proxied.sources()

        async with proxied.online.link(caught_up=True) as link:
            await link.send(await link.resolve(by_name(person)), HI, random_id=77)

        assert await proxied.sources() - before == Counter({SOURCE: 1})
    assert (person.user_id, 77) in proxied.online.sent()


@pytest.mark.parametrize("trouble", ["dead", "wrong password", "no password", "refuses", "released"])
async def test_without_its_proxy_the_account_waits_and_nothing_leaves(proxied: Proxied, trouble: str) -> None:
    proxy = LoopbackProxy(username="ann", password="right")
    async with running(proxy):
        proxy_id = await proxied.add(proxy.endpoint(), "wrong" if trouble == "wrong password" else "right")
        await proxied.use(proxy_id)
        if trouble == "dead":
            await proxy.stop()
        elif trouble == "no password":
            del proxied.online.keys.held[f"proxy/{proxy.port}"]
        elif trouble == "refuses":
            proxy.refuses = True
        elif trouble == "released":
            await proxied.pool.release(proxied.account_id, direct=False, actor="ann")
        before = await proxied.sources()

        for _ in range(3):
            with pytest.raises(ProxyUnreachable):
                async with proxied.online.link():
                    pass

        assert await proxied.sources() - before == Counter()


async def test_a_wrong_mtproxy_secret_lets_nothing_out(proxied: Proxied) -> None:
    async with running(mtproxy(proxied)) as proxy:
        await proxied.use(await proxied.add(proxy.endpoint(), "dd" + "00" * 16))
        before = await proxied.sources()

        with pytest.raises(ProxyUnreachable):
            async with proxied.online.link():
                pass

        assert (await proxied.sources() - before)[DIRECT] == 0


async def test_once_it_is_set_to_use_a_proxy_no_direct_connect_begins_or_goes_on(proxied: Proxied) -> None:
    """Connects and the change meet in every order; a dead proxy makes every later connect fail."""
    proxy = await LoopbackProxy().start()
    await proxy.stop()
    proxy_id = await proxied.add(proxy.endpoint())

    async def connect() -> None:
        try:
            async with proxied.online.link():
                pass
        except NetworkError:
            pass

    direct = 0
    for turns in range(12):
        before = await proxied.sources()
        connecting = asyncio.get_running_loop().create_task(connect())
        for _ in range(turns * 3):  # let the connect get so far
            await asyncio.sleep(0)
        while turns == 11 and await proxied.sources() == before:  # and once to the data centre
            await asyncio.sleep(0)
        await proxied.use(proxy_id)
        when_set = await proxied.sources()
        await connecting
        await connect()

        assert await proxied.sources() == when_set
        direct += (when_set - before)[DIRECT]
        await proxied.pool.release(proxied.account_id, direct=True, actor="ann")
    assert direct > 0  # else none of them had begun


async def test_a_new_proxy_ends_the_link_of_the_old_one_first(proxied: Proxied) -> None:
    person = await proxied.online.new_person()
    changes = await proxied.world.database.follow_changes(own_commits=True)
    watch = RouteWatch(changes, [proxied.online.gateway], SystemClock())
    async with running(LoopbackProxy()) as first, running(LoopbackProxy(source=ELSEWHERE)) as second:
        ids = [await proxied.add(proxy.endpoint()) for proxy in (first, second)]
        await proxied.use(ids[0])
        before = await proxied.sources()
        watching = asyncio.get_running_loop().create_task(watch.run())
        async with proxied.online.link() as link:
            peer = await link.resolve(by_name(person))
            await proxied.use(ids[1])
            async with asyncio.timeout(20):
                await link.wait_closed()
            with pytest.raises(NetworkError):
                await link.send(peer, HI, random_id=5)
        async with proxied.online.link() as link:
            await link.send(peer, HI, random_id=5)
            assert not link.is_closed
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)

        assert await proxied.sources() - before == Counter({SOURCE: 1, ELSEWHERE: 1})
    assert proxied.online.sent().count((person.user_id, 5)) == 1


@pytest.mark.parametrize("change", ["another proxy", "released"])
async def test_a_change_while_connecting_ends_the_link_before_it_is_used(proxied: Proxied, change: str) -> None:
    async with running(LoopbackProxy()) as first, running(LoopbackProxy(source=ELSEWHERE)) as second:
        ids = [await proxied.add(proxy.endpoint()) for proxy in (first, second)]
        await proxied.use(ids[0])
        gateway, make = proxied.online.gateway, proxied.online.gateway._make_client

        async def change_now() -> None:
            if change == "released":
                await proxied.pool.release(proxied.account_id, direct=False, actor="ann")
            else:
                await proxied.use(ids[1])

        def make_and_change(*arguments: object) -> object:
            client = make(*arguments)
            connect = client.connect

            async def connect_and_change() -> None:
                await connect()
                await change_now()

            client.connect = connect_and_change
            return client

        gateway._make_client = make_and_change
        with pytest.raises(NetworkError):
            async with proxied.online.link():
                pass


async def test_an_account_without_a_proxy_connects_directly(proxied: Proxied) -> None:
    before = await proxied.sources()

    async with proxied.online.link():
        pass

    assert await proxied.sources() - before == Counter({DIRECT: 1})


async def test_a_failed_connect_has_the_proxy_checked_soon(proxied: Proxied) -> None:
    proxy = await LoopbackProxy().start()
    proxy_id = await proxied.add(proxy.endpoint())
    await proxied.world.execute("UPDATE proxy SET next_check_at = next_check_at + 1000000")
    await proxied.use(proxy_id)
    await proxy.stop()

    with pytest.raises(ProxyUnreachable):
        async with proxied.online.link():
            pass

    now = SystemClock().now()
    assert await proxied.store.claim_due_checks(now=now, until=now, limit=9) == [proxy_id]
