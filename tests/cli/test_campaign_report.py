"""`campaign report`: figures in groups, and every form of the file."""

import csv
import json
from pathlib import Path

import pytest

from tests.cli.program import Program


@pytest.mark.slow
def test_every_form_of_the_file_has_everybody(program: Program, campaign: str, tmp_path: Path) -> None:
    for ending in ("csv", "json", "html"):
        file = tmp_path / f"everyone.{ending}"
        done = program.json("campaign", "report", campaign, "--export", str(file)).result
        assert (done["exported"], done["file"]) == (8, str(file))

    rows = list(csv.DictReader((tmp_path / "everyone.csv").read_text(encoding="utf-8-sig").splitlines()))
    people = json.loads((tmp_path / "everyone.json").read_text())["people"]
    assert [row["person"] for row in rows] == [row["person"] for row in people]
    assert {row["state"] for row in rows} == {"sent", "failed", "uncertain", "planned"}
    assert "Person 8" in (tmp_path / "everyone.html").read_text()


@pytest.mark.slow
def test_figures_stand_in_the_answer_and_on_the_terminal(program: Program, campaign: str) -> None:
    answer = program.json("campaign", "report", campaign).result
    (account,) = answer["by_account"]
    assert (account["name"], account["people"], account["sent"], account["replied"]) == ("Account 1", 8, 1, 0)
    assert (answer["readable"], answer["variants_compared"]) == (0, "")

    told = program.run("campaign", "report", campaign, "--workspace", str(program.workspace)).output
    assert "0 of 0 who can be known have read it, 0 replied, 0 opted out." in told


@pytest.mark.slow
def test_a_form_that_nobody_knows_is_refused_before_anything_is_read(program: Program, tmp_path: Path) -> None:
    error = program.json("campaign", "report", "1", "--export", str(tmp_path / "report.pdf")).error

    assert "report.pdf" in error["message"]
    assert ".html" in error["hint"]


@pytest.mark.slow
def test_a_folder_that_is_not_there_is_a_clear_error(program: Program, campaign: str, tmp_path: Path) -> None:
    done = program.json("campaign", "report", campaign, "--export", str(tmp_path / "absent" / "report.csv"))

    assert done.error["code"] != "unexpected"
    assert not list(tmp_path.glob("**/*.part"))


@pytest.mark.slow
def test_a_campaign_is_copied_put_away_and_compared(program: Program, campaign: str) -> None:
    made = program.json("campaign", "clone", campaign, "--title", "Again").result
    assert (made["title"], made["has_people"], made["has_accounts"]) == ("Again", True, True)
    new = str(made["campaign"])

    side = program.json("campaign", "compare", campaign, new).result
    assert [one["name"] for one in side["campaigns"]] == ["Spring", "Again"]
    assert "2 to 4" in program.json("campaign", "compare", campaign).error["message"]

    assert "stays in the list" in program.json("campaign", "archive", campaign).error["message"]
    program.json("campaign", "archive", new)
    listed = program.json("campaign", "list").result["campaigns"]
    archived = program.json("campaign", "list", "--archived").result["campaigns"]
    assert ([one["title"] for one in listed], [one["title"] for one in archived]) == (["Spring"], ["Again"])
    assert program.json("campaign", "unarchive", new).result["is_archived"] is False
