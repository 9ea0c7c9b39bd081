"""What stands in one row of each table: frozen, formatted, ready to be painted and compared."""

from dataclasses import dataclass

from core.domain.ids import AccountId, CampaignId, DeliveryId
from desktop.widgets.progress import Part
from desktop.widgets.status import State, Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignRow:
    """One campaign of the list."""

    id: CampaignId
    title: str
    state: State
    parts: tuple[Part, ...]
    total: int
    delivered: str  # "31,482 of 48,210"
    rate: str
    finish: str
    is_finish_known: bool  # a moment and not a note about one


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneRow:
    """One account of a campaign."""

    account_id: AccountId
    title: str
    state: State
    until: str  # the moment first, then what it waits for; one of them may be empty
    waits_for: str
    tone: Tone  # of both
    delivered: str
    to_do: str
    rate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRow:
    """One delivery that ended or was put off."""

    id: DeliveryId
    time: str
    state: State
    person: str
    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """One person of a report."""

    number: int  # picks the colour of the avatar
    name: str
    handle: str
    state: State
    reason: str
    sentence: str  # the reason in full
    account: str
    variant: str  # with the language, where there are several
    time: str
    read: str
    reply: str  # when; or that they left


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """One line of Activity."""

    time: str
    state: State  # its word is what happened
    details: str
    about: str
    who: str
    code: str
