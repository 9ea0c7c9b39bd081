"""A lost answer, then the clock is set: nothing twice, nobody missing, and old tries end as they should."""

from pathlib import Path

import pytest

from bench.crash.clocks import CASES, Clocks, run_clocks

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

SHORT = (Clocks(worker_h=-30), Clocks(worker_h=25, telegram_h=25))


@pytest.mark.parametrize(
    "clocks",
    [
        pytest.param(
            case, marks=() if case in SHORT else pytest.mark.proof, id=f"{case.worker_h:+g}h,{case.telegram_h:+g}h"
        )
        for case in CASES
    ],
)
async def test_a_clock_that_was_set_after_a_lost_answer_sends_nothing_twice(tmp_path: Path, clocks: Clocks) -> None:
    run = await run_clocks(tmp_path, clocks, recipients=30)

    assert run.is_ok, run
