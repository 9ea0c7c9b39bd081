"""Mistakes on the command line: in words, with the nearest thing that would be understood."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from cli.app import PROGRAM, build_app
from cli.usage import behind_the_command
from core.version import VERSION
from main import MainHouse
from tests.cli.program import Program


@pytest.mark.slow
def test_an_option_is_never_taken_for_the_value_of_another(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    error = program.run("campaign", "list", "--workspace", "--json").error

    assert error["message"] == "--workspace needs a value, and --json follows it."
    assert "--workspace=--json" in error["hint"]
    assert not (tmp_path / "--json").exists()
    assert program.run("campaign", "list", "--json", "--workspace=--json").code == 0
    assert (tmp_path / "--json").is_dir()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "nearest"),
    [
        (("campain", "list"), "`main.py campaign`"),
        (("campaign", "strat"), "`main.py campaign start`"),
        (("campaign", "create"), "`main.py campaign new`"),
        (("list",), "`main.py campaign list`"),
        (("xyz",), "There are demo, "),
        (("campaign", "help"), "`main.py campaign --help`"),
        (("campaign", "list", "--workspce", "x"), "Did you mean --workspace?"),
        (("campaign", "list", "--people"), "--archived"),
        (("campaign", "--workspace", "x", "list"), "stand behind it"),
        (("--workspace=x", "--json=1"), "stand behind it"),
        (("inbox", "list", "--box", "opn", "--workspace", "x"), "Did you mean open?"),
        (("campaign", "show", "first", "--workspace", "x"), "as `campaign list` shows it"),
        (("campaign", "show", "--workspace", "x"), "as `campaign list` shows it"),
        (("campaign", "list"), "WIREROOM_WORKSPACE"),
        (("campaign", "list", "two", "words", "--workspace", "x"), "in quotes"),
    ],
)
def test_the_answer_to_a_mistake_names_what_would_be_understood(
    program: Program, words: tuple[str, ...], nearest: str
) -> None:
    done = program.run(*words)

    assert done.code == 2
    assert "This command line is not understood" in done.errors
    assert nearest in done.errors
    assert "--help` says what it takes" in done.errors


@pytest.mark.slow
def test_a_group_without_a_command_shows_its_help(program: Program) -> None:
    done = program.run("suppression")

    assert done.code == 2
    assert "import" in done.output
    assert not done.errors


def test_every_command_and_every_option_says_what_it_is() -> None:
    def silent(command: object, path: str) -> Iterator[str]:
        if getattr(command, "hidden", False):
            return
        if not getattr(command, "help", None):
            yield path
        for param in getattr(command, "params", ()):
            if not getattr(param, "hidden", False) and not getattr(param, "help", None):
                yield f"{path} {param.opts[0]}"
        for name, inner in getattr(command, "commands", {}).items():
            yield from silent(inner, f"{path} {name}")

    assert list(silent(get_command(build_app(MainHouse())), PROGRAM)) == []


def test_the_program_says_which_version_it_is(program: Program) -> None:
    done = program.run("--version")

    assert (done.code, done.output) == (0, f"Wireroom {VERSION}\n")


@pytest.mark.parametrize(
    ("given", "understood"),
    [
        ("--workspace W campaign list", "campaign list --workspace W"),
        ("--json --workspace=W campaign list", "campaign list --json --workspace=W"),
        ("--workspace W people tag 1 -- -x", "people tag 1 --workspace W -- -x"),
        ("--workspace W", "--workspace W"),
        ("--workspace W --help", "--workspace W --help"),
        ("--workspace --json campaign list", "--workspace --json campaign list"),
        ("campaign list", "campaign list"),
    ],
)
def test_what_is_for_every_command_may_stand_in_front_of_it(given: str, understood: str) -> None:
    assert behind_the_command(given.split()) == understood.split()
