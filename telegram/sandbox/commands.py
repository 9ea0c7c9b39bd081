"""What can be asked of a running sandbox over its control channel, and what it answers. No Telethon here."""

from enum import StrEnum
from typing import Any

import msgspec

from telegram.sandbox.faults import Fault


class AccountKind(StrEnum):
    """What signs in."""

    USER = "user"
    BOT = "bot"


class RepeatBehaviour(StrEnum):
    """What a repeated random_id is answered with. Both were observed with Telegram."""

    ECHO = "echo"  # the original message
    REFUSE = "refuse"  # 500 RANDOM_ID_DUPLICATE


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """How people behave after a message: chances from 0 to 1, waits in s. Block,
    STOP and reply exclude each other."""

    read_chance: float = 0.0
    reply_chance: float = 0.0
    stop_chance: float = 0.0
    block_chance: float = 0.0
    read_after_s: tuple[float, float] = (0.5, 6.0)
    answer_after_s: tuple[float, float] = (1.0, 12.0)


SILENT = Script()
LIVELY = Script(read_chance=0.85, reply_chance=0.25, stop_chance=0.03, block_chance=0.02)


class AccountInfo(msgspec.Struct, frozen=True):
    """An account that can sign in: by `phone` and the last code, or by `bot_token`."""

    user_id: int
    kind: AccountKind
    name: str
    username: str
    phone: str
    bot_token: str


class PersonInfo(msgspec.Struct, frozen=True):
    """A person whom the accounts can write to."""

    user_id: int
    username: str
    name: str
    language: str
    phone: str


class Stats(msgspec.Struct, frozen=True):
    """Counts since the start (calls), and now (the rest)."""

    calls: dict[str, int]
    links: int
    accounts: int
    people: int
    messages: int


class Command(msgspec.Struct, frozen=True, tag=True, tag_field="verb"):
    """One thing to do. Each class is answered with the type in its docstring."""


class AddAccount(Command, frozen=True, tag=True):
    """AccountInfo"""

    kind: AccountKind
    name: str
    username: str
    phone: str
    password: str


class LastCode(Command, frozen=True, tag=True):
    """str: the newest login code "sent" to this phone, "" if there is none"""

    phone: str


class ScanQrCode(Command, frozen=True, tag=True):
    """bool: whether the tg://login address of a QR code was accepted for the account"""

    url: str
    account_id: int


class MakePeople(Command, frozen=True, tag=True):
    """list[PersonInfo]"""

    count: int
    seed: int
    script: Script
    account_ids: list[int]


class InjectFault(Command, frozen=True, tag=True):
    """None"""

    fault: Fault


class ClearFaults(Command, frozen=True, tag=True):
    """None"""


class SetRepeatBehaviour(Command, frozen=True, tag=True):
    """None"""

    behaviour: RepeatBehaviour


class PersonSays(Command, frozen=True, tag=True):
    """int: the message's id in the account's mailbox"""

    person_id: int
    account_id: int
    text: str


class PersonReads(Command, frozen=True, tag=True):
    """None: the person has read everything the account wrote"""

    person_id: int
    account_id: int


class PersonBlocks(Command, frozen=True, tag=True):
    """None"""

    person_id: int
    account_id: int
    is_blocked: bool


class DropLinks(Command, frozen=True, tag=True):
    """int: how many links were closed; of every account if `account_id` is None"""

    account_id: int | None


class SetClockOffset(Command, frozen=True, tag=True):
    """None"""

    seconds: float


class ForgetKeys(Command, frozen=True, tag=True):
    """int: how many auth keys of the account are unknown from now on (transport error -404)"""

    account_id: int


class MakeDifferenceTooLong(Command, frozen=True, tag=True):
    """None: the account's next updates.getDifference is answered differenceTooLong"""

    account_id: int


class ListAccounts(Command, frozen=True, tag=True):
    """list[AccountInfo]"""


class GetStats(Command, frozen=True, tag=True):
    """Stats"""


AnyCommand = (
    AddAccount
    | LastCode
    | ScanQrCode
    | MakePeople
    | InjectFault
    | ClearFaults
    | SetRepeatBehaviour
    | PersonSays
    | PersonReads
    | PersonBlocks
    | DropLinks
    | SetClockOffset
    | ForgetKeys
    | MakeDifferenceTooLong
    | ListAccounts
    | GetStats
)


class Envelope(msgspec.Struct, frozen=True):
    """One line to the control port. The token proves that the sender may read the sandbox's folder."""

    token: str
    command: AnyCommand


class Reply(msgspec.Struct, frozen=True):
    """One line back: a result, or a sentence why not."""

    result: Any = None
    problem: str = ""
