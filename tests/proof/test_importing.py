"""An import by its job process takes everybody in, in little memory. No times here.

The short form of `bench/run.py import`.
"""

from pathlib import Path

import pytest

from bench.people.importing import MEMORY_MIB, import_list
from bench.people.list_of_people import write_list

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

PEOPLE = 20_000


@pytest.mark.parametrize(("is_national", "country"), [(False, ""), (True, "DE")])
async def test_the_job_takes_everybody_in_and_its_memory_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_national: bool, country: str
) -> None:
    monkeypatch.setenv("WIREROOM_STATE_DIR", str(tmp_path / "state"))
    full, tiny = tmp_path / "people.csv", tmp_path / "tiny.csv"
    write_list(full, PEOPLE, is_national=is_national)
    write_list(tiny, 1, is_national=is_national)

    idle = await import_list(tmp_path / "tiny-workspace", tiny, people=1, country=country)
    job = await import_list(tmp_path / "workspace", full, people=PEOPLE, country=country)

    assert job.peak_mib - idle.peak_mib < MEMORY_MIB
