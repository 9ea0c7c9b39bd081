"""Where a running sandbox can be reached: `address.json` in its folder, there while it runs. No Telethon here."""

from pathlib import Path

import msgspec

from core.files import write_atomic

FILE_NAME = "address.json"
HOST = "127.0.0.1"  # never anything else: the sandbox has no other protection
FIRST_DC, SECOND_DC = 2, 4
"""The numbers of its two data centres; clients begin with the first. One process, one set of files for both."""


class SandboxAddress(msgspec.Struct, frozen=True):
    """Host and ports, the RSA key of this run, and the secrets for the control channel and for MTProxy transports.

    `port` is the first data centre, `second_port` the second.
    """

    host: str
    port: int
    control_port: int
    control_token: str
    public_key_pem: str
    proxy_secret: str
    pid: int
    started_at: str
    second_port: int = 0


def write_address(folder: Path, address: SandboxAddress) -> None:
    """Replace the file, readable by the owner only."""
    write_atomic(folder / FILE_NAME, msgspec.json.format(msgspec.json.encode(address), indent=2) + b"\n")


def read_address(folder: Path) -> SandboxAddress | None:
    """The address, None if no sandbox has announced itself there. After a kill -9 an old address stays behind."""
    try:
        return msgspec.json.decode((folder / FILE_NAME).read_bytes(), type=SandboxAddress)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def remove_address(folder: Path, *, pid: int | None = None) -> None:
    """Take the file away, if it is there (with `pid`: and of that process)."""
    address = read_address(folder)
    if address is None or pid in (None, address.pid):
        (folder / FILE_NAME).unlink(missing_ok=True)
