"""What a rehearsal found, as pages and commands show it and as its row keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from campaigns.job_errors import JobProblem
from campaigns.jobs import JobState
from campaigns.reasons import DeliveryReason
from core.domain.ids import AccountId, CampaignId, ContactId, RehearsalId


class Stage(StrEnum):
    """What it does now."""

    READING = "reading"  # who is in it
    TEXTS = "texts"  # every text is made
    LANES = "lanes"  # when everybody's turn is


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFinish:
    """One account of the rehearsed campaign. `waits_for`: what it spends most of its waiting on."""

    account_id: AccountId
    title: str
    people: int  # whose turn comes here
    finishes_at: datetime | None  # None: it has nobody, or stands still
    waits_for: DeliveryReason | None = None
    stands_still: str = ""  # why nothing leaves it until a person acts


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFault:
    """A person for whom there is no message."""

    contact_id: ContactId
    name: str
    reason: DeliveryReason
    detail: str  # e.g. which field is empty


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleText:
    """What one person will read, without its formatting."""

    contact_id: ContactId
    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How far it is, and what is known so far. `skipped` and `to_send` add up to `recipients` once all are read."""

    stage: Stage = Stage.READING
    part_done: float = 0.0  # of the stage
    recipients: int = 0
    to_send: int = 0
    skipped: Mapping[DeliveryReason, int] = field(default_factory=dict)  # also those who will fail: a text too long
    starts_at: datetime | None = None
    finishes_at: datetime | None = None  # None: not known yet, or an account stands still
    canary_at: datetime | None = None  # when the first people are done
    accounts: tuple[AccountFinish, ...] = ()
    texts: int = 0  # made so far
    faults: tuple[TextFault, ...] = ()  # the first ones; all of them are among the exceptions
    samples: tuple[SampleText, ...] = ()
    notes: tuple[str, ...] = ()  # what it does not know


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalView:
    """How a rehearsal stands."""

    id: RehearsalId
    campaign_id: CampaignId
    state: JobState
    figures: Figures
    problem: JobProblem | None
    created_by: str
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedPerson:
    """One of those who will not get it."""

    contact_id: ContactId
    name: str
    address: str  # username or phone
    reason: DeliveryReason
