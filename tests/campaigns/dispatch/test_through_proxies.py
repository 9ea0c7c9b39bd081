"""A campaign through real proxies that die and come back: everyone once, and nobody around a proxy."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.message.media import MediaShelf
from campaigns.message.variants import Message
from campaigns.ports import LaneStatus
from core.domain.ids import CampaignId, ProxyId
from core.domain.media import MediaKind
from core.domain.proxy import ProxyKind, ProxyWish
from database import ProxyGroup, ProxyStore
from proxy import ProxyPool
from tests.campaigns.dispatch.rig import ASKED_BY, Rig
from tests.campaigns.message.pictures import write_picture
from tests.proxy.servers import DIRECT, LoopbackProxy, running

pytestmark = pytest.mark.slow


@asynccontextmanager
async def three_proxies(rig: Rig, *, capacity: int) -> AsyncIterator[list[LoopbackProxy]]:
    """A SOCKS5, an HTTP CONNECT with password and an MTProxy with a dd secret, each with a source of its own."""
    address = rig.sandbox.address
    proxies = [
        LoopbackProxy(ProxyKind.SOCKS5, source="127.0.0.2"),
        LoopbackProxy(ProxyKind.HTTP, username="ann", password="s3cret-word", source="127.0.0.3"),
        LoopbackProxy(ProxyKind.MTPROXY, source="127.0.0.4", relay_to=(address.host, address.port)),
    ]
    secrets = ["", "s3cret-word", "dd" + address.proxy_secret]
    async with AsyncExitStack() as stack:
        endpoints = []
        for proxy, secret in zip(proxies, secrets, strict=True):
            await stack.enter_async_context(running(proxy))
            endpoint = proxy.endpoint()
            if secret:
                endpoint = replace(endpoint, secret_name=f"proxy/{endpoint.port}")
                rig.secrets.set(endpoint.secret_name, secret.encode())
            endpoints.append(endpoint)
        store = rig.console.get(ProxyStore)
        group = ProxyGroup(label="ours", capacity=capacity)
        await store.import_proxies(endpoints, group, actor=ASKED_BY, now=rig.clock.now())
        yield proxies


async def die_in_turn(proxies: list[LoopbackProxy], *, up_s: float, down_s: float) -> None:
    """One after the other dies with its links and comes back at the same port."""
    while True:
        for proxy in proxies:
            await asyncio.sleep(up_s)  # how long they live is what this is about
            await proxy.stop()
            await asyncio.sleep(down_s)
            await proxy.start()


async def sources(rig: Rig) -> Counter[str]:
    return Counter((await rig.control.stats()).sources)


@pytest.mark.parametrize(
    ("accounts", "people", "rate", "up_s", "down_s"),
    [
        pytest.param(4, 20, 12.0, 0.25, 0.25, id="short"),
        pytest.param(10, 100, 5.0, 2.0, 1.0, id="1000 by 10 accounts", marks=[pytest.mark.proof]),
    ],
)
async def test_everyone_is_reached_once_and_nobody_directly_while_proxies_die(
    rig: Rig, accounts: int, people: int, rate: float, up_s: float, down_s: float
) -> None:
    rig.set("proxies", "check_every_s", 1.0)
    rig.set("proxies", "pauses_s", (0.3, 0.5))
    rig.set("delivery", "sandbox_rate_per_s", rate)
    pool = rig.console.get(ProxyPool)
    known = [await rig.add_account(people=people, profile="sandbox") for _ in range(accounts)]
    async with three_proxies(rig, capacity=accounts) as proxies:
        for number, account in enumerate(known):
            wish = ProxyWish(proxy_id=ProxyId(1 + number % len(proxies)))
            await pool.assign(account.id, wish, may_move=number % 2 == 0, actor=ASKED_BY)
        before = await sources(rig)
        await rig.start_worker()
        campaign_id = await rig.start_campaign()
        dying = asyncio.get_running_loop().create_task(die_in_turn(proxies, up_s=up_s, down_s=down_s))
        try:
            await rig.until(lambda: is_finished(rig, campaign_id), "the campaign finishes", timeout_s=110)
        finally:
            dying.cancel()
            await asyncio.gather(dying, return_exceptions=True)
        rows = await rig.until_final(campaign_id)
        await rig.stop_worker()
        came = await sources(rig) - before

    wanted = {(account.user_id, person.user_id) for account in known for person in account.people}
    sent = Counter(
        (entry.account_id, entry.peer_id)
        for entry in rig.sandbox.ledger()
        if entry.account_id in {account.user_id for account in known}
    )
    assert {row.state for row in rows} == {DeliveryState.SENT}
    assert len(sent) == len(wanted) == accounts * people
    assert set(sent.values()) == {1}
    assert came[DIRECT] == 0
    assert set(came) == {"127.0.0.2", "127.0.0.3", "127.0.0.4"}
    assert sum(came.values()) > 2 * accounts  # they did die: accounts came again


async def test_a_photo_is_uploaded_through_the_proxy_of_its_account(rig: Rig, tmp_path: Path) -> None:
    account = await rig.add_account(people=2)
    photo = write_picture(tmp_path / "photo.jpg", width=900, height=700, colour="red")
    attached = await rig.console.get(MediaShelf).attach(photo, MediaKind.PHOTO)
    async with three_proxies(rig, capacity=1) as proxies:
        wish = ProxyWish(proxy_id=ProxyId(1))
        await rig.console.get(ProxyPool).assign(account.id, wish, may_move=False, actor=ASKED_BY)
        before = await sources(rig)
        await rig.start_worker()
        await rig.start_campaign(message=msgspec.structs.replace(Message.of_text("Hi"), media=(attached,)))
        await rig.until_final()
        await rig.stop_worker()
        came = await sources(rig) - before

    assert came[DIRECT] == 0
    assert came[proxies[0].source] > 0
    assert [entry.media_sha256 for entry in rig.sent()] == [attached.media.sha256] * 2


async def is_finished(rig: Rig, campaign_id: CampaignId) -> bool:
    return (await rig.progress(campaign_id)).state is CampaignState.FINISHED


async def test_an_account_that_waits_for_a_proxy_leaves_as_soon_as_it_has_one(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wiring.worker.RECONNECT_S", (60.0,))
    account = await rig.add_account(people=1)
    pool = rig.console.get(ProxyPool)
    async with three_proxies(rig, capacity=1) as proxies:
        await pool.assign(account.id, ProxyWish(proxy_id=ProxyId(1)), may_move=False, actor=ASKED_BY)
        await proxies[0].stop()
        before = await sources(rig)
        await rig.start_worker(until_idle=False)
        await rig.until_lane(account, LaneStatus.WAITING)
        await pool.release(account.id, direct=False, actor=ASKED_BY)
        lane = await rig.until_lane(account, LaneStatus.NEEDS_YOU)
        assert "This account has no proxy" in lane.reason

        await pool.assign(account.id, ProxyWish(proxy_id=ProxyId(2)), may_move=False, actor=ASKED_BY)

        await rig.until_lane(account, LaneStatus.IDLE)
        await rig.stop_worker()
        assert (await sources(rig))[DIRECT] == before[DIRECT]


async def test_a_proxy_that_works_again_is_used_at_once(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wiring.worker.RECONNECT_S", (60.0,))
    rig.set("proxies", "pauses_s", (0.3,))
    account = await rig.add_account(people=1)
    async with three_proxies(rig, capacity=1) as proxies:
        wish = ProxyWish(proxy_id=ProxyId(1))
        await rig.console.get(ProxyPool).assign(account.id, wish, may_move=False, actor=ASKED_BY)
        await proxies[0].stop()
        await rig.start_worker(until_idle=False)
        await rig.until_event("proxy.failed")
        await rig.until_lane(account, LaneStatus.WAITING)

        await proxies[0].start()

        await rig.until_lane(account, LaneStatus.IDLE)
        await rig.stop_worker()
