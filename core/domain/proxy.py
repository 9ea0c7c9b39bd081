"""A proxy as a value: where it is, how it is spoken to, and under which name its credential is kept."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.domain.ids import AccountId, ProxyId


class ProxyKind(StrEnum):
    SOCKS5 = "socks5"
    SOCKS4 = "socks4"  # knows IPv4 addresses and a user name, no password
    HTTP = "http"  # by its CONNECT method
    MTPROXY = "mtproxy"  # Telegram's own; plain and dd secrets


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyEndpoint:
    """The address of a proxy. Two of the same kind, host, port and user name are the same proxy.

    `host` is an IP address or a name, in lower case, IPv6 without brackets. `secret_name` is the entry of the secret
    store that holds the password, or the secret of an MTProxy as hex digits; empty: it has none.
    """

    kind: ProxyKind
    host: str
    port: int
    username: str = ""
    secret_name: str = ""

    @property
    def identity(self) -> tuple[str, str, int, str]:
        """What tells it from other proxies."""
        return self.kind.value, self.host, self.port, self.username

    @property
    def address(self) -> str:
        """Host and port as people write them; IPv6 in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class ProxyFailure(StrEnum):
    """Why a check found a proxy unfit."""

    DEAD = "dead"  # nobody answers at its address
    WRONG_CREDENTIALS = "wrong_credentials"  # it refuses the user name and password
    WRONG_SECRET = "wrong_secret"  # an MTProxy that ends the link at once  # noqa: S105 - a name, not a secret
    NO_CREDENTIALS = "no_credentials"  # its password or secret is not in the secret store
    REFUSED = "refused"  # it answers and does not connect to Telegram
    SILENT = "silent"  # it took the connection, and no answer came
    NOT_TELEGRAM = "not_telegram"  # what answers through it is not Telegram
    LIMITED = "limited"  # Telegram limits connections from its address; accounts wait and are not moved


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyTimes:
    """What a check measured. `tcp_ms`: until the proxy had connected; None: it did not. `telegram_ms`: from there to
    Telegram's first answer; None when `failure` says why not."""

    tcp_ms: float | None
    telegram_ms: float | None
    failure: ProxyFailure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyCheck:
    """One check of the past."""

    at: datetime
    times: ProxyTimes


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """A proxy of the workspace. `quarantined_until`: no account is given it and none connects through it before."""

    id: ProxyId
    endpoint: ProxyEndpoint
    label: str
    country: str  # two capital letters, or empty
    capacity: int  # accounts at once; 1: exclusive
    account_ids: tuple[AccountId, ...]  # who holds it now
    failure_count: int  # failed checks since the last good one
    failure: ProxyFailure | None
    quarantined_until: datetime | None
    checked_at: datetime | None
    last_check: ProxyCheck | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyWish:
    """Which proxy an account may be given; None: any."""

    proxy_id: ProxyId | None = None
    label: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyChange:
    """What a person changes about proxies; None: it stays. `secret_name`: a credential was kept under this name, so
    they are checked anew."""

    label: str | None = None
    country: str | None = None
    capacity: int | None = None
    secret_name: str | None = None


class HolderFate(StrEnum):
    """What becomes of the accounts whose proxy is removed. None of them ever connects directly because of it."""

    REFUSE = "refuse"  # nothing is removed while an account leaves through one of them
    KEEP = "keep"  # those that are held stay; the others are removed
    WAIT = "wait"  # the accounts wait for another proxy
    MOVE = "move"  # to a healthy one of the same label and country that has room; without one they wait


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovedProxies:
    """What a removal did. `secret_names`: entries of the secret store that nobody needs any more."""

    removed: tuple[ProxyId, ...]
    secret_names: tuple[str, ...]
    moved: tuple[AccountId, ...]
    waiting: tuple[AccountId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyPick:
    """The proxy through which a new account signs in, kept for it from then on.

    `is_any`: it was taken from the pool, so another one will do, should its last place be taken before the sign-in ends.
    """

    proxy_id: ProxyId
    is_any: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyRoute:
    """How an account that never connects directly leaves now. Without an endpoint it waits to be given a proxy."""

    proxy_id: ProxyId | None
    endpoint: ProxyEndpoint | None
    quarantined_until: datetime | None
