"""Groups of a report as rows of intervals with a sentence: variants, accounts, languages. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from campaigns.report.comparison import axis, judge, percent
from campaigns.report.figures import NO_LANGUAGE, NOUNS, CampaignFigures, GroupFigures, Measure
from desktop.formatting import MISSING, Formats
from desktop.widgets.intervals import IntervalRow
from desktop.widgets.status import Tone

MOST_ROWS: Final = 4
"""As many groups as the card has room for; the export has all of them."""


class Grouping(StrEnum):
    """By what people are grouped."""

    VARIANT = "variant"
    ACCOUNT = "account"
    LANGUAGE = "language"


WORDS: Mapping[Grouping, str] = MappingProxyType(
    {Grouping.VARIANT: "Variants", Grouping.ACCOUNT: "Accounts", Grouping.LANGUAGE: "Languages"}
)
QUESTIONS: Mapping[Measure, str] = MappingProxyType(
    {Measure.REPLIED: "who replied?", Measure.READ: "who read it?", Measure.OPTED_OUT: "who opted out?"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """What the card shows."""

    title: str
    rows: tuple[IntervalRow, ...]
    marks: tuple[tuple[float, str], ...]  # of the axis
    sentence: str


def make_groups(figures: CampaignFigures, grouping: Grouping, measure: Measure, formats: Formats) -> Groups:
    """The largest groups, in the order of their names; the sentence speaks of all of them."""
    groups = {
        Grouping.VARIANT: figures.by_variant,
        Grouping.ACCOUNT: figures.by_account,
        Grouping.LANGUAGE: figures.by_language,
    }[grouping]
    verdict = judge([group.share(measure) for group in groups], noun=NOUNS[measure])
    largest = sorted(groups, key=lambda one: -one.people)[:MOST_ROWS]
    shown = [group for group in groups if group in largest]
    best = max(shown, key=lambda one: one.share(measure).value, default=None)
    rows = tuple(
        _row(group, measure, formats, Tone.GOOD if verdict.is_certain and group is best else Tone.ACCENT)
        for group in shown
    )
    top = max((row.high for row in rows if row.share is not None), default=0.0)
    marks = tuple((mark, percent(mark)) for mark in axis(top)) if top else ()
    return Groups(
        title=f"{WORDS[grouping]}: {QUESTIONS[measure]}",
        rows=rows,
        marks=marks,
        sentence=" ".join(
            part for part in (verdict.sentence or _alone(groups, measure), _more(groups, shown)) if part
        ),
    )


def _row(group: GroupFigures, measure: Measure, formats: Formats, tone: Tone) -> IntervalRow:
    share = group.share(measure)
    name = "Language not named" if group.name == NO_LANGUAGE else group.name
    if not share.of:
        return IntervalRow(name=name, value=MISSING, share=None)
    value = f"{percent(share.value)} · {formats.number(share.count)} of {formats.number(share.of)}"
    return IntervalRow(
        name=name, value=value, share=share.value, low=share.interval.low, high=share.interval.high, tone=tone
    )


def _alone(groups: Sequence[GroupFigures], measure: Measure) -> str:
    if measure is Measure.READ and not any(group.readable for group in groups):
        return "Bots are never told what is read."
    return "There is one group only, so nothing is compared." if len(groups) == 1 else ""


def _more(groups: Sequence[GroupFigures], shown: Sequence[GroupFigures]) -> str:
    left = len(groups) - len(shown)
    return f"{left} more in the export." if left else ""
