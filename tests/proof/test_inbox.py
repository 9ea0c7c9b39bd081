"""A burst of answers, then an hour offline: everything arrives once. The short form of `bench/run.py inbox`."""

from pathlib import Path

import pytest

from bench.inbox.inbox import Size, run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


async def test_every_answer_of_a_burst_and_of_an_hour_offline_is_kept_once(tmp_path: Path) -> None:
    size = Size(accounts=2, people=12, messages=12, rate=60, burst_s=1.0, offline=24)

    found = await run(tmp_path, size, is_watched=False)

    told = found.figures
    assert (told["written"], told["rows"]) == (96, 96)
    assert (told["lost"], told["twice"], told["changed"]) == (0, 0, 0)
