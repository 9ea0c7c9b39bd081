"""What a sign-in shows and what it can be told: plain values that also travel between processes. No Telethon here."""

from datetime import datetime
from enum import StrEnum

import msgspec

from core.domain.account import AccountKind
from core.errors import AppError


class CodeKind(StrEnum):
    """How a login code reaches its owner (Telegram's auth.SentCodeType)."""

    APP = "app"  # a message from Telegram in the owner's other sessions
    SMS = "sms"
    WORD = "word"  # an SMS with one word
    PHRASE = "phrase"  # an SMS with a few words
    CALL = "call"  # a voice reads it
    FLASH_CALL = "flash_call"  # the number that calls is the code
    MISSED_CALL = "missed_call"  # the last digits of the number that calls
    FRAGMENT = "fragment"  # at fragment.com, for anonymous numbers
    EMAIL = "email"


class Method(StrEnum):
    """How a sign-in begins."""

    QR = "qr"
    PHONE = "phone"
    BOT = "bot"


ANY_PROXY = "pool"
"""As the choice of a proxy for a new account: a healthy one with room. A number chooses that proxy, "" none."""


class Value(msgspec.Struct, frozen=True, kw_only=True, tag=True, tag_field="is", repr_omit_defaults=True):
    """Base of states and commands. Its repr is its name only: codes, numbers and links never get into a log."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class Problem(Value, frozen=True, kw_only=True):
    """Why the last step did not succeed, in the three texts of an error; `detail` is Telegram's name for it."""

    code: str
    title: str
    message: str = ""
    hint: str = ""
    detail: str = ""


def problem_of(error: AppError) -> Problem:
    """The texts of an error as a value."""
    return Problem(code=error.code, title=error.title, message=error.message, hint=error.hint, detail=error.detail)


# States: what is asked of the person now. `problem` says why the last answer was not taken.


class AskApi(Value, frozen=True, kw_only=True):
    """The workspace has no api_id and api_hash yet, or Telegram does not accept them: answer with GiveApi."""

    problem: Problem | None = None


class AskPhone(Value, frozen=True, kw_only=True):
    """Answer with GivePhone."""

    problem: Problem | None = None


class AskCode(Value, frozen=True, kw_only=True):
    """A code was sent: answer with GiveCode, Resend or UsePhone (another number).

    `length` 0: a word or a phrase. `clue`: what Telegram tells of it (how it begins, the prefix or pattern of the
    number that calls, a web address). `next_kind`: how Resend sends the next one, possible after `resend_in_s`
    seconds from now. `valid_until` is Wireroom's own limit, since Telegram names none; after it Resend asks for a new
    code. `survives_restart`: a new start goes on here without a new code. `is_resumed`: this is such a start.
    """

    kind: CodeKind
    length: int
    sent_to: str
    valid_until: datetime
    clue: str = ""
    next_kind: CodeKind | None = None
    resend_in_s: float = 0.0
    survives_restart: bool = False
    is_resumed: bool = False
    problem: Problem | None = None


class AskEmail(Value, frozen=True, kw_only=True):
    """Telegram wants an e-mail address for this account before it goes on: answer with GiveEmail."""

    problem: Problem | None = None


class AskEmailCode(Value, frozen=True, kw_only=True):
    """A code was sent to the address `sent_to` (Telegram hides most of it): answer with GiveCode.

    `is_set_up`: the address is being set up; a login code follows. `reset_in_s`: in so many seconds from now ResetEmail
    may be given by who cannot reach the address; None: not at all. `reset_at`: that was asked for before, and Telegram
    takes the address off the account then. The rest as in AskCode.
    """

    length: int
    sent_to: str
    valid_until: datetime
    is_set_up: bool
    reset_in_s: float | None = None
    reset_at: datetime | None = None
    next_kind: CodeKind | None = None
    resend_in_s: float = 0.0
    survives_restart: bool = False
    is_resumed: bool = False
    problem: Problem | None = None


class AskPassword(Value, frozen=True, kw_only=True):
    """The account has a second password; `hint` is the owner's own. Answer with GivePassword."""

    hint: str = ""
    is_resumed: bool = False
    problem: Problem | None = None


class AskBotToken(Value, frozen=True, kw_only=True):
    """Answer with GiveBotToken."""

    problem: Problem | None = None


class ShowQr(Value, frozen=True, kw_only=True):
    """Show `url` as a QR code, to be scanned with the official app. A new one comes by itself at `valid_until`."""

    url: str
    valid_until: datetime
    problem: Problem | None = None


class Waiting(Value, frozen=True, kw_only=True):
    """Telegram demanded a wait; what was asked before is asked again by itself at `until`."""

    until: datetime
    reason: Problem


class Refused(Value, frozen=True, kw_only=True):
    """This way leads nowhere: choose another one (UseQr, UsePhone, UseBotToken) or Cancel."""

    problem: Problem


class Done(Value, frozen=True, kw_only=True):
    """Signed in, disconnected, and kept; nothing follows. `account_id` is 0 where no workspace keeps it.

    `frozen`: Telegram froze this account; it reads and does not write.
    """

    kind: AccountKind
    telegram_user_id: int
    name: str
    username: str | None
    account_id: int = 0
    frozen: Problem | None = None


class Cancelled(Value, frozen=True, kw_only=True):
    """The person gave up; nothing follows and nothing is kept."""


State = (
    AskApi
    | AskPhone
    | AskCode
    | AskEmail
    | AskEmailCode
    | AskPassword
    | AskBotToken
    | ShowQr
    | Waiting
    | Refused
    | Done
    | Cancelled
)


# Commands: what a person does. Each is followed by at least one state.


class GiveApi(Value, frozen=True, kw_only=True):
    api_id: str
    api_hash: str


class GivePhone(Value, frozen=True, kw_only=True):
    phone: str


class GiveCode(Value, frozen=True, kw_only=True):
    """A login code or a code from an e-mail, as pasted: it is cleaned."""

    code: str


class GiveEmail(Value, frozen=True, kw_only=True):
    address: str


class GivePassword(Value, frozen=True, kw_only=True):
    password: str


class GiveBotToken(Value, frozen=True, kw_only=True):
    token: str


class Resend(Value, frozen=True, kw_only=True):
    """Send the code by the next way; where the code is too old, a new one."""


class ResetEmail(Value, frozen=True, kw_only=True):
    """The e-mail address cannot be reached: Telegram shall take it off the account, and send the code another way."""


class UseQr(Value, frozen=True, kw_only=True):
    """Go over to the QR code."""


class UsePhone(Value, frozen=True, kw_only=True):
    """Go over to a phone number, or change the number; a code that was sent is made void."""


class UseBotToken(Value, frozen=True, kw_only=True):
    """Go over to a bot token."""


class Cancel(Value, frozen=True, kw_only=True):
    """Give up."""


Command = (
    GiveApi
    | GivePhone
    | GiveCode
    | GiveEmail
    | GivePassword
    | GiveBotToken
    | Resend
    | ResetEmail
    | UseQr
    | UsePhone
    | UseBotToken
    | Cancel
)
