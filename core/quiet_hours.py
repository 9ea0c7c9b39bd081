"""Hours in which nobody is to be disturbed: from and to in local time, on some days of the week."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """`days` counts from 0, Monday, and names those on which the hours begin: a night from Friday ends on Saturday.

    The same time twice means the whole day.
    """

    start: time
    end: time
    days: frozenset[int]

    def hold(self, local: datetime) -> bool:
        """Whether they hold at this moment, given in local time."""
        now, today = local.time(), local.weekday()
        yesterday = (local - timedelta(days=1)).weekday()
        if self.start == self.end:
            return today in self.days
        if self.start < self.end:
            return today in self.days and self.start <= now < self.end
        return (today in self.days and now >= self.start) or (yesterday in self.days and now < self.end)


def parse_time(text: str) -> time:
    """Of a day, such as 22:00 or 7:30. Raises ValueError."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise ValueError("a time of day such as 22:00")
    return time(int(found[1]), int(found[2]))
