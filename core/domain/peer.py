"""A Telegram destination as one account knows it."""

from dataclasses import dataclass
from datetime import datetime

from core.domain.ids import TelegramUserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Valid only for the account that received `access_hash` (facts: Telegram hands out one hash per account)."""

    user_id: TelegramUserId
    access_hash: int
    username: str | None = None
    name: str | None = None
    wrote_at: datetime | None = None  # when this person last wrote to the account, or pressed Start


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """How a contact can be found when no peer is known: by id (bots, people in the dialogs) or by @username."""

    user_id: TelegramUserId | None
    username: str | None
