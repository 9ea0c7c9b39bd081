"""Campaigns on one account take turns."""

from hypothesis import given
from hypothesis import strategies as st

from campaigns.plan.lane_order import take_turns
from core.domain.ids import CampaignId

rows = st.dictionaries(st.integers(1, 9).map(CampaignId), st.integers(0, 12), max_size=5).map(
    lambda counts: {campaign: [(campaign, n) for n in range(count)] for campaign, count in counts.items()}
)


def test_campaigns_take_turns_and_an_empty_one_is_passed_over() -> None:
    order = take_turns({CampaignId(2): ["b1"], CampaignId(1): ["a1", "a2", "a3"], CampaignId(3): []}, 10)

    assert order == ["a1", "b1", "a2", "a3"]


@given(rows, st.integers(0, 70))
def test_nobody_is_lost_doubled_or_out_of_order(waiting: dict[CampaignId, list[tuple[int, int]]], limit: int) -> None:
    order = take_turns(waiting, limit)

    assert len(order) == min(limit, sum(map(len, waiting.values())))
    assert len(set(order)) == len(order)
    for campaign, own in waiting.items():
        taken = [row for row in order if row[0] == campaign]
        assert taken == own[: len(taken)]


@given(rows, st.integers(0, 70))
def test_no_campaign_is_more_than_one_turn_ahead_of_one_that_has_rows(
    waiting: dict[CampaignId, list[tuple[int, int]]], limit: int
) -> None:
    order = take_turns(waiting, limit)
    taken = {campaign: sum(row[0] == campaign for row in order) for campaign in waiting}

    for campaign, own in waiting.items():
        if taken[campaign] < len(own):
            assert max(taken.values()) - taken[campaign] <= 1
