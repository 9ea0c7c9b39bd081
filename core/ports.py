"""Ports that several packages need. Whoever implements one matches it by shape; main.py brings both sides together."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from core.domain.ids import AccountId, ProxyId
from core.domain.proxy import ProxyEndpoint, ProxyTimes, ProxyWish


class ProxyProbe(Protocol):
    """Asks Telegram for a first answer through a proxy. Needs no account."""

    async def probe(self, endpoint: ProxyEndpoint) -> ProxyTimes:
        """What was measured, or why the proxy is unfit.

        Raises NetworkError and SecretStoreError when nothing can be said about the proxy: this computer is not online,
        no sandbox runs, its password cannot be read.
        """
        ...


class ProxyRoutes(Protocol):
    """How accounts leave. Asked at every connect, so that what an operator decides holds from then on."""

    def hold(self, account_id: AccountId) -> AbstractAsyncContextManager[ProxyEndpoint | None]:
        """The proxy to connect through; None only for an account that is not set to use one.

        Inside the block the None stays true: nobody sets the account to use a proxy before it ends. A ProxyUnreachable
        that leaves the block has the proxy checked soon. Raises ProxyUnreachable when the account has to wait.
        """
        ...

    async def find(self, account_id: AccountId) -> ProxyEndpoint | None:
        """The same for a link that is open: None when it should be direct, or when the account has no proxy now.

        Raises ProxyUnreachable when the account may not be connected at all.
        """
        ...


class ProxyPicks(Protocol):
    """How an account leaves that is not here yet: while it signs in for the first time."""

    async def pick(self, wish: ProxyWish) -> ProxyId:
        """A healthy proxy that fits and has room; nothing is taken. Raises UserInputError when there is none."""
        ...

    def hold_proxy(self, proxy_id: ProxyId) -> AbstractAsyncContextManager[ProxyEndpoint]:
        """This very proxy, to connect through or not at all; as ProxyRoutes.hold. Raises ProxyUnreachable."""
        ...
