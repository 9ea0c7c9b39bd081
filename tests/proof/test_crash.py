"""Exactly once, though worker, links and sandbox are killed and repeats are refused; a broken engine is caught.

The short form of `bench/run.py crash`.
"""

from pathlib import Path

import pytest

from bench.crash.disturb import Plan
from bench.crash.engines import SABOTAGE
from bench.crash.proof import all_refusals, engine, run_disturbed, sabotaged_plan

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


async def test_everyone_is_reached_exactly_once_through_kills_and_refused_repeats(tmp_path: Path) -> None:
    plan = Plan(program=engine(), kills=3, refusals=all_refusals()[::20], answer_after_s=0.4)

    run = await run_disturbed(tmp_path, plan, recipients=220, seed=11)

    assert (run.result.duplicates, run.result.missing, run.result.failed) == (0, 0, 0)
    assert run.result.database_agrees
    assert run.told.kills_in_flight >= 2, "no kill hit a message under way: nothing was proved"
    assert run.told.refused, "no repeat was refused: nothing was proved"


@pytest.mark.parametrize("kind", SABOTAGE)
async def test_a_sabotaged_engine_is_caught(tmp_path: Path, kind: str) -> None:
    run = await run_disturbed(tmp_path, sabotaged_plan(kind, kills=1), recipients=80)

    assert run.is_caught, run
