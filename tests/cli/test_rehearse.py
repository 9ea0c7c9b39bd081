"""`campaign rehearse` as a script uses it: a job process does it, and nothing is sent."""

import csv
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from tests.cli.program import ROOT, Program
from tests.cli.test_plan_options import draft

pytestmark = pytest.mark.slow


def count(program: Program, sql: str) -> int:
    with sqlite3.connect(program.workspace / "workspace.db") as connection:
        (found,) = connection.execute(sql).fetchone()
    connection.close()
    return int(found)


def add_people(program: Program, people: int) -> None:
    """Straight into the tables: everybody agreed, every third has no name."""
    with sqlite3.connect(program.workspace / "workspace.db") as connection:
        connection.executemany(
            "INSERT INTO contact (id, name, username, created_at, updated_at) VALUES (?, ?, ?, 0, 0)",
            [(n, f"Person {n}" if n % 3 else "", f"somebody_{n}") for n in range(10, 10 + people)],
        )
        connection.execute(
            "INSERT INTO consent (contact_id, basis, source, given_at, recorded_at)"
            " SELECT id, 'agreed', 'form', 0, 0 FROM contact WHERE id >= 10"
        )
        connection.execute("INSERT INTO campaign_member SELECT 1, id FROM contact WHERE id >= 10")
    connection.close()


def test_a_draft_is_rehearsed_and_who_is_skipped_is_written(program: Program) -> None:
    draft(program)
    add_people(program, 3)
    skipped = program.home / "skipped.csv"

    done = program.json("campaign", "rehearse", "1", "--skipped", str(skipped))

    result = done.result
    assert (result["recipients"], result["to_send"], result["texts"]) == (4, 3, 4)
    assert result["skipped"] == [{"reason": "missing_field", "people": 1}]
    assert result["text_errors"] == [{"contact": 12, "name": "", "reason": "missing_field", "detail": "name"}]
    assert [account["people"] for account in result["accounts"]] == [4]
    assert result["finishes_at"] >= result["starts_at"]
    assert {sample["text"] for sample in result["samples"]} == {"Hello Mira", "Hello Person 10", "Hello Person 11"}
    rows = list(csv.reader(skipped.read_text("utf-8-sig").splitlines()))
    assert rows[1][:4] == ["12", "", "somebody_12", "missing_field"]
    assert count(program, "SELECT count(*) FROM outgoing") == 0


def test_only_the_newest_rehearsal_is_kept_and_words_say_what_it_found(program: Program) -> None:
    draft(program)
    add_people(program, 3)

    for _ in range(2):
        said = program.run("campaign", "rehearse", "1", "--workspace", str(program.workspace))
        assert said.code == 0, said.errors

    assert "3 of 4 people would get it." in said.output
    assert "It would start at" in said.output
    assert count(program, "SELECT count(*) FROM rehearsal") == 1
    assert count(program, "SELECT count(*) FROM rehearsal_skip") == 1


def test_no_such_campaign_is_said_in_words(program: Program) -> None:
    draft(program)

    assert "no such campaign" in program.json("campaign", "rehearse", "7").error["message"]


def wait_until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def stands_still(program: Program, pid: int) -> bool:
    """Stop a process where it does not hold the database."""
    os.kill(pid, signal.SIGSTOP)
    connection = sqlite3.connect(program.workspace / "workspace.db", timeout=0.1, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        os.kill(pid, signal.SIGCONT)
        return False
    finally:
        connection.close()
    return True


def test_ctrl_c_ends_the_job_too(program: Program) -> None:
    draft(program)
    add_people(program, 3_000)
    words = ["campaign", "rehearse", "1", "--workspace", str(program.workspace), "--json"]
    process = subprocess.Popen(
        [sys.executable, "main.py", *words], cwd=ROOT, env=program.environment, stdout=subprocess.PIPE, text=True
    )

    wait_until(lambda: count(program, "SELECT count(pid) FROM rehearsal"))
    job = count(program, "SELECT pid FROM rehearsal")
    wait_until(lambda: stands_still(program, job))  # however slowly the other one cancels it, it is not done by then
    process.send_signal(signal.SIGINT)
    wait_until(lambda: count(program, "SELECT is_cancel_asked FROM rehearsal"))
    os.kill(job, signal.SIGCONT)

    output, _ = process.communicate(timeout=60)
    assert process.returncode == 130, output
    assert count(program, "SELECT count(*) FROM rehearsal WHERE state = 'cancelled'") == 1
    assert count(program, "SELECT count(*) FROM rehearsal_skip") == 0
