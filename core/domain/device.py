"""The devices on which an account is signed in, as Telegram lists them."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One session of an account (Telegram's `authorization`). Nothing here is a secret."""

    hash: str  # Telegram's number of the session, in digits; "0" for the one that Wireroom uses
    model: str
    system: str  # platform and its version
    app: str  # name and version
    ip: str
    country: str  # as Telegram writes it; '' where it says none
    signed_in_at: datetime
    active_at: datetime
    is_current: bool  # the session that Wireroom uses; only "log out" ends it
    is_official: bool  # an app of Telegram itself
