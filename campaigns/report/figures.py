"""What became of a campaign's people in groups: by variant, by account, by language. Values only."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from campaigns.report.comparison import Share


class Measure(StrEnum):
    """What of a group's people is compared."""

    REPLIED = "replied"
    READ = "read"
    OPTED_OUT = "opted_out"


NOUNS: Mapping[Measure, str] = MappingProxyType(
    {Measure.REPLIED: "replies", Measure.READ: "readers", Measure.OPTED_OUT: "opt-outs"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFigures:
    """People of one group. What they did is counted of those whose message is known to have arrived."""

    name: str
    people: int = 0
    sent: int = 0
    failed: int = 0
    skipped: int = 0
    uncertain: int = 0
    readable: int = 0  # sent from a user account: bots are not told what is read
    read: int = 0
    replied: int = 0
    opted_out: int = 0  # said STOP or blocked the account after this campaign's message

    def add(self, other: "GroupFigures") -> "GroupFigures":
        """Both together, under this name."""
        return GroupFigures(
            name=self.name,
            people=self.people + other.people,
            sent=self.sent + other.sent,
            failed=self.failed + other.failed,
            skipped=self.skipped + other.skipped,
            uncertain=self.uncertain + other.uncertain,
            readable=self.readable + other.readable,
            read=self.read + other.read,
            replied=self.replied + other.replied,
            opted_out=self.opted_out + other.opted_out,
        )

    def share(self, measure: Measure) -> Share:
        """How many of those who could did it."""
        counts = {Measure.REPLIED: self.replied, Measure.READ: self.read, Measure.OPTED_OUT: self.opted_out}
        return Share(self.name, counts[measure], self.readable if measure is Measure.READ else self.sent)


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignFigures:
    """One campaign: all of it, and in groups, by rising name."""

    total: GroupFigures
    by_variant: Sequence[GroupFigures]
    by_account: Sequence[GroupFigures]
    by_language: Sequence[GroupFigures]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """People who share variant, language and account."""

    variant: str
    language: str
    account: str
    figures: GroupFigures


NO_LANGUAGE = "not named"


def collect(slices: Sequence[Slice]) -> CampaignFigures:
    """The groups of these slices, which together are everybody."""
    total = GroupFigures(name="Everybody")
    for one in slices:
        total = total.add(one.figures)
    return CampaignFigures(
        total=total,
        by_variant=_group(slices, lambda one: one.variant),
        by_account=_group(slices, lambda one: one.account),
        by_language=_group(slices, lambda one: one.language or NO_LANGUAGE),
    )


def _group(slices: Sequence[Slice], name_of: Callable[[Slice], str]) -> Sequence[GroupFigures]:
    groups: dict[str, GroupFigures] = {}
    for one in slices:
        name = name_of(one)
        groups[name] = groups.get(name, GroupFigures(name=name)).add(one.figures)
    return [groups[name] for name in sorted(groups)]
