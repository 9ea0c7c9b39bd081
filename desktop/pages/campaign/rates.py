"""How fast it goes: from counters that are read again and again, and as a history in buckets. Knows no Qt."""

from collections import deque
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from campaigns.report.screens import WorkerRun
from campaigns.report.views import RatePoint

WINDOW_S: Final = 10.0
LEAST_S: Final = 2.0  # a shorter stretch says nothing about a rate
STEPS_S: Final = (1, 2, 5, 10, 30, 60, 300, 900, 3_600, 14_400, 86_400)
MOST_BUCKETS: Final = 240


class CounterRates:
    """Rates of counters that only rise, over the last ten seconds, in monotonic time."""

    def __init__(self) -> None:
        self._samples: dict[Hashable, deque[tuple[float, int]]] = {}

    def add(self, key: Hashable, count: int, now_s: float) -> None:
        samples = self._samples.setdefault(key, deque())
        samples.append((now_s, count))
        while len(samples) > 2 and samples[1][0] <= now_s - WINDOW_S:
            samples.popleft()

    def rate(self, key: Hashable) -> float | None:
        """Per second; None while too little is known."""
        samples = self._samples.get(key)
        if not samples:
            return None
        (began_s, first), (ended_s, last) = samples[0], samples[-1]
        return (last - first) / (ended_s - began_s) if ended_s - began_s >= LEAST_S else None

    def forget(self) -> None:
        """Somebody looked away: what happened meanwhile is no rate of now."""
        self._samples.clear()


def step_for(length: timedelta) -> timedelta:
    """The shortest bucket with which a stretch of time has at most 240 of them."""
    length_s = length.total_seconds()
    return timedelta(seconds=next((step for step in STEPS_S if length_s / step <= MOST_BUCKETS), STEPS_S[-1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Values at equal steps; None: no worker ran then, so nothing is known."""

    start: datetime
    step: timedelta
    values: tuple[float | None, ...]

    @property
    def best(self) -> float | None:
        return max((value for value in self.values if value is not None), default=None)


@dataclass(slots=True)
class RateHistory:
    """Delivered messages by bucket since the start of a campaign; only the newest buckets are read again."""

    start: datetime
    step: timedelta = timedelta(seconds=1)
    counts: dict[int, int] = field(default_factory=dict)

    def next_read(self, now: datetime) -> datetime:
        """From when on to read: the start, or where the newest known bucket began."""
        step = step_for(now - self.start)
        if step != self.step:
            self.step = step
            self.counts.clear()
        return self.start + max(self.counts, default=0) * self.step

    def put(self, since: datetime, points: Sequence[RatePoint]) -> None:
        """What was read from `since` on, in buckets of `step`."""
        for point in points:
            self.counts[self._index(point.at)] = point.delivered
        self.counts.setdefault(self._index(since), 0)

    def series(self, end: datetime, runs: Sequence[WorkerRun], *, is_over: bool) -> Series:
        """Up to the last whole bucket before `end`; also the one that has begun when the campaign is over."""
        count = self._index(end) + (1 if is_over else 0)
        step_s = self.step.total_seconds()
        values = (
            self.counts.get(index, 0) / step_s
            if self.counts.get(index) or self._is_covered(index, runs, end)
            else None
            for index in range(count)
        )
        return Series(start=self.start, step=self.step, values=tuple(values))

    def _index(self, at: datetime) -> int:
        return max(0, (at - self.start) // self.step)

    def _is_covered(self, index: int, runs: Sequence[WorkerRun], end: datetime) -> bool:
        began = self.start + index * self.step
        ended = min(began + self.step, end)
        return any(run.started_at < ended and (run.ended_at or run.heartbeat_at) > began for run in runs)
