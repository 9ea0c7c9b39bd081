"""A proxy as a value: where it is, how it is spoken to, and under which name its credential is kept."""

from dataclasses import dataclass
from enum import StrEnum


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
