"""What the pool needs from outside: the store of proxies, the secret store, and a lock for each account."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from core.domain.ids import AccountId, ProxyId
from core.domain.proxy import HolderFate, Proxy, ProxyChange, ProxyRoute, ProxyTimes, ProxyWish, RemovedProxies


class ProxyStore(Protocol):
    """Each method is one unit of work; see database.stores.proxies."""

    async def get(self, proxy_id: ProxyId) -> Proxy: ...

    async def route(self, account_id: AccountId) -> ProxyRoute | None: ...

    async def assign(
        self, account_id: AccountId, wish: ProxyWish, *, may_move: bool, actor: str, now: datetime
    ) -> ProxyId: ...

    async def reserve_free(self, wish: ProxyWish, *, until: datetime, now: datetime) -> ProxyId: ...

    async def reserve(self, proxy_id: ProxyId, *, until: datetime) -> None: ...

    async def unreserve(self) -> None: ...

    async def release(self, account_id: AccountId, *, direct: bool, actor: str, now: datetime) -> bool: ...

    async def check_soon(self, proxy_id: ProxyId, *, now: datetime) -> None: ...

    async def claim_due_checks(self, *, now: datetime, until: datetime, limit: int) -> Sequence[ProxyId]: ...

    async def record_check(
        self,
        proxy_id: ProxyId,
        times: ProxyTimes,
        *,
        pause_after: Callable[[int], timedelta],
        next_check_at: datetime,
        now: datetime,
    ) -> None: ...

    async def move_accounts(self, proxy_id: ProxyId, *, now: datetime) -> Sequence[AccountId]: ...


class ProxyDesk(Protocol):
    """Each method is one unit of work; see database.stores.proxy_desk."""

    async def edit(self, proxy_ids: Sequence[ProxyId], change: ProxyChange, *, actor: str, now: datetime) -> None: ...

    async def remove(
        self, proxy_ids: Sequence[ProxyId], fate: HolderFate, *, actor: str, now: datetime
    ) -> RemovedProxies: ...


class RouteLock(Protocol):
    """Held by whoever connects an account directly, and by whoever sets it to use a proxy."""

    def acquire(self) -> bool:
        """Take it now or return False; never waits."""
        ...

    def release(self) -> None: ...
