"""What replies are about, as a text model sees it: a hint for the team, and nothing ever follows from it by itself."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ReplyKind(StrEnum):
    """The kinds that a message is sorted into."""

    QUESTION = "question"
    INTERESTED = "interested"
    COMPLAINT = "complaint"
    STOP = "stop"  # may want no more messages: somebody has to look; only the engine's own rule suppresses
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorting:
    """What a model said of one message. `confidence` is its own word for how sure it is, 0 to 1."""

    kind: ReplyKind
    confidence: float
    model: str
    at: datetime
