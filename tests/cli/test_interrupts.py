"""Being told to end, and mistakes on the command line: said on the last line, and nothing is left running."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from cli.interrupts import INSISTS, asked_on_the_terminal, ended_with
from cli.output import Output, run_command
from cli.sandbox_command import sandbox_command
from core.workspace import Workspace
from tests.cli.program import ROOT, Program

CLOSED_PIPE = """
import os, sys
reader, writer = os.pipe()
os.close(reader)
os.dup2(writer, 1)
from main import main
sys.exit(main())
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_command_that_is_told_to_end_tidies_up_undisturbed_and_says_so(
    number: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    former = signal.getsignal(number)
    tidied = []

    async def body(output: Output) -> int:
        try:
            os.kill(os.getpid(), number)
            await asyncio.Event().wait()
        finally:
            os.kill(os.getpid(), number)  # once more, by somebody impatient
            await asyncio.sleep(0)
            tidied.append(True)
        return output.finish({})

    code = run_command("sample", body, is_json=True)

    told = json.loads(capsys.readouterr().out)
    assert (code, tidied) == (130, [True])
    assert (told["ok"], told["command"], told["error"]["code"]) == (False, "sample", "cancelled")
    assert signal.getsignal(number) == former


def test_who_insists_with_ctrl_c_need_not_wait_for_the_end_of_tidying_up(capsys: pytest.CaptureFixture[str]) -> None:
    async def body(output: Output) -> int:
        for _ in range(INSISTS):
            os.kill(os.getpid(), signal.SIGINT)
        await asyncio.Event().wait()
        return output.finish({})

    assert run_command("sample", body, is_json=True) == 130
    assert "cancelled" in capsys.readouterr().out


def test_a_question_that_blocks_ends_with_the_first_ctrl_c() -> None:
    async def body(output: Output) -> int:
        with asked_on_the_terminal():
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(5)  # as getpass does
        return output.finish({})

    assert run_command("sample", body, is_json=False) == 130


def test_what_belongs_to_a_process_ends_with_it_however_that_ended() -> None:
    nobody = os.getppid() + 1  # our parent is another one: it has died, and we were handed on

    async def body(output: Output) -> int:
        async with ended_with(nobody):
            await asyncio.Event().wait()
        return output.finish({})

    assert run_command("sample", body, is_json=False) == 130
    assert "--parent" in sandbox_command(["main.py"], Workspace(Path("demo")))


@pytest.mark.parametrize(
    ("words", "command", "message"),
    [
        (("audience", "import"), "audience import", "file is missing"),
        (("campaign", "strat"), "campaign", "strat"),
        (("campaign", "list", "--lsit"), "campaign list", "--lsit"),
        (("nothing",), "", "nothing"),
    ],
)
def test_a_mistake_on_the_command_line_is_an_object_for_scripts(
    program: Program, words: tuple[str, ...], command: str, message: str
) -> None:
    done = program.run(*words, "--json")

    assert (done.code, done.result["command"]) == (2, command)
    assert message in done.error["message"]
    assert "--help" in done.error["hint"]


@pytest.mark.parametrize(
    "words",
    [("campaign", "unknown", "999"), ("audience", "cancel", "999"), ("webhook", "again", "999"),
     ("inbox", "canned", "import", "/dev/null/nothing")],
)  # fmt: skip
def test_what_is_not_there_is_told_under_the_name_of_the_command(program: Program, words: tuple[str, ...]) -> None:
    done = program.json(*words)

    assert (done.code, done.error["code"]) == (1, "bad_input")
    assert done.result["command"] == " ".join(words[:-1])


def test_no_to_a_question_changes_nothing_and_is_no_defect(program: Program) -> None:
    words = ("people", "erase", "1", "--as", "Kim", "--workspace", str(program.workspace))
    (program.home / "people.csv").write_text(
        "name,username,consent_basis,consent_at,consent_source\nMira,person_1,agreed,2026-01-02T10:00:00Z,form\n"
    )
    program.json("audience", "import", str(program.home / "people.csv"))

    refused = program.run(*words, standard_input="n\n")
    unanswered = program.run(*words)

    assert (refused.code, unanswered.code) == (130, 1)
    assert "Nothing was changed" in refused.errors
    assert "--yes" in unanswered.errors
    assert program.json("people", "list").result["count"] == 1


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_demo_that_is_ended_leaves_no_process_and_no_folder(tmp_path: Path) -> None:
    program = Program(tmp_path)
    demo = subprocess.Popen(
        [sys.executable, "main.py", "demo", "--terminal", "--json", "--rate", "5"],
        cwd=ROOT,
        env=program.environment | {"TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        end = time.monotonic() + 60
        while not list(tmp_path.glob("wireroom-demo-*/logs/worker-output.log")):
            assert time.monotonic() < end, "no worker was started"
            assert demo.poll() is None
            time.sleep(0.02)  # a look, not a wait
        demo.terminate()  # while the worker comes up, or has just done so
        output, _ = demo.communicate(timeout=60)
    finally:
        demo.kill()

    assert demo.returncode == 130
    assert json.loads(output.splitlines()[-1])["error"]["code"] == "cancelled"
    assert not [p for p in psutil.process_iter(["cmdline"]) if str(tmp_path) in " ".join(p.info["cmdline"] or [])]
    assert not list(tmp_path.glob("wireroom-demo-*"))


@pytest.mark.slow
def test_a_result_that_nobody_reads_is_no_defect(program: Program) -> None:
    words = [sys.executable, "-c", CLOSED_PIPE, "people", "list", "--workspace", str(program.workspace), "--json"]

    done = subprocess.run(
        words, cwd=ROOT, env=program.environment, capture_output=True, text=True, timeout=60, check=False
    )

    assert (done.returncode, done.stderr) == (1, "")
