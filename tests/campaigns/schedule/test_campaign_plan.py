"""What a campaign promises about time and amount."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.schedule.campaign_plan import (
    CampaignPlan,
    Canary,
    CanaryAdvance,
    FrequencyCap,
    decode_plan,
    encode_plan,
)
from campaigns.schedule.windows import Schedule, Window
from core.errors import ConfigurationError

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
FULL = CampaignPlan(
    schedule=Schedule(
        windows=(Window(weekdays=frozenset({0, 4}), begins=time(9), ends=time(17, 30)),),
        time_zone="Europe/Berlin",
        in_own_zone=True,
        ends_at=NOW + timedelta(days=9),
    ),
    per_hour=100,
    per_day=1000,
    cap=FrequencyCap(messages=2, days=7),
    canary=Canary(percent=2.5, advance=CanaryAdvance.BY_ITSELF),
)


LATER = replace(FULL, schedule=replace(FULL.schedule, starts_at=NOW + timedelta(days=2)))


def test_a_plan_without_a_start_is_written_as_before_plans_had_one_so_that_its_approval_holds() -> None:
    assert encode_plan(CampaignPlan()) == (
        '{"canary":null,"cap":null,"per_day":null,"per_hour":null,'
        '"schedule":{"ends_at":null,"in_own_zone":false,"time_zone":"UTC","windows":[]}}'
    )
    assert '"windows":[{"begins":"09:00:00","ends":"17:30:00","weekdays":[0,4]}]' in encode_plan(FULL)


def test_a_plan_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="before its start"):
        Schedule(starts_at=NOW, ends_at=NOW)


@pytest.mark.parametrize("plan", [CampaignPlan(), FULL, LATER])
def test_a_plan_survives_being_stored(plan: CampaignPlan) -> None:
    assert decode_plan(encode_plan(plan)) == plan


@pytest.mark.parametrize(
    "text", ["", "[]", '{"per_hour": "many"}', '{"schedule": {"time_zone": "Nowhere"}}', '{"per_day": 0}']
)
def test_a_stored_plan_that_cannot_be_read_is_an_error_in_words(text: str) -> None:
    with pytest.raises(ConfigurationError):
        decode_plan(text)


@given(planned=st.integers(1, 10**6), percent=st.floats(0.01, 99.99))
def test_a_canary_is_never_empty_and_never_more_than_everybody(planned: int, percent: float) -> None:
    size = Canary(percent=percent).size(planned)
    assert 1 <= size <= planned
    assert size == planned or size * 100 >= planned * percent * 0.999999


def test_a_canary_goes_on_only_under_its_bound() -> None:
    canary = Canary(people=40, max_failed_percent=5)
    assert canary.may_go_on(2, 40)
    assert not canary.may_go_on(3, 40)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Canary(),
        lambda: Canary(people=1, percent=1),
        lambda: Canary(people=0),
        lambda: Canary(percent=100),
        lambda: Canary(people=1, max_failed_percent=101),
        lambda: FrequencyCap(messages=0, days=1),
        lambda: FrequencyCap(messages=1, days=367),
        lambda: CampaignPlan(per_hour=0),
    ],
)
def test_what_makes_no_sense_is_refused(make: object) -> None:
    assert callable(make)
    with pytest.raises(ConfigurationError):
        make()
