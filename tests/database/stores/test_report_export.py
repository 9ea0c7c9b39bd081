"""A report as CSV: everyone once, nothing that a spreadsheet would run, complete or not there."""

import csv
from pathlib import Path

import pytest

from campaigns.report.export import COLUMNS, escape_cell, export_report
from core.domain.ids import CampaignId
from core.errors import StorageError
from tests.database.stores.world import World, peer, person


@pytest.mark.parametrize("text", ["=1+1", "+49", "-2", "@SUM(A1)", "\t=1"])
def test_what_looks_like_a_formula_is_a_text(text: str) -> None:
    assert escape_cell(text) == "'" + text


def test_other_texts_stay(tmp_path: Path) -> None:
    assert escape_cell("Ann = Ben") == "Ann = Ben"


async def planned(world: World, people: int) -> CampaignId:
    account = await world.add_account(1)
    await world.import_people([person(1, name="=cmd()"), *(person(number) for number in range(2, people + 1))])
    await world.know(account, *[peer(number) for number in range(1, people + 1)])
    return await world.run([account])


async def test_everyone_is_in_the_file_once_with_state_and_named_columns(world: World, tmp_path: Path) -> None:
    campaign_id = await planned(world, 1_100)
    told: list[int] = []
    file = tmp_path / "report.csv"

    count = await export_report(world.reports, campaign_id, file, tell=told.append)

    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert count == len(rows) == len({row["username"] for row in rows}) == 1_100
    assert tuple(rows[0]) == COLUMNS
    assert rows[0]["person"] == "'=cmd()"
    assert {row["state"] for row in rows} == {"planned"}
    assert told == [500, 1_000, 1_100]


async def test_a_file_that_cannot_be_written_is_a_clear_error_and_leaves_nothing(
    world: World, tmp_path: Path
) -> None:
    campaign_id = await planned(world, 2)

    with pytest.raises(StorageError):
        await export_report(world.reports, campaign_id, tmp_path / "absent" / "report.csv", tell=print)

    assert list(tmp_path.glob("**/*.part")) == []
