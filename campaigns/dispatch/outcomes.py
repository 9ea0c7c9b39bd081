"""What an answer of Telegram means for a row: pure functions from an error to an Outcome."""

from datetime import datetime, timedelta

from campaigns.delivery import DeliveryState
from campaigns.plan.limits import LimitProfile, after_flood
from campaigns.ports import Candidate, Outcome, SentMessage
from campaigns.reasons import DeliveryReason
from core.domain.ids import NO_CAMPAIGN
from core.errors import AppError, CampaignError, CooldownError, RecipientError


def delivered(candidate: Candidate, sent: SentMessage, *, now: datetime) -> Outcome:
    """Telegram's yes, to a first try or to a repeat."""
    return Outcome(delivery_id=candidate.id, state=DeliveryState.SENT, at=now, message_id=sent.message_id)


def put_off(candidate: Candidate, reason: DeliveryReason, until: datetime, *, now: datetime) -> Outcome:
    """A row that was not tried waits for this reason until then."""
    return Outcome(delivery_id=candidate.id, state=DeliveryState.DEFERRED, at=now, reason=reason, not_before=until)


def refused_first_try(candidate: Candidate, error: AppError, profile: LimitProfile, *, now: datetime) -> Outcome:
    """A definite no to the only try: the row is proved unsent.

    A refusal of the recipient is final, and so is that of a message which belongs to no campaign; a wait is a wait, and
    what stops the account or the campaign puts the row back untouched, as does an upload that is to be made again.
    """
    if not error.is_definite:
        raise ValueError(f"{type(error).__name__} does not prove that nothing was sent")
    if isinstance(error, CooldownError):
        return _waits(candidate, error, profile, DeliveryState.DEFERRED, now=now)
    is_own_fault = isinstance(error, CampaignError) and candidate.campaign_id == NO_CAMPAIGN
    if isinstance(error, RecipientError) or is_own_fault:
        return Outcome(
            delivery_id=candidate.id,
            state=DeliveryState.FAILED,
            at=now,
            reason=DeliveryReason(error.code),
            detail=error.detail,
            suppress=isinstance(error, RecipientError) and error.suppresses,
        )
    return Outcome(delivery_id=candidate.id, state=DeliveryState.PLANNED, at=now, detail=error.detail)


def refused_repeat(
    candidate: Candidate, error: AppError, profile: LimitProfile, *, now: datetime, retry_after: timedelta
) -> Outcome:
    """A refusal of a repeat proves nothing about the first try: the row stays `sending` and is asked about later."""
    if isinstance(error, CooldownError):
        return _waits(candidate, error, profile, DeliveryState.SENDING, now=now)
    return Outcome(
        delivery_id=candidate.id,
        state=DeliveryState.SENDING,
        at=now,
        not_before=now + retry_after,
        detail=error.detail,
        # What the person did is true whatever became of the first try: nobody writes to them again.
        suppress=isinstance(error, RecipientError) and error.suppresses,
        reason=DeliveryReason(error.code) if isinstance(error, RecipientError) and error.suppresses else None,
    )


def _waits(
    candidate: Candidate, error: CooldownError, profile: LimitProfile, state: DeliveryState, *, now: datetime
) -> Outcome:
    until = now + timedelta(seconds=error.wait_s)
    if error.is_one_chat:
        return Outcome(
            delivery_id=candidate.id,
            state=state,
            at=now,
            reason=DeliveryReason.CHAT_PAUSE if state is DeliveryState.DEFERRED else None,
            not_before=until,
            detail=error.detail,
        )
    reaction = after_flood(profile, error.wait_s)
    return Outcome(
        delivery_id=candidate.id,
        state=state,
        at=now,
        reason=DeliveryReason.COOLDOWN if state is DeliveryState.DEFERRED else None,
        not_before=until,
        detail=error.detail,
        cooldown_until=now + reaction.wait,
        slowed_until=now + reaction.wait + reaction.slow if reaction.slow else None,
    )
