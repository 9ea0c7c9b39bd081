"""`audience …` with saved rules, and `campaign audience`, as a script uses them."""

import json

import pytest

from tests.cli.program import Program

pytestmark = pytest.mark.slow

PEOPLE = "name,username,language,consent_basis,consent_at,consent_source\n" + "".join(
    f"P {n},person_{n:05d},{'de' if n % 2 else 'fi'},{'agreed' if n < 4 else ''},2026-01-02,form\n"
    for n in range(1, 7)
)
GERMAN = {"include": [{"on": "group", "parts": [{"on": "language", "language": "de"}]}]}


def write(program: Program, name: str, text: str) -> str:
    (program.home / name).write_text(text, "utf-8")
    return str(program.home / name)


def test_a_rule_from_a_file_is_saved_counted_listed_and_deleted(program: Program) -> None:
    program.json("audience", "import", write(program, "people.csv", PEOPLE))
    rule = write(program, "rule.json", json.dumps(GERMAN))

    made = program.json("audience", "create", "Germans", "--rule", rule).result

    number = str(made["audience"])
    assert (made["sentence"], made["people"], made["may_write"]) == ("People who speak German.", 3, 2)
    assert [a["title"] for a in program.json("audience", "list").result["audiences"]] == ["Everyone", "Germans"]
    shown = program.json("audience", "show", number).result
    again = write(program, "again.json", shown["rule"])
    assert program.json("audience", "create", "Copy", "--rule", again).result["people"] == 3
    assert program.json("audience", "count", number).result["may_write"] == 2
    page = program.json("audience", "members", number, "--limit", "2").result["members"]
    assert [who["name"] for who in page] == ["P 1", "P 3"]
    rest = program.json("audience", "members", number, "--after", str(page[-1]["person"])).result["members"]
    assert [who["may_write"] for who in rest] == [False]
    assert program.json("audience", "delete", number).code == 0
    assert program.json("audience", "show", number).error["title"] == f"Audience {number} is not known"


def test_a_file_that_is_no_rule_says_where(program: Program) -> None:
    program.json("workspace", "new")
    bad = write(program, "rule.json", '{"include":[{"on":"group","parts":[{"on":"tag"}]}]}')

    assert "$.include[0].parts[0]" in program.json("audience", "create", "X", "--rule", bad).error["message"]
    missing = program.json("audience", "create", "X", "--rule", str(program.home / "none.json")).error
    assert missing["title"] == "This file is not there"
