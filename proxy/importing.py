"""Takes a list of proxies into the workspace: credentials into the secret store, the rest into rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from core.domain.ids import ProxyId
from core.domain.proxy import ProxyEndpoint
from core.errors import SecretNotFound
from core.timeouts import OperationType, await_blocking
from proxy.parsing import ParsedProxy, RefusedLine, parse_list
from proxy.ports import Secrets

G = TypeVar("G", contravariant=True)

SECONDS_A_SECRET = 1.0  # each is written through to the disk


class ProxyShelf(Protocol[G]):
    """Where rows go; `G` is what the proxies of one list have in common (database.ProxyGroup)."""

    async def import_proxies(
        self, endpoints: Sequence[ProxyEndpoint], group: G, *, actor: str, now: datetime
    ) -> Sequence[ProxyId]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedList:
    """What became of each line. `duplicates` counts repeated lines and proxies that were here already."""

    accepted: int
    duplicates: int
    refused: tuple[RefusedLine, ...]
    missing_secret_count: int  # credentials that could not be kept, since the workspace has no secret store


async def import_list(
    lines: Iterable[str],
    store: ProxyShelf[G],
    group: G,
    secrets: Secrets | None,
    *,
    actor: str,
    now: datetime,
) -> ImportedList:
    """Add the proxies that are new; a known one gets the credential of the list. `secrets` None: there is no store.

    Credentials are kept first, so that no row names one that is not there. Raises SecretStoreError and StorageError;
    then the same list can simply be imported again.
    """
    parsed = parse_list(lines)
    with_secret = [proxy for proxy in parsed.accepted if proxy.secret]
    if secrets is not None and with_secret:
        keep = _Keeping(secrets, with_secret)
        await await_blocking(OperationType.SECRET_STORE, keep, seconds=10 + SECONDS_A_SECRET * len(with_secret))
    endpoints = [proxy.endpoint for proxy in parsed.accepted]
    added = await store.import_proxies(endpoints, group, actor=actor, now=now) if endpoints else ()
    return ImportedList(
        accepted=len(added),
        duplicates=len(parsed.duplicates) + len(endpoints) - len(added),
        refused=parsed.refused,
        missing_secret_count=len(with_secret) if secrets is None else 0,
    )


@dataclass(frozen=True, slots=True)
class _Keeping:
    """Writes what is not in the store yet."""

    secrets: Secrets
    proxies: Sequence[ParsedProxy]

    def __call__(self) -> None:
        for proxy in self.proxies:
            name, secret = proxy.endpoint.secret_name, proxy.secret.encode()
            if self._find(name) != secret:
                self.secrets.set(name, secret)

    def _find(self, name: str) -> bytes | None:
        try:
            return self.secrets.get(name)
        except SecretNotFound:
            return None
