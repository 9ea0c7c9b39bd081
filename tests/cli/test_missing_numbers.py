"""A number that names nothing: the answer says which, and where the numbers of those that are there stand."""

import re

import pytest

from cli.app import build_app
from cli.lock_gate import list_commands
from core.missing import WHERE_TO_LOOK, missing
from main import MainHouse
from tests.cli.program import Program


def test_every_hint_names_commands_that_there_are() -> None:
    commands = {name for name, _ in list_commands(build_app(MainHouse()))}

    for thing, hint in WHERE_TO_LOOK.items():
        # What follows in capitals or after two dashes is what the command takes.
        named = [re.split(r" (?=[A-Z]|--)", quoted)[0] for quoted in re.findall(r"`([^`]+)`", hint)]

        assert set(named) <= commands, thing
        assert named or "again" in hint, thing


@pytest.mark.parametrize("thing", WHERE_TO_LOOK)
def test_the_answer_has_a_number_and_a_next_step(thing: str) -> None:
    error = missing(thing, 9)

    assert f"{thing} 9" in error.title.lower()
    assert error.message
    assert error.hint


@pytest.mark.slow
def test_a_command_about_a_number_that_is_not_there_says_what_lists_them(program: Program) -> None:
    for words, lists in (
        (("account", "show", "9"), "account list"),
        (("people", "show", "9"), "people list"),
        (("template", "show", "9"), "template list"),
        (("campaign", "show", "9"), "campaign list"),
        (("audience", "undo", "9"), "audience imports"),
        (("webhook", "pause", "9"), "webhook list"),
        (("proxy", "remove", "9"), "proxy list"),
    ):
        error = program.json(*words).error
        assert "9 is not known" in error["title"], words
        assert f"`{lists}`" in error["hint"], words
