"""Changes of proxies that touch their credentials: a new password, and the removal of a proxy with what it had."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.domain.ids import AccountId, ProxyId
from core.domain.proxy import HolderFate, Proxy, ProxyChange, RemovedProxies
from core.ports import Secrets
from core.timeouts import OperationType, await_blocking
from proxy.parsing import read_secret, secret_name
from proxy.ports import ProxyDesk

SECONDS_A_SECRET = 1.0  # each removal is written through to the disk
PROXIES_AT_ONCE = 200  # with 120 checks each that is some 30 ms, so a lane that sends is not held up


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
    imported and removed again. Many go in pieces, but for REFUSE, which is all or nothing. Raises UserInputError as
    `ProxyDesk.remove`, SecretStoreError when the proxies are gone and a credential is not."""
    size = max(1, len(proxy_ids)) if fate is HolderFate.REFUSE else PROXIES_AT_ONCE
    removed: list[ProxyId] = []
    names: list[str] = []
    has_moved: dict[AccountId, bool] = {}  # one may move to a proxy of a later piece, and from there again
    for start in range(0, len(proxy_ids), size):
        gone = await desk.remove(proxy_ids[start : start + size], fate, actor=actor, now=now)
        removed += gone.removed
        names += gone.secret_names
        has_moved |= dict.fromkeys(gone.moved, True) | dict.fromkeys(gone.waiting, False)
    await forget_secrets(secrets, names)
    return RemovedProxies(
        removed=tuple(removed),
        secret_names=tuple(names),
        moved=tuple(account_id for account_id, moved in has_moved.items() if moved),
        waiting=tuple(account_id for account_id, moved in has_moved.items() if not moved),
    )


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
