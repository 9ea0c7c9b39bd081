"""What a text model is asked for, and the figures that are kept of it: never a text of what was asked."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class AiFeature(StrEnum):
    """What a model helps with; usage is counted by it."""

    WRITE = "write"  # a text from a brief
    REWRITE = "rewrite"  # the same in another tone
    SHORTEN = "shorten"
    CORRECT = "correct"  # spelling and grammar alone
    TRANSLATE = "translate"
    VARIANTS = "variants"  # other wordings to compare
    REVIEW = "review"  # what a reader could stumble over
    TEST = "test"  # whether the set-up works
    SUGGEST = "suggest"  # inbox: an answer to a conversation
    SUMMARISE = "summarise"  # inbox: a long conversation
    SORT = "sort"  # inbox: what a reply is about


OF_THE_INBOX = frozenset({AiFeature.SUGGEST, AiFeature.SUMMARISE, AiFeature.SORT})
"""What reads words of other people: nothing of it is ever kept in the cache."""

UNASKED = frozenset({AiFeature.SORT})
"""What runs by itself, so that its use is counted apart: it cannot use up what people write with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AiBudget:
    """What a day may cost, over all `features` together."""

    features: frozenset[AiFeature]
    requests: int
    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AiUsage:
    """One day of one feature; days are those of UTC. `cached` were answered from the cache and are no requests."""

    day: date
    feature: AiFeature
    requests: int
    failed: int
    cached: int
    tokens_in: int
    tokens_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AiCacheFigures:
    """How many answers are kept, and how often one of them was used since it was."""

    kept: int
    hits: int
