"""The proofs of bench/ about rehearsals and many planned deliveries, in a short form."""

from pathlib import Path

import pytest

from bench.dispatch_size import measure
from bench.rehearsal import FIRST_S, MAX_MB, run_job
from campaigns.reasons import DeliveryReason

pytestmark = pytest.mark.slow


async def test_a_rehearsal_tells_first_figures_soon_and_stays_small(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIREROOM_STATE_DIR", str(tmp_path / "state"))
    run = await run_job(tmp_path / "workspace", 20_000, 50)

    assert run.figures.recipients == run.figures.texts == 20_000
    assert run.figures.skipped[DeliveryReason.MISSING_FIELD] == 20
    assert run.figures.to_send == 20_000 - sum(run.figures.skipped.values())
    assert run.peak_mb < MAX_MB
    assert run.first_s < 5 * FIRST_S  # other tests run beside it


async def test_many_planned_deliveries_do_not_slow_dispatch_down() -> None:
    result = await measure(1, large=30_000, small=1_000, messages=300)

    assert result.ratios[0] > 0.5  # one round on a busy machine; bench/run.py dispatch-size measures it
