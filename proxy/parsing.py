"""Reads lists of proxies in the forms people paste, line by line, and says of each refused line why and what to do.

No sentence repeats a password or a secret.
"""

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Final
from urllib.parse import parse_qs, unquote

from core.domain.proxy import ProxyEndpoint, ProxyKind
from core.errors import UserInputError

MAX_LIST_BYTES: Final = 8 << 20  # a hundred thousand proxies
FORMS: Final = (
    "Write it as host:port, host:port:user:password, a URL such as socks5://user:password@host:port, or a t.me link."
)

_SCHEMES: Final = {
    "socks5": ProxyKind.SOCKS5,
    "socks5h": ProxyKind.SOCKS5,
    "socks": ProxyKind.SOCKS5,
    "socks4": ProxyKind.SOCKS4,
    "socks4a": ProxyKind.SOCKS4,
    "http": ProxyKind.HTTP,
}
_URL: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(.*)")
_LINK: Final = re.compile(r"(?:tg://|(?:https?://)?(?:t|telegram)\.me/)(proxy|socks)/?\?(.*)", re.IGNORECASE)
_NAME: Final = re.compile(r"(?=.{1,253}$)(?!-)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*")
_LONGEST_CREDENTIAL: Final = 255  # one byte holds the length (RFC 1929)
_PLAIN_BYTES, _PADDED, _FAKE_TLS = 16, 0xDD, 0xEE  # core.telegram.org/mtproto/mtproto-transports


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedProxy:
    """A proxy of a list. `secret`: the password, or an MTProxy's secret as hex digits; empty: none."""

    line: int
    endpoint: ProxyEndpoint
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedLine:
    """A line that was not taken, why, and what to do."""

    line: int
    reason: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedList:
    """What a list holds. `duplicates` are lines that mean a proxy of an earlier line, written alike or not."""

    accepted: tuple[ParsedProxy, ...]
    duplicates: tuple[int, ...]
    refused: tuple[RefusedLine, ...]


class _Refused(Exception):
    """Becomes a RefusedLine, never an error."""

    def __init__(self, reason: str, hint: str = FORMS) -> None:
        super().__init__(reason)
        self.reason, self.hint = reason, hint


class ListReader:
    """Reads a list in pieces, so that a long one holds nobody up. Blank lines and those that begin with # mean nothing."""

    def __init__(self) -> None:
        self._accepted: dict[tuple[str, str, int, str], ParsedProxy] = {}
        self._duplicates: list[int] = []
        self._refused: list[RefusedLine] = []
        self._line = 0

    def read(self, lines: Iterable[str]) -> None:
        """The next lines. Raises nothing."""
        for text in lines:
            self._line += 1
            content = text.strip().lstrip("\ufeff").strip()
            if content and not content.startswith("#"):
                self._read_content(content)

    @property
    def parsed(self) -> ParsedList:
        """What was read so far; lines count from 1."""
        return ParsedList(
            accepted=tuple(self._accepted.values()),
            duplicates=tuple(self._duplicates),
            refused=tuple(self._refused),
        )

    def _read_content(self, content: str) -> None:
        try:
            proxy = _read_line(content, line=self._line)
            first = self._accepted.setdefault(proxy.endpoint.identity, proxy)
            _refuse_conflict(first, proxy)
        except _Refused as no:
            self._refused.append(RefusedLine(line=self._line, reason=no.reason, hint=no.hint))
        else:
            if first is not proxy:
                self._duplicates.append(self._line)


def parse_list(lines: Iterable[str]) -> ParsedList:
    """Read a whole list; see `ListReader`."""
    reader = ListReader()
    reader.read(lines)
    return reader.parsed


def decode_list(content: bytes) -> list[str]:
    """The lines of a file; raises UserInputError when it is no text in UTF-8 or UTF-16, or too long."""
    if len(content) > MAX_LIST_BYTES:
        raise UserInputError("This list is longer than 8 MB.", hint="Split it.")
    try:
        return content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise UserInputError(
            "This file is no text in UTF-8.", hint="Save it as UTF-8, or give another file."
        ) from error


def read_country(text: str) -> str:
    """Two capital letters, or nothing; raises UserInputError."""
    country = text.strip().upper()
    if country and (len(country) != 2 or not (country.isascii() and country.isalpha())):
        raise UserInputError(f'"{text}" is no country.', hint="Give two letters, such as DE.")
    return country


def secret_name(endpoint: ProxyEndpoint) -> str:
    """The entry of the secret store for this proxy's credential; the same proxy always has the same one."""
    text = "\n".join(map(str, endpoint.identity))
    return f"proxy/{sha256(text.encode()).hexdigest()[:32]}"


def read_secret(endpoint: ProxyEndpoint, text: str) -> str:
    """A new password, or MTProxy secret as hex digits, for this proxy; raises UserInputError with the reason."""
    try:
        return _read_new_secret(endpoint, text)
    except _Refused as no:
        raise UserInputError(no.reason, title="This cannot be its password or secret", hint=no.hint) from None


def _read_new_secret(endpoint: ProxyEndpoint, text: str) -> str:
    if endpoint.kind is ProxyKind.MTPROXY:
        return _read_mtproxy_secret(text)
    if not endpoint.username:
        raise _Refused(
            "This proxy has no user name, so it takes no password.",
            "Import it again as host:port:user:password: with a user name it is another proxy.",
        )
    if not text:
        raise _Refused("The password is empty.", "Enter the new one.")
    _check_credentials(endpoint.kind, endpoint.username, text)
    return text


_Parts = tuple[ProxyKind, str, str, str, str]  # kind, host, port, user name, password or secret


def _refuse_conflict(first: ParsedProxy, second: ParsedProxy) -> None:
    if first.secret != second.secret:
        raise _Refused(
            f"It is the proxy of line {first.line} with another password or secret.",
            "Keep the line that is right and remove the other.",
        )


def _read_line(text: str, *, line: int) -> ParsedProxy:
    if any(character.isspace() or not character.isprintable() for character in text):
        raise _Refused("There is a space or an invisible character in it.")
    if match := _LINK.fullmatch(text):
        kind, host, port, username, secret = _read_link(match[1].lower(), match[2])
    elif match := _URL.fullmatch(text):
        kind, host, port, username, secret = _read_url(match[1].lower(), match[2])
    else:
        kind, host, port, username, secret = _read_bare(text)
    host, number = _read_host(host), _read_port(port)
    if kind is ProxyKind.MTPROXY:
        secret = _read_mtproxy_secret(secret)
    else:
        _check_credentials(kind, username, secret)
    endpoint = ProxyEndpoint(kind=kind, host=host, port=number, username=username)
    if secret:
        endpoint = replace(endpoint, secret_name=secret_name(endpoint))
    return ParsedProxy(line=line, endpoint=endpoint, secret=secret)


def _read_link(what: str, query: str) -> _Parts:
    values = {name: found[0] for name, found in parse_qs(query, keep_blank_values=True).items()}
    host, port = values.get("server", ""), values.get("port", "")
    if not host or not port:
        raise _Refused("The link names no server or no port.", "Copy the whole link again.")
    if what == "proxy":
        # In a query "+" means a space, and in base64 it is a letter: a space can only have been that letter.
        return ProxyKind.MTPROXY, host, port, "", values.get("secret", "").replace(" ", "+")
    return ProxyKind.SOCKS5, host, port, values.get("user", ""), values.get("pass", "")


def _read_url(scheme: str, rest: str) -> _Parts:
    if scheme == "https":
        raise _Refused(
            "https:// means a proxy that is spoken to over TLS, which Wireroom does not support.",
            "If it is an ordinary HTTP proxy, write http:// instead.",
        )
    kind = _SCHEMES.get(scheme)
    if kind is None:
        raise _Refused(
            f"{scheme}:// is no kind of proxy that Wireroom knows.", "Use socks5, socks4, http or a t.me link."
        )
    credentials, _, place = rest.rpartition("@")
    host, port = _split_place(place.removesuffix("/"))
    username, _, password = credentials.partition(":")
    return kind, host, port, unquote(username), unquote(password)


def _read_bare(text: str) -> _Parts:
    """Without a scheme: SOCKS5, or an MTProxy when the third part is a secret."""
    credentials, at, place = text.rpartition("@")
    if at:
        host, port = _split_place(place)
        username, _, password = credentials.partition(":")
        return ProxyKind.SOCKS5, host, port, username, password
    if text.startswith("["):
        host, _, rest = text.partition("]")
        parts = [host + "]", *rest.removeprefix(":").split(":", 2)] if rest else [text]
    else:
        parts = text.split(":", 3)
    if len(parts) == 1 or not parts[1]:
        raise _Refused("The port is missing.", "Add it, such as 192.0.2.7:1080.")
    if len(parts) == 2:
        return ProxyKind.SOCKS5, parts[0], parts[1], "", ""
    if len(parts) == 3:
        if re.fullmatch(r"(?i)(?:dd|ee)?[0-9a-f]{32,}", parts[2]):
            return ProxyKind.MTPROXY, parts[0], parts[1], "", parts[2]
        raise _Refused("After the port stands a user name without a password.", "Write host:port:user:password.")
    return ProxyKind.SOCKS5, parts[0], parts[1], parts[2], parts[3]


def _split_place(place: str) -> tuple[str, str]:
    host, colon, port = place.rpartition(":")
    if not colon or place.endswith("]"):
        raise _Refused("The port is missing.", "Add it, such as 192.0.2.7:1080.")
    return host, port


def _read_host(text: str) -> str:
    bare = text.removeprefix("[").removesuffix("]")
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        pass
    else:
        if address.version == 6 and not text.startswith("[") and ":" in text:
            raise _Refused("An IPv6 address stands without brackets.", "Write it as [2001:db8::7]:1080.")
        return str(address)
    try:
        name = text.encode("idna").decode().lower().removesuffix(".")
    except UnicodeError:
        name = ""
    if _NAME.fullmatch(name) is None or re.fullmatch(r"[\d.]+", name):
        raise _Refused("The part before the port is no host name and no IP address.")
    return name


def _read_port(text: str) -> int:
    if re.fullmatch(r"\d{1,9}", text, re.ASCII) is None:
        raise _Refused("The port is no number.")
    if not 1 <= int(text) <= 65535:
        raise _Refused(f"Port {int(text)} does not exist.", "Ports go from 1 to 65535.")
    return int(text)


def _check_credentials(kind: ProxyKind, username: str, password: str) -> None:
    if max(len(username), len(password)) > _LONGEST_CREDENTIAL:
        raise _Refused(
            "The user name or the password is longer than a proxy can take.", "255 characters are the most."
        )
    if not (username + password).isascii() or not (username + password).isprintable():
        raise _Refused(
            "The user name or the password holds letters that proxies do not agree about.",
            "Choose one of plain letters, digits and signs with your provider.",
        )
    if kind is ProxyKind.SOCKS4 and password:
        raise _Refused("SOCKS4 knows no passwords.", "Write socks5://, or leave the password out.")
    if kind is ProxyKind.SOCKS5 and bool(username) != bool(password):
        raise _Refused("A user name and a password belong together.", "Write both, or none.")
    if kind is ProxyKind.HTTP and (":" in username or (password and not username)):
        raise _Refused(
            "The user name is empty or holds a colon, which HTTP proxies cannot take.", "Write another one."
        )


def _read_mtproxy_secret(text: str) -> str:
    """As hex digits: 32 of a plain secret, or dd and 32."""
    secret = _decode_secret(text)
    if secret[:1] == bytes([_FAKE_TLS]) and len(secret) > _PLAIN_BYTES:
        raise _Refused(
            "Its secret begins with ee: the proxy poses as a web site (fake TLS), which Wireroom does not support.",
            "Ask for one whose secret begins with dd.",
        )
    is_padded = len(secret) == _PLAIN_BYTES + 1 and secret[0] == _PADDED
    if len(secret) != _PLAIN_BYTES and not is_padded:
        raise _Refused(
            "Its secret is no MTProxy secret: that has 32 hex digits, or dd and 32.", "Copy the link again."
        )
    return secret.hex()


_DECODERS: tuple[Callable[[str], bytes], ...] = (
    bytes.fromhex,
    lambda text: base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True),
)


def _decode_secret(text: str) -> bytes:
    for decode in _DECODERS:
        try:
            return decode(text)
        except (ValueError, binascii.Error):
            continue
    raise _Refused("Its secret is no MTProxy secret: that has 32 hex digits, or dd and 32.", "Copy the link again.")
