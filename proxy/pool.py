"""Which proxy an account leaves through: given by one statement, kept by the account, and never left out.

Never a direct connection for an account that is set to use a proxy: see `ProxyPool.hold`.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final

from core.clock import Clock
from core.domain.ids import AccountId, ProxyId
from core.domain.proxy import ProxyEndpoint, ProxyRoute, ProxyWish
from core.errors import ProxyMissing, ProxyUnreachable, TimedOut
from proxy.ports import ProxyStore, RouteLock

LOCK_PATIENCE_S: Final = 45.0  # above the time-out of a connect, during which the lock of a direct account is held
LOCK_POLL_S: Final = 0.02
KEPT_FOR: Final = timedelta(minutes=1)
"""How long a place is kept for a sign-in whose process may have died."""


class ProxyPool:
    """Implements `core.ports.ProxyRoutes` and `ProxyPicks`, and lets people give proxies to accounts and take them back.

    A direct connect holds the account's route lock from before the last look at the row until the connect has ended,
    and setting an account to use a proxy waits for that lock before it writes. So once `assign` has returned no direct
    connect of that account is under way, and none begins, in whatever process.
    """

    def __init__(self, store: ProxyStore, clock: Clock, lock_of: Callable[[AccountId], RouteLock]) -> None:
        self._store = store
        self._clock = clock
        self._lock_of = lock_of

    @asynccontextmanager
    async def hold(self, account_id: AccountId) -> AsyncIterator[ProxyEndpoint | None]:
        """See `core.ports.ProxyRoutes.hold`."""
        route = await self._store.route(account_id)
        if route is None:
            async with self._alone(account_id):
                route = await self._store.route(account_id)  # it may have been set while we waited
                if route is None:
                    yield None
                    return
        endpoint = self._usable(route)
        try:
            yield endpoint
        except ProxyUnreachable:
            assert route.proxy_id is not None, "there is an endpoint"
            await self._store.check_soon(route.proxy_id, now=self._clock.now())
            raise

    async def find(self, account_id: AccountId) -> ProxyEndpoint | None:
        """See `core.ports.ProxyRoutes.find`. An open link may stay on a proxy that is in quarantine."""
        route = await self._store.route(account_id)
        if route is None:
            return None
        if route.endpoint is None:
            raise ProxyMissing
        return route.endpoint

    async def pick(self, wish: ProxyWish) -> ProxyId:
        """See `core.ports.ProxyPicks.pick`."""
        now = self._clock.now()
        return await self._store.reserve_free(wish, until=now + KEPT_FOR, now=now)

    async def keep(self, proxy_id: ProxyId, *, until: datetime | None = None) -> None:
        """See `core.ports.ProxyPicks.keep`."""
        await self._store.reserve(proxy_id, until=until or self._clock.now() + KEPT_FOR)

    async def give_back(self) -> None:
        """See `core.ports.ProxyPicks.give_back`."""
        await self._store.unreserve()

    @asynccontextmanager
    async def hold_proxy(self, proxy_id: ProxyId) -> AsyncIterator[ProxyEndpoint]:
        """See `core.ports.ProxyPicks.hold_proxy`."""
        proxy = await self._store.get(proxy_id)
        route = ProxyRoute(proxy_id=proxy_id, endpoint=proxy.endpoint, quarantined_until=proxy.quarantined_until)
        endpoint = self._usable(route)
        try:
            yield endpoint
        except ProxyUnreachable:
            await self._store.check_soon(proxy_id, now=self._clock.now())
            raise

    async def assign(self, account_id: AccountId, wish: ProxyWish, *, may_move: bool, actor: str) -> ProxyId:
        """Give the account a proxy that fits; see database.stores.proxies.ProxyStore.assign.

        Raises UserInputError when none is free, TimedOut when the account is connecting directly for very long.
        """
        async with self._alone(account_id):
            return await self._store.assign(account_id, wish, may_move=may_move, actor=actor, now=self._clock.now())

    async def release(self, account_id: AccountId, *, direct: bool, actor: str) -> bool:
        """Take its proxy from the account, which then waits, or with `direct` connects directly."""
        return await self._store.release(account_id, direct=direct, actor=actor, now=self._clock.now())

    def _usable(self, route: ProxyRoute) -> ProxyEndpoint:
        if route.endpoint is None:
            raise ProxyMissing
        until = route.quarantined_until
        if until is not None and until > self._clock.now():
            raise ProxyUnreachable(
                f"It failed its last check and is left alone until {until:%H:%M:%S} UTC. The account waits for it.",
                title="The proxy of this account is in quarantine",
            )
        return route.endpoint

    @asynccontextmanager
    async def _alone(self, account_id: AccountId) -> AsyncIterator[None]:
        lock = self._lock_of(account_id)
        end_s = self._clock.monotonic() + LOCK_PATIENCE_S
        while not lock.acquire():
            if self._clock.monotonic() >= end_s:
                raise TimedOut(
                    "The account has been connecting without a proxy all the time.",
                    title="The proxy could not be given to this account",
                    hint="Stop the worker, then try again. Nothing was changed.",
                )
            await self._clock.sleep(LOCK_POLL_S)
        try:
            yield
        finally:
            lock.release()
