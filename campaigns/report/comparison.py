"""What shares of people mean: intervals around them, and whether a difference between two groups is more than chance.

Pure. No library here computes intervals, and the two formulas are a line each.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, sqrt
from statistics import NormalDist
from typing import Final

CONFIDENCE: Final = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """Two shares from 0 to 1 between which the true one lies with the stated confidence."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Share:
    """How many people of a group did something."""

    name: str
    count: int
    of: int

    @property
    def value(self) -> float:
        return self.count / self.of if self.of else 0.0

    @property
    def interval(self) -> Interval:
        return wilson(self.count, self.of)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One plain sentence; `is_certain`: the difference is hardly chance. '' where there is nothing to compare."""

    sentence: str
    is_certain: bool


def wilson(count: int, of: int, confidence: float = CONFIDENCE) -> Interval:
    """The score interval of a share: E. B. Wilson, JASA 22 (1927) 209-212; right for few people and for shares near 0.

    (0, 1) when `of` is 0. Raises ValueError unless 0 <= count <= of.
    """
    if not 0 <= count <= of:
        raise ValueError(f"{count} of {of} is no share")
    if of == 0:
        return Interval(0.0, 1.0)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = count / of
    middle = share + z * z / (2 * of)
    reach = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    scale = 1 + z * z / of
    # Rounding must not push the ends past what is possible.
    low = 0.0 if count == 0 else (middle - reach) / scale
    return Interval(low, 1.0 if count == of else (middle + reach) / scale)


def difference(one: Share, other: Share, confidence: float = CONFIDENCE) -> Interval:
    """Of share `one` minus share `other`: R. G. Newcombe, Statistics in Medicine 17 (1998) 873-890, method 10.

    Built from both Wilson intervals; when it does not hold 0, the difference is hardly chance.
    """
    first, second = wilson(one.count, one.of, confidence), wilson(other.count, other.of, confidence)
    gap = one.value - other.value
    down = sqrt((one.value - first.low) ** 2 + (second.high - other.value) ** 2)
    up = sqrt((first.high - one.value) ** 2 + (other.value - second.low) ** 2)
    return Interval(gap - down, gap + up)


def judge(shares: Sequence[Share], *, noun: str = "replies") -> Verdict:
    """Which group is ahead, and whether that means anything.

    With several groups the best is compared with the next one, at a confidence raised for the number of pairs one
    could have picked (Bonferroni), so that many variants do not find a winner by chance.
    """
    reached = sorted((share for share in shares if share.of), key=lambda share: (-share.value, share.name))
    if len(reached) < 2:
        return Verdict("", is_certain=False)
    best, second = reached[0], reached[1]
    total = sum(share.count for share in reached)
    if total == 0:
        return Verdict(f"No {noun} yet, so nothing can be compared.", is_certain=False)
    if all(one.count * other.of == other.count * one.of for one, other in pairwise(reached)):
        return Verdict(f"All of them got the same share of {noun}.", is_certain=False)
    pairs = len(reached) * (len(reached) - 1) // 2
    others = f"than {second.name}" if len(reached) == 2 else "than every other"
    figures = f"{percent(best.value)} against {percent(second.value)}"
    if difference(best, second, 1 - (1 - CONFIDENCE) / pairs).low > 0:
        return Verdict(f"{best.name} got more {noun} {others}: {figures}. That is hardly chance.", is_certain=True)
    return Verdict(
        f"{best.name} got the largest share of {noun} ({figures}), but with {total:,} {noun} it could be chance.",
        is_certain=False,
    )


def axis(highest: float) -> tuple[float, ...]:
    """Round marks from 0 on at equal steps, at most six, the last of them not below `highest` (a share above 0)."""
    steps = (digit * 10.0**power for power in range(-6, 1) for digit in (1, 2, 5))
    step = next((one for one in steps if one * 5 >= highest - 1e-12), 0.2)
    count = ceil(highest / step - 1e-9)
    return tuple(round(step * number, 9) for number in range(count + 1))


def percent(share: float) -> str:
    """8.1 %; small ones with two digits."""
    value = share * 100
    return f"{value:.2f} %" if 0 < value < 1 else f"{value:.1f} %".replace(".0 %", " %")
