"""What can be asked of a running sandbox over its control channel, and what it answers. No Telethon here."""

from enum import StrEnum
from typing import Any

import msgspec

from telegram.sandbox.address import FIRST_DC
from telegram.sandbox.faults import Fault
from telegram.sandbox.records import PersonMedia


class AccountKind(StrEnum):
    """What signs in."""

    USER = "user"
    BOT = "bot"


class RepeatBehaviour(StrEnum):
    """What a repeated random_id is answered with. Both were observed with Telegram."""

    ECHO = "echo"  # the original message
    REFUSE = "refuse"  # 500 RANDOM_ID_DUPLICATE


class CodeKind(StrEnum):
    """How a login code reaches its owner; what Telegram calls the type of a sent code."""

    APP = "app"  # a message from Telegram in the owner's other sessions
    SMS = "sms"
    WORD = "word"  # an SMS with a word
    PHRASE = "phrase"  # an SMS with a few words
    CALL = "call"  # a voice reads it
    MISSED_CALL = "missed_call"  # the last digits of the number that calls
    FRAGMENT = "fragment"  # for anonymous numbers, at fragment.com
    EMAIL = "email"
    EMAIL_SETUP = "email_setup"  # no code: an e-mail address has to be set up first, which then gets one


class SignInRules(msgspec.Struct, frozen=True, kw_only=True):
    """How a phone gets its codes: the ways in their order, and how long things last, in s.

    `has_fee`: a code is sent only to who pays. `email_pattern` is what the asker is shown of the address, which may be
    taken off after `email_reset_after_s` (None: never), and is `email_reset_takes_s` later.
    """

    kinds: tuple[CodeKind, ...] = (CodeKind.APP, CodeKind.SMS)
    resend_after_s: int = 60
    code_lifetime_s: float = 300
    has_fee: bool = False
    email_pattern: str = "a***@e***.org"
    email_reset_after_s: int | None = None
    email_reset_takes_s: int = 0


class Freeze(msgspec.Struct, frozen=True, kw_only=True):
    """A frozen account, as help.getAppConfig tells it. Unix seconds."""

    since_s: int
    until_s: int
    appeal_url: str = "https://t.me/spambot"


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
    """Counts since the start (calls, refused_repeats by error), and now (the rest)."""

    calls: dict[str, int]
    refused_repeats: dict[str, int]
    links: int
    accounts: int
    people: int
    messages: int
    sources: dict[str, int]  # connections since the start, by the address they came from


class Command(msgspec.Struct, frozen=True, tag=True, tag_field="verb"):
    """One thing to do. Each class is answered with the type in its docstring."""


class AddAccount(Command, frozen=True, tag=True):
    """AccountInfo"""

    kind: AccountKind
    name: str
    username: str
    phone: str
    password: str
    password_hint: str = ""
    dc_id: int = FIRST_DC


class LastCode(Command, frozen=True, tag=True):
    """str: the newest login code "sent" to this phone, "" if there is none"""

    phone: str


class ScanQrCode(Command, frozen=True, tag=True):
    """bool: whether the tg://login address of a QR code was accepted for the account"""

    url: str
    account_id: int


class ListQrCodes(Command, frozen=True, tag=True):
    """list[str]: the tg://login addresses of all QR codes that can be scanned now"""


class SetSignInRules(Command, frozen=True, tag=True):
    """None: how this phone gets its codes from now on"""

    phone: str
    rules: SignInRules


class FreezeAccount(Command, frozen=True, tag=True):
    """None: the account may read, not write; None takes it back"""

    account_id: int
    freeze: Freeze | None


class LimitAccount(Command, frozen=True, tag=True):
    """None: whether the account may only write to its contacts (PEER_FLOOD for everybody else)"""

    account_id: int
    is_limited: bool


class LetYoungSessionsEndOthers(Command, frozen=True, tag=True):
    """None: whether a session younger than 24 h may end others (Telegram: no)"""

    is_allowed: bool


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
    media: PersonMedia | None = None


class PersonTypes(Command, frozen=True, tag=True):
    """None: the account's links are told"""

    person_id: int
    account_id: int
    is_typing: bool


class AccountSays(Command, frozen=True, tag=True):
    """int: the message's id; the account wrote it on another device"""

    account_id: int
    person_id: int
    text: str


class AccountReads(Command, frozen=True, tag=True):
    """None: the account read, on another device, what a person wrote up to this message; 0: everything"""

    account_id: int
    person_id: int
    max_id: int


class EditMessage(Command, frozen=True, tag=True):
    """None: whoever wrote this message changed its text, the account on another device"""

    account_id: int
    message_id: int
    text: str


class DeleteMessages(Command, frozen=True, tag=True):
    """int: how many of these are gone for both sides; nobody is told who deleted them"""

    account_id: int
    message_ids: list[int]


class React(Command, frozen=True, tag=True):
    """None: the person of the chat, or the account itself on another device, has these reactions to the message now"""

    account_id: int
    message_id: int
    emoji: list[str]
    by_account: bool


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


class EndFileReferences(Command, frozen=True, tag=True):
    """None: what the account uploaded has to be uploaded again before it can be sent"""

    account_id: int


class ListAccounts(Command, frozen=True, tag=True):
    """list[AccountInfo]"""


class GetStats(Command, frozen=True, tag=True):
    """Stats"""


AnyCommand = (
    AddAccount
    | LastCode
    | ScanQrCode
    | ListQrCodes
    | SetSignInRules
    | FreezeAccount
    | LimitAccount
    | LetYoungSessionsEndOthers
    | MakePeople
    | InjectFault
    | ClearFaults
    | SetRepeatBehaviour
    | PersonSays
    | PersonTypes
    | AccountSays
    | AccountReads
    | EditMessage
    | DeleteMessages
    | React
    | PersonReads
    | PersonBlocks
    | DropLinks
    | SetClockOffset
    | ForgetKeys
    | MakeDifferenceTooLong
    | EndFileReferences
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
