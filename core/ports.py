"""Ports that several packages need. Whoever implements one matches it by shape; main.py brings both sides together."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from typing import Protocol

from core.domain.ai import AiBudget, AiCacheFigures, AiFeature, AiUsage
from core.domain.ids import AccountId, ProxyId
from core.domain.proxy import ProxyEndpoint, ProxyTimes, ProxyWish
from core.text_model import TextAnswer, TokenCount


class Secrets(Protocol):
    """The open secret store. Blocks: called on a thread. `get` raises SecretNotFound; `delete` is harmless."""

    def get(self, name: str) -> bytes: ...

    def set(self, name: str, secret: bytes) -> None: ...

    def delete(self, name: str) -> None: ...


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
        """A healthy proxy that fits and has room: a place is kept there, for a minute. Raises UserInputError when there
        is none.
        """
        ...

    async def keep(self, proxy_id: ProxyId, *, until: datetime | None = None) -> None:
        """Keep the place for another minute, or until then; so a process that dies keeps it no longer."""
        ...

    async def give_back(self) -> None:
        """The place is not wanted any more."""
        ...

    def hold_proxy(self, proxy_id: ProxyId) -> AbstractAsyncContextManager[ProxyEndpoint]:
        """This very proxy, to connect through or not at all; as ProxyRoutes.hold. Raises ProxyUnreachable."""
        ...


class AiLedger(Protocol):
    """What is kept of questions to text models: figures, an event each, and answers for a while. Each method is a unit."""

    async def begin(self, feature: AiFeature, budget: AiBudget, *, day: date) -> str:
        """Count a request that is about to be made, unless the budget of the day is used up.

        Returns what of it is used up, "requests" or "tokens", or "" when the request may be made. Tokens are known
        afterwards only, so requests that run at the same time may go beyond that limit by what they cost.
        """
        ...

    async def finish(
        self,
        feature: AiFeature,
        tokens: TokenCount,
        *,
        is_failed: bool,
        day: date,
        at: datetime,
        actor: str,
        data: Mapping[str, str | int],
    ) -> None:
        """Count what the request cost, and write its event."""
        ...

    async def find_answer(
        self,
        request_hash: bytes,
        feature: AiFeature,
        *,
        since: datetime,
        at: datetime,
        actor: str,
        data: Mapping[str, str | int],
    ) -> TextAnswer | None:
        """The answer that was kept since then, with its hit counted and its event written."""
        ...

    async def keep_answer(self, request_hash: bytes, answer: TextAnswer, *, at: datetime, since: datetime) -> None:
        """Keep it, and delete those that were kept before `since`."""
        ...

    async def usage(self, *, since: date) -> Sequence[AiUsage]:
        """By day, newest first, and feature."""
        ...

    async def cache_figures(self, *, since: datetime) -> AiCacheFigures:
        """Of answers that were kept since then."""
        ...

    async def forget_answers(self) -> int:
        """Empty the cache; how many answers there were."""
        ...
