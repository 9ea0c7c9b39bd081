"""What an answer means for a row: a refusal of the only try is proof, a refusal of a repeat is none."""

from datetime import UTC, datetime, timedelta

import pytest

from campaigns.delivery import DeliveryState
from campaigns.dispatch import outcomes
from campaigns.message.variants import Choice
from campaigns.plan.limits import PROFILES
from campaigns.ports import Candidate, SentMessage
from campaigns.reasons import DeliveryReason
from core import errors
from core.domain.account import AccountKind
from core.domain.ids import CampaignId, ContactId, DeliveryId

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
CAREFUL = PROFILES["careful", AccountKind.USER]
ROW = Candidate(
    id=DeliveryId(7),
    campaign_id=CampaignId(1),
    contact_id=ContactId(3),
    random_id=99,
    telegram_user_id=None,
    username="person_00003",
    peer=None,
    choice=Choice(),
    inputs={},
    text_hash=None,
)
RECIPIENT_ERRORS = [
    error for error in vars(errors).values() if isinstance(error, type) and issubclass(error, errors.RecipientError)
]


def test_telegrams_yes_is_sent_with_its_id() -> None:
    outcome = outcomes.delivered(ROW, SentMessage(message_id=5, at=NOW), now=NOW)

    assert (outcome.state, outcome.message_id) == (DeliveryState.SENT, 5)


@pytest.mark.parametrize("error", RECIPIENT_ERRORS)
def test_a_refusal_of_the_person_is_final_and_keeps_its_reason(error: type[errors.RecipientError]) -> None:
    outcome = outcomes.refused_first_try(ROW, error(), CAREFUL, now=NOW)

    assert outcome.state is DeliveryState.FAILED
    assert outcome.reason == error.code
    assert outcome.suppress is error.suppresses


def test_a_demanded_wait_defers_the_row_and_cools_the_account() -> None:
    outcome = outcomes.refused_first_try(ROW, errors.CooldownError(wait_s=30), CAREFUL, now=NOW)

    assert (outcome.state, outcome.reason) == (DeliveryState.DEFERRED, DeliveryReason.COOLDOWN)
    assert outcome.not_before == outcome.cooldown_until == NOW + timedelta(seconds=30)
    assert outcome.slowed_until == NOW + timedelta(days=1, seconds=30)


def test_a_long_wait_pauses_the_account_for_a_day() -> None:
    outcome = outcomes.refused_first_try(ROW, errors.CooldownError(wait_s=301), CAREFUL, now=NOW)

    assert outcome.cooldown_until == NOW + timedelta(days=1)


def test_slow_mode_of_one_chat_holds_only_that_row() -> None:
    error = errors.CooldownError(wait_s=10, is_one_chat=True)

    outcome = outcomes.refused_first_try(ROW, error, CAREFUL, now=NOW)

    assert (outcome.state, outcome.cooldown_until) == (DeliveryState.DEFERRED, None)


@pytest.mark.parametrize(
    "error", [errors.AccountSignedOut(), errors.AccountFrozen(), errors.AccountLimited(), errors.MessageTooLong()]
)
def test_what_stops_account_or_campaign_puts_the_row_back_untouched(error: errors.AppError) -> None:
    outcome = outcomes.refused_first_try(ROW, error, CAREFUL, now=NOW)

    assert (outcome.state, outcome.reason) == (DeliveryState.PLANNED, None)


def test_an_unknown_fate_is_never_taken_for_a_refusal() -> None:
    with pytest.raises(ValueError, match="does not prove"):
        outcomes.refused_first_try(ROW, errors.ConnectionLost(), CAREFUL, now=NOW)


@pytest.mark.parametrize(
    "error", [*(error() for error in RECIPIENT_ERRORS), errors.MessageTooLong(), errors.CooldownError(wait_s=2)]
)
def test_a_refusal_of_a_repeat_leaves_the_row_open(error: errors.AppError) -> None:
    outcome = outcomes.refused_repeat(ROW, error, CAREFUL, now=NOW, retry_after=timedelta(seconds=2))

    assert outcome.state is DeliveryState.SENDING
    assert outcome.not_before == NOW + timedelta(seconds=2)


def test_a_person_who_blocked_is_suppressed_even_by_a_refused_repeat() -> None:
    error = errors.RecipientBlockedUs()

    outcome = outcomes.refused_repeat(ROW, error, CAREFUL, now=NOW, retry_after=timedelta(seconds=2))

    assert outcome.suppress
    assert outcome.reason is DeliveryReason.BLOCKED_US
