"""May this row be sent now? The one pure decision that dispatch uses inside its unit of work, and a rehearsal over ids.

The order of the checks is the order of their weight: what forbids for good comes before what only waits.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.plan.limits import check_quota
from campaigns.reasons import DeliveryReason
from core.domain.account import AccountState


class ClaimAnswer(StrEnum):
    CLAIMED = "claimed"  # committed: the row is `sending` and this lane owns the try
    SKIPPED = "skipped"  # a check failed for good; the row holds the reason
    DEFERRED = "deferred"  # this person waits; the row holds the reason and until when
    HELD = "held"  # nothing written: campaign or account stands still or waits, or somebody else moved the row


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    answer: ClaimAnswer
    reason: DeliveryReason | None = None
    until: datetime | None = None  # when it is worth asking again


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFacts:
    """What the database knows at the moment of the claim."""

    row_state: DeliveryState
    not_before: datetime | None
    campaign_state: CampaignState
    account_state: AccountState
    send_cooldown_until: datetime | None
    has_consent: bool
    suppression: DeliveryReason | None
    hour_filled_at: datetime | None  # when the row in COUNTED states was tried that fills the hour's quota
    day_filled_at: datetime | None  # likewise, the day's; None: there is room
    is_same_text: bool  # no earlier try, or the earlier try had this text


def decide(facts: ClaimFacts, now: datetime) -> Claim:
    """CLAIMED means "may be sent now"; SKIPPED carries its reason; HELD writes nothing."""
    if facts.row_state not in (DeliveryState.PLANNED, DeliveryState.DEFERRED):
        return Claim(answer=ClaimAnswer.HELD)
    if facts.campaign_state is not CampaignState.RUNNING or facts.account_state is not AccountState.READY:
        return Claim(answer=ClaimAnswer.HELD)
    if facts.suppression is not None:
        return Claim(answer=ClaimAnswer.SKIPPED, reason=facts.suppression)
    if not facts.has_consent:
        return Claim(answer=ClaimAnswer.SKIPPED, reason=DeliveryReason.NO_CONSENT)
    if not facts.is_same_text:
        return Claim(answer=ClaimAnswer.SKIPPED, reason=DeliveryReason.TEXT_CHANGED)
    if facts.not_before is not None and facts.not_before > now:
        return Claim(answer=ClaimAnswer.HELD, until=facts.not_before)
    if facts.send_cooldown_until is not None and facts.send_cooldown_until > now:
        # The wait is the account's state; the row itself stays as it is.
        return Claim(answer=ClaimAnswer.HELD, reason=DeliveryReason.COOLDOWN, until=facts.send_cooldown_until)
    wait = check_quota(facts.hour_filled_at, facts.day_filled_at, now)
    if wait is not None:
        return Claim(answer=ClaimAnswer.HELD, reason=wait.reason, until=wait.until)
    return Claim(answer=ClaimAnswer.CLAIMED)
