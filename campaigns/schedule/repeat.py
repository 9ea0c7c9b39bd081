"""The runs of a repeated campaign: which moments its rule names, and what happens to missed and overlapping ones.

The rule is an RFC 5545 recurrence, worked out by dateutil in wall-clock time. Pure: moments in, moments out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice
from typing import Final, Literal

import msgspec

from campaigns.schedule.windows import find_zone, wall_clock
from core.errors import ConfigurationError


class Every(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"  # on the day of the month of the first run; in a shorter month on its last day


class Missed(StrEnum):
    """What happens to a run whose moment passed while no worker ran or the campaign was paused."""

    SKIP = "skip"  # it does not take place; Activity says so
    RUN_LATEST = "run_latest"  # only the latest of the missed ones, at once


class Overlap(StrEnum):
    """What happens to a run whose moment comes while the run before still sends."""

    WAIT = "wait"  # it begins when that one has finished
    SKIP = "skip"  # it does not take place; Activity says so


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """A campaign that runs again. Each run is a campaign of its own with its own approval."""

    every: Every
    first_day: date
    at: time  # wall-clock time in `time_zone`
    time_zone: str
    interval: int = 1  # every 2 weeks ...
    weekdays: frozenset[int] = frozenset()  # for weeks; 0: Monday. Empty: the weekday of `first_day`
    last_day: date | None = None
    runs: int | None = None  # at most so many
    missed: Missed = Missed.SKIP
    overlap: Overlap = Overlap.WAIT

    def __post_init__(self) -> None:
        if find_zone(self.time_zone) is None:
            raise ConfigurationError(
                f'There is no time zone "{self.time_zone}".', hint='Write it as "Europe/Berlin" or "UTC".'
            )
        if not 1 <= self.interval <= 366:
            raise ConfigurationError("The interval of a repeat lies between 1 and 366.")
        if self.weekdays and (self.every is not Every.WEEK or not self.weekdays <= frozenset(range(7))):
            raise ConfigurationError("Days of the week can only be chosen for a weekly repeat.")
        if self.last_day is not None and self.last_day < self.first_day:
            raise ConfigurationError("The last day of a repeat lies before its first day.")
        if self.runs is not None and self.runs < 1:
            raise ConfigurationError("A repeat has at least one run.")

    def moments(self, after: datetime | None = None) -> Iterator[datetime]:
        """The runs later than `after` (None: all) in UTC, the earliest first; endless without `last_day` and `runs`.

        A time that the clocks skip runs when they have gone on; one that comes twice runs the first time.
        """
        from dateutil.rrule import DAILY, MONTHLY, WEEKLY, rrule  # for those who ask for runs

        frequency: Final[dict[Every, Literal[1, 2, 3]]] = {
            Every.DAY: DAILY,
            Every.WEEK: WEEKLY,
            Every.MONTH: MONTHLY,
        }
        zone = find_zone(self.time_zone) or UTC
        begins = datetime.combine(self.first_day, self.at)
        is_monthly = self.every is Every.MONTH
        rule = rrule(
            frequency[self.every],
            dtstart=begins if after is None else datetime.combine(self._begin_before(after), self.at),
            interval=self.interval,
            byweekday=sorted(self.weekdays) or None,
            until=None if self.last_day is None else datetime.combine(self.last_day, time.max),
            count=self.runs,
            # Of the days up to the wanted one the last that the month has.
            bymonthday=range(min(28, begins.day), begins.day + 1) if is_monthly else None,
            bysetpos=-1 if is_monthly else None,
        )
        for moment in rule:
            run_at = wall_clock(moment.date(), moment.time(), zone)[0]
            if after is None or run_at > after:
                yield run_at

    def _begin_before(self, after: datetime) -> date:
        """A day from which the rule names the same runs after this moment, so that years of past ones cost nothing."""
        if self.runs is not None:
            return self.first_day  # they are counted from the first one on
        day = after.date() - timedelta(days=2)  # no time zone is further away
        if self.every is Every.MONTH:
            months = (day.year - self.first_day.year) * 12 + day.month - self.first_day.month
            months -= months % self.interval
            if months <= 0:
                return self.first_day
            years, month = divmod(self.first_day.month - 1 + months, 12)
            return date(self.first_day.year + years, month + 1, 1)
        step = self.interval if self.every is Every.DAY else 7 * self.interval
        days = (day - self.first_day).days
        return self.first_day + timedelta(days=max(0, days - days % step))

    def next_runs(self, after: datetime, count: int) -> list[datetime]:
        """The next `count` runs later than `after`, for the preview."""
        return list(islice(self.moments(after), count))

    def begin_anew(self, now: datetime) -> "Repeat":
        """As a copy of its campaign runs: a last day that is over is left out, and runs are counted from now on."""
        today = now.astimezone(find_zone(self.time_zone)).date()
        last_day = self.last_day if self.last_day is None or self.last_day >= today else None
        first_day = self.first_day
        if self.runs is not None and first_day < today:
            coming = replace(self, last_day=None, runs=None).next_runs(now, 60)
            days = [moment.astimezone(find_zone(self.time_zone)).date() for moment in coming]
            is_monthly = self.every is Every.MONTH  # its day of the month is that of the first run
            first_day = next((day for day in days if not is_monthly or day.day == first_day.day), first_day)
        return replace(self, first_day=first_day, last_day=last_day)

    def due(
        self, last: datetime | None, now: datetime, *, free_at: datetime | None = None
    ) -> tuple[datetime | None, tuple[datetime, ...]]:
        """The run that takes place now, if any, and those that do not any more. `last`: the moment handled before.

        `free_at`: until then runs had to wait for the one before; a moment that passed meanwhile is not late for that.
        """
        open_ones: list[datetime] = []
        for moment in self.moments(last):
            if moment > now:
                break
            open_ones.append(moment)
        if not open_ones:
            return None, ()
        *missed, latest = open_ones
        could_begin = latest if free_at is None else max(latest, free_at)
        if self.missed is Missed.SKIP and (now - could_begin).total_seconds() > ON_TIME_S:
            return None, tuple(open_ones)
        return latest, tuple(missed)


def encode_repeat(repeat: Repeat) -> str:
    """The same repeat gives the same text, so that it can be part of what is approved."""
    return msgspec.json.encode(repeat, order="sorted").decode()


def decode_repeat(text: str) -> Repeat:
    """Raises ConfigurationError when the text is no repeat."""
    try:
        return msgspec.json.decode(text, type=Repeat)
    except msgspec.MsgspecError as error:
        raise ConfigurationError(f"The stored repeat of the campaign cannot be read: {error}.") from error


ON_TIME_S = 300.0
"""A run that begins within this time after its moment is on time: the worker may just have been restarted."""
