"""`inbox canned …` as a script uses it."""

import json

import pytest

from tests.cli.program import Program

pytestmark = pytest.mark.slow


def test_canned_replies_are_kept_changed_exported_and_imported(program: Program) -> None:
    def listed() -> list[tuple[str, str, str, str]]:
        found = program.json("inbox", "canned", "list").result["replies"]
        return [(each["shortcut"], each["title"], each["text"], each["language"]) for each in found]

    text = program.home / "text.txt"
    text.write_text("Until **eight**,\n{{ name }}.\n", encoding="utf-8")
    assert program.json("inbox", "canned", "add", "hours", "--title", "Hours", "--text", str(text)).result["reply"]
    program.json("inbox", "canned", "add", "/Price", "--language", "en", standard_input="Ten euros.")
    kept = [("hours", "Hours", "Until **eight**,\n{{ name }}.", ""), ("price", "Price", "Ten euros.", "en")]
    assert listed() == kept
    program.json("inbox", "canned", "edit", "price", "--title", "Costs", "--text", "-", standard_input="Nine.")
    kept[1] = ("price", "Costs", "Nine.", "en")
    assert listed() == kept

    for name in ("all.csv", "all.json"):
        file = str(program.home / name)
        assert program.json("inbox", "canned", "export", file).result["replies"] == 2
        assert program.json("inbox", "canned", "remove", "hours").result["title"] == "Hours"
        went = program.json("inbox", "canned", "import", file).result
        assert (went["added"], went["changed"], went["same"], listed()) == (1, 0, 1, kept)


def test_what_is_wrong_is_said_with_its_place(program: Program) -> None:
    done = program.json("inbox", "canned", "add", "hours", standard_input="Hi\nto {{ city }}")
    assert done.error["title"] == "The template has a mistake in line 2, column 7"
    assert done.error["message"] == "No contact has a field city."
    program.json("inbox", "canned", "add", "hours", "--new-fields", standard_input="Hi {{ city }}")

    entry = {"shortcut": "a", "title": "A", "text": "{{ a b }}"}
    done = program.json("inbox", "canned", "import", "-", standard_input=json.dumps([entry]))
    assert "Number 1 (/a)" in done.error["message"]
    done = program.json("inbox", "canned", "import", "-", standard_input="[{}]")
    assert "missing required field `shortcut`" in done.error["message"]
    bad = program.home / "bad.csv"
    bad.write_text("shortcut,title\na,b\n", encoding="utf-8")
    assert "missing required field `text`" in program.json("inbox", "canned", "import", str(bad)).error["message"]
    assert "no canned reply /b" in program.json("inbox", "canned", "remove", "b").error["message"]
