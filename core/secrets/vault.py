"""The vault: one encrypted file per secret. Knows nothing of where the data key comes from.

A file is `WRS1`, the length of the name (2 bytes), the name, a nonce (12 bytes) and the AES-256-GCM ciphertext with
its tag. Everything before the nonce is the associated data, so a file that is renamed, or copied over another
one, does not open. Names stand there in clear: they never hold anything secret.
"""

import hashlib
import secrets
import struct
from contextlib import AbstractContextManager
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.errors import SecretNotFound, SecretStoreError
from core.files import storage_errors, sync_folder, temporary_name, write_atomic
from core.locks import short_exclusion

KEY_BYTES = 32  # AES-256
NONCE_BYTES = 12  # what GCM is specified for; random ones are safe for 2^32 writes under one key (NIST SP 800-38D)
MAX_NAME_BYTES = 1024
_MAGIC = b"WRS1"
_SUFFIX = ".secret"


class Vault:
    """Reads and writes the secrets in a folder. Every read goes to the disk, so processes see each other's writes."""

    def __init__(self, folder: Path, data_key: bytes) -> None:
        self._folder = folder
        self._cipher = AESGCM(data_key)

    def read(self, name: str) -> bytes:
        """The secret; raises SecretNotFound, or SecretStoreError when the file does not open with this key."""
        path = self._path(name)
        with storage_errors(path):
            try:
                content = path.read_bytes()
            except FileNotFoundError:
                raise SecretNotFound(f"There is no secret named {name}.", detail=name) from None
        header = _header(name)
        if not content.startswith(header):
            raise _damaged(name, path)
        nonce, ciphertext = content[len(header) :][:NONCE_BYTES], content[len(header) + NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, ciphertext, header)
        except (InvalidTag, ValueError):  # ValueError: cut so short that nonce or tag are missing
            raise _damaged(name, path) from None

    def write(self, name: str, secret: bytes) -> None:
        """Store the secret under a new nonce; on the disk when this returns. After a crash: the old one or the new."""
        header = _header(name)
        nonce = secrets.token_bytes(NONCE_BYTES)
        with self._alone():
            write_atomic(self._path(name), header + nonce + self._cipher.encrypt(nonce, secret, header))

    def remove(self, name: str) -> None:
        """Forget the secret; harmless when there is none."""
        path = self._path(name)
        with self._alone(), storage_errors(path):
            path.unlink(missing_ok=True)
            temporary_name(path).unlink(missing_ok=True)  # of a writer that was killed
            sync_folder(self._folder)

    def names(self) -> list[str]:
        """The names of all secrets, sorted; also of those whose content is damaged."""
        return secret_names(self._folder)

    def _path(self, name: str) -> Path:
        # Names may hold slashes, letters that differ only in case, or be long: file systems disagree about all three.
        return self._folder / f"{hashlib.sha256(name.encode()).hexdigest()[:40]}{_SUFFIX}"

    def _alone(self) -> AbstractContextManager[None]:
        return short_exclusion(self._folder / ".lock")


def erase_secret(folder: Path, name: str) -> None:
    """Forget a secret without the key that opens it; harmless when there is none."""
    Vault(folder, bytes(KEY_BYTES)).remove(name)


def secret_names(folder: Path) -> list[str]:
    """The names of all secrets in the folder, sorted, readable without any key; also of those whose content is damaged."""
    return sorted(name for name in map(_name_in, secret_files(folder)) if name is not None)


def secret_files(folder: Path) -> list[Path]:
    """The files of secrets in the folder, readable without any key."""
    with storage_errors(folder):
        return [path for path in folder.iterdir() if path.suffix == _SUFFIX and not path.name.startswith(".")]


def _header(name: str) -> bytes:
    encoded = name.encode()
    if not 0 < len(encoded) <= MAX_NAME_BYTES:
        raise ValueError(f"the name of a secret has 1 to {MAX_NAME_BYTES} bytes, not {len(encoded)}")
    return _MAGIC + struct.pack(">H", len(encoded)) + encoded


def _name_in(path: Path) -> str | None:
    with storage_errors(path):
        try:
            with path.open("rb") as file:
                start = file.read(len(_MAGIC) + 2 + MAX_NAME_BYTES)
        except FileNotFoundError:  # removed meanwhile
            return None
    if not start.startswith(_MAGIC) or len(start) < len(_MAGIC) + 2:
        return None
    (length,) = struct.unpack_from(">H", start, len(_MAGIC))
    return start[len(_MAGIC) + 2 :][:length].decode(errors="replace")


def _damaged(name: str, path: Path) -> SecretStoreError:
    return SecretStoreError(
        f"The secret {name} was changed outside Wireroom, or is damaged.",
        title="A secret does not open",
        hint="Restore the folder vault from a backup, or enter this secret again.",
        detail=path.name,
    )
