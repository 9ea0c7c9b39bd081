"""Checks of what accounts need to be online; `doctor` prints them."""

import asyncio
import os
from functools import partial
from importlib.metadata import version
from time import perf_counter
from typing import Any

from telethon.crypto import aes
from telethon.network import ConnectionTcpFull, MTProtoPlainSender
from telethon.tl.functions import ReqPqMultiRequest

from core.domain.account import DataCentre, WorkspaceKind
from core.errors import ConnectionLost, NetworkError
from core.health import HealthCheck, HealthResult, fail, ok
from core.timeouts import OperationType, with_timeout
from telegram.clients import SILENT_LOGGERS, TELETHON_VERSION
from telegram.data_centres import DataCentres, ServerAddress, key_fingerprint, sandbox_is_not_running
from telegram.errors import telegram_errors

_SAMPLE, _KEY, _IV = bytes(64), bytes(range(32)), bytes(range(32, 64))


def telegram_checks(data_centres: DataCentres) -> list[HealthCheck]:
    """The checks for a workspace; a sandbox is asked for only where one belongs."""
    checks = [HealthCheck("Telethon", check_telethon), HealthCheck("Encryption", check_encryption)]
    if data_centres.kind is WorkspaceKind.SANDBOX:
        checks.append(HealthCheck("Sandbox", partial(check_sandbox, data_centres)))
    elif data_centres.has_custom:
        checks.append(HealthCheck("Own data centre", partial(check_custom, data_centres)))
    return checks


def check_telethon() -> HealthResult:
    """Whether the installed version is the one whose private parts we know."""
    installed = version("telethon")
    if installed == TELETHON_VERSION:
        return ok(f"Telethon {installed}.")
    return fail(
        f"Telethon {installed} is installed, and Wireroom was made for {TELETHON_VERSION}.",
        f"Install telethon=={TELETHON_VERSION}.",
    )


def check_encryption() -> HealthResult:
    """Whether cryptg is there, is what Telethon uses, and is right: without it messages cost 600 times the time."""
    if aes.cryptg is None:
        return fail("cryptg is not installed, so encryption would be very slow.", "Install cryptg.")
    sealed = aes.AES.encrypt_ige(_SAMPLE, _KEY, _IV)
    if sealed != aes.cryptg.encrypt_ige(_SAMPLE, _KEY, _IV) or aes.AES.decrypt_ige(sealed, _KEY, _IV) != _SAMPLE:
        return fail("cryptg does not encrypt as it must.", "Install cryptg again.")
    return ok("cryptg is used.")


async def check_sandbox(data_centres: DataCentres) -> HealthResult:
    """Whether the workspace's sandbox answers, and with its own key. Raises NetworkError."""
    address = data_centres.locate(DataCentre.SANDBOX)
    answer_ms = await probe(address)
    return ok(f"The sandbox answers on port {address.port} after {answer_ms:.0f} ms.")


async def check_custom(data_centres: DataCentres) -> HealthResult:
    """Whether the data centre of the settings answers, and with the key of the settings. Raises ConfigurationError."""
    address = data_centres.locate(DataCentre.CUSTOM)
    try:
        answer_ms = await probe(address)
    except NetworkError:
        return fail(
            f"Nothing answers at {address.host}, port {address.port}, with the public key of the settings.",
            "Look at host, port and public_key_file in section data_centre of the settings.",
        )
    return ok(f"{address.host}, port {address.port}, answers after {answer_ms:.0f} ms.")


async def probe(address: ServerAddress) -> float:
    """Milliseconds to a server's first answer; needs no account. Raises NetworkError, also for a foreign server."""
    connection: Any = ConnectionTcpFull(address.host, address.port, address.dc_id, loggers=SILENT_LOGGERS)
    started_at, nonce = perf_counter(), int.from_bytes(os.urandom(16), "big", signed=True)
    try:
        with telegram_errors:
            async with with_timeout(OperationType.CONNECT):
                await connection.connect()
                answer = await MTProtoPlainSender(connection, loggers=SILENT_LOGGERS).send(ReqPqMultiRequest(nonce))
    except ConnectionLost as error:
        raise sandbox_is_not_running() from error
    finally:
        await asyncio.shield(connection.disconnect())
    expected = key_fingerprint(address.public_key) if address.public_key else None
    if answer.nonce != nonce or expected not in (None, *answer.server_public_key_fingerprints):
        raise ConnectionLost("Something else answers where the data centre should be.")
    return (perf_counter() - started_at) * 1000
