"""Audiences as pages and commands show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from campaigns.audience.rules import Rule
from core.domain.ids import AudienceId, ContactId

EVERYONE_ID = AudienceId(1)
MAX_TITLE_CHARS = 100


class AudienceKind(StrEnum):
    """What an audience is made of. The first two exist by themselves and are never changed."""

    EVERYONE = "everyone"  # every contact
    STARTED_BOT = "started_bot"  # who started this bot and has not blocked it
    LIST = "list"  # a fixed list of people
    RULE = "rule"  # whoever a saved rule means at the moment


BUILT_IN = frozenset({AudienceKind.EVERYONE, AudienceKind.STARTED_BOT})


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceView:
    """One audience. `used_at`: when a campaign last addressed it, None never."""

    id: AudienceId
    kind: AudienceKind
    title: str
    sentence: str
    rule: Rule | None  # of a saved rule
    used_at: datetime | None
    drafts: Sequence[str] = ()  # campaigns that are not started yet and address it
    named_by: Sequence[str] = ()  # other audiences whose rule names it
    problem: str = ""  # why it cannot be counted, e.g. an audience that its rule names is gone

    @property
    def can_change(self) -> bool:
        return self.kind not in BUILT_IN


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceCount:
    """`may_write` of `people` have a basis in force and are not suppressed."""

    people: int
    may_write: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplePerson:
    """Somebody of an audience."""

    id: ContactId
    name: str
    username: str
    may_write: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenAudience:
    """An audience that a campaign addresses or leaves out. `id` None: it was deleted since."""

    id: AudienceId | None
    is_excluded: bool
    title: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceChoices:
    """What a rule can name in this workspace."""

    fields: Sequence[str] = ()
    tags: Sequence[str] = ()
    languages: Sequence[str] = ()
    time_zones: Sequence[str] = ()
    accounts: Mapping[int, str] = field(default_factory=dict)
    campaigns: Mapping[int, str] = field(default_factory=dict)
    audiences: Mapping[int, str] = field(default_factory=dict)
    imports: Mapping[int, str] = field(default_factory=dict)
