"""How an account stands and what it asks of a person: the restrictions told apart, each with its next step. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.domain.account import Account, AccountState
from core.errors import (
    AccountBanned,
    AccountFrozen,
    AccountLimited,
    AccountSignedOut,
    AppError,
    SecretNotFound,
    SessionUsedTwice,
)

LOGGED_OUT = "logged_out"
"""As `state_code`: a person ended the session here."""


class NextStep(StrEnum):
    """What a person can do about it, as a button would offer it."""

    NONE = "none"
    RESUME = "resume"  # a person paused it
    SIGN_IN = "sign_in"  # it needs a new session; its deliveries stay with it
    APPEAL = "appeal"  # at `appeal_url`, then resume, which checks again
    ASK_SPAMBOT = "ask_spambot"  # in the official app, then resume
    DECIDE = "decide"  # it will not come back: remove it, which says what becomes of its deliveries


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingWords:
    """Words and next step. `code` tells apart what the state alone does not (see `core.errors`)."""

    state: AccountState
    code: str
    title: str
    message: str
    hint: str
    next_step: NextStep
    since: datetime | None = None  # of a freeze
    until: datetime | None = None  # of a freeze: Telegram deletes the account then
    appeal_url: str = ""


_STEPS = {
    AccountState.READY: NextStep.NONE,
    AccountState.PAUSED: NextStep.RESUME,
    AccountState.SIGNED_OUT: NextStep.SIGN_IN,
    AccountState.BANNED: NextStep.DECIDE,
    AccountState.FROZEN: NextStep.APPEAL,
    AccountState.LIMITED: NextStep.ASK_SPAMBOT,
}
_ERRORS: dict[str, type[AppError]] = {
    error.code: error
    for error in (AccountSignedOut, SessionUsedTwice, AccountBanned, AccountFrozen, AccountLimited, SecretNotFound)
}
_QUEUE_STAYS = "Its deliveries stay in the queue."


def describe_standing(account: Account) -> StandingWords:
    """How the account stands now."""
    if account.state is AccountState.READY:
        return _standing(account, "The account can send", "", "")
    if account.state is AccountState.PAUSED:
        return _standing(account, "Paused", account.state_reason or "", "Resume it when it should send again.")
    if account.state_code == LOGGED_OUT:
        return _standing(account, "Logged out here", f"{account.state_reason} {_QUEUE_STAYS}", "Sign in again.")
    if account.state_code == SecretNotFound.code:
        message = f"Its session is not in the vault any more. {_QUEUE_STAYS}"
        return _standing(account, "The session of this account is gone", message, "Sign in again.")
    error = _ERRORS.get(account.state_code or "") or _error_of(account.state)
    if account.state is AccountState.FROZEN:
        return _frozen(account)
    message = _without(account.state_reason or "", error) or error.default_message
    if _QUEUE_STAYS not in message:
        message = f"{message} {_QUEUE_STAYS}".strip()
    return _standing(account, error.default_title, message, error.default_hint)


def _frozen(account: Account) -> StandingWords:
    message, hint = f"It may read, not write. {_QUEUE_STAYS}", AccountFrozen.default_hint
    freeze = account.freeze
    if freeze is not None:
        message = f"Frozen since {freeze.since.day} {freeze.since:%B %Y}. {message}"
        if freeze.until is not None:
            message += f" Telegram will delete it on {freeze.until.day} {freeze.until:%B %Y} unless you appeal."
        if freeze.appeal_url:
            hint = f"Appeal at {freeze.appeal_url}, then resume the account, which checks again."
    return _standing(account, AccountFrozen.default_title, message, hint)


def _standing(account: Account, title: str, message: str, hint: str) -> StandingWords:
    freeze = account.freeze
    return StandingWords(
        state=account.state,
        code=account.state_code or account.state.value,
        title=title,
        message=message,
        hint=hint,
        next_step=_STEPS[account.state],
        since=freeze.since if freeze else None,
        until=freeze.until if freeze else None,
        appeal_url=freeze.appeal_url if freeze else "",
    )


def _without(reason: str, error: type[AppError]) -> str:
    """What the stored sentences say besides the error's own title and hint, which stand in their own places."""
    return reason.removeprefix(f"{error.default_title}.").removesuffix(error.default_hint).strip()


def _error_of(state: AccountState) -> type[AppError]:
    return {
        AccountState.BANNED: AccountBanned,
        AccountState.FROZEN: AccountFrozen,
        AccountState.LIMITED: AccountLimited,
    }.get(state, AccountSignedOut)
