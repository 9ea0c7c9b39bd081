"""What the console or a command asks of a worker about an account: kinds, states, and the answers as they are kept.

A request is a row, never a secret and never a message. Its asker waits for the answer until the deadline.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from core.domain.device import Device
from core.domain.ids import AccountId, RequestId
from core.errors import AppError, RequestFailed


class RequestKind(StrEnum):
    """What needs a live session. (`stop_worker`, which needs none, is asked through `worker_control`.)"""

    LIST_DEVICES = "list_devices"
    END_DEVICE = "end_device"
    END_OTHER_DEVICES = "end_other_devices"
    LOG_OUT = "log_out"


REPEATABLE = frozenset({RequestKind.LIST_DEVICES})
"""What is simply asked again after a crash or a lost link. Of the others nobody knows then whether they were done."""


class RequestState(StrEnum):
    OPEN = "open"  # no worker has taken it yet
    BEGUN = "begun"  # the worker that owns the account is at it
    DONE = "done"
    FAILED = "failed"  # it was not done; the answer holds the words
    EXPIRED = "expired"  # nobody took it before its deadline, and nobody will
    UNKNOWN = "unknown"  # begun, and its worker or its link is gone: it may have been done


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One that waits to be done."""

    id: RequestId
    kind: RequestKind
    account_id: AccountId
    argument: str  # of END_DEVICE: the device's hash
    requester: str
    deadline_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestAnswer:
    """How far a request is; `answer` as `encode_devices` or `encode_refusal` made it."""

    state: RequestState
    answer: str


class _Refusal(msgspec.Struct, frozen=True):
    title: str
    message: str
    hint: str
    detail: str


def encode_devices(devices: Sequence[Device]) -> str:
    return msgspec.json.encode(devices).decode()


def decode_devices(answer: str) -> Sequence[Device]:
    """Raises RequestFailed for what another version wrote."""
    try:
        return msgspec.json.decode(answer, type=tuple[Device, ...])
    except msgspec.DecodeError as error:
        raise RequestFailed("Its answer cannot be read.", hint="Ask again.") from error


def encode_refusal(error: AppError) -> str:
    """The three texts of an error and its small line: safe to show, so safe to keep."""
    words = _Refusal(title=error.title, message=error.message, hint=error.hint, detail=error.detail)
    return msgspec.json.encode(words).decode()


def decode_refusal(answer: str) -> RequestFailed:
    """The error that the asker raises."""
    try:
        words = msgspec.json.decode(answer, type=_Refusal)
    except msgspec.DecodeError:
        return RequestFailed()
    return RequestFailed(words.message, title=words.title, hint=words.hint, detail=words.detail)
