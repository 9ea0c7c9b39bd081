"""Numbers, moments and durations as the console writes them. Pure: the marks and the time zone are given, no clock.

Words stay English whatever the system speaks, so names of days and months stand here: Qt sets the C locale of the
process, and strftime would answer in another language.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

MISSING: Final = "–"
DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LONG_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LONG_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_UNITS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Formats:
    """How one operator reads figures and times. `zone` None: the zone of this machine."""

    thousands: str = ","
    decimal: str = "."
    zone: tzinfo | None = UTC

    # ----------------------------------------------------------------------------------------------- numbers

    def number(self, value: int | None) -> str:
        """31,482; a dash when there is none."""
        return MISSING if value is None else f"{value:,}".replace(",", self.thousands)

    def percent(self, part: int, whole: int) -> str:
        """At most two digits after the mark; never 0 % for some nor 100 % for not all."""
        if whole <= 0:
            return MISSING
        hundredths = part * 10_000 // whole
        if part and not hundredths:
            return f"< 0{self.decimal}01 %"
        if 100 <= hundredths <= 9_500:
            hundredths -= hundredths % 10  # one digit is enough away from the ends
        text = f"{hundredths // 100}.{hundredths % 100:02}".rstrip("0").rstrip(".")
        return f"{text.replace('.', self.decimal)} %"

    def rate(self, per_second: float | None) -> str:
        """30.1/s; slow ones by the minute or the hour; a dash for nothing."""
        if not per_second:
            return MISSING
        for factor, unit in ((1, "s"), (60, "min")):
            if per_second * factor >= 0.1:
                return f"{self._tenths(per_second * factor)}/{unit}"
        return f"{self._tenths(per_second * 3_600)}/h"

    def _tenths(self, value: float) -> str:
        if value >= 1_000:
            return self.number(round(value))
        return f"{value:.1f}".removesuffix(".0").replace(".", self.decimal)

    # ------------------------------------------------------------------------------------------------- times

    def local(self, at: datetime) -> datetime:
        return at.astimezone(self.zone)

    def time(self, at: datetime | None) -> str:
        """14:28"""
        if at is None:
            return MISSING
        local = self.local(at)
        return f"{local.hour:02}:{local.minute:02}"

    def seconds(self, at: datetime | None) -> str:
        """14:28:06"""
        return MISSING if at is None else f"{self.time(at)}:{self.local(at).second:02}"

    def moment(self, at: datetime | None, now: datetime, *, with_seconds: bool = False) -> str:
        """Today 14:28, within six days Fri 09:00, further away 11 Nov, another year 11 Nov 2025."""
        if at is None:
            return MISSING
        there, here = self.local(at), self.local(now)
        days = abs((there.date() - here.date()).days)
        if days == 0:
            return self.seconds(at) if with_seconds else self.time(at)
        if days <= 6:
            return f"{DAYS[there.weekday()]} {self.time(at)}"
        day = f"{there.day} {MONTHS[there.month - 1]}"
        return day if there.year == here.year else f"{day} {there.year}"

    def until(self, at: datetime | None, now: datetime) -> str:
        """A moment to wait for; with seconds when it is less than an hour away."""
        return self.moment(at, now, with_seconds=at is not None and abs(at - now) < timedelta(hours=1))

    def long_day(self, at: datetime) -> str:
        """Thursday 19 November"""
        local = self.local(at)
        return f"{LONG_DAYS[local.weekday()]} {local.day} {LONG_MONTHS[local.month - 1]}"

    def midnight(self, now: datetime) -> datetime:
        """When the operator's present day began, in UTC."""
        return self.local(now).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def duration(length: timedelta) -> str:
    """In two units at most: 3 min 34 s, 18 h 32 min, 2 d 4 h, 34 s. Never negative."""
    rest = max(0, int(length.total_seconds()))
    for index, (size, unit) in enumerate(_UNITS):
        if rest < size and unit != "s":
            continue
        whole, left = divmod(rest, size)
        if unit == "s":
            return f"{whole} s"
        next_size, next_unit = _UNITS[index + 1]
        second = left // next_size
        return f"{whole} {unit} {second} {next_unit}" if second else f"{whole} {unit}"
    raise AssertionError("the last unit takes everything")


def count_of(number: str, one: str, many: str | None = None) -> str:
    """`1 person`, `3 people`: the number as it was formatted, then the word that fits it."""
    return f"{number} {one if number == '1' else (many or one + 's')}"


def join_words(words: Sequence[str]) -> str:
    """a, b and c"""
    return " and ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else "".join(words)


def short_hash(digest: bytes | None) -> str:
    """7f3a…c21: enough to compare by eye."""
    if digest is None:
        return MISSING
    text = digest.hex()
    return f"{text[:4]}…{text[-3:]}"
