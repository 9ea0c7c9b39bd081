"""Health: checks when due, pauses that grow, and accounts that move only where they may."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core.domain.ids import AccountId, ProxyId
from core.domain.proxy import ProxyEndpoint, ProxyFailure, ProxyKind, ProxyTimes, ProxyWish
from core.errors import NetworkError
from database.stores.proxies import ProxyGroup, ProxyStore
from proxy.health import HealthSettings, ProxyHealth
from tests.database.stores.world import World
from tests.fake_clock import FakeClock

GOOD = ProxyTimes(tcp_ms=1.0, telegram_ms=2.0, failure=None)


class ScriptedProbe:
    """Answers by port: the times, or an error to raise. Unknown ports are healthy."""

    def __init__(self) -> None:
        self.answers: dict[int, ProxyTimes | Exception] = {}
        self.asked: list[int] = []
        self.once: Callable[[], None] = lambda: None

    async def probe(self, endpoint: ProxyEndpoint) -> ProxyTimes:
        self.asked.append(endpoint.port)
        answer = self.answers.get(endpoint.port, GOOD)
        self.once()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def fail(self, port: int, failure: ProxyFailure = ProxyFailure.DEAD) -> None:
        self.answers[port] = ProxyTimes(tcp_ms=None, telegram_ms=None, failure=failure)


class Ward:
    """Two proxies of a group at ports 1 and 2, one of another at 3; an account on the first that may move."""

    def __init__(self, world: World) -> None:
        self.world, self.clock, self.probe = world, FakeClock(), ScriptedProbe()
        self.store = ProxyStore(world.database)
        settings = HealthSettings(jitter=0.0)
        self.health = ProxyHealth(self.store, self.probe, self.clock, settings=settings)
        self.account_id = AccountId(1)

    async def fill(self) -> None:
        self.account_id = await self.world.add_account()
        for group, ports in ((ProxyGroup(label="a"), (1, 2)), (ProxyGroup(label="b"), (3,))):
            endpoints = [ProxyEndpoint(kind=ProxyKind.SOCKS5, host="192.0.2.1", port=port) for port in ports]
            await self.store.import_proxies(endpoints, group, actor="ann", now=self.clock.now())
        await self.assign(may_move=True)

    async def assign(self, *, may_move: bool) -> None:
        wish = ProxyWish(proxy_id=ProxyId(1))
        await self.store.assign(self.account_id, wish, may_move=may_move, actor="ann", now=self.clock.now())

    async def held(self) -> ProxyId | None:
        route = await self.store.route(self.account_id)
        assert route is not None
        return route.proxy_id

    async def quarantine_s(self, proxy_id: int = 1) -> float | None:
        until: datetime | None = (await self.store.get(ProxyId(proxy_id))).quarantined_until
        return None if until is None else (until - self.clock.now()).total_seconds()


@pytest.fixture
async def ward(tmp_path: Path) -> AsyncIterator[Ward]:
    made = Ward(await World.make(tmp_path))
    await made.fill()
    yield made
    await made.world.database.close()


async def test_a_new_proxy_is_checked_at_once_and_then_from_time_to_time(ward: Ward) -> None:
    assert await ward.health.check_due() == 3
    assert await ward.health.check_due() == 0

    ward.clock.advance(300)

    assert await ward.health.check_due() == 3
    assert sorted(ward.probe.asked) == [1, 1, 2, 2, 3, 3]


async def test_a_proxy_without_an_answer_holds_up_no_other(ward: Ward) -> None:
    silence, checked = asyncio.Event(), asyncio.Event()

    class HalfSilentProbe(ScriptedProbe):
        async def probe(self, endpoint: ProxyEndpoint) -> ProxyTimes:
            if endpoint.port == 1:
                await silence.wait()
            self.asked.append(endpoint.port)
            if {2, 3} <= set(self.asked):
                checked.set()
            return GOOD

    health = ProxyHealth(ward.store, HalfSilentProbe(), ward.clock, settings=HealthSettings(at_once=2))
    running = asyncio.get_running_loop().create_task(health.run())

    await asyncio.wait_for(checked.wait(), 20)

    assert not silence.is_set()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_pauses_grow_with_each_failure_and_end_with_a_good_check(ward: Ward) -> None:
    ward.probe.fail(1)
    pauses = []
    for _ in range(9):
        await ward.health.check_due()
        pauses.append(await ward.quarantine_s())
        ward.clock.advance(pauses[-1] or 0)

    assert pauses == [30, 60, 120, 300, 900, 1800, 3600, 3600, 3600]
    ward.probe.answers.clear()
    await ward.health.check_due()
    assert await ward.quarantine_s() is None


def test_moments_are_spread_so_that_checks_do_not_come_in_crowds() -> None:
    settings, chance = HealthSettings(), random.Random(1)
    moments = {settings.spread(300, chance) for _ in range(50)}

    assert len(moments) == 50
    assert all(timedelta(seconds=240) <= moment <= timedelta(seconds=360) for moment in moments)


async def test_one_failed_probe_is_asked_again_before_it_counts(ward: Ward) -> None:
    ward.probe.fail(1)
    ward.probe.once = ward.probe.answers.clear

    await ward.health.check([ProxyId(1)])

    assert ward.probe.asked == [1, 1]
    assert await ward.quarantine_s() is None


async def test_a_failing_proxy_hands_its_account_to_a_healthy_one_of_its_group(ward: Ward) -> None:
    ward.probe.fail(1)

    await ward.health.check_due()

    assert await ward.held() == 2


async def test_without_permission_the_account_stays_and_waits(ward: Ward) -> None:
    await ward.assign(may_move=False)
    ward.probe.fail(1)

    await ward.health.check_due()

    assert await ward.held() == 1


async def test_a_limit_of_telegram_moves_nobody(ward: Ward) -> None:
    ward.probe.fail(1, ProxyFailure.LIMITED)

    await ward.health.check_due()

    assert await ward.held() == 1
    assert await ward.quarantine_s() == 30


async def test_what_says_nothing_about_the_proxy_changes_nothing(
    ward: Ward, caplog: pytest.LogCaptureFixture
) -> None:
    ward.probe.answers[1] = NetworkError(title="This computer is not online")

    await ward.health.check_due()

    assert await ward.held() == 1
    assert await ward.quarantine_s() is None
    assert (await ward.store.get(ProxyId(1))).checked_at is None
    assert "was not checked" in caplog.text
    ward.clock.advance(60)
    assert await ward.health.check_due() == 1
