"""When a campaign may send: windows by weekday and hour in a time zone, and an end. Pure: moments in, moments out.

A window is meant in wall-clock time. Where the clocks change, a moment counts as inside only if its wall-clock time is
inside: an hour that is skipped has no window, an hour that comes twice is used once (IANA time zones; PEP 495).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.errors import ConfigurationError

DAYS_AHEAD = 8
"""Windows repeat each week; one more day, because a week's only window may be cut out by a change of the clocks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From `begins` up to, but not including, `ends` on these weekdays. `ends` not after `begins`: on the next day."""

    weekdays: frozenset[int]  # 0: Monday ... 6: Sunday; the day on which the window begins
    begins: time
    ends: time

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= frozenset(range(7)):
            raise ConfigurationError("A sending window needs at least one day of the week.", hint="Choose its days.")
        if self.begins == self.ends and self.begins != time(0):
            raise ConfigurationError(
                "A sending window begins and ends at the same time.",
                hint="Choose two different times, or 00:00 to 00:00 for the whole day.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a campaign may send. Without windows: at any time up to `ends_at`."""

    windows: tuple[Window, ...] = ()
    time_zone: str = "UTC"  # an IANA name; of people whose own is unknown, or of everybody
    in_own_zone: bool = False  # windows are meant in the time zone of each recipient
    ends_at: datetime | None = None  # nothing is sent from then on
    starts_at: datetime | None = None  # when it begins, once it is started; None, or past: at once

    def __post_init__(self) -> None:
        if self.starts_at is not None and self.ends_at is not None and self.ends_at <= self.starts_at:
            raise ConfigurationError("The end of the campaign lies before its start.", hint="Choose a later end.")
        if find_zone(self.time_zone) is None:
            raise ConfigurationError(
                f'There is no time zone "{self.time_zone}".', hint='Write it as "Europe/Berlin" or "UTC".'
            )

    @property
    def zone(self) -> tzinfo:
        return find_zone(self.time_zone) or UTC

    def zone_of(self, time_zone: str | None) -> tzinfo:
        """The zone that counts for a person with this time zone; the campaign's own where theirs is unknown."""
        return (find_zone(time_zone) if self.in_own_zone and time_zone else None) or self.zone

    def next_open(self, now: datetime, zone: tzinfo) -> datetime | None:
        """The first moment from `now` on at which may be sent; `now` itself inside a window; None: never again."""
        if self.ends_at is not None and now >= self.ends_at:
            return None
        opening = self.opening(now, zone)
        if opening is None:
            return None
        moment = max(opening[0], now)
        return moment if self.ends_at is None or moment < self.ends_at else None

    def opening(self, now: datetime, zone: tzinfo) -> tuple[datetime, datetime] | None:
        """The opening that `now` lies in, or else the next one; None: there is none in the days ahead."""
        if not self.windows:
            return now, datetime.max.replace(tzinfo=UTC)
        return min(
            (opening for window in self.windows for opening in _openings(window, now, zone)),
            key=lambda opening: max(opening[0], now),
            default=None,
        )


class Openings:
    """The same answers as `Schedule.next_open`, kept by zone for as long as they hold: for who asks for each person."""

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        # By name: the moment from which the opening was looked up, and the opening. It holds until its end.
        self._known: dict[str | None, tuple[datetime, tuple[datetime, datetime]]] = {}

    def next_open(self, now: datetime, time_zone: str | None) -> datetime | None:
        """For a person with this time zone (None: unknown)."""
        schedule = self._schedule
        ends_at = schedule.ends_at
        if ends_at is not None and now >= ends_at:
            return None
        known = self._known.get(time_zone)
        if known is None or not known[0] <= now < known[1][1]:
            opening = schedule.opening(now, schedule.zone_of(time_zone))
            if opening is None:
                return None
            known = self._known[time_zone] = (now, opening)
        moment = max(known[1][0], now)
        return moment if ends_at is None or moment < ends_at else None


@lru_cache(maxsize=1024)
def find_zone(name: str) -> tzinfo | None:
    """The zone of this IANA name; None: there is none."""
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # absent; no path inside the data; a folder of it
        return None


def _openings(window: Window, now: datetime, zone: tzinfo) -> Iterator[tuple[datetime, datetime]]:
    """Begin and end in UTC of this window's openings that are not over at `now`, the earliest first."""
    today = now.astimezone(zone).date()
    for ahead in range(-1, DAYS_AHEAD + 1):
        day = today + timedelta(days=ahead)
        if day.weekday() not in window.weekdays:
            continue
        opening = _opening(window, day, zone)
        if opening is not None and now < opening[1]:
            yield opening


def _opening(window: Window, day: date, zone: tzinfo) -> tuple[datetime, datetime] | None:
    """None: on this day the clocks skip all of it."""
    next_day = day if window.begins < window.ends else day + timedelta(days=1)
    begins, ends = (wall_clock(day, window.begins, zone), wall_clock(next_day, window.ends, zone))
    # Of an hour that comes twice the later one begins and the earlier one ends, so that all between is inside.
    # A window that lies in that hour as a whole would vanish; it takes the first.
    begin, end = (begins[1], ends[0]) if begins[1] < ends[0] else (begins[0], ends[0])
    return (begin, end) if begin < end else None


def wall_clock(day: date, clock: time, zone: tzinfo) -> tuple[datetime, datetime]:
    """The first and the last moment in UTC at which the clocks show this; of a skipped time twice the end of the gap."""
    first, last = (
        datetime.combine(day, clock, zone).replace(fold=fold).astimezone(UTC).replace(fold=0) for fold in (0, 1)
    )
    if first <= last:
        return first, last
    # Skipped: with fold 0 the offset of before counts, so `first` lies behind the change and `last` before it.
    before = last.astimezone(zone).utcoffset()
    low, high = last, first
    while high - low > timedelta(microseconds=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == before else (low, middle)
    return high, high
