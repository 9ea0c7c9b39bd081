"""Does Telegram answer through this proxy, and how fast? Needs no account and leaves no key behind.

The first request of MTProto's key exchange (core.telegram.org/mtproto/auth_key) is answered by every data centre to
anybody; the answer names the server's public key, so nobody else can be taken for Telegram.
"""

import asyncio
import errno
import os
import socket
import struct
import time
from typing import Any, Final

from telethon.crypto import rsa
from telethon.errors import InvalidBufferError, InvalidChecksumError, TypeNotFoundError
from telethon.network import MTProtoPlainSender
from telethon.tl.functions import ReqPqMultiRequest

from core.domain.account import DataCentre
from core.domain.proxy import ProxyEndpoint, ProxyFailure, ProxyKind, ProxyTimes
from core.errors import NetworkError, ProxyUnreachable
from core.timeouts import OperationType, timeout_of
from telegram.clients import SILENT_LOGGERS
from telegram.data_centres import DataCentres, ServerAddress, key_fingerprint, sandbox_is_not_running
from telegram.proxy_links import ProxyRefusal, client_options, read_access
from telegram.session import SessionKeys

_OFFLINE: Final = {errno.ENETUNREACH, errno.ENETDOWN}
# What Telethon raises for bytes that are no MTProto, or no answer to what was asked; it has no base class for them.
_UNREADABLE: Final = (
    InvalidChecksumError,
    TypeNotFoundError,
    BufferError,
    AssertionError,
    AttributeError,
    ValueError,
    struct.error,
)
_TOO_MANY: Final = 429  # transport error: too many connections from this address


class TelegramProxyProbe:
    """Implements `core.ports.ProxyProbe` for the accounts of one kind of workspace."""

    def __init__(self, data_centres: DataCentres, keys: SessionKeys, data_centre: DataCentre) -> None:
        self._data_centres = data_centres
        self._keys = keys
        self._data_centre = data_centre

    async def probe(self, endpoint: ProxyEndpoint) -> ProxyTimes:
        """See `core.ports.ProxyProbe.probe`. TCP is measured on a connection of its own, to the proxy."""
        address = self._data_centres.locate(self._data_centre)
        try:
            access = await read_access(self._keys, endpoint)
        except ProxyUnreachable:
            return ProxyTimes(tcp_ms=None, telegram_ms=None, failure=ProxyFailure.NO_CREDENTIALS)
        limit_s = timeout_of(OperationType.PROXY_CHECK)
        began = time.perf_counter()
        if not await _is_open(endpoint, limit_s):
            return ProxyTimes(tcp_ms=None, telegram_ms=None, failure=ProxyFailure.DEAD)
        tcp_ms = (time.perf_counter() - began) * 1000
        options = client_options(access)
        connection = options["connection"](
            address.host, address.port, address.dc_id, loggers=SILENT_LOGGERS, proxy=options["proxy"]
        )
        try:
            async with asyncio.timeout(limit_s):
                telegram_ms = await _ask(connection, limit_s, address)
        except Exception as error:
            failure = _failure(error, endpoint.kind)
            if failure is None:
                raise
            if failure is ProxyFailure.REFUSED and await self._is_sandbox_gone(address):
                raise sandbox_is_not_running() from error
            return ProxyTimes(tcp_ms=tcp_ms, telegram_ms=None, failure=failure)
        finally:
            await connection.disconnect()
        return ProxyTimes(tcp_ms=tcp_ms, telegram_ms=telegram_ms, failure=None)

    async def _is_sandbox_gone(self, address: ServerAddress) -> bool:
        """Left behind by a kill, its address is still written down; the proxies are not to blame."""
        if self._data_centre is not DataCentre.SANDBOX:
            return False  # Telegram is never asked directly
        try:
            _, writer = await asyncio.open_connection(address.host, address.port)
        except OSError:
            return True
        writer.close()
        return False


async def _is_open(endpoint: ProxyEndpoint, limit_s: float) -> bool:
    """Whether somebody takes a connection there. Raises NetworkError when this computer is not online."""
    try:
        async with asyncio.timeout(limit_s):
            _, writer = await asyncio.open_connection(endpoint.host, endpoint.port)
    except (OSError, TimeoutError) as error:
        is_nameless = isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN
        if is_nameless or getattr(error, "errno", None) in _OFFLINE:
            raise NetworkError(title="This computer is not online", detail=type(error).__name__) from error
        return False
    writer.close()
    return True


async def _ask(connection: Any, limit_s: float, address: ServerAddress) -> float:
    """Milliseconds from the open connection to Telegram's answer."""
    await connection.connect(timeout=limit_s)
    began = time.perf_counter()
    nonce = int.from_bytes(os.urandom(16), "big", signed=True)
    answer = await MTProtoPlainSender(connection, loggers=SILENT_LOGGERS).send(ReqPqMultiRequest(nonce))
    known = set(rsa._server_keys) if address.public_key is None else {key_fingerprint(address.public_key)}
    if answer.nonce != nonce or known.isdisjoint(answer.server_public_key_fingerprints):
        raise ValueError("not a data centre of Telegram's")
    return (time.perf_counter() - began) * 1000


def _failure(error: Exception, kind: ProxyKind) -> ProxyFailure | None:
    """Why the proxy is unfit; None for a mistake of ours."""
    if isinstance(error, ProxyRefusal):
        return error.failure
    if isinstance(error, TimeoutError):
        return ProxyFailure.SILENT
    if isinstance(error, InvalidBufferError):
        return ProxyFailure.LIMITED if error.code == _TOO_MANY else ProxyFailure.NOT_TELEGRAM
    if isinstance(error, (OSError, EOFError)):  # it hung up
        return ProxyFailure.WRONG_SECRET if kind is ProxyKind.MTPROXY else ProxyFailure.REFUSED
    return ProxyFailure.NOT_TELEGRAM if isinstance(error, _UNREADABLE) else None
