"""What a campaign promises about time and amount: its schedule, its own limits, the cap per person, the canary."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache

import msgspec

from campaigns.schedule.windows import Schedule
from core.errors import ConfigurationError


@dataclass(frozen=True, slots=True, kw_only=True)
class FrequencyCap:
    """A person gets at most `messages` of any campaigns in any `days` days."""

    messages: int
    days: int

    def __post_init__(self) -> None:
        if not 1 <= self.messages <= 1000 or not 1 <= self.days <= 366:
            raise ConfigurationError(
                "The cap per person is out of range.", hint="Choose 1 to 1000 messages in 1 to 366 days."
            )

    def counts_since(self, now: datetime) -> datetime:
        """What a person was sent after this moment counts; with `messages` of them the cap is full."""
        return now - timedelta(days=self.days)


class CanaryAdvance(StrEnum):
    """What happens when the canary's people are done."""

    BY_HAND = "by_hand"  # the campaign pauses and a person looks
    BY_ITSELF = "by_itself"  # it goes on when failures stay under the bound, else it pauses


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """The first people get it alone. Exactly one of `people` and `percent` is set."""

    people: int | None = None
    percent: float | None = None  # of all planned
    advance: CanaryAdvance = CanaryAdvance.BY_HAND
    max_failed_percent: float = 5.0  # of the canary's people; above it the campaign always pauses

    def __post_init__(self) -> None:
        if (self.people is None) == (self.percent is None):
            raise ConfigurationError("The canary needs either a number of people or a percentage.")
        if self.people is not None and self.people < 1:
            raise ConfigurationError("The canary needs at least one person.")
        if self.percent is not None and not 0 < self.percent < 100:
            raise ConfigurationError("The canary's percentage lies between 0 and 100.")
        if not 0 <= self.max_failed_percent <= 100:
            raise ConfigurationError("The canary's bound of failures lies between 0 and 100 percent.")

    def size(self, planned: int) -> int:
        """How many people are the canary; at least one, at most all."""
        wanted = self.people if self.people is not None else -(-planned * (self.percent or 0) // 100)
        return max(1, min(planned, int(wanted)))

    def may_go_on(self, failed: int, size: int) -> bool:
        """Whether failures stayed under the bound; the caller still asks `advance`."""
        return failed * 100 <= self.max_failed_percent * size


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPlan:
    """Frozen by the approval hash with the text. The default limits nothing beyond the accounts' own limits."""

    schedule: Schedule = field(default_factory=Schedule)
    per_hour: int | None = None  # messages of this campaign in any hour, over all accounts
    per_day: int | None = None  # likewise in any 24 hours
    cap: FrequencyCap | None = None
    canary: Canary | None = None

    def __post_init__(self) -> None:
        for name, limit in (("an hour", self.per_hour), ("a day", self.per_day)):
            if limit is not None and limit < 1:
                raise ConfigurationError(f"The campaign's limit for {name} is below one message.")


def encode_plan(plan: CampaignPlan) -> str:
    """The same plan gives the same text, so that it can be part of what is approved. Of plans without a start it is the
    text that they had before a plan could have one: what was approved then stays approved.
    """
    values = msgspec.to_builtins(plan, order="sorted")
    if plan.schedule.starts_at is None:
        del values["schedule"]["starts_at"]
    return msgspec.json.encode(values, order="sorted").decode()


@lru_cache(maxsize=256)
def decode_plan(text: str) -> CampaignPlan:
    """Raises ConfigurationError when the text is no plan."""
    try:
        return msgspec.json.decode(text, type=CampaignPlan)
    except msgspec.MsgspecError as error:
        raise ConfigurationError(f"The stored plan of the campaign cannot be read: {error}.") from error
