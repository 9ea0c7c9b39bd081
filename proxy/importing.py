"""Takes a list of proxies into the workspace: credentials into the secret store, the rest into rows."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, Protocol, TypeVar

from core.domain.ids import ProxyId
from core.domain.proxy import HolderFate, ProxyEndpoint, RemovedProxies
from core.errors import SecretNotFound
from core.ports import Secrets
from core.timeouts import OperationType, await_blocking
from proxy.changing import forget_secrets
from proxy.parsing import ParsedProxy, RefusedLine, parse_list
from proxy.ports import ProxyDesk

G = TypeVar("G")
G_in = TypeVar("G_in", contravariant=True)

SECONDS_A_SECRET: Final = 1.0  # each is written through to the disk
SECRETS_AT_ONCE: Final = 20  # between two looks at whether a person cancelled
ROWS_AT_ONCE: Final = 2000  # the most that one unit of work takes in, so that a lane that sends is not held up


class ProxyShelf(Protocol[G_in]):
    """Where rows go; `G` is what the proxies of one list have in common (database.ProxyGroup)."""

    async def import_proxies(
        self, endpoints: Sequence[ProxyEndpoint], group: G_in, *, actor: str, now: datetime
    ) -> Sequence[ProxyId]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedList:
    """What became of each line. `duplicates` counts repeated lines and proxies that were here already."""

    accepted: int
    duplicates: int
    refused: tuple[RefusedLine, ...]
    missing_secret_count: int  # credentials that could not be kept, since the workspace has no secret store


class ProxyImport(Generic[G]):
    """One import of proxies that were parsed: credentials first, so that no row names one that is not there.

    After an error or a cut the same list can simply be imported again.
    """

    def __init__(
        self, proxies: Sequence[ParsedProxy], store: ProxyShelf[G], group: G, secrets: Secrets | None
    ) -> None:
        """`secrets` None: there is no store, and credentials are not kept."""
        self._proxies = proxies
        self._with_secret = [proxy for proxy in proxies if proxy.secret] if secrets is not None else []
        self._store = store
        self._group = group
        self._secrets = secrets
        self._new_names: list[str] = []
        self._rows_done = 0
        self._is_cancelled = False
        self.added: list[ProxyId] = []

    @property
    def steps(self) -> int:
        """How many steps there are: a credential or a row each."""
        return len(self._with_secret) + len(self._proxies)

    @property
    def is_cancelled(self) -> bool:
        return self._is_cancelled

    def cancel(self) -> None:
        """Stop after the piece that is being written; then `undo` what was."""
        self._is_cancelled = True

    async def run(self, *, actor: str, now: datetime, tell: Callable[[int], object] = lambda _: None) -> None:
        """Write everything, or up to a cancel; `tell` hears how many steps are done. Raises SecretStoreError and
        StorageError."""
        done = 0
        for piece in _pieces(self._with_secret, SECRETS_AT_ONCE):
            if self._is_cancelled:
                return
            seconds = 10 + SECONDS_A_SECRET * len(piece)
            keep = _Keeping(self._secrets_or_fail(), piece)
            self._new_names += await await_blocking(OperationType.SECRET_STORE, keep, seconds=seconds)
            done += len(piece)
            tell(done)
        for rows in _pieces(self._proxies, ROWS_AT_ONCE):
            if self._is_cancelled:
                return
            endpoints = [proxy.endpoint for proxy in rows]
            self.added += await self._store.import_proxies(endpoints, self._group, actor=actor, now=now)
            self._rows_done += len(rows)
            done += len(rows)
            tell(done)

    async def undo(self, desk: ProxyDesk, *, actor: str, now: datetime) -> RemovedProxies:
        """Take it back: what it added is removed, but for proxies that an account leaves through by now. A password
        that it replaced stays replaced."""
        removed = RemovedProxies(removed=(), secret_names=(), moved=(), waiting=())
        for piece in _pieces(self.added, ROWS_AT_ONCE):
            gone = await desk.remove(piece, HolderFate.KEEP, actor=actor, now=now)
            removed = RemovedProxies(
                removed=removed.removed + gone.removed,
                secret_names=removed.secret_names + gone.secret_names,
                moved=(),
                waiting=(),
            )
        never_named = {proxy.endpoint.secret_name for proxy in self._proxies[self._rows_done :]}
        orphans = [*removed.secret_names, *(name for name in self._new_names if name in never_named)]
        await forget_secrets(self._secrets, orphans)
        return removed

    def _secrets_or_fail(self) -> Secrets:
        assert self._secrets is not None, "without a store there are no credentials to keep"
        return self._secrets


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

    Raises SecretStoreError and StorageError.
    """
    parsed = parse_list(lines)
    job = ProxyImport(parsed.accepted, store, group, secrets)
    await job.run(actor=actor, now=now)
    missing = sum(bool(proxy.secret) for proxy in parsed.accepted) if secrets is None else 0
    return ImportedList(
        accepted=len(job.added),
        duplicates=len(parsed.duplicates) + len(parsed.accepted) - len(job.added),
        refused=parsed.refused,
        missing_secret_count=missing,
    )


T = TypeVar("T")


def _pieces(values: Sequence[T], size: int) -> Iterable[Sequence[T]]:
    return (values[start : start + size] for start in range(0, len(values), size))


@dataclass(frozen=True, slots=True)
class _Keeping:
    """Writes what is not in the store yet; returns the names that are new."""

    secrets: Secrets
    proxies: Sequence[ParsedProxy]

    def __call__(self) -> list[str]:
        new = []
        for proxy in self.proxies:
            name, secret = proxy.endpoint.secret_name, proxy.secret.encode()
            kept = self._find(name)
            if kept != secret:
                self.secrets.set(name, secret)
            if kept is None:
                new.append(name)
        return new

    def _find(self, name: str) -> bytes | None:
        try:
            return self.secrets.get(name)
        except SecretNotFound:
            return None
