"""The tables of allowed changes, walked pair by pair against the states as they are written down in the documents."""

from itertools import product

import pytest

from campaigns import campaign, delivery
from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from core.errors import InvalidTransitionError

DELIVERY = """
planned -> sending deferred failed skipped cancelled
sending -> sent uncertain planned deferred failed skipped
deferred -> sending deferred failed skipped cancelled
sent ->
failed -> planned
skipped ->
cancelled ->
uncertain -> sent
"""

AFTER_RESTORE = """
planned -> sending sent uncertain
deferred -> sending sent uncertain
sending -> sent uncertain
"""

CAMPAIGN = """
draft -> in_review cancelled
in_review -> draft approved cancelled
approved -> draft scheduled cancelled
scheduled -> running paused cancelled
running -> paused finished cancelled failed
paused -> running cancelled
finished -> running
cancelled ->
failed ->
"""


def allowed_pairs(table: str) -> set[tuple[str, str]]:
    pairs = set()
    for line in table.strip().splitlines():
        current, _, targets = line.partition("->")
        pairs.update((current.strip(), target) for target in targets.split())
    return pairs


@pytest.mark.parametrize(("current", "target"), list(product(DeliveryState, DeliveryState)))
def test_a_delivery_changes_only_as_the_table_says(current: DeliveryState, target: DeliveryState) -> None:
    if (current, target) in allowed_pairs(DELIVERY):
        assert delivery.transition(current, target) is target
    else:
        with pytest.raises(InvalidTransitionError):
            delivery.transition(current, target)


@pytest.mark.parametrize(("current", "target"), list(product(DeliveryState, DeliveryState)))
def test_after_a_restore_a_delivery_may_only_turn_out_to_have_left(
    current: DeliveryState, target: DeliveryState
) -> None:
    if (current, target) in allowed_pairs(AFTER_RESTORE):
        assert delivery.transition(current, target, is_restored=True) is target
    else:
        with pytest.raises(InvalidTransitionError):
            delivery.transition(current, target, is_restored=True)


@pytest.mark.parametrize(("current", "target"), list(product(CampaignState, CampaignState)))
def test_a_campaign_changes_only_as_the_table_says(current: CampaignState, target: CampaignState) -> None:
    if (current, target) in allowed_pairs(CAMPAIGN):
        assert campaign.transition(current, target) is target
    else:
        with pytest.raises(InvalidTransitionError):
            campaign.transition(current, target)


def test_nothing_leaves_a_final_delivery_but_by_a_person() -> None:
    by_a_person = {(DeliveryState.FAILED, DeliveryState.PLANNED), (DeliveryState.UNCERTAIN, DeliveryState.SENT)}

    leaving = {(state, target) for state in delivery.FINAL for target in delivery.ALLOWED[state]}

    assert leaving == by_a_person
