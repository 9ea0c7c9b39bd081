"""What a rehearsal says is what then happens. The short form of `bench/run.py rehearsed`."""

from pathlib import Path

import pytest

from bench.fast.rehearsed import compare
from campaigns.schedule.campaign_plan import CampaignPlan, Canary, CanaryAdvance

pytestmark = pytest.mark.slow


async def test_a_campaign_ends_when_its_rehearsal_said_and_leaves_out_the_same_people(tmp_path: Path) -> None:
    # Two careful accounts with some 25 people each: 20 in the first hour, and the rest an hour later.
    compared = await compare(tmp_path, factor=500, people=60, accounts=2, plan=CampaignPlan())

    assert compared.real_skips == compared.rehearsed_skips
    assert set(compared.real_skips.values()) == {"no_consent", "missing_field", "said_stop"}
    assert compared.off_by <= 0.05, compared


@pytest.mark.proof
async def test_the_next_run_of_what_repeats_ends_when_its_rehearsal_said(tmp_path: Path) -> None:
    plan = CampaignPlan(per_hour=15, canary=Canary(percent=10, advance=CanaryAdvance.BY_ITSELF))
    compared = await compare(tmp_path, factor=500, people=60, accounts=2, plan=plan, repeats=True)

    assert compared.is_ok, compared
