"""What a person is to everybody who looks for one: questions about contacts, a row of the list, the card with everything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from campaigns.delivery import DeliveryState
from campaigns.reasons import DeliveryReason
from core.domain.consent import ConsentBasis
from core.domain.ids import AccountId, AudienceId, CampaignId, ContactId, ImportId, TelegramUserId

LONGEST_TAG = 40


class Standing(StrEnum):
    """May we write? Everybody is exactly one of these."""

    MAY = "may"  # a basis is in force
    NO_BASIS = "no_basis"  # none was ever given, or it was taken back
    SUPPRESSED = "suppressed"  # whatever they agreed to


class ContactOrder(StrEnum):
    ADDED = "added"  # the newest first, unless reversed
    NAME = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactQuestion:
    """Whom somebody looks for; what is empty filters nothing. `basis` and `account_id`: of a consent in force."""

    text: str = ""
    standing: Standing | None = None
    tag: str = ""
    language: str = ""
    import_id: ImportId | None = None
    basis: ConsentBasis | None = None
    account_id: AccountId | None = None
    list_id: AudienceId | None = None  # who is on this fixed list
    order: ContactOrder = ContactOrder.ADDED
    is_reversed: bool = False

    @property
    def filters(self) -> int:
        """How many filters there are beside the text."""
        parts = (self.standing, self.tag, self.language, self.import_id, self.basis, self.account_id, self.list_id)
        return sum(part not in (None, "") for part in parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRow:
    """One line of the list. `basis` is the one in force that weighs most; `source`: where it was given."""

    id: ContactId
    name: str = field(repr=False)
    username: str = field(repr=False)
    phone: str = field(repr=False)
    language: str
    added_at: datetime
    basis: ConsentBasis | None
    source: str
    was_withdrawn: bool
    suppression: DeliveryReason | None
    tags: tuple[str, ...]
    sent: int
    wrote_at: datetime | None

    @property
    def standing(self) -> Standing:
        if self.suppression is not None:
            return Standing.SUPPRESSED
        return Standing.NO_BASIS if self.basis is None else Standing.MAY


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactCounts:
    """How many there are; the three standings add up to `total`."""

    total: int = 0
    may: int = 0
    no_basis: int = 0
    suppressed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFacets:
    """What can be filtered by; tags and imports with how many people each has."""

    tags: Mapping[str, int] = field(default_factory=dict)
    languages: Sequence[str] = ()
    imports: Mapping[ImportId, tuple[str, int]] = field(default_factory=dict)  # file name, people added
    lists: Mapping[AudienceId, str] = field(default_factory=dict)  # fixed lists by title


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentView:
    """One consent with everything that proves it, and its end."""

    id: int
    basis: ConsentBasis
    account_title: str  # empty: every account may write
    source: str
    wording: str = field(repr=False)
    evidence: str = field(repr=False)
    given_at: datetime
    recorded_at: datetime
    recorded_by: str  # empty: an import, or the worker
    withdrawn_at: datetime | None
    withdrawn_by: str
    withdrawn_why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressionView:
    """Why nobody writes to this person."""

    reason: DeliveryReason
    at: datetime
    added_by: str  # empty: the worker
    note: str
    account_title: str
    is_of_erased: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftView:
    """A suppression that a person took back."""

    reason: DeliveryReason
    at: datetime
    lifted_at: datetime
    lifted_by: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryLine:
    """What one campaign did about this person."""

    campaign_id: CampaignId
    campaign_title: str
    account_title: str
    state: DeliveryState
    reason: DeliveryReason | None
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonEvent:
    """Something that happened with this person."""

    kind: str
    at: datetime
    actor: str
    account_title: str
    campaign_title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactCard:
    """Everything known about one person; the newest first in each list, deliveries and events at most 100."""

    row: ContactRow
    time_zone: str
    telegram_user_id: TelegramUserId | None
    fields: Mapping[str, str] = field(repr=False)
    import_id: ImportId | None
    import_name: str
    updated_at: datetime
    consents: Sequence[ConsentView]
    suppression: SuppressionView | None
    lifts: Sequence[LiftView]
    deliveries: Sequence[DeliveryLine]
    delivery_count: int
    events: Sequence[PersonEvent]
    received: int  # messages they wrote
    merged: int  # contacts that were merged into this one


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeOffer:
    """Two contacts that may be one person, and why: "telegram" (one Telegram id) or "import" (one row of a file)."""

    first: ContactRow
    second: ContactRow
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactEdit:
    """What a person changed of a contact; None leaves as it is. `fields` replaces all of them."""

    name: str | None = None
    username: str | None = None
    phone: str | None = None
    language: str | None = None
    time_zone: str | None = None
    fields: Mapping[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasurePlan:
    """What erasing a person reaches; told before it is done."""

    deliveries: int
    open_tries: int  # a message is on its way: nothing is erased before its fate is known
    planned: int  # will not be sent
    backups: int  # copies of the database that hold this person, and are deleted


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What became of it. `is_log_empty` False: another process was reading, and traces stay beside the database until
    its write-ahead log is emptied, at the latest when the program closes.
    """

    deliveries: int
    backups: int
    is_log_empty: bool
    missed: tuple[Path, ...] = ()  # folders with backups whose list of erased people could not be written
