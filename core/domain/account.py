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


class LimitKind(StrEnum):
    """What a person may limit on one account; whole numbers, 1 or more."""

    PER_MINUTE = "per_minute"  # messages, as a steady pace
    PER_HOUR = "per_hour"
    PER_DAY = "per_day"
    NEW_PEOPLE_PER_DAY = "new_people_per_day"  # people who never wrote to it and whom it never wrote to
    LOOK_UPS_PER_DAY = "look_ups_per_day"  # people found by name over the network


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLimit:
    """One limit that a person set instead of the profile's."""

    kind: LimitKind
    value: int
    set_by: str
    set_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """What Telegram said about a frozen account (help.getAppConfig; auth.html, "Frozen accounts")."""

    since: datetime
    until: datetime | None  # it is deleted then, unless the appeal helps
    appeal_url: str  # '': none was named


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
    state_code: str | None = None  # code of the error (core.errors) that stopped it; None: a person, or nobody
    freeze: Freeze | None = None  # only while it is FROZEN
    limits: tuple[AccountLimit, ...] = ()  # in the order of their kinds; what is not here is as the profile says


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
