"""May this row be sent now? Each rule alone, and which of them weighs more."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.plan.eligibility import ClaimAnswer, ClaimFacts, PlanFacts, decide
from campaigns.reasons import DeliveryReason
from core.domain.account import AccountState

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
FREE = ClaimFacts(
    row_state=DeliveryState.PLANNED,
    not_before=None,
    campaign_state=CampaignState.RUNNING,
    account_state=AccountState.READY,
    send_cooldown_until=None,
    has_consent=True,
    suppression=None,
    hour_filled_at=None,
    day_filled_at=None,
    is_same_text=True,
)


def test_a_row_with_nothing_against_it_may_be_sent() -> None:
    assert decide(FREE, NOW).answer is ClaimAnswer.CLAIMED


@pytest.mark.parametrize("state", set(DeliveryState) - {DeliveryState.PLANNED, DeliveryState.DEFERRED})
def test_a_row_that_is_not_waiting_is_left_alone(state: DeliveryState) -> None:
    assert decide(replace(FREE, row_state=state), NOW).answer is ClaimAnswer.HELD


@pytest.mark.parametrize("state", set(CampaignState) - {CampaignState.RUNNING})
def test_only_a_running_campaign_sends(state: CampaignState) -> None:
    assert decide(replace(FREE, campaign_state=state), NOW).answer is ClaimAnswer.HELD


@pytest.mark.parametrize("state", set(AccountState) - {AccountState.READY})
def test_only_a_ready_account_sends(state: AccountState) -> None:
    assert decide(replace(FREE, account_state=state), NOW).answer is ClaimAnswer.HELD


def test_nobody_is_written_to_without_a_basis() -> None:
    claim = decide(replace(FREE, has_consent=False), NOW)

    assert (claim.answer, claim.reason) == (ClaimAnswer.SKIPPED, DeliveryReason.NO_CONSENT)


def test_a_suppressed_person_is_skipped_with_the_reason_even_with_consent() -> None:
    claim = decide(replace(FREE, suppression=DeliveryReason.SAID_STOP), NOW)

    assert (claim.answer, claim.reason) == (ClaimAnswer.SKIPPED, DeliveryReason.SAID_STOP)


def test_another_text_than_that_of_the_first_try_is_never_sent() -> None:
    claim = decide(replace(FREE, is_same_text=False), NOW)

    assert (claim.answer, claim.reason) == (ClaimAnswer.SKIPPED, DeliveryReason.TEXT_CHANGED)


def test_a_deferred_row_waits_for_its_moment() -> None:
    facts = replace(FREE, row_state=DeliveryState.DEFERRED, not_before=LATER)

    assert decide(facts, NOW).answer is ClaimAnswer.HELD
    assert decide(facts, LATER).answer is ClaimAnswer.CLAIMED


def test_a_demanded_wait_holds_the_account_and_says_until_when() -> None:
    claim = decide(replace(FREE, send_cooldown_until=LATER), NOW)

    assert (claim.answer, claim.reason, claim.until) == (ClaimAnswer.HELD, DeliveryReason.COOLDOWN, LATER)


def test_a_used_quota_holds_the_account_until_the_send_that_fills_it_leaves_the_window() -> None:
    filled_at = NOW - timedelta(minutes=50)

    claim = decide(replace(FREE, hour_filled_at=filled_at), NOW)

    assert (claim.answer, claim.reason) == (ClaimAnswer.HELD, DeliveryReason.QUOTA_HOUR)
    assert claim.until == NOW + timedelta(minutes=10)


def test_what_forbids_for_good_weighs_more_than_what_only_waits() -> None:
    facts = replace(FREE, has_consent=False, send_cooldown_until=LATER, day_filled_at=NOW)

    assert decide(facts, NOW).reason is DeliveryReason.NO_CONSENT


def _with_plan(**plan: object) -> ClaimFacts:
    return replace(FREE, plan=PlanFacts(**plan))  # type: ignore[arg-type]


def test_a_closed_window_of_all_holds_the_campaign_and_writes_nothing() -> None:
    claim = decide(_with_plan(opens_at=LATER), NOW)

    assert (claim.answer, claim.reason, claim.until) == (
        ClaimAnswer.CAMPAIGN_HELD,
        DeliveryReason.OUTSIDE_WINDOW,
        LATER,
    )
    assert decide(_with_plan(opens_at=LATER), LATER).answer is ClaimAnswer.CLAIMED


def test_a_persons_own_night_defers_that_person_alone() -> None:
    claim = decide(_with_plan(opens_at=LATER, is_own_window=True), NOW)

    assert (claim.answer, claim.reason, claim.until) == (ClaimAnswer.DEFERRED, DeliveryReason.OUTSIDE_WINDOW, LATER)


def test_nobody_is_written_to_after_the_campaigns_end() -> None:
    claim = decide(_with_plan(opens_at=None), NOW)

    assert (claim.answer, claim.reason) == (ClaimAnswer.SKIPPED, DeliveryReason.CAMPAIGN_ENDED)


def test_who_has_had_enough_messages_is_skipped() -> None:
    claim = decide(_with_plan(is_cap_full=True), NOW)

    assert (claim.answer, claim.reason) == (ClaimAnswer.SKIPPED, DeliveryReason.FREQUENCY_CAP)


def test_after_the_first_people_the_campaign_waits_for_a_person() -> None:
    claim = decide(_with_plan(is_canary_full=True), NOW)

    assert (claim.answer, claim.reason, claim.until) == (ClaimAnswer.CAMPAIGN_HELD, DeliveryReason.CANARY, None)


def test_a_campaigns_own_quota_holds_the_campaign_and_not_the_account() -> None:
    claim = decide(_with_plan(day_filled_at=NOW - timedelta(hours=23)), NOW)

    assert (claim.answer, claim.reason) == (ClaimAnswer.CAMPAIGN_HELD, DeliveryReason.CAMPAIGN_QUOTA)
    assert claim.until == NOW + timedelta(hours=1)
