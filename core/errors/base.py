"""What every failure that a person may read has, and the words for a wait."""

import math
from datetime import datetime
from enum import StrEnum
from typing import ClassVar


class Scope(StrEnum):
    """What a failure stops."""

    APP = "app"  # nothing can go on until it is mended
    ACCOUNT = "account"  # one account
    CAMPAIGN = "campaign"  # one campaign: every send of it would fail alike
    RECIPIENT = "recipient"  # one delivery
    NONE = "none"  # nothing stops; the same thing is tried again


class AppError(Exception):
    """A failure in words: what happened, what it means, what to do next. Holds no secret and no message body."""

    code: ClassVar[str] = "unexpected"
    scope: ClassVar[Scope] = Scope.APP
    is_retryable: ClassVar[bool] = False
    is_definite: ClassVar[bool] = True
    default_title: ClassVar[str] = "Something unexpected happened"
    default_message: ClassVar[str] = ""
    default_hint: ClassVar[str] = ""

    def __init__(self, message: str = "", *, title: str = "", hint: str = "", detail: str = "") -> None:
        """`detail` is the technical name for the small line (a code, a file, a line number); never shown first."""
        self.title = title or self.default_title
        self.message = message or self.default_message
        self.hint = hint or self.default_hint
        self.detail = detail
        super().__init__(self.message or self.title)

    def __str__(self) -> str:
        return " ".join(part for part in (f"{self.title}.", self.message, self.hint) if part.strip("."))


def format_wait_until(moment: datetime) -> str:
    """The sentence for a demanded wait, e.g. "Telegram asked this account to wait until 14:31:40."; local time."""
    return f"Telegram asked this account to wait until {moment.astimezone():%H:%M:%S}."


def format_seconds(seconds: float) -> str:
    """A short wait in words, rounded up, e.g. "5 s" or "1 min 20 s"."""
    minutes, rest = divmod(math.ceil(seconds), 60)
    parts = [f"{minutes} min"] if minutes else []
    if rest or not minutes:
        parts.append(f"{rest} s")
    return " ".join(parts)
