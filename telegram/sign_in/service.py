"""Beginning a sign-in from another part of the program, and seeing one that was cut off. No Telethon here."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.clock import Clock
from core.domain.account import DataCentre
from core.domain.ids import AccountId
from core.errors import SecretNotFound
from core.secrets.choice import StoreKind
from core.secrets.manager import SecretsManager
from core.workspace import Workspace
from telegram.sign_in.child_client import SignInChild
from telegram.sign_in.half_done import SECRET_NAME, purpose_of, read_half_done
from telegram.sign_in.values import Method

_SHOWN_DIGITS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class CutOff:
    """A sign-in that can be gone on with. `phone` is masked, and "" where none was entered.

    `proxy`: what it began through, and goes on through, as SignInChild names it.
    """

    phone: str
    waits_for_password: bool
    proxy: str = ""


class SignInService:
    """The sign-ins of one workspace. `program` starts Wireroom again."""

    def __init__(self, workspace: Workspace, program: Sequence[str], clock: Clock) -> None:
        self._workspace = workspace
        self._program = program
        self._clock = clock

    def make_child(
        self,
        key_line: bytes,
        *,
        method: Method,
        again: AccountId | None = None,
        proxy: str = "",
        actor: str,
    ) -> SignInChild:
        """One sign-in, which begins with `start`; arguments as those of SignInChild."""
        return SignInChild(
            self._program, self._workspace, key_line, method=method, again=again, proxy=proxy, actor=actor
        )

    def find_cut_off(
        self, secrets: SecretsManager, *, again: AccountId | None, data_centre: DataCentre
    ) -> CutOff | None:
        """A half-done sign-in for the same purpose; nothing is changed. Blocks: it reads the vault."""
        if secrets.kind is StoreKind.MEMORY:
            return None
        try:
            content = secrets.get(SECRET_NAME)
        except SecretNotFound:
            return None
        half_done = read_half_done(content, purpose_of(again, data_centre), self._clock.now())
        if half_done is None:
            return None
        phone = mask_phone(half_done.phone)
        return CutOff(phone=phone, waits_for_password=half_done.code is None, proxy=half_done.proxy)


def mask_phone(phone: str) -> str:
    """+44 ••• 0142: enough to know one's own number by."""
    digits = phone.strip().removeprefix("+")
    if len(digits) <= _SHOWN_DIGITS + 2:
        return ""
    return f"+{digits[:2]} ••• {digits[-_SHOWN_DIGITS:]}"
