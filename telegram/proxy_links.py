"""Connections through a proxy: the only place that hands Telethon one, and the only importer of python-socks.

Telethon's own way is not used: it replaces python-socks' errors for the whole process, and waits 2 s at each MTProxy.
Nothing here ever connects directly: without a proxy these classes raise.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import python_socks
from python_socks.async_.asyncio import Proxy
from telethon.network.connection.connection import ObfuscatedConnection
from telethon.network.connection.tcpmtproxy import (
    ConnectionTcpMTProxyIntermediate,
    ConnectionTcpMTProxyRandomizedIntermediate,
)

from core.domain.proxy import ProxyEndpoint, ProxyFailure, ProxyKind
from core.errors import ProxyUnreachable, SecretNotFound
from core.timeouts import OperationType, await_blocking
from telegram.direct_connection import Direct, DirectTcp
from telegram.session import SessionKeys

CONNECT_S: Final = 20.0  # for a caller that gives no time; the gateway's own limit lies around it

_TYPES: Mapping[ProxyKind, python_socks.ProxyType] = {
    ProxyKind.SOCKS5: python_socks.ProxyType.SOCKS5,
    ProxyKind.SOCKS4: python_socks.ProxyType.SOCKS4,
    ProxyKind.HTTP: python_socks.ProxyType.HTTP,
}
_PADDED_SECRET_DIGITS = 34  # dd and 32
# What python-socks 3.2.1 says when a SOCKS5 proxy refuses who we are; HTTP and SOCKS4 have numbers for it.
_REFUSALS = ("authentication failure", "authentication methods were offered")
_REFUSED_CODES = {ProxyKind.HTTP: (401, 407), ProxyKind.SOCKS4: (0x5C, 0x5D)}


@dataclass(frozen=True, slots=True)
class ProxyAccess:
    """A proxy with what opens it: the password, or an MTProxy's secret as hex digits; empty: nothing."""

    endpoint: ProxyEndpoint
    secret: str = field(repr=False)


class ProxyRefusal(ProxyUnreachable):
    """The proxy did not connect; `failure` says why."""

    def __init__(self, failure: ProxyFailure) -> None:
        super().__init__(detail=failure.value)
        self.failure = failure


async def read_access(keys: SessionKeys, endpoint: ProxyEndpoint) -> ProxyAccess:
    """The proxy with its credential. Raises ProxyUnreachable when that is not in the secret store, SecretStoreError."""
    if not endpoint.secret_name:
        return ProxyAccess(endpoint, "")
    try:
        content = await await_blocking(OperationType.SECRET_STORE, partial(keys.get, endpoint.secret_name))
    except SecretNotFound as error:
        raise ProxyUnreachable(  # not the session's secret: the account is not signed out
            "Its password is not in the secret store.",
            title="The password of this account's proxy is missing",
            hint="Import the proxy again, with its password.",
        ) from error
    return ProxyAccess(endpoint, content.decode())


def client_options(access: ProxyAccess) -> dict[str, Any]:
    """The options of a Telethon client, or `connection` and `proxy` of a connection, for this proxy."""
    endpoint, secret = access.endpoint, access.secret
    if endpoint.kind is not ProxyKind.MTPROXY:
        return {"connection": ThroughProxy, "proxy": access}
    is_padded = len(secret) == _PADDED_SECRET_DIGITS
    # Telethon takes two digits off a secret that begins with dd; a plain one may begin so by chance.
    digits = secret if is_padded else "dd" + secret
    return {
        "connection": ThroughPaddedMtproxy if is_padded else ThroughPlainMtproxy,
        "proxy": (endpoint.host, endpoint.port, digits),
    }


class ThroughProxy(DirectTcp):
    """Through SOCKS5, SOCKS4 or HTTP CONNECT. Raises ProxyRefusal when the proxy does not connect."""

    async def _connect(self, timeout: float | None = None, ssl: Any = None) -> None:
        if not isinstance(self._proxy, ProxyAccess):
            raise TypeError("this connection is only for a proxy")  # Telethon would connect directly
        await super()._connect(timeout=timeout, ssl=ssl)

    async def _proxy_connect(self, timeout: float | None = None, local_addr: Any = None) -> Any:
        """Telethon's hook: the socket on which the proxy has connected."""
        endpoint = self._proxy.endpoint
        proxy = Proxy(
            _TYPES[endpoint.kind],
            endpoint.host,
            endpoint.port,
            username=endpoint.username or None,
            password=self._proxy.secret if endpoint.username else None,
        )
        try:
            return await proxy.connect(self._ip, self._port, timeout=timeout or CONNECT_S)
        except python_socks.ProxyTimeoutError as error:
            raise ProxyRefusal(ProxyFailure.SILENT) from error
        except OSError as error:
            raise ProxyRefusal(ProxyFailure.DEAD) from error
        except python_socks.ProxyError as error:
            raise ProxyRefusal(_reason(endpoint.kind, error)) from error


class _Mtproxy(Direct, ObfuscatedConnection):
    """Without Telethon's wait of 2 s for a proxy that hangs up: the first answer fails then just as well."""

    async def _connect(self, timeout: float | None = None, ssl: Any = None) -> None:
        if not self._secret:
            raise TypeError("this connection is only for a proxy")
        await ObfuscatedConnection._connect(self, timeout=timeout, ssl=ssl)


class ThroughPlainMtproxy(_Mtproxy, ConnectionTcpMTProxyIntermediate):
    """An MTProxy with a plain secret."""


class ThroughPaddedMtproxy(_Mtproxy, ConnectionTcpMTProxyRandomizedIntermediate):
    """An MTProxy with a dd secret."""


def _reason(kind: ProxyKind, error: Exception) -> ProxyFailure:
    if getattr(error, "error_code", None) in _REFUSED_CODES.get(kind, ()):
        return ProxyFailure.WRONG_CREDENTIALS
    if kind is ProxyKind.SOCKS5 and any(words in str(error) for words in _REFUSALS):
        return ProxyFailure.WRONG_CREDENTIALS
    return ProxyFailure.REFUSED
