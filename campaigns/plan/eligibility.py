"""May this row be sent now? The one pure decision that dispatch uses inside its unit of work, and a rehearsal over ids.

The order of the checks is the order of their weight: what forbids for good comes before what only waits.
"""

from datetime import UTC, datetime
from enum import StrEnum

import msgspec

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.plan.limits import check_quota
from campaigns.reasons import DeliveryReason
from core.domain.account import AccountState

EVER = datetime.min.replace(tzinfo=UTC)


class ClaimAnswer(StrEnum):
    CLAIMED = "claimed"  # committed: the row is `sending` and this lane owns the try
    SKIPPED = "skipped"  # a check failed for good; the row holds the reason
    DEFERRED = "deferred"  # this person waits; the row holds the reason and until when
    CAMPAIGN_HELD = "campaign_held"  # nothing written: the campaign waits; others of the lane go on
    HELD = "held"  # nothing written: campaign or account stands still or waits, or somebody else moved the row


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """Structs here, because a rehearsal of a million people makes some millions of them: a frozen dataclass takes six
    times as long to make.
    """

    answer: ClaimAnswer
    reason: DeliveryReason | None = None
    until: datetime | None = None  # when it is worth asking again


class PlanFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the campaign's plan says of this moment and person; the defaults are those of a plan that limits nothing."""

    opens_at: datetime | None = EVER  # when its windows are open for this person next; None: its end has come
    is_own_window: bool = False  # the windows are meant in the person's own time zone
    is_cap_full: bool = False  # this person has had as many messages as the cap allows
    hour_filled_at: datetime | None = None  # like the account's, of the campaign's own quota
    day_filled_at: datetime | None = None
    paced_until: datetime | None = None  # a person slowed the campaign down: its next message not before
    is_canary_full: bool = False  # the first people have it, and nobody has said that it may go on


NO_PLAN = PlanFacts()


class ClaimFacts(msgspec.Struct, frozen=True, kw_only=True):
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
    plan: PlanFacts = NO_PLAN


def decide(facts: ClaimFacts, now: datetime) -> Claim:
    """CLAIMED means "may be sent now"; SKIPPED and DEFERRED carry their reason; the others write nothing."""
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
    plan = facts.plan
    if plan.opens_at is None:
        return Claim(answer=ClaimAnswer.SKIPPED, reason=DeliveryReason.CAMPAIGN_ENDED)
    if plan.is_cap_full:
        return Claim(answer=ClaimAnswer.SKIPPED, reason=DeliveryReason.FREQUENCY_CAP)
    if facts.not_before is not None and facts.not_before > now:
        return Claim(answer=ClaimAnswer.HELD, until=facts.not_before)
    waiting = check_plan(plan, now)
    if waiting is not None:
        return waiting
    if facts.send_cooldown_until is not None and facts.send_cooldown_until > now:
        # The wait is the account's state; the row itself stays as it is.
        return Claim(answer=ClaimAnswer.HELD, reason=DeliveryReason.COOLDOWN, until=facts.send_cooldown_until)
    wait = check_quota(facts.hour_filled_at, facts.day_filled_at, now)
    if wait is not None:
        return Claim(answer=ClaimAnswer.HELD, reason=wait.reason, until=wait.until)
    return Claim(answer=ClaimAnswer.CLAIMED)


def check_plan(plan: PlanFacts, now: datetime) -> Claim | None:
    """What the plan has against sending now; None: nothing."""
    if plan.opens_at is not None and plan.opens_at > now:
        # One person's night is written into the row; a night of all is the campaign's, and no row changes for it.
        answer = ClaimAnswer.DEFERRED if plan.is_own_window else ClaimAnswer.CAMPAIGN_HELD
        return Claim(answer=answer, reason=DeliveryReason.OUTSIDE_WINDOW, until=plan.opens_at)
    if plan.is_canary_full:
        return Claim(answer=ClaimAnswer.CAMPAIGN_HELD, reason=DeliveryReason.CANARY)
    wait = check_quota(plan.hour_filled_at, plan.day_filled_at, now)
    if wait is not None:
        return Claim(answer=ClaimAnswer.CAMPAIGN_HELD, reason=DeliveryReason.CAMPAIGN_QUOTA, until=wait.until)
    if plan.paced_until is not None and plan.paced_until > now:
        return Claim(answer=ClaimAnswer.CAMPAIGN_HELD, reason=DeliveryReason.CAMPAIGN_QUOTA, until=plan.paced_until)
    return None
