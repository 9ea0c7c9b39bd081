"""Which addresses may be told: https, and nothing that only this machine or its host can reach.

Private networks are allowed: a helpdesk of one's own often stands there. What a server gives its own programs (link-local
and metadata addresses, where clouds keep credentials) never is; this computer itself only when a setting says so.
"""

import ipaddress
import socket
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from core.errors import UserInputError, WebhookFailed
from core.timeouts import OperationType, await_blocking

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

MAX_ADDRESS: Final = 2_000
# Addresses outside of the link-local ranges under which clouds give credentials to whoever asks from inside:
# Alibaba Cloud, Azure's wire server, Amazon EC2 over IPv6 (their own documents).
METADATA: Final = frozenset(
    ipaddress.ip_address(text) for text in ("100.100.100.200", "168.63.129.16", "fd00:ec2::254")
)
_THIS_NETWORK: Final = ipaddress.ip_network("0.0.0.0/8")  # Linux takes it for this computer
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address


def check_address(text: str, *, allow_this_computer: bool) -> str:
    """The address as it will be used. Raises UserInputError for one that is never told; looks no name up."""
    address = text.strip()
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or port == 0 or len(address) > MAX_ADDRESS or not address.isascii() or not address.isprintable():
        raise _refused("This is no address.", "Write it like https://help.example.org/hooks/wireroom.")
    if parts.username is not None or parts.fragment or " " in address or parts.scheme not in ("http", "https"):
        raise _refused(
            "It has to begin with https:// and hold no name, password or # part.",
            "A token of the receiver may stand in its path or after a question mark.",
        )
    literal = _literal(host)
    is_here = host == "localhost" if literal is None else literal.is_loopback
    if parts.scheme == "http" and not (is_here and allow_this_computer):
        raise _refused(
            "Without https:// everybody on the way could read and change what is told.",
            "Give the receiver a certificate. Only this computer itself may be told without, when Settings, Webhooks "
            "allows it.",
        )
    why = _why_local(allow=allow_this_computer) if is_here else why_refused(literal) if literal is not None else ""
    if why:
        raise _refused(why, "Choose the address at which the receiver can be reached from outside of itself.")
    return address


def host_of(address: str) -> str:
    """Scheme, host and port: what is shown. The rest may hold a token."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


async def resolve(host: str, port: int, *, allow_this_computer: bool) -> Sequence[str]:
    """The addresses of a host, checked; connecting to these and not to the name again, no later answer can differ.

    Raises WebhookFailed when the name is unknown, or when one of its addresses may not be told.
    """
    literal = _literal(host)
    found = [literal] if literal is not None else await _look_up(host, port)
    for each in found:
        why = _why_local(allow=allow_this_computer) if each.is_loopback else why_refused(each)
        if why:
            raise WebhookFailed(f"{why} Its name leads there now.")
    return [str(each) for each in found]


def why_refused(address: Address) -> str:
    """'': it may be told. Loopback is decided elsewhere."""
    inner = _inner(address)
    if (
        inner in METADATA
        or inner.is_link_local
        or inner.is_multicast
        or inner.is_unspecified
        or (inner.is_reserved and not inner.is_loopback)
        or (isinstance(inner, ipaddress.IPv4Address) and inner in _THIS_NETWORK)
    ):
        return "This address belongs to the machine or its network itself, and is never told anything."
    return ""


def _why_local(*, allow: bool) -> str:
    return "" if allow else "This is this computer itself, which Settings, Webhooks does not allow."


def _literal(host: str) -> Address | None:
    try:
        return _inner(ipaddress.ip_address(host))
    except ValueError:
        return None


def _inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, else itself."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


async def _look_up(host: str, port: int) -> list[Address]:
    def look() -> list[str]:
        return [str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]

    try:
        # On a thread of its own: names that nobody answers for must not take those of the rest of the program.
        found = await await_blocking(OperationType.WEBHOOK, look)
    except (OSError, UnicodeError):
        raise WebhookFailed("The name of its address is not known.") from None
    # An address with a zone ("%eth0") is link-local.
    return [_inner(ipaddress.ip_address(text.split("%")[0])) for text in dict.fromkeys(found)]


def _refused(message: str, hint: str) -> UserInputError:
    return UserInputError(message, title="This address cannot be used", hint=hint)
