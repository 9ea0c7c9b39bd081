"""`inbox ai …`, `inbox suggest` and `inbox summarise` as a script uses them."""

import asyncio

import pytest

from tests.ai.inbox.world import summed_up
from tests.ai.script import KEY, Script, StandIn
from tests.cli.program import Program
from tests.cli.test_ai import WORDS, program, provider  # noqa: F401 - fixtures
from tests.cli.test_inbox import answered

pytestmark = pytest.mark.slow


def test_a_feature_is_looked_at_turned_on_used_and_turned_off(program: Program, provider: StandIn) -> None:  # noqa: F811
    asyncio.run(answered(program))
    key = ("--passphrase-stdin",)
    program.json("ai", "key", *key, standard_input=f"{WORDS}{KEY}\n")

    asked = program.run("inbox", "ai", "on", "suggest", "--workspace", str(program.workspace))
    assert asked.code != 0
    assert provider.address in asked.output
    assert "Question ⟦name⟧" in asked.output
    assert "stays, and is sent" in asked.output
    assert provider.seen == []
    program.json("inbox", "ai", "on", "suggest", "--yes", "--as", "Kim")
    program.json("inbox", "ai", "on", "summarise", "--yes", "--as", "Kim")
    [suggest, _, sort] = program.json("inbox", "ai", "status").result["features"]
    assert (suggest["on"], suggest["by"], suggest["address"], sort["on"]) == (True, "Kim", provider.address, False)

    provider.will(Script(pieces=("Until eight.",)), summed_up("Asks when it is open", still_open=("The hours",)))
    drafted = program.json("inbox", "suggest", "2", *key, standard_input=WORDS).result
    assert drafted["text"] == "Until eight."
    summed = program.json("inbox", "summarise", "2", *key, standard_input=WORDS).result
    assert summed["lines"] == [{"line": "Asks when it is open"}]
    assert summed["open"] == [{"line": "The hours"}]

    program.json("inbox", "ai", "off", "suggest", "--as", "Kim")
    again = program.json("inbox", "suggest", "2", *key, standard_input=WORDS)
    assert again.error["code"] == "ai_feature_off"
    assert program.json("inbox", "list", "--about", "question").result["conversations"] == []
