"""The login address that a QR code shows (core.telegram.org/api/qr-login)."""

import base64
from datetime import datetime, timedelta
from typing import Any

_LONGEST = timedelta(seconds=30)  # how long a token lives by the documentation
_SHORTEST = timedelta(seconds=5)


def qr_url(token: bytes) -> str:
    """What is to be drawn."""
    return f"tg://login?token={base64.urlsafe_b64encode(token).decode().rstrip('=')}"


def qr_lifetime(answer: Any, now: datetime) -> timedelta:
    """How long the code may be shown. Held between bounds: the server's clock and ours may stand far apart."""
    lifetime: timedelta = answer.expires - now
    return max(_SHORTEST, min(lifetime, _LONGEST))
