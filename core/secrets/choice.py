"""The remembered choice of a store: which kind, and by what name its key is found. Sealed by the data key."""

import base64
import binascii
import json
import secrets
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.errors import SecretStoreError, SecretStoreMissing
from core.files import storage_errors, write_atomic
from core.secrets.vault import NONCE_BYTES


class StoreKind(StrEnum):
    """Where the data key lies."""

    KEYRING = "keyring"  # in the key store of the operating system
    PASSPHRASE = "passphrase"  # noqa: S105 - in the vault, wrapped by a passphrase
    MEMORY = "memory"  # nowhere: sessions end with the processes of this run


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreChoice:
    """What `vault/store.json` says. `seal` proves that it was written by who had the data key, and which key."""

    kind: StoreKind
    store_id: str  # names the entry in the key store
    backend: str = ""  # of a key store
    seal: bytes = b""

    def sealed(self, data_key: bytes) -> "StoreChoice":
        """A copy with the seal of `data_key`."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        seal = nonce + AESGCM(data_key).encrypt(nonce, b"", self._sealed_part())
        return StoreChoice(kind=self.kind, store_id=self.store_id, backend=self.backend, seal=seal)

    def check(self, data_key: bytes) -> None:
        """Raises SecretStoreError for another vault's key and for a choice that was changed by somebody else."""
        try:
            AESGCM(data_key).decrypt(self.seal[:NONCE_BYTES], self.seal[NONCE_BYTES:], self._sealed_part())
        except (InvalidTag, ValueError):
            raise SecretStoreError(
                "The key belongs to another vault, or the vault's store.json was changed. No secret was changed.",
                title="The key does not fit this workspace",
                hint="Restore the folder vault from a backup, or sign in again in a new workspace.",
            ) from None

    def save(self, path: Path) -> None:
        """Write it atomically."""
        fields = {**self._fields(), "seal": base64.b64encode(self.seal).decode()}
        write_atomic(path, json.dumps(fields, indent=2, sort_keys=True).encode() + b"\n")

    @classmethod
    def load(cls, path: Path) -> "StoreChoice":
        """Raises SecretStoreMissing when no store was made yet, SecretStoreError when the file is unreadable."""
        with storage_errors(path):
            try:
                content = path.read_bytes()
            except FileNotFoundError:
                raise SecretStoreMissing(
                    "This workspace has no secret store yet.", hint="Choose where its secrets are to be kept."
                ) from None
        try:
            return cls._parse(content)
        except (ValueError, KeyError, TypeError, binascii.Error) as error:
            raise SecretStoreError(
                f"{path} was changed outside Wireroom, or is damaged. No secret was changed.",
                hint="Restore it from a backup.",
                detail=path.name,
            ) from error

    @classmethod
    def _parse(cls, content: bytes) -> "StoreChoice":
        fields = json.loads(content)
        if fields["format"] != 1:
            raise ValueError("unknown format")
        return cls(
            kind=StoreKind(fields["kind"]),
            store_id=str(fields["store_id"]),
            backend=str(fields["backend"]),
            seal=base64.b64decode(fields["seal"], validate=True),
        )

    def _fields(self) -> dict[str, str | int]:
        return {"format": 1, "kind": self.kind.value, "store_id": self.store_id, "backend": self.backend}

    def _sealed_part(self) -> bytes:
        return json.dumps(self._fields(), sort_keys=True).encode()
