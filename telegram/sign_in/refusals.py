"""Refusals that only a sign-in knows, and what Telegram's mean for the way on."""

from core.errors import AccountBanned, AppError, ConfigurationError, UserInputError

_NO_ACCOUNT = ("PHONE_NUMBER_UNOCCUPIED", "sign-up required")
_FEE = "payment required"


def no_account() -> AppError:
    """The number is nobody's; Wireroom makes no accounts."""
    return UserInputError(
        title="This number has no Telegram account",
        hint="Make the account in the official app first, or enter another number.",
        detail="sign-up required",
    )


def banned(error: AppError) -> AppError:
    """The words for somebody who signs in; those of the error are for an account that has deliveries."""
    return AccountBanned(
        "It cannot sign in anywhere.",
        title="Telegram has banned this number or account",
        hint="If this is a mistake, the sign-in page of the official app offers help. Another number may be entered.",
        detail=error.detail,
    )


def wants_fee() -> AppError:
    """auth.sentCodePaymentRequired."""
    return UserInputError(
        "Telegram sends a code to this number only for a fee. Nothing was paid.",
        title="Telegram asks for a payment",
        hint="Sign in with the QR code, or with the official app first.",
        detail=_FEE,
    )


def no_other_way() -> AppError:
    """Nothing to resend by."""
    return UserInputError(
        "The code that was sent is still good.",
        title="Telegram has no other way to send this code",
        hint="Enter it, or sign in with the QR code.",
        detail="no next way",
    )


def too_old() -> AppError:
    """A code beyond our own limit."""
    return UserInputError(title="The code is too old", hint="Ask for a new code.", detail="expired here")


def is_final(error: AppError) -> bool:
    """Whether this way of signing in leads nowhere for this number."""
    return isinstance(error, AccountBanned | ConfigurationError) or error.detail in (*_NO_ACCOUNT, _FEE)


def prefers_qr(error: AppError) -> bool:
    """Whether Telegram sends no codes and wants the QR code instead (errors.html, 406)."""
    return error.detail in ("SEND_CODE_UNAVAILABLE", "UPDATE_APP_TO_LOGIN")
