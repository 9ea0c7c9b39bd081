"""Sign-ins that are under way: codes, e-mail addresses, login tokens of QR codes, keys that still owe the second password.

Nothing here outlives the process: a code asked for before a restart has expired after it, as after a long wait.
"""

import secrets
from dataclasses import dataclass, field

from telegram.sandbox.commands import CodeKind, SignInRules

QR_TOKEN_LIFETIME_S = 30  # core.telegram.org/api/qr-login


@dataclass(slots=True)
class SentCode:
    """A code that was "sent" to a phone by the way `kind`; `later` are the ways that are left."""

    kind: CodeKind
    later: tuple[CodeKind, ...]
    code: str
    code_hash: str
    valid_until_s: float
    email: str = ""  # where a code for setting up an e-mail address went
    sent_at_s: float = 0.0


@dataclass(slots=True)
class LoginToken:
    """A QR code on somebody's screen."""

    key_id: int
    valid_until_s: float


@dataclass(slots=True)
class SignIns:
    """Every half-done sign-in, and the rules for phones that differ from the usual ones."""

    rules: dict[str, SignInRules] = field(default_factory=dict)
    codes: dict[str, SentCode] = field(default_factory=dict)
    tokens: dict[bytes, LoginToken] = field(default_factory=dict)
    email_gone_at_s: dict[str, float] = field(default_factory=dict)  # phone -> when its e-mail address is taken off
    accepted: dict[int, int] = field(default_factory=dict)  # key id -> user id, by QR
    transfers: dict[bytes, int] = field(default_factory=dict)  # token for another data centre -> user id
    password_owed: dict[int, int] = field(default_factory=dict)  # key id -> user id
    srp: dict[int, tuple[int, int]] = field(default_factory=dict)  # srp id -> (user id, secret exponent)

    def rules_of(self, phone: str) -> SignInRules:
        """How this phone gets its codes."""
        return self.rules.get(phone, SignInRules())

    def send_code(self, phone: str, kinds: tuple[CodeKind, ...], now_s: float) -> SentCode:
        """A new code by the first of these ways; an older one of this phone is void."""
        valid_until_s = now_s + self.rules_of(phone).code_lifetime_s
        if now_s >= self.email_gone_at_s.get(phone, now_s + 1):
            kinds = tuple(kind for kind in kinds if kind is not CodeKind.EMAIL) or (CodeKind.SMS,)
        sent = SentCode(
            kinds[0], kinds[1:], _make_code(kinds[0]), secrets.token_hex(9), valid_until_s, sent_at_s=now_s
        )
        self.codes[phone] = sent
        return sent

    def find_code(self, phone: str, code_hash: str, now_s: float) -> SentCode | None:
        """The code that belongs to this hash, while it is valid."""
        sent = self.codes.get(phone)
        if sent is None or sent.code_hash != code_hash or now_s > sent.valid_until_s:
            return None
        return sent

    def make_token(self, key_id: int, now_s: float) -> tuple[bytes, LoginToken]:
        """A new login token for a key; its older ones are void."""
        self.tokens = {token: entry for token, entry in self.tokens.items() if entry.key_id != key_id}
        token = secrets.token_bytes(24)
        self.tokens[token] = LoginToken(key_id, now_s + QR_TOKEN_LIFETIME_S)
        return token, self.tokens[token]

    def make_transfer(self, user_id: int) -> bytes:
        """A token with which the sign-in goes on in the data centre where the account lives."""
        token = secrets.token_bytes(24)
        self.transfers[token] = user_id
        return token


def _make_code(kind: CodeKind) -> str:
    match kind:
        case CodeKind.WORD:
            return secrets.choice(("lantern", "harbour", "meadow"))
        case CodeKind.PHRASE:
            return secrets.choice(("the quiet harbour at night", "a lantern over the meadow"))
        case CodeKind.EMAIL | CodeKind.EMAIL_SETUP:
            return f"{secrets.randbelow(1_000_000):06d}"
        case _:
            return f"{secrets.randbelow(100_000):05d}"
