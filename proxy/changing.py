"""Changes of proxies that touch their credentials: a new password, and the removal of a proxy with what it had."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.domain.ids import ProxyId
from core.domain.proxy import HolderFate, Proxy, ProxyChange, RemovedProxies
from core.timeouts import OperationType, await_blocking
from proxy.parsing import read_secret, secret_name
from proxy.ports import ProxyDesk, Secrets

SECONDS_A_SECRET = 1.0  # each removal is written through to the disk


async def change_secret(
    proxy: Proxy, text: str, desk: ProxyDesk, secrets: Secrets, *, actor: str, now: datetime
) -> None:
    """Give the proxy another password, or MTProxy secret, and have it checked at once.

    Raises UserInputError when it cannot be one, SecretStoreError when it cannot be kept; then nothing was changed.
    """
    secret = read_secret(proxy.endpoint, text).encode()
    name = proxy.endpoint.secret_name or secret_name(proxy.endpoint)
    await await_blocking(OperationType.SECRET_STORE, lambda: secrets.set(name, secret), seconds=10)
    await desk.edit([proxy.id], ProxyChange(secret_name=name), actor=actor, now=now)


async def remove_proxies(
    proxy_ids: Sequence[ProxyId],
    fate: HolderFate,
    desk: ProxyDesk,
    secrets: Secrets | None,
    *,
    actor: str,
    now: datetime,
) -> RemovedProxies:
    """Remove proxies, then their credentials. `secrets` None: those stay in the vault, encrypted, until the proxy is
    imported and removed again. Raises UserInputError as `ProxyDesk.remove`, SecretStoreError when the proxies are gone
    and a credential is not."""
    removed = await desk.remove(proxy_ids, fate, actor=actor, now=now)
    await forget_secrets(secrets, removed.secret_names)
    return removed


async def forget_secrets(secrets: Secrets | None, names: Sequence[str]) -> None:
    """Delete credentials that no proxy names any more."""
    if secrets is not None and names:
        seconds = 10 + SECONDS_A_SECRET * len(names)
        await await_blocking(OperationType.SECRET_STORE, _Forgetting(secrets, names), seconds=seconds)


@dataclass(frozen=True, slots=True)
class _Forgetting:
    secrets: Secrets
    names: Sequence[str]

    def __call__(self) -> None:
        for name in self.names:
            self.secrets.delete(name)
