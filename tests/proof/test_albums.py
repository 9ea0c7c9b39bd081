"""Every item of an album once, though workers are killed in uploads and albums; a broken engine is caught.

The short form of `bench/run.py albums`.
"""

from pathlib import Path

import pytest

from bench.crash.albums import run_albums
from bench.crash.engines import ALBUM_SABOTAGE

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


async def test_everybody_gets_every_item_once_through_kills_and_half_albums(tmp_path: Path) -> None:
    run = await run_albums(tmp_path, recipients=40, kills=2, accounts=1, seed=3)

    assert (run.duplicates, run.missing, run.failed, run.uncertain) == (0, 0, 0, 0)
    assert run.delivered == 40
    assert run.kills_in_uploads + run.kills_in_albums >= 2, "no kill hit an album under way: nothing was proved"


@pytest.mark.parametrize("kind", ALBUM_SABOTAGE)
async def test_an_engine_that_is_careless_with_albums_is_caught(tmp_path: Path, kind: str) -> None:
    run = await run_albums(tmp_path, recipients=21, kills=0, accounts=1, kind=kind)

    assert run.is_caught, run
