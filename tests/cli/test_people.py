"""`people …` and `suppression …` as a script uses them."""

import json
from pathlib import Path

import pytest

from tests.cli.program import Program

pytestmark = pytest.mark.slow

HEADER = "name,username,language,consent_basis,consent_at,consent_source\n"


@pytest.fixture
def peopled(program: Program) -> Program:
    """Three people: 1 agreed, 2 has no basis, 3 agreed."""
    path = program.home / "people.csv"
    rows = (
        "Zoë Marker,person_one,fi,agreed,2026-01-02,form\n"
        "Bo,person_two,fi,,,\nAnn,person_three,de,agreed,2026-01-02,form\n"
    )
    path.write_text(HEADER + rows, "utf-8")
    program.json("audience", "import", str(path))
    return program


def listed(program: Program, *words: str) -> list[int]:
    return [person["person"] for person in program.json("people", "list", *words).result["people"]]


def test_people_are_found_tagged_suppressed_and_agree_again(peopled: Program) -> None:
    assert listed(peopled, "--search", "zoe") == [1]
    assert listed(peopled, "--standing", "no_basis") == [2]
    written = peopled.home / "people.csv"
    assert peopled.json("people", "list", "--standing", "no_basis", "--to", str(written)).result["rows"] == 1
    assert "Bo,person_two" in written.read_text("utf-8-sig")

    assert peopled.json("people", "tag", "1", "2", "--add", "camp").result["people"] == 2
    assert listed(peopled, "--tag", "camp", "--sort", "name") == [2, 1]
    peopled.json("people", "suppress", "3", "--note", "by phone")
    assert listed(peopled, "--standing", "suppressed") == [3]
    peopled.json("people", "unsuppress", "3", "--why", "somebody else was meant")
    refused = peopled.json("people", "consent", "2", "--source", "fair").error
    assert refused["title"] == "A consent needs its evidence"
    peopled.json("people", "consent", "2", "--source", "fair", "--evidence", "paper 12", "--since", "2026-02-03")
    peopled.json("people", "consent", "1", "--withdraw", "wrote a letter")

    shown = peopled.json("people", "show", "1").result
    assert (shown["standing"], shown["consents"][0]["withdrawn_why"]) == ("no_basis", "wrote a letter")
    assert listed(peopled, "--standing", "may") == [3, 2]


def test_a_person_is_exported_and_erased(peopled: Program, tmp_path: Path) -> None:
    file = tmp_path / "one.json"

    peopled.json("people", "export", "1", "--to", str(file))
    done = peopled.json("people", "erase", "1").result

    assert json.loads(file.read_text("utf-8"))["contact"][0]["name"] == "Zoë Marker"
    assert (done["deliveries"], done["is_log_empty"]) == (0, True)
    assert listed(peopled) == [3, 2]
    for path in (path for path in peopled.workspace.rglob("*") if path.is_file()):
        assert "Zoë Marker".encode() not in path.read_bytes(), path
        assert b"person_one" not in path.read_bytes(), path
    assert "not known" in peopled.json("people", "show", "1").error["title"]


def test_a_suppression_list_is_imported_and_exported(peopled: Program, tmp_path: Path) -> None:
    wanted, written = tmp_path / "stop.txt", tmp_path / "out.csv"
    wanted.write_text("@person_one\n@later_person\n", "utf-8")

    done = peopled.json("suppression", "import", str(wanted)).result
    assert [each["of"] for each in peopled.json("audience", "imports").result["imports"]] == ["suppression", "people"]
    out = peopled.json("suppression", "export", "--to", str(written)).result

    assert (done["rows"], done["added"], done["known"], done["refused"]) == (2, 2, 0, 0)
    assert (out["rows"], out["left_out"]) == (2, 0)
    assert listed(peopled, "--standing", "suppressed") == [1]
    assert "\nlater_person," in written.read_text("utf-8")


def test_two_contacts_become_one(peopled: Program) -> None:
    assert peopled.json("people", "duplicates").result["pairs"] == []

    peopled.json("people", "merge", "1", "2")

    assert listed(peopled) == [3, 1]
