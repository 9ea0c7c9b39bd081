"""The plan of a campaign as words on the command line: windows, time zone, end, limits, cap and canary."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from typing import Annotated, Final

import typer

from campaigns.schedule.campaign_plan import CampaignPlan, Canary, CanaryAdvance, FrequencyCap
from campaigns.schedule.windows import Schedule, Window
from core import week_days
from core.errors import UserInputError
from core.week_days import DAYS

WindowOption = Annotated[
    list[str] | None,
    typer.Option(
        "--window",
        help='When it may send: "mon-fri 09:00-17:00", "sat,sun 10:00-14:00", "daily 22:00-06:00". Repeatable.',
    ),
]
ZoneOption = Annotated[
    str | None,
    typer.Option("--time-zone", help='In which time zone windows and end are meant: "Europe/Berlin"; at first UTC.'),
]
OwnZoneOption = Annotated[
    bool | None,
    typer.Option("--own-time-zone/--one-time-zone", help="Windows by each person's own clock, where it is known."),
]
StartsOption = Annotated[
    datetime | None, typer.Option("--starts-at", help="When it begins, once it is started; meant in --time-zone.")
]
EndsOption = Annotated[
    datetime | None, typer.Option("--ends-at", help="Nothing is sent from then on; meant in --time-zone.")
]
PerHourOption = Annotated[int | None, typer.Option("--per-hour", help="Messages in any hour, over all accounts.")]
PerDayOption = Annotated[int | None, typer.Option("--per-day", help="Messages in any 24 hours, over all accounts.")]
CapOption = Annotated[
    str | None,
    typer.Option("--cap", help='Messages one person gets of all campaigns: "2/7d" is two in any seven days.'),
]
CanaryOption = Annotated[
    str | None, typer.Option("--canary", help='So many get it first, alone: "50", or "5%" of all.')
]
GoesOnOption = Annotated[
    bool | None,
    typer.Option(
        "--canary-goes-on/--canary-waits", help="After the first people it goes on by itself, unless too many failed."
    ),
]
FailuresOption = Annotated[
    float | None,
    typer.Option("--canary-failures", help="Of the first people, the percentage that may fail; at first 5."),
]

_WINDOW: Final = re.compile(r"\s*(\S+)\s+(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})\s*")
_CAP: Final = re.compile(r"\s*(\d{1,6})\s*/\s*(\d{1,6})\s*d\s*")
_CANARY: Final = re.compile(r"\s*(\d{1,9}(?:\.\d+)?)\s*(%?)\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions:
    """What was given; None: nothing was said about it."""

    window: Sequence[str] | None
    time_zone: str | None
    own_time_zone: bool | None
    starts_at: datetime | None
    ends_at: datetime | None
    per_hour: int | None
    per_day: int | None
    cap: str | None
    canary: str | None
    canary_goes_on: bool | None
    canary_failures: float | None

    def apply(self, plan: CampaignPlan) -> CampaignPlan:
        """The plan with what was given instead. Raises UserInputError, ConfigurationError."""
        schedule = _schedule(self, plan.schedule)
        return replace(
            plan,
            schedule=schedule,
            per_hour=plan.per_hour if self.per_hour is None else self.per_hour,
            per_day=plan.per_day if self.per_day is None else self.per_day,
            cap=plan.cap if self.cap is None else parse_cap(self.cap),
            canary=_canary(self, plan.canary),
        )


def _schedule(options: PlanOptions, schedule: Schedule) -> Schedule:
    changed = replace(
        schedule,
        windows=schedule.windows if options.window is None else tuple(parse_window(text) for text in options.window),
        time_zone=options.time_zone or schedule.time_zone,
        in_own_zone=schedule.in_own_zone if options.own_time_zone is None else options.own_time_zone,
    )
    starts_at, ends_at = (
        None if moment is None else moment.replace(tzinfo=changed.zone).astimezone(UTC)
        for moment in (options.starts_at, options.ends_at)
    )
    return replace(changed, starts_at=starts_at or changed.starts_at, ends_at=ends_at or changed.ends_at)


def _canary(options: PlanOptions, canary: Canary | None) -> Canary | None:
    if options.canary is not None:
        people, percent = parse_canary(options.canary)
        kept = canary or Canary(people=1)
        canary = replace(kept, people=people, percent=percent)
    if canary is None:
        if options.canary_goes_on is not None or options.canary_failures is not None:
            raise UserInputError("There are no first people to go on after.", hint="Add --canary 50 or --canary 5%.")
        return None
    if options.canary_goes_on is not None:
        advance = CanaryAdvance.BY_ITSELF if options.canary_goes_on else CanaryAdvance.BY_HAND
        canary = replace(canary, advance=advance)
    if options.canary_failures is not None:
        canary = replace(canary, max_failed_percent=options.canary_failures)
    return canary


def parse_window(text: str) -> Window:
    """`mon-fri 09:00-17:00`. 24:00 is the end of the day. Raises UserInputError, ConfigurationError."""
    found = _WINDOW.fullmatch(text)
    if found is None:
        raise UserInputError(
            f'"{text}" is no sending window.',
            hint='Write days, then hours: "mon-fri 09:00-17:00", "sat 10:00-14:00" or "daily 22:00-06:00".',
        )
    days, *numbers = found.groups()
    begins_hour, begins_minute, ends_hour, ends_minute = (int(number) for number in numbers)
    if (ends_hour, ends_minute) == (24, 0):
        ends_hour = 0
    try:
        begins, ends = time(begins_hour, begins_minute), time(ends_hour, ends_minute)
    except ValueError as error:
        raise UserInputError(f'"{text}" has no such hour.', hint="Hours go from 00:00 to 24:00.") from error
    return Window(weekdays=parse_days(days), begins=begins, ends=ends)


def parse_days(text: str) -> frozenset[int]:
    """`mon`, `mon,thu`, `mon-fri`, `fri-mon` or `daily`. Raises UserInputError."""
    try:
        return week_days.parse_days(text)
    except ValueError as error:
        raise UserInputError(
            f'"{text}" is no day of the week.', hint=f"Days are {', '.join(DAYS)}, or daily; mon-fri is a range."
        ) from error


def parse_cap(text: str) -> FrequencyCap:
    """`2/7d`. Raises UserInputError, ConfigurationError."""
    found = _CAP.fullmatch(text)
    if found is None:
        raise UserInputError(f'"{text}" is no cap per person.', hint='Write messages and days: "2/7d".')
    return FrequencyCap(messages=int(found[1]), days=int(found[2]))


def parse_canary(text: str) -> tuple[int | None, float | None]:
    """`50` or `5%`: people, percentage. Raises UserInputError."""
    found = _CANARY.fullmatch(text)
    if found is None or (not found[2] and "." in found[1]):
        raise UserInputError(
            f'"{text}" says not how many get it first.', hint='Write a number, "50", or a part, "5%".'
        )
    return (None, float(found[1])) if found[2] else (int(found[1]), None)
