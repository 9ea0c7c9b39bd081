"""The Proxies page over a workspace with proxies in every state, and a worker that answers checks by a script."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from core.domain.ids import AccountId, ProxyId
from core.domain.proxy import ProxyEndpoint, ProxyFailure, ProxyKind, ProxyTimes, ProxyWish
from core.secrets.choice import StoreKind
from core.secrets.manager import SecretsManager
from database import ProxyGroup, ProxyStore
from desktop.pages.proxies.page import ProxiesPage
from tests.desktop.pages.conftest import Window, shown
from tests.desktop.workspace_fixture import Filled

GOOD = ProxyTimes(tcp_ms=12.0, telegram_ms=38.0, failure=None)
DEAD = ProxyTimes(tcp_ms=None, telegram_ms=None, failure=ProxyFailure.DEAD)
REFUSED = ProxyTimes(tcp_ms=9.0, telegram_ms=None, failure=ProxyFailure.WRONG_CREDENTIALS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Four proxies: two of a group, the first with an account; a failing one with the other account; an unchecked one."""

    filled: Filled
    store: ProxyStore
    held: ProxyId
    spare: ProxyId
    failing: ProxyId
    unchecked: ProxyId

    async def record(self, proxy_id: ProxyId, times: ProxyTimes) -> None:
        """As the worker does after a check."""
        now = self.filled.clock.now()
        await self.store.record_check(
            proxy_id,
            times,
            pause_after=lambda failures: timedelta(minutes=failures),
            next_check_at=now + timedelta(minutes=5),
            now=now,
        )

    async def proxy_of(self, account_id: AccountId) -> ProxyId | None:
        """Its proxy; None while it waits. Fails for an account that would connect directly."""
        route = await self.store.route(account_id)
        assert route is not None, "it connects directly"
        return route.proxy_id


def endpoint(number: int, kind: ProxyKind = ProxyKind.SOCKS5, username: str = "", secret: str = "") -> ProxyEndpoint:
    return ProxyEndpoint(kind=kind, host=f"192.0.2.{number}", port=1080, username=username, secret_name=secret)


async def fill_pool(filled: Filled) -> Pool:
    store, now = filled.services.get(ProxyStore), filled.clock.now()

    async def add(endpoints: Sequence[ProxyEndpoint], **group: object) -> Sequence[ProxyId]:
        return await store.import_proxies(endpoints, ProxyGroup(**group), actor="kaya", now=now)

    held, spare = await add([endpoint(1), endpoint(2)], label="gold", country="DE")
    (failing,) = await add([endpoint(3, ProxyKind.HTTP, "ada", "proxy/three")], capacity=3)
    (unchecked,) = await add([endpoint(4, ProxyKind.MTPROXY, secret="proxy/four")])
    pool = Pool(filled=filled, store=store, held=held, spare=spare, failing=failing, unchecked=unchecked)
    first, second = filled.accounts
    await store.assign(first, ProxyWish(proxy_id=held), may_move=True, actor="kaya", now=now)
    await store.assign(second, ProxyWish(proxy_id=failing), may_move=False, actor="kaya", now=now)
    for proxy_id, times in ((held, GOOD), (spare, GOOD), (failing, REFUSED)):
        await pool.record(proxy_id, times)
    return pool


def keep_secrets(filled: Filled) -> SecretsManager:
    """A secret store whose passphrase is "long enough words"."""
    return SecretsManager.create(filled.workspace, StoreKind.PASSPHRASE, passphrase="long enough words")


@asynccontextmanager
async def proxies_page(filled: Filled) -> AsyncIterator[Window[ProxiesPage]]:
    async with shown(filled, partial(ProxiesPage, filled.workspace)) as window:
        yield window
