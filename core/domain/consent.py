"""Why a person may be written to, and the proof of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ConsentBasis(StrEnum):
    """What allows a campaign to write to a person. There is no basis but these."""

    AGREED = "agreed"  # they said yes, and there is a record of where or in which words
    STARTED_BOT = "started_bot"  # they pressed Start in the bot that writes to them
    WROTE_FIRST = "wrote_first"  # they wrote to the account before it wrote to them


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A basis with its evidence. `at` is aware; `source` says where it was given, `wording` what they agreed to.

    Raises ValueError for a naive moment, and for AGREED with neither source nor wording: that would be no evidence.
    """

    basis: ConsentBasis
    at: datetime
    source: str = ""
    wording: str = ""

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("the moment of a consent needs a time zone")
        if self.basis is ConsentBasis.AGREED and not (self.source or self.wording):
            raise ValueError("an agreement needs a source or its wording")
