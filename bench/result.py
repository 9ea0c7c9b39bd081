"""What a measurement found: two figures of the same run, as ratios, with the noise of the machine. What a proof found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchResult:
    """`ours` and `theirs` hold one figure a round, measured in turns, in the same unit."""

    compared: str
    unit: str
    ours: Sequence[float]
    theirs: Sequence[float]
    aim: str = ""  # in words, e.g. "at least 0.8"
    at_least: float | None = None
    at_most: float | None = None
    also: bool = True  # what else `aim` asks for
    extra: Mapping[str, float | int | str] = field(default_factory=dict)

    @property
    def ratios(self) -> list[float]:
        return [a / b for a, b in zip(self.ours, self.theirs, strict=True)]

    @property
    def is_met(self) -> bool:
        """By the median, since single rounds carry the machine's noise."""
        middle = median(self.ratios)
        is_enough = self.at_least is None or middle >= self.at_least
        return is_enough and (self.at_most is None or middle <= self.at_most) and self.also

    def describe(self) -> str:
        lines = [
            f"{self.compared} ({self.unit})",
            f"  ours    min {min(self.ours):,.1f}  median {median(self.ours):,.1f}  max {max(self.ours):,.1f}",
            f"  theirs  min {min(self.theirs):,.1f}  median {median(self.theirs):,.1f}  max {max(self.theirs):,.1f}",
            f"  ratio   min {min(self.ratios):.2f}  median {median(self.ratios):.2f}  max {max(self.ratios):.2f}"
            + (f"  (aim: {self.aim}: {'met' if self.is_met else 'NOT met'})" if self.aim else ""),
        ]
        lines += [f"  {name}: {value}" for name, value in self.extra.items()]
        return "\n".join(lines)

    def to_json(self, name: str) -> dict[str, object]:
        return {
            "name": name,
            "ratio_min": round(min(self.ratios), 4),
            "ratio_median": round(median(self.ratios), 4),
            "ratio_max": round(max(self.ratios), 4),
            "compared": self.compared,
            "unit": self.unit,
            "ours": [round(value, 2) for value in self.ours],
            "theirs": [round(value, 2) for value in self.theirs],
            "aim": self.aim,
            "is_met": self.is_met,
            **self.extra,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofResult:
    """What a proof found: whether it holds, and the figures that it was judged by."""

    proved: str
    is_met: bool
    figures: Mapping[str, object]

    def describe(self) -> str:
        lines = [f"{self.proved}: {'yes' if self.is_met else 'NO'}"]
        return "\n".join(lines + [f"  {name}: {value}" for name, value in self.figures.items()])

    def to_json(self, name: str) -> dict[str, object]:
        return {"name": name, "ok": self.is_met, "compared": self.proved, **self.figures}
