"""May this row be sent now? Each rule alone, and which of them weighs more."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.plan.eligibility import ClaimAnswer, ClaimFacts, decide
from campaigns.plan.limits import PROFILES
from campaigns.reasons import DeliveryReason
from core.domain.account import AccountKind, AccountState

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
CAREFUL = PROFILES["careful", AccountKind.USER]
FREE = ClaimFacts(
    row_state=DeliveryState.PLANNED,
    not_before=None,
    campaign_state=CampaignState.RUNNING,
    account_state=AccountState.READY,
    send_cooldown_until=None,
    has_consent=True,
    suppression=None,
    sent_last_hour=0,
    sent_last_day=0,
    is_same_text=True,
)


def test_a_row_with_nothing_against_it_may_be_sent() -> None:
    assert decide(FREE, CAREFUL, NOW).answer is ClaimAnswer.CLAIMED


@pytest.mark.parametrize("state", set(DeliveryState) - {DeliveryState.PLANNED, DeliveryState.DEFERRED})
def test_a_row_that_is_not_waiting_is_left_alone(state: DeliveryState) -> None:
    assert decide(replace(FREE, row_state=state), CAREFUL, NOW).answer is ClaimAnswer.HELD


@pytest.mark.parametrize("state", set(CampaignState) - {CampaignState.RUNNING})
def test_only_a_running_campaign_sends(state: CampaignState) -> None:
    assert decide(replace(FREE, campaign_state=state), CAREFUL, NOW).answer is ClaimAnswer.HELD


@pytest.mark.parametrize("state", set(AccountState) - {AccountState.READY})
def test_only_a_ready_account_sends(state: AccountState) -> None:
    assert decide(replace(FREE, account_state=state), CAREFUL, NOW).answer is ClaimAnswer.HELD


def test_nobody_is_written_to_without_a_basis() -> None:
    claim = decide(replace(FREE, has_consent=False), CAREFUL, NOW)

    assert (claim.answer, claim.reason) == (ClaimAnswer.SKIPPED, DeliveryReason.NO_CONSENT)


def test_a_suppressed_person_is_skipped_with_the_reason_even_with_consent() -> None:
    claim = decide(replace(FREE, suppression=DeliveryReason.SAID_STOP), CAREFUL, NOW)

    assert (claim.answer, claim.reason) == (ClaimAnswer.SKIPPED, DeliveryReason.SAID_STOP)


def test_another_text_than_that_of_the_first_try_is_never_sent() -> None:
    claim = decide(replace(FREE, is_same_text=False), CAREFUL, NOW)

    assert (claim.answer, claim.reason) == (ClaimAnswer.SKIPPED, DeliveryReason.CONTENT_CHANGED)


def test_a_deferred_row_waits_for_its_moment() -> None:
    facts = replace(FREE, row_state=DeliveryState.DEFERRED, not_before=LATER)

    assert decide(facts, CAREFUL, NOW).answer is ClaimAnswer.HELD
    assert decide(facts, CAREFUL, LATER).answer is ClaimAnswer.CLAIMED


def test_a_demanded_wait_holds_the_account_and_says_until_when() -> None:
    claim = decide(replace(FREE, send_cooldown_until=LATER), CAREFUL, NOW)

    assert (claim.answer, claim.reason, claim.until) == (ClaimAnswer.HELD, DeliveryReason.COOLDOWN, LATER)


@pytest.mark.parametrize(
    ("hour", "day", "reason"), [(20, 20, DeliveryReason.QUOTA_HOUR), (5, 40, DeliveryReason.QUOTA_DAY)]
)
def test_a_used_quota_holds_the_account(hour: int, day: int, reason: DeliveryReason) -> None:
    claim = decide(replace(FREE, sent_last_hour=hour, sent_last_day=day), CAREFUL, NOW)

    assert (claim.answer, claim.reason) == (ClaimAnswer.HELD, reason)
    assert claim.until is not None


def test_what_forbids_for_good_weighs_more_than_what_only_waits() -> None:
    facts = replace(FREE, has_consent=False, send_cooldown_until=LATER, sent_last_day=40)

    assert decide(facts, CAREFUL, NOW).reason is DeliveryReason.NO_CONSENT
