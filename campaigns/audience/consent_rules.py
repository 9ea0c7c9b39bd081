"""What a person may change by hand about consents and suppressions. Pure."""

from datetime import datetime

from campaigns.reasons import DeliveryReason
from core.errors import UserInputError


def check_lift(
    reason: DeliveryReason, suppressed_at: datetime, newest_consent_at: datetime | None, *, was_erased: bool, why: str
) -> None:
    """Whether a suppression may be taken back. Raises UserInputError with what is missing.

    `newest_consent_at`: when the newest agreement in force was given. Who said STOP, or had themselves erased, has the
    last word: only a newer agreement of theirs outweighs it.
    """
    if not why.strip():
        raise UserInputError(
            "Say why this person may be written to again. It stays with the person.", title="A reason is missing"
        )
    if reason is not DeliveryReason.SAID_STOP and not was_erased:
        return
    if newest_consent_at is None or newest_consent_at <= suppressed_at:
        what = "was erased" if was_erased else "said STOP"
        raise UserInputError(
            f"This person {what} on {suppressed_at:%d %b %Y}, and there is no newer consent.",
            title="They stay on the suppression list",
            hint="When they have agreed again, add that consent with its evidence first.",
        )


def check_moment(at: datetime, now: datetime, what: str) -> None:
    """A moment of the past. Raises UserInputError."""
    if at > now:
        raise UserInputError(f"{what} lies in the future.", hint="Give the day on which it happened.")
