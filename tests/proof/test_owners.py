"""One account has one owner: of two workers, of a stopped one that wakes, and of a copied workspace."""

from pathlib import Path

import pytest

from bench.crash import owners

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


async def test_a_second_worker_takes_nothing_of_the_first_and_everything_when_it_is_killed(tmp_path: Path) -> None:
    found = await owners.take_over(tmp_path)

    assert found["ok"], found


@pytest.mark.parametrize("is_usurped", [pytest.param(False, marks=pytest.mark.proof), True])
async def test_a_stopped_worker_keeps_its_accounts_and_is_fenced_when_it_wakes(
    tmp_path: Path, is_usurped: bool
) -> None:
    found = await owners.stop_and_wake(tmp_path, is_usurped=is_usurped)

    assert found["ok"], found


async def test_a_copied_workspace_is_refused_and_its_campaigns_are_paused(tmp_path: Path) -> None:
    found = await owners.copy_is_refused(tmp_path)

    assert found["ok"], found
