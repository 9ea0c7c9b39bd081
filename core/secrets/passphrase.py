"""The data key wrapped by a passphrase: Argon2id derives a key, AES-256-GCM wraps with the header as associated data.

The file has three lines: the header (JSON: format and parameters), nonce and wrapped key (base64), and a checksum of
the first two. The checksum tells damage from a wrong passphrase; it protects against accidents, not against people,
who are stopped by the tag: with a changed header the derived key, or the associated data, is another one.
"""

import base64
import binascii
import hashlib
import json
import secrets
import unicodedata
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from core.errors import SecretStoreError, SecretStoreMissing, UserInputError, WrongPassphrase
from core.files import storage_errors, write_atomic
from core.secrets.vault import KEY_BYTES, NONCE_BYTES

# RFC 9106, second recommended option: t=3, 64 MiB, 4 lanes; measured 0.3 to 0.4 s to open.
ITERATIONS, MEMORY_KIB, LANES = 3, 64 * 1024, 4
SALT_BYTES = 16
# A header from elsewhere must not make this process take gigabytes or minutes.
MAX_ITERATIONS, MAX_MEMORY_KIB, MAX_LANES = 20, 1024 * 1024, 16
MIN_LENGTH = 8


def check_passphrase(passphrase: str) -> None:
    """Raises UserInputError for a passphrase that is too short for a new store."""
    missing = MIN_LENGTH - len(passphrase)
    if missing > 0:
        raise UserInputError(
            f"Too short: {missing} more {'characters are' if missing > 1 else 'character is'} needed.",
            title="This passphrase is too short",
            hint=f"Use at least {MIN_LENGTH} characters; several words are easy to remember.",
        )


def save_wrapped(path: Path, data_key: bytes, passphrase: str) -> None:
    """Write the data key wrapped by the passphrase, atomically. Takes about 0.3 s of one core."""
    check_passphrase(passphrase)
    header = {
        "format": 1,
        "kdf": "argon2id",
        "iterations": ITERATIONS,
        "memory_kib": MEMORY_KIB,
        "lanes": LANES,
        "salt": base64.b64encode(secrets.token_bytes(SALT_BYTES)).decode(),
    }
    first = json.dumps(header, sort_keys=True).encode()
    nonce = secrets.token_bytes(NONCE_BYTES)
    wrapped = AESGCM(_derive(header, passphrase)).encrypt(nonce, data_key, first)
    body = first + b"\n" + base64.b64encode(nonce + wrapped) + b"\n"
    write_atomic(path, body + hashlib.sha256(body).hexdigest().encode() + b"\n")


def load_wrapped(path: Path, passphrase: str) -> bytes:
    """The data key. Raises WrongPassphrase, SecretStoreMissing when the file is gone, SecretStoreError when it is
    damaged or was changed."""
    with storage_errors(path):
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            raise SecretStoreMissing(
                f"{path} is gone. It holds the key of all secrets, wrapped by your passphrase.",
                hint="Restore it from a backup, or make a new store and sign in again.",
            ) from None
    body, _, checksum = content.removesuffix(b"\n").rpartition(b"\n")
    if hashlib.sha256(body + b"\n").hexdigest().encode() != checksum:
        raise _changed(path)
    first, _, second = body.partition(b"\n")
    try:
        sealed = base64.b64decode(second, validate=True)
        key = _derive(json.loads(first), passphrase)
        data_key = AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], first)
    except InvalidTag:
        raise WrongPassphrase from None
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        raise _changed(path) from error
    if len(data_key) != KEY_BYTES:
        raise _changed(path)
    return data_key


def _derive(header: dict[str, object], passphrase: str) -> bytes:
    numbers = [header[name] for name in ("iterations", "memory_kib", "lanes")]
    bounds = (MAX_ITERATIONS, MAX_MEMORY_KIB, MAX_LANES)
    if header["format"] != 1 or header["kdf"] != "argon2id":
        raise ValueError("unknown format")
    iterations, memory_kib, lanes = (_within(number, bound) for number, bound in zip(numbers, bounds, strict=True))
    salt = base64.b64decode(str(header["salt"]), validate=True)
    # The same passphrase typed on another system may come in other code points (é as one or as two).
    typed = unicodedata.normalize("NFC", passphrase).encode()
    return Argon2id(salt=salt, length=KEY_BYTES, iterations=iterations, lanes=lanes, memory_cost=memory_kib).derive(
        typed
    )


def _within(number: object, bound: int) -> int:
    if not isinstance(number, int) or not 1 <= number <= bound:
        raise ValueError("parameter out of bounds")
    return number


def _changed(path: Path) -> SecretStoreError:
    return SecretStoreError(
        f"{path} was changed outside Wireroom, or is damaged. No secret was changed.",
        title="The wrapped key does not open",
        hint="Restore it from a backup.",
        detail=path.name,
    )
