"""How a data key gets from a process to its child: one line through an inherited pipe or standard input.

Never an argument, the environment or a row: all three can be read by others or stay somewhere.
"""

import base64
import binascii
import os

from core.errors import SecretStoreError, TimedOut
from core.secrets.vault import KEY_BYTES
from core.standard_input import STANDARD_INPUT, read_line
from core.timeouts import OperationType, call_blocking

_LINE_BYTES = 44  # 32 bytes in base64


def encode_key_line(data_key: bytes) -> bytes:
    """What the parent writes, with its newline."""
    return base64.b64encode(data_key) + b"\n"


def decode_key_line(line: bytes) -> bytes:
    """The data key of `encode_key_line`; raises SecretStoreError when it is none."""
    try:
        data_key = base64.b64decode(line.strip(), validate=True)
    except binascii.Error:
        raise _no_key("not base64") from None
    if len(data_key) != KEY_BYTES:
        raise _no_key(f"{len(data_key)} bytes")
    return data_key


def read_key_fd(descriptor: int) -> bytes:
    """Read one line from the descriptor and return the data key.

    What comes after the line stays unread. The descriptor is closed, but for standard input (0), through which more
    may come. Raises SecretStoreError when there is no key in it or none comes in the time for the key store.
    """
    try:
        line = call_blocking(OperationType.SECRET_STORE, lambda: read_line(descriptor, _LINE_BYTES + 1))
        if descriptor != STANDARD_INPUT:
            os.close(descriptor)
    except (TimedOut, OSError) as error:
        # Not closed after a time-out: a thread still reads from it, and the number could be given to another file.
        raise _no_key(type(error).__name__) from error
    return decode_key_line(line or b"")


def _no_key(detail: str) -> SecretStoreError:
    return SecretStoreError(
        "The process that started this one did not hand the key over.",
        title="No key came through the pipe",
        hint="Start it from the console, or enter the passphrase.",
        detail=detail,
    )
