"""Where a session connects, which public key a key exchange trusts, and that sandbox and Telegram never meet in one process.

The address of the sandbox is read anew for every connection: port and key change whenever it starts.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from telethon.crypto import rsa

from core.config import DataCentreSettings
from core.domain.account import DataCentre, WorkspaceKind
from core.errors import ConfigurationError, NetworkError, SecretStoreError, WorkspaceKindMismatch
from telegram.sandbox.address import FIRST_DC, SECOND_DC, read_address


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerAddress:
    """A server of a data centre. `public_key` (PKCS#1 PEM) is None where Telethon's built-in keys are right."""

    dc_id: int
    host: str
    port: int
    public_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomDataCentre:
    """A data centre of one's own, as the settings give it: `host` and file may still be missing."""

    host: str
    port: int
    public_key_file: Path
    dc_id: int = 2

    @classmethod
    def of(cls, settings: DataCentreSettings, folder: Path) -> "CustomDataCentre | None":
        """None: the settings name none. `folder`: where a key file without a folder lies."""
        if not settings.host and not settings.public_key_file:
            return None
        key_file = folder / Path(settings.public_key_file).expanduser()
        return cls(host=settings.host, port=settings.port, public_key_file=key_file)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCredentials:
    """The program's own pair from my.telegram.org. The hash is needed for signing in only."""

    api_id: int
    api_hash: str = field(repr=False)

    def to_bytes(self) -> bytes:
        """As stored in the secret store."""
        return f"{self.api_id}:{self.api_hash}".encode("ascii")

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Raises SecretStoreError for anything else than `to_bytes` made."""
        api_id, _, api_hash = content.decode("ascii", "replace").partition(":")
        if not api_id.isdecimal() or not api_hash:
            raise SecretStoreError("The stored api_id and api_hash cannot be read.", hint="Enter them again.")
        return cls(api_id=int(api_id), api_hash=api_hash)


API_SECRET = "telegram/api"  # noqa: S105 - a name, not a secret
"""Under which the pair of a live workspace is kept."""


SANDBOX_API = ApiCredentials(api_id=1, api_hash="0" * 32)
"""Made up: the embedded sandbox accepts any pair, and this one is nobody's at Telegram."""

# Entry points: Telethon's own default for production (telegrambaseclient.py, DEFAULT_DC_ID and DEFAULT_IPV4_IP); the
# test servers as my.telegram.org shows them to every developer. Telegram sends a session to its home from there.
_ENTRY_POINTS = {
    DataCentre.PRODUCTION: ServerAddress(dc_id=2, host="149.154.167.51", port=443),
    DataCentre.TEST: ServerAddress(dc_id=2, host="149.154.167.40", port=443),
}


class DataCentres:
    """Finds servers for a workspace of one kind.

    A sandbox workspace knows its own sandbox only, a live one everything else: asking for the wrong kind, or for
    both kinds in one process, raises WorkspaceKindMismatch.
    """

    def __init__(
        self, kind: WorkspaceKind, *, sandbox_folder: Path | None = None, custom: CustomDataCentre | None = None
    ) -> None:
        self.kind = kind
        self._sandbox_folder = sandbox_folder
        self._custom = custom

    @property
    def has_custom(self) -> bool:
        """Whether the settings name a data centre of one's own."""
        return self._custom is not None

    def locate(self, data_centre: DataCentre, dc_id: int | None = None) -> ServerAddress:
        """The address to connect to now. `dc_id`: where a session lives in the sandbox; else where sign-ins begin.

        Raises WorkspaceKindMismatch, NetworkError (no sandbox runs here), ConfigurationError (custom, incomplete).
        """
        self.claim_process(data_centre)
        if data_centre is DataCentre.SANDBOX:
            return self._read_sandbox(dc_id)
        if data_centre is DataCentre.CUSTOM:
            return self._read_custom()
        return _ENTRY_POINTS[data_centre]

    def claim_process(self, data_centre: DataCentre) -> None:
        """Refuse a data centre of the other kind. Telethon keeps server keys and addresses process-wide."""
        wanted = WorkspaceKind.SANDBOX if data_centre is DataCentre.SANDBOX else WorkspaceKind.LIVE
        if wanted is not self.kind or _process.kind not in (None, wanted):
            raise WorkspaceKindMismatch(
                f"This workspace is {self.kind.value}, and the account lives in the {data_centre.value} data centre.",
                hint="Use a workspace of the other kind for this account.",
            )
        _process.kind = wanted

    def _read_sandbox(self, dc_id: int | None) -> ServerAddress:
        address = None if self._sandbox_folder is None else read_address(self._sandbox_folder)
        if address is None:
            raise sandbox_is_not_running()
        is_second = dc_id == SECOND_DC
        return ServerAddress(
            dc_id=SECOND_DC if is_second else FIRST_DC,
            host=address.host,
            port=address.second_port if is_second else address.port,
            public_key=address.public_key_pem,
        )

    def _read_custom(self) -> ServerAddress:
        custom = self._custom
        if custom is None or not custom.host:
            raise ConfigurationError(
                "The settings name no data centre of your own.",
                hint="Set host, port and public_key_file in section data_centre of the settings.",
            )
        try:
            public_key = custom.public_key_file.read_text(encoding="ascii")
            rsa.rsa.PublicKey.load_pkcs1(public_key.encode())
        except (OSError, ValueError) as error:
            raise ConfigurationError(
                f"{custom.public_key_file} cannot be read as a public key.",
                hint="Give a PEM file that begins with BEGIN RSA PUBLIC KEY.",
                detail=type(error).__name__,
            ) from error
        return ServerAddress(dc_id=custom.dc_id, host=custom.host, port=custom.port, public_key=public_key)


def sandbox_is_not_running() -> NetworkError:
    """The error for a sandbox account while nothing answers."""
    return NetworkError(
        "Nothing answers where this workspace's sandbox should be.",
        title="The sandbox is not running",
        hint="Start it with: main.py sandbox",
    )


def key_fingerprint(public_key: str) -> int:
    """By which a server names its key while keys are exchanged (core.telegram.org/mtproto/auth_key)."""
    fingerprint: int = rsa._compute_fingerprint(rsa.rsa.PublicKey.load_pkcs1(public_key.encode()))
    return fingerprint


@contextmanager
def trusted_key(public_key: str | None) -> Iterator[None]:
    """Let key exchanges trust this server key inside the block, and no longer.

    Only a sign-in exchanges keys. Telethon's table is process-wide, so a sandbox key that stayed in it would be
    accepted from anybody who answers in the place of Telegram. Blocks for one key may overlap. None changes nothing.
    """
    if public_key is None:
        yield
        return
    key = rsa.rsa.PublicKey.load_pkcs1(public_key.encode())
    fingerprint = key_fingerprint(public_key)
    if fingerprint in rsa._server_keys and not _process.trusted[fingerprint]:
        yield  # one of Telegram's own: not ours to remove
        return
    _process.trusted[fingerprint] += 1
    rsa._server_keys[fingerprint] = (key, False)
    try:
        yield
    finally:
        _process.trusted[fingerprint] -= 1
        if not _process.trusted[fingerprint]:
            del rsa._server_keys[fingerprint]


class _Process:
    """What holds for the whole process, because Telethon's tables do."""

    def __init__(self) -> None:
        self.kind: WorkspaceKind | None = None
        self.trusted: Counter[int] = Counter()


_process = _Process()
