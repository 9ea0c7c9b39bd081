"""A new account that is given a proxy signs in through it from its first connection on, and keeps it."""

import asyncio
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import psutil
import pytest

from core.clock import SystemClock
from core.container import ServiceContainer
from core.domain.ids import AccountId, ProxyId
from core.domain.proxy import ProxyFailure, ProxyRoute, ProxyTimes, ProxyWish
from core.errors import UserInputError
from core.secrets.choice import StoreKind
from core.secrets.manager import SecretsManager
from core.workspace import Workspace
from database import ProxyGroup, ProxyStore
from main import MainHouse
from proxy import ProxyPool
from telegram.sandbox.control import AccountInfo, AccountKind
from telegram.sign_in import values as v
from telegram.sign_in.child_client import SignInChild, SignInEnded
from tests.cli.program import Program
from tests.cli.sign_in_workspace import PASSPHRASE, accounts_of, aside, make_workspace
from tests.cli.test_sign_in_child import child_of, give_code, give_phone, see
from tests.proxy.servers import DIRECT, LoopbackProxy, running
from tests.telegram.sandbox_fixture import RunningSandbox

pytestmark = pytest.mark.slow
T = TypeVar("T")
SOURCE = "127.0.0.9"  # of this file's proxies alone
OTHER = "127.0.0.10"
AN_HOUR = timedelta(hours=1)


@dataclass
class Place:
    """A workspace beside a sandbox of its own, so that nobody else's connections are counted."""

    sandbox: RunningSandbox
    workspace: Workspace
    secrets: SecretsManager

    async def with_services(self, work: Callable[[ServiceContainer], Awaitable[T]]) -> T:
        async def run() -> T:
            async with MainHouse().services(self.workspace) as services:
                return await work(services)

        return await aside(run)

    async def add(self, *proxies: LoopbackProxy) -> list[ProxyId]:
        async def work(services: ServiceContainer) -> list[ProxyId]:
            endpoints = [proxy.endpoint() for proxy in proxies]
            store = services.get(ProxyStore)
            return list(await store.import_proxies(endpoints, ProxyGroup(), actor="ann", now=SystemClock().now()))

        return await self.with_services(work)

    async def route(self, account_id: int) -> ProxyRoute | None:
        return await self.with_services(lambda services: services.get(ProxyStore).route(AccountId(account_id)))

    async def sources(self) -> Counter[str]:
        return Counter((await self.sandbox.control.stats()).sources)

    async def new_user(self) -> AccountInfo:
        return await self.sandbox.control.add_account(AccountKind.USER, name="Ada")

    async def new_bot(self) -> AccountInfo:
        return await self.sandbox.control.add_account(AccountKind.BOT, name="Shop")


@pytest.fixture
async def place(tmp_path: Path, sandbox: RunningSandbox) -> Place:
    workspace, secrets = await make_workspace(tmp_path / "w", sandbox, StoreKind.PASSPHRASE)
    return Place(sandbox, workspace, secrets)


async def give_token(child: SignInChild, bot: AccountInfo, kind: type[T]) -> T:
    await see(child, v.AskBotToken)
    child.give(v.GiveBotToken(token=bot.bot_token))
    return await see(child, kind)


def bot_child(place: Place, proxy: str) -> Any:
    return child_of(place.workspace, place.secrets, v.Method.BOT, proxy=proxy)


async def test_a_new_account_leaves_through_its_proxy_from_the_first_connection_on(place: Place) -> None:
    async with running(LoopbackProxy(source=SOURCE)) as proxy, running(LoopbackProxy(source=OTHER)) as other:
        _, second = await place.add(other, proxy)
        async with bot_child(place, str(second)) as child:
            done = await give_token(child, await place.new_bot(), v.Done)

        sources = await place.sources()
        route = await place.route(done.account_id)

    assert set(sources) == {SOURCE}
    assert route is not None
    assert route.proxy_id == second


async def test_a_proxy_from_the_pool_is_given_and_never_one_without_room(place: Place) -> None:
    async with running(LoopbackProxy(source=SOURCE)) as proxy:
        await place.add(proxy)
        async with bot_child(place, v.ANY_PROXY) as child:
            await give_token(child, await place.new_bot(), v.Done)
        before = await place.sources()
        async with bot_child(place, v.ANY_PROXY) as child:
            refused = await see(child, v.Refused)

    assert set(before) == {SOURCE}
    assert refused.problem.title == "No proxy is free"
    assert await place.sources() == before


async def test_through_a_dead_proxy_nobody_signs_in_and_nothing_leaves(place: Place) -> None:
    proxy = LoopbackProxy(source=SOURCE)
    async with running(proxy):
        [number] = await place.add(proxy)
    async with bot_child(place, str(number)) as child:
        asked = await give_token(child, await place.new_bot(), v.AskBotToken)

    assert asked.problem is not None
    assert not await place.sources()


async def test_a_sign_in_that_was_cut_off_goes_on_through_its_proxy_whatever_is_asked_for(place: Place) -> None:
    user = await place.new_user()
    async with running(LoopbackProxy(source=SOURCE)) as proxy:
        [number] = await place.add(proxy)
        async with child_of(place.workspace, place.secrets, proxy=str(number)) as child:
            await give_phone(child, user)
            assert child.pid is not None
            psutil.Process(child.pid).kill()
            with pytest.raises(SignInEnded):
                await see(child, v.Done)
        async with child_of(place.workspace, place.secrets) as child:
            await see(child, v.AskCode)
            await give_code(place.sandbox, child, user)
            done = await see(child, v.Done)
        route = await place.route(done.account_id)

    assert DIRECT not in await place.sources()
    assert route is not None
    assert route.proxy_id == number


def take(services: ServiceContainer, account_id: int, proxy_id: ProxyId) -> Awaitable[ProxyId]:
    wish = ProxyWish(proxy_id=proxy_id)
    return services.get(ProxyPool).assign(AccountId(account_id), wish, may_move=False, actor="ann")


async def test_its_place_is_kept_while_the_token_is_typed_and_free_when_it_is_given_up(place: Place) -> None:
    async with running(LoopbackProxy(source=SOURCE)) as proxy:
        [number] = await place.add(proxy)
        async with bot_child(place, "") as child:
            first = await give_token(child, await place.new_bot(), v.Done)
        async with bot_child(place, v.ANY_PROXY) as child:
            await see(child, v.AskBotToken)
            with pytest.raises(UserInputError, match="has room"):
                await place.with_services(lambda services: take(services, first.account_id, number))
            child.give(v.Cancel())
            await see(child, v.Cancelled)

        await place.with_services(lambda services: take(services, first.account_id, number))

    route = await place.route(first.account_id)
    assert route is not None
    assert route.proxy_id == number


@pytest.mark.parametrize("asked", ["this one", "any"])
async def test_when_its_place_was_kept_too_short_it_gets_another_or_waits(place: Place, asked: str) -> None:
    async with running(LoopbackProxy(source=SOURCE)) as proxy, running(LoopbackProxy(source=OTHER)) as other:
        [number] = await place.add(proxy)
        async with bot_child(place, "") as child:
            first = await give_token(child, await place.new_bot(), v.Done)
        before = await place.sources()
        async with bot_child(place, v.ANY_PROXY if asked == "any" else str(number)) as child:
            await see(child, v.AskBotToken)
            [spare] = await place.add(other)

            await place.with_services(lambda services: services.get(ProxyStore).unreserve())
            await place.with_services(lambda services: take(services, first.account_id, number))
            child.give(v.GiveBotToken(token=(await place.new_bot()).bot_token))
            done = await see(child, v.Done)
        route = await place.route(done.account_id)

    assert set(await place.sources() - before) == {SOURCE}
    assert route is not None  # never directly
    assert route.proxy_id == (spare if asked == "any" else None)


async def test_a_proxy_in_quarantine_is_not_chosen(place: Place) -> None:
    async with running(LoopbackProxy(source=SOURCE)) as proxy:
        [number] = await place.add(proxy)

        async def fail(services: ServiceContainer) -> None:
            now = SystemClock().now()
            times = ProxyTimes(tcp_ms=None, telegram_ms=None, failure=ProxyFailure.DEAD)
            await services.get(ProxyStore).record_check(
                number, times, pause_after=lambda _: AN_HOUR, next_check_at=now, now=now
            )

        await place.with_services(fail)
        async with bot_child(place, str(number)) as child:
            refused = await see(child, v.Refused)

    assert refused.problem.title == "No proxy is free"
    assert not await place.sources()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
async def test_a_person_is_asked_for_the_proxy_and_gets_one_from_the_pool(
    program: Program, sandbox: RunningSandbox
) -> None:
    from tests.cli.terminal import Terminal

    workspace, secrets = await make_workspace(program.workspace, sandbox, StoreKind.PASSPHRASE)
    place = Place(sandbox, workspace, secrets)
    bot = await place.new_bot()
    words = ("account", "add", "--by", "bot", "--workspace", str(program.workspace), "--as", "test")

    def talk() -> None:
        with Terminal(*words, environment=program.environment) as screen:
            screen.wait_for("Passphrase:")
            screen.type(PASSPHRASE)
            screen.wait_for("[pool]:")
            screen.type("")
            screen.wait_for("Bot token")
            screen.type(bot.bot_token)
            screen.wait_for("Signed in: Shop")
            assert screen.wait_end() == 0

    wrong = await asyncio.to_thread(program.json, *words[:4], "--proxy", "first")
    async with running(LoopbackProxy(source=SOURCE)) as proxy:
        await place.add(proxy)
        await asyncio.to_thread(talk)

    assert "no proxy" in wrong.error["message"]
    assert set(await place.sources()) == {SOURCE}
    assert [account.title for account in await accounts_of(workspace)] == ["Shop"]
