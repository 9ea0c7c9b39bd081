"""One account stands still, waits, or is another worker's."""

from datetime import datetime

from core.errors.base import AppError, Scope


class AccountError(AppError):
    """One account stands still until a person acts; its deliveries stay with it."""

    code = "account"
    scope = Scope.ACCOUNT
    default_title = "This account cannot send"


class AccountSignedOut(AccountError):
    """The session was ended elsewhere or is unknown to Telegram."""

    code = "signed_out"
    default_title = "This account was signed out"
    default_message = "It was signed out from another device. Its deliveries stay in the queue."
    default_hint = "Sign in again."


class SessionUsedTwice(AccountSignedOut):
    """The same session was used over two connections, so Telegram closed it (AUTH_KEY_DUPLICATED)."""

    code = "session_used_twice"
    default_title = "This account was signed out: its session was used in two places"
    default_message = "The same session was used in two places, so Telegram closed it. Nothing was sent twice."
    default_hint = "Sign in again and use the new session only here. First close every program that has a copy."


class AccountBanned(AccountError):
    """Telegram has blocked or deleted the account."""

    code = "banned"
    default_title = "Telegram has blocked or deleted this account"
    default_hint = "Decide what becomes of its deliveries."


class AccountFrozen(AccountError):
    """Telegram froze the account: it may read, not write."""

    code = "frozen"
    default_title = "Telegram froze this account"
    default_hint = "Appeal in the official app, then check again."

    def __init__(
        self,
        message: str = "",
        *,
        title: str = "",
        hint: str = "",
        detail: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        appeal_url: str = "",
    ) -> None:
        """`since`, `until` and `appeal_url` as Telegram's configuration names them; absent: not known (yet)."""
        super().__init__(message, title=title, hint=hint, detail=detail)
        self.since = since
        self.until = until
        self.appeal_url = appeal_url


class AccountLimited(AccountError):
    """PEER_FLOOD: limited for messages to people who do not know it; no duration is given."""

    code = "limited"
    default_title = "Telegram limits this account"
    default_message = "It may not write to people who do not know it."
    default_hint = "Ask @SpamBot in the official app, then resume the account."


class TwoFactorRequired(AccountError):
    """The account has a second password."""

    code = "two_factor_required"
    default_title = "This account has a second password"
    default_hint = "Enter the second password."


class CooldownError(AppError):
    """Telegram demanded a wait from this account for this method. Definite: nothing was sent."""

    code = "cooldown"
    scope = Scope.ACCOUNT
    is_retryable = True
    default_title = "Telegram asked this account to wait"
    default_hint = "Sending goes on by itself."

    def __init__(
        self,
        message: str = "",
        *,
        wait_s: float,
        is_one_chat: bool = False,
        title: str = "",
        detail: str = "",
    ) -> None:
        """`is_one_chat`: only this chat has to wait (slow mode), not the account."""
        super().__init__(message, title=title, detail=detail)
        self.wait_s = wait_s
        self.is_one_chat = is_one_chat


class LeaseLost(AppError):
    """Another worker owns the account now (the lease epoch changed). Nothing was written."""

    code = "lease_lost"
    scope = Scope.ACCOUNT
    default_title = "Another worker owns this account now"
