"""What a trial run tells: how far it is, and what became of each person of the sample. Crosses a pipe as JSON lines."""

from enum import StrEnum
from typing import Final

import msgspec

from campaigns.delivery import DeliveryState
from campaigns.reasons import DeliveryReason
from core.domain.ids import ContactId
from core.domain.message import OutgoingMessage

LEAST_PEOPLE: Final = 1
MOST_PEOPLE: Final = 200
USUAL_PEOPLE: Final = 20


class TrialStage(StrEnum):
    """What it does now."""

    SANDBOX = "sandbox"  # a small Telegram starts on this computer
    ACCOUNTS = "accounts"  # stand-ins for the campaign's accounts sign in
    SENDING = "sending"  # a worker delivers


class TrialProgress(msgspec.Struct, frozen=True, kw_only=True, tag="progress"):
    """One line while it runs."""

    stage: TrialStage
    done: int
    people: int


class TrialPerson(msgspec.Struct, frozen=True, kw_only=True):
    """One person of the sample. `arrived` is what the sandbox holds for them; None: nothing arrived."""

    contact_id: ContactId
    name: str
    account: str  # a stand-in of the campaign's account of this title
    state: DeliveryState
    reason: DeliveryReason | None
    detail: str
    arrived: OutgoingMessage | None
    after_ms: int | None  # from the start of the campaign to the sandbox's yes


class TrialResult(msgspec.Struct, frozen=True, kw_only=True, tag="result"):
    """The last line of one that went through."""

    members: int  # people of the campaign
    people: tuple[TrialPerson, ...]
    seconds: float  # from the start of the campaign to the last person
    notes: tuple[str, ...]  # what differs from a real run

    @property
    def delivered(self) -> int:
        return sum(person.arrived is not None for person in self.people)


class TrialFailed(msgspec.Struct, frozen=True, kw_only=True, tag="failed"):
    """The last line of one that did not."""

    code: str
    title: str
    message: str
    hint: str


TrialLine = TrialProgress | TrialResult | TrialFailed
