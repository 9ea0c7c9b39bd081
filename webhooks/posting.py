"""One request to one receiver: to an address that was checked, without redirects, and nothing of the answer is kept."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

import httpx2

from core.domain.webhook import GIVE_UP_AFTER
from core.errors import TimedOut, WebhookFailed
from core.timeouts import OperationType, with_timeout
from webhooks.addresses import resolve

GONE: Final = 410  # the specification: the receiver wants nothing any more
MAX_ANSWER: Final = 64 * 1024  # bytes that are read, so that the connection can be used again
# Not about this one event: it would refuse any now.
_BUSY: Final = frozenset({401, 403, 404, 405, 407, 408, 421, 425, 429})
_HEADERS: Final = {"content-type": "application/json", "user-agent": "Wireroom-Webhooks/1"}


@asynccontextmanager
async def open_client(verify: ssl.SSLContext | None = None) -> AsyncIterator[httpx2.AsyncClient]:
    """For one webhook: connections to one address must not serve another name. The certificates of the system hold, or
    those that SSL_CERT_FILE names; no proxy is used, since it would look the name up anew."""
    context = verify or httpx2.create_ssl_context()
    client = httpx2.AsyncClient(timeout=None, follow_redirects=False, trust_env=False, verify=context)
    try:
        yield client
    finally:
        closing = asyncio.get_running_loop().create_task(client.aclose(), name="webhook client")
        try:
            await asyncio.shield(closing)
        except asyncio.CancelledError:  # in the middle of it: a socket would stay open
            await closing
            raise


async def post(
    client: httpx2.AsyncClient,
    address: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    allow_this_computer: bool,
    now: datetime,
) -> int:
    """Tell it; returns the status of an answer that takes it (2xx). Raises WebhookFailed for everything else."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    try:
        async with with_timeout(OperationType.WEBHOOK):
            port = parts.port or (443 if parts.scheme == "https" else 80)
            found = await resolve(host, port, allow_this_computer=allow_this_computer)
            for number, each in enumerate(found, start=1):
                request = client.build_request(
                    "POST",
                    httpx2.URL(address).copy_with(host=each),
                    headers={**_HEADERS, **headers, "host": parts.netloc},
                    content=body,
                    extensions={"sni_hostname": host},  # the certificate is that of the name
                )
                try:
                    return await _send(client, request, now)
                except httpx2.ConnectError as error:
                    if number == len(found):
                        raise WebhookFailed(_why_not_connected(error)) from None
            raise WebhookFailed("Its name has no address.")
    except TimedOut as late:
        raise WebhookFailed(f"No answer. {late.message}") from None
    except httpx2.HTTPError as error:
        raise WebhookFailed(f"The connection broke ({type(error).__name__}).") from None


async def _send(client: httpx2.AsyncClient, request: httpx2.Request, now: datetime) -> int:
    response = await client.send(request, stream=True)
    try:
        size = 0
        async for piece in response.aiter_raw():
            size += len(piece)
            if size > MAX_ANSWER:
                break
    finally:
        await response.aclose()
    if response.is_success:
        return response.status_code
    raise _refused(response, now)


def _refused(response: httpx2.Response, now: datetime) -> WebhookFailed:
    status = response.status_code
    words = f"It answered {status}"
    if response.is_redirect:
        words += ", that it is elsewhere; redirects are not followed"
    return WebhookFailed(
        f"{words}.",
        status=status,
        wait_s=_wait(response.headers.get("retry-after"), now),
        is_of_address=status >= 500 or status < 400 or status in _BUSY,
    )


def _wait(text: str | None, now: datetime) -> float | None:
    """Seconds of a Retry-After (RFC 9110, 10.2.3: a number or a date), not longer than an event is tried."""
    if not text:
        return None
    try:
        wait_s = float(int(text)) if text.strip().isdigit() else (parsedate_to_datetime(text) - now).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait_s, 0.0), GIVE_UP_AFTER.total_seconds())


def _why_not_connected(error: httpx2.ConnectError) -> str:
    text = str(error).lower()
    if "certificate" in text or "ssl" in text or "tls" in text:
        return "Its certificate is not accepted."
    return "Nobody answers at its address."
