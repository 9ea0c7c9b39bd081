"""A campaign's plan in sentences, as pages and commands show it. Pure; moments in the time zone of the plan."""

from collections.abc import Collection
from datetime import datetime, time
from typing import Final

from campaigns.schedule.campaign_plan import CampaignPlan, Canary, CanaryAdvance, FrequencyCap
from campaigns.schedule.repeat import Every, Missed, Overlap, Repeat
from campaigns.schedule.windows import Schedule, Window

DAY_NAMES: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MIDNIGHT: Final = time(0)


def describe_plan(plan: CampaignPlan) -> list[str]:
    """One sentence for each thing that the plan says; never empty."""
    sentences = describe_schedule(plan.schedule)
    quotas = ((plan.per_hour, "hour"), (plan.per_day, "24 hours"))
    parts = [f"{limit:,} {_plural(limit, 'message')} in any {span}" for limit, span in quotas if limit is not None]
    if parts:
        sentences.append(f"It sends at most {' and '.join(parts)}, over all its accounts.")
    if plan.cap is not None:
        sentences.append(describe_cap(plan.cap))
    if plan.canary is not None:
        sentences.append(describe_canary(plan.canary))
    return sentences


def describe_schedule(schedule: Schedule) -> list[str]:
    """When it sends, and until when."""
    windows = " and ".join(describe_window(window) for window in schedule.windows)
    if not windows:
        sentences = ["It sends at any time of the day."]
    elif schedule.in_own_zone:
        sentences = [f"It sends {windows}, by each person's own clock; {schedule.time_zone} where that is unknown."]
    else:
        sentences = [f"It sends {windows} ({schedule.time_zone})."]
    if schedule.starts_at is not None:
        sentences.append(f"It begins on {_moment(schedule, schedule.starts_at)}, once it is approved and started.")
    if schedule.ends_at is not None:
        ends = _moment(schedule, schedule.ends_at)
        sentences.append(f"It ends on {ends}: who has not had it by then does not get it.")
    return sentences


def _moment(schedule: Schedule, moment: datetime) -> str:
    local = moment.astimezone(schedule.zone)
    return f"{local.day} {local:%B %Y %H:%M} ({schedule.time_zone})"


def describe_window(window: Window) -> str:
    """E.g. `Mon to Fri, 09:00 to 17:00`."""
    if window.begins == window.ends:
        hours = "the whole day"
    else:
        next_day = " the next day" if window.ends < window.begins and window.ends != _MIDNIGHT else ""
        hours = f"{window.begins:%H:%M} to {window.ends:%H:%M}{next_day}"
    return f"{describe_days(window.weekdays)}, {hours}"


def describe_days(weekdays: Collection[int]) -> str:
    """E.g. `every day`, `Mon to Fri`, `Mon, Wed and Sat`; days that follow each other are drawn together from three on."""
    if len(weekdays) == len(DAY_NAMES):
        return "every day"
    runs: list[list[int]] = []
    for day in sorted(weekdays):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    names: list[str] = []
    for run in runs:
        if len(run) > 2:
            names.append(f"{DAY_NAMES[run[0]]} to {DAY_NAMES[run[-1]]}")
        else:
            names += [DAY_NAMES[day] for day in run]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def describe_repeat(repeat: Repeat) -> list[str]:
    """When it runs again, and what becomes of runs that are missed or overlap."""
    unit = {Every.DAY: "day", Every.WEEK: "week", Every.MONTH: "month"}[repeat.every]
    every = f"every {unit}" if repeat.interval == 1 else f"every {repeat.interval} {unit}s"
    days = f" on {describe_days(repeat.weekdays)}" if repeat.weekdays else ""
    begins = f"{repeat.first_day.day} {repeat.first_day:%B %Y}"
    ends = f", until {repeat.last_day.day} {repeat.last_day:%B %Y}" if repeat.last_day is not None else ""
    times = f", {repeat.runs:,} {_plural(repeat.runs, 'time')} at most" if repeat.runs is not None else ""
    missed = "does not take place" if repeat.missed is Missed.SKIP else "takes place once a worker runs"
    overlap = "waits for it" if repeat.overlap is Overlap.WAIT else "does not take place"
    return [
        f"It runs {every}{days} at {repeat.at:%H:%M} ({repeat.time_zone}), from {begins} on{ends}{times}.",
        f"A run that is missed {missed}; one that comes while the run before still sends {overlap}.",
    ]


def describe_cap(cap: FrequencyCap) -> str:
    """The cap per person."""
    days = "one day" if cap.days == 1 else f"{cap.days} days"
    messages = f"{cap.messages:,} {_plural(cap.messages, 'message')}"
    return f"Nobody gets more than {messages} of all campaigns together in any {days}."


def describe_canary(canary: Canary) -> str:
    """Who gets it first, and what happens then."""
    if canary.people == 1:
        first = "The first person gets"
    elif canary.people is not None:
        first = f"The first {canary.people:,} people get"
    else:
        first = f"The first {canary.percent:g} % of the people get"
    return f"{first} it alone; then it {_after(canary)}."


def _after(canary: Canary) -> str:
    if canary.advance is CanaryAdvance.BY_HAND:
        return "pauses until you have looked at how it went and resume it"
    return f"goes on by itself, or pauses when more than {canary.max_failed_percent:g} % of them failed"


def _plural(count: int, word: str) -> str:
    return word if count == 1 else f"{word}s"
