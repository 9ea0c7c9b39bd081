"""When a campaign will be done: computed from how fast each lane is, its quotas and what it waits for. Pure.

Nothing is promised without a measured pace: a lane that has not sent yet, or that stands still until a person acts,
has no time, and says so by name.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

NEARLY: Final = 0.98
"""The second time that is told: the last two per cent are often a handful of people on slow or waiting lanes."""

HOUR_S: Final = 3_600.0
DAY_S: Final = 86_400.0
_STEPS: Final = 40  # halvings of the time looked for: a year becomes 30 microseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneWork:
    """What one lane has before it."""

    title: str
    to_do: int  # deliveries that are not final
    rate_per_s: float | None  # while it sends; None: not measured yet
    free_at: datetime | None  # it waits until then; None: it sends now
    stands_still: bool  # until a person acts, or a worker takes it
    last_due: datetime | None = None  # the latest moment to which a delivery is put off
    per_hour: int | None = None
    per_day: int | None = None
    used_hour: int = 0
    used_day: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """`nearly_at`: 98 % of all people have ended. None: that cannot be told."""

    nearly_at: datetime | None
    everyone_at: datetime | None
    unmeasured: tuple[str, ...]  # lanes that have work and no measured pace yet
    standing: tuple[str, ...]  # lanes that have work and stand still
    waiting: tuple[str, ...]  # lanes that hold back the end with a wait or a quota


def forecast(lanes: Sequence[LaneWork], *, recipients: int, now: datetime) -> Forecast:
    """When 98 % and when everyone will have ended, if every lane goes on as it did."""
    busy = [lane for lane in lanes if lane.to_do > 0]
    standing = [lane for lane in busy if lane.stands_still]
    unmeasured = [lane for lane in busy if not lane.stands_still and not lane.rate_per_s]
    moving = [lane for lane in busy if not lane.stands_still and lane.rate_per_s]
    ends = {lane.title: _end_s(lane, now) for lane in moving}
    blocked = sum(lane.to_do for lane in (*standing, *unmeasured))
    left = sum(lane.to_do for lane in busy)
    allowed = math.floor(recipients * (1 - NEARLY) + 1e-9)
    everyone = max(ends.values(), default=0.0) if busy and not blocked else None
    nearly = _when_left(moving, blocked, allowed, max(ends.values(), default=0.0), now) if left > allowed else None
    last = max(ends.values(), default=0.0)
    return Forecast(
        nearly_at=None if nearly is None else now + timedelta(seconds=nearly),
        everyone_at=None if everyone is None else now + timedelta(seconds=everyone),
        unmeasured=tuple(lane.title for lane in unmeasured),
        standing=tuple(lane.title for lane in standing),
        waiting=tuple(
            lane.title
            for lane in moving
            if ends[lane.title] > last / 2 and ends[lane.title] > 2 * lane.to_do / (lane.rate_per_s or 1) + 60
        ),
    )


def _when_left(lanes: Sequence[LaneWork], blocked: int, allowed: int, latest_s: float, now: datetime) -> float | None:
    """After how many seconds at most `allowed` people are left; None: never, by what is known."""
    if blocked > allowed:
        return None
    low, high = 0.0, latest_s
    for _ in range(_STEPS):
        middle = (low + high) / 2
        left = blocked + sum(lane.to_do - _done(lane, middle, now) for lane in lanes)
        low, high = (middle, high) if left > allowed else (low, middle)
    return high


def _start_s(lane: LaneWork, now: datetime) -> float:
    return max(0.0, (lane.free_at - now).total_seconds()) if lane.free_at is not None else 0.0


def _done(lane: LaneWork, after_s: float, now: datetime) -> float:
    """How many of its deliveries have ended after so many seconds."""
    sending_s = after_s - _start_s(lane, now)
    if sending_s <= 0:
        return 0.0
    amount = sending_s * (lane.rate_per_s or 0.0)
    for quota, used, length_s in ((lane.per_hour, lane.used_hour, HOUR_S), (lane.per_day, lane.used_day, DAY_S)):
        if quota is not None:
            amount = min(amount, _first(lane, quota, used) + quota * math.floor(sending_s / length_s))
    return min(float(lane.to_do), amount)


def _end_s(lane: LaneWork, now: datetime) -> float:
    """After how many seconds its last delivery has ended."""
    rate = lane.rate_per_s or 1.0
    length_s = lane.to_do / rate
    for quota, used, window_s in ((lane.per_hour, lane.used_hour, HOUR_S), (lane.per_day, lane.used_day, DAY_S)):
        if quota is not None and lane.to_do > (first := _first(lane, quota, used)):
            windows, rest = divmod(lane.to_do - first - 1, quota)
            length_s = max(length_s, (windows + 1) * window_s + (rest + 1) / rate)
    end_s = _start_s(lane, now) + length_s
    return max(end_s, (lane.last_due - now).total_seconds()) if lane.last_due is not None else end_s


def _first(lane: LaneWork, quota: int, used: int) -> int:
    """How many it may send at once: a lane that waits has a fresh quota when its wait is over."""
    return quota if lane.free_at is not None else max(0, quota - used)
