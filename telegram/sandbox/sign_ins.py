"""Sign-ins that are under way: codes, login tokens of QR codes, and keys that still owe the second password.

Nothing here outlives the process: a code asked for before a restart has expired after it, as after a long wait.
"""

import secrets
from dataclasses import dataclass, field

QR_TOKEN_LIFETIME_S = 30  # core.telegram.org/api/qr-login
CODE_LIFETIME_S = 300


@dataclass(slots=True)
class SentCode:
    """A code that was "sent" to a phone."""

    code: str
    code_hash: str
    valid_until_s: float


@dataclass(slots=True)
class LoginToken:
    """A QR code on somebody's screen."""

    key_id: int
    valid_until_s: float


@dataclass(slots=True)
class SignIns:
    """Every half-done sign-in."""

    codes: dict[str, SentCode] = field(default_factory=dict)
    tokens: dict[bytes, LoginToken] = field(default_factory=dict)
    accepted: dict[int, int] = field(default_factory=dict)  # key id -> user id, by QR
    password_owed: dict[int, int] = field(default_factory=dict)  # key id -> user id
    srp: dict[int, tuple[int, int]] = field(default_factory=dict)  # srp id -> (user id, secret exponent)

    def send_code(self, phone: str, now_s: float) -> SentCode:
        """A new code of five digits for this phone; an older one is void."""
        code = f"{secrets.randbelow(100_000):05d}"
        self.codes[phone] = SentCode(code, secrets.token_hex(9), now_s + CODE_LIFETIME_S)
        return self.codes[phone]

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
