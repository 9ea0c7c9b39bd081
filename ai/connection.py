"""How ai connects: one HTTP client per provider, and a way to see what would be sent without sending it."""

import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from urllib.parse import urlsplit

import httpx2

from core.ai_errors import AiNotSetUp
from core.text_model import SentRequest
from core.timeouts import OperationType, timeout_of


class Recorded(Exception):
    """A request that was about to leave."""

    def __init__(self, sent: SentRequest) -> None:
        super().__init__()
        self.sent = sent


_records: ContextVar[bool] = ContextVar("_records", default=False)


@contextmanager
def recording() -> Iterator[None]:
    """Inside it requests of this task end in Recorded at the door: they are complete, and nothing leaves."""
    token = _records.set(True)
    try:
        yield
    finally:
        _records.reset(token)


_opened: ContextVar[list[httpx2.Response] | None] = ContextVar("_opened", default=None)


@contextmanager
def noting_responses(opened: list[httpx2.Response]) -> Iterator[None]:
    """Adds the responses that this task opens inside it, so that one can be closed that a library leaves open."""
    token = _opened.set(opened)
    try:
        yield
    finally:
        _opened.reset(token)


async def _note(response: httpx2.Response) -> None:
    if (opened := _opened.get()) is not None:
        opened.append(response)


async def _record(request: httpx2.Request) -> None:
    if _records.get():
        raise Recorded(SentRequest(address=str(request.url), body=request.content.decode()))


def open_http(address: str) -> httpx2.AsyncClient:
    """A client for one provider. Redirects are not followed: they would carry the key elsewhere.

    The proxy that the system names is used, but not for this computer itself. The limit of a whole answer is the
    caller's; here only connecting has one, so that an address where nobody is fails at once.
    """
    return httpx2.AsyncClient(
        timeout=httpx2.Timeout(None, connect=timeout_of(OperationType.CONNECT)),
        follow_redirects=False,
        trust_env=not is_this_computer(address),
        event_hooks={"request": [_record], "response": [_note]},
    )


def check_address(address: str, *, has_key: bool) -> str:
    """The address without a slash at its end. Raises AiNotSetUp for none, and for one that would show the key."""
    parts = urlsplit(address.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise AiNotSetUp(
            "The address of the provider is not one.",
            title="The address of the provider cannot be used",
            hint="Write it like https://host/v1 under Settings, AI.",
        )
    if parts.scheme == "http" and has_key and not is_this_computer(address):
        raise AiNotSetUp(
            "Its address begins with http://, so everybody on the way could read the key.",
            title="The address of the provider cannot be used",
            hint="Write it with https:// under Settings, AI.",
        )
    return address.strip().rstrip("/")


def is_this_computer(address: str) -> bool:
    """Whether requests to it stay on this computer."""
    host = urlsplit(address).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
