"""A whole campaign by commands only: an account, people, a draft, its rehearsal, approval, run, pause, resume and report."""

import csv
import time
from pathlib import Path
from typing import Any

import pytest

from cli.demo.prepare import write_people
from core.clock import SystemClock
from core.config_writing import write_setting
from core.secrets.choice import StoreKind
from core.workspace import open_workspace
from telegram.sandbox.control import AccountKind
from tests.cli.program import Program
from tests.cli.sign_in_workspace import PASSPHRASE, make_workspace
from tests.telegram.sandbox_fixture import RunningSandbox

pytestmark = pytest.mark.slow
PEOPLE, A_SECOND = 20, 4


async def test_a_whole_campaign_by_commands(program: Program, shared_sandbox: RunningSandbox, tmp_path: Path) -> None:
    await make_workspace(program.workspace, shared_sandbox, StoreKind.PASSPHRASE)
    write_setting(open_workspace(program.workspace).config_path, "delivery", "sandbox_rate_per_s", A_SECOND)
    bot = await shared_sandbox.control.add_account(AccountKind.BOT, name="Desk")
    people = await shared_sandbox.control.make_people(PEOPLE, seed=23, account_ids=[bot.user_id])
    file, text, out = tmp_path / "people.csv", tmp_path / "text.txt", tmp_path / "report.csv"
    write_people(file, people, now=SystemClock().now())
    text.write_text("Hi {{ name }}, answer STOP to end it", encoding="utf-8")
    by = ("--as", "ann")

    def run(*words: str, standard_input: str = "") -> dict[str, Any]:
        done = program.json(*words, standard_input=standard_input)
        assert done.code == 0, done.output
        return done.result

    run("account", "add", *by, "--by", "bot", "--passphrase-stdin", standard_input=f"{PASSPHRASE}\n{bot.bot_token}\n")
    assert run("audience", "import", str(file), *by)["added"] == PEOPLE
    campaign = str(run("campaign", "new", "Autumn", "--message", str(text), *by)["campaign"])
    rehearsed = run("campaign", "rehearse", campaign, *by)
    assert (rehearsed["recipients"], rehearsed["to_send"]) == (PEOPLE, PEOPLE)
    run("campaign", "submit", campaign, *by)
    run("campaign", "approve", campaign, "--as", "mira")
    run("worker", "start", "--passphrase-stdin", standard_input=f"{PASSPHRASE}\n")
    try:
        run("campaign", "start", campaign, *by)
        wait_until(lambda: 0 < sent(shared_sandbox, bot.user_id) < PEOPLE)
        run("campaign", "pause", campaign, *by)
        assert 0 < sent(shared_sandbox, bot.user_id) < PEOPLE
        run("campaign", "resume", campaign, *by)
        wait_until(lambda: sent(shared_sandbox, bot.user_id) == PEOPLE)
        wait_until(
            lambda: states(run("campaign", "report", campaign, "--export", str(out)), out) == ["sent"] * PEOPLE
        )
    finally:
        program.json("worker", "stop")
    assert sent(shared_sandbox, bot.user_id) == PEOPLE  # nobody twice


def sent(sandbox: RunningSandbox, account_id: int) -> int:
    """By the sandbox's own ledger."""
    return sum(entry.account_id == account_id for entry in sandbox.ledger())


def states(_: dict[str, Any], report: Path) -> list[str]:
    return [row["state"] for row in csv.DictReader(report.read_text(encoding="utf-8-sig").splitlines())]


def wait_until(condition: Any, timeout_s: float = 40.0) -> None:
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)
