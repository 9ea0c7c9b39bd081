"""Every refusal that a repeat can meet: the table of telegram/errors.py as (code, name) the way Telegram sends it."""

from dataclasses import dataclass

from telethon.errors.rpcerrorlist import rpc_errors_dict

from core.errors import AppError, RecipientError
from telegram.errors import _TABLE

# Names of which Telethon has no class: the codes are those of the facts about Telegram, chapter 4.
CODES = {"PRIVACY_PREMIUM_REQUIRED": 403, "ALLOW_PAYMENT_REQUIRED": 406, "FROZEN_METHOD_INVALID": 420}

# What the table decides by a rule instead of a row.
BY_RULE = (
    (420, "FLOOD_WAIT_1"),
    (420, "FLOOD_PREMIUM_WAIT_1"),
    (420, "SLOWMODE_WAIT_1"),
    (403, "ALLOW_PAYMENT_REQUIRED_50"),
    (400, "SOMETHING_NEW_INVALID"),
    (401, "SOMETHING_NEW_REQUIRED"),
    (500, "RPC_CALL_FAIL"),
    (-503, "TIMEOUT"),
)


@dataclass(frozen=True, slots=True)
class Refusal:
    code: int
    name: str
    suppresses: bool  # it says that the person is not to be written to any more


def every_refusal() -> list[Refusal]:
    """All of them, in the order of the table."""
    rows = [Refusal(_code_of(name), name, _suppresses(row.error)) for name, row in _TABLE.items()]
    return rows + [Refusal(code, name, False) for code, name in BY_RULE]


def _code_of(name: str) -> int:
    known = rpc_errors_dict.get(name)
    code = getattr(known, "code", None) if known else None
    return CODES.get(name) or code or 400


def _suppresses(error: type[AppError]) -> bool:
    return issubclass(error, RecipientError) and error.suppresses
