"""Who signed in, and who takes the session over."""

from dataclasses import dataclass, field
from typing import Any, Protocol

from core.domain.account import AccountKind
from core.domain.ids import AccountId, TelegramUserId
from telegram.data_centres import ApiCredentials
from telegram.session import SessionSecret


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A signed-in account. `session` belongs into the secret store and nowhere else."""

    kind: AccountKind
    telegram_user_id: TelegramUserId
    username: str | None
    name: str
    session: bytes = field(repr=False)

    @property
    def session_secret(self) -> str:
        """The name under which the secret store keeps `session`: another one for each key."""
        return f"session/{SessionSecret.from_bytes(self.session).fingerprint.hex()}"


def describe_user(user: Any, session: bytes) -> SignedIn:
    """From Telegram's user object."""
    return SignedIn(
        kind=AccountKind.BOT if user.bot else AccountKind.USER,
        telegram_user_id=TelegramUserId(user.id),
        username=user.username,
        name=" ".join(part for part in (user.first_name, user.last_name) if part),
        session=session,
    )


class SignInHost(Protocol):
    """Who keeps what a sign-in brings."""

    async def admit(self, telegram_user_id: TelegramUserId) -> None:
        """Raise an AppError if this account may not be kept: its new session is then ended, and the error shown."""
        ...

    async def keep(self, signed_in: SignedIn) -> AccountId | None:
        """Keep the session and make the account usable. No connection uses the session any more."""
        ...

    async def keep_api(self, api: ApiCredentials) -> None:
        """Keep the pair that was entered."""
        ...
