"""An account we operate, and what is needed to open its session."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.domain.ids import AccountId, TelegramUserId


class WorkspaceKind(StrEnum):
    """Fixed when a workspace is made; a worker refuses accounts of the other kind."""

    SANDBOX = "sandbox"  # the local data centre only
    LIVE = "live"  # Telegram


class AccountKind(StrEnum):
    USER = "user"  # a person's account; may write to people who know it
    BOT = "bot"  # may write to people who pressed Start


class AccountState(StrEnum):
    """What stands between an account and sending. Anything but READY waits for a person."""

    READY = "ready"  # may send
    PAUSED = "paused"  # a person paused it
    SIGNED_OUT = "signed_out"  # the session is gone; sign in again
    BANNED = "banned"  # Telegram blocked or deleted the account
    FROZEN = "frozen"  # Telegram froze the account; it may read, not write
    LIMITED = "limited"  # PEER_FLOOD: Telegram limits it, without a time


class DataCentre(StrEnum):
    """Where an account's session lives."""

    PRODUCTION = "production"  # Telegram
    TEST = "test"  # Telegram's own test servers
    SANDBOX = "sandbox"  # the local data centre of this workspace
    CUSTOM = "custom"  # host, port and public key given in the settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account as its row says. Holds no secret: `session_secret` is the name of an entry of the secret store."""

    id: AccountId
    kind: AccountKind
    title: str
    username: str | None
    telegram_user_id: TelegramUserId
    data_centre: DataCentre
    session_secret: str
    state: AccountState
    state_reason: str | None
    limit_profile: str
    slowed_until: datetime | None  # half rate until then, after a flood wait
    send_cooldown_until: datetime | None  # Telegram's demanded wait for sending


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateState:
    """How far an account has read what happened (Telegram's pts, qts, date, seq)."""

    pts: int
    qts: int
    date: datetime
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to use an account. Every write of a lane carries `epoch` and fails when it has changed."""

    account_id: AccountId
    epoch: int
