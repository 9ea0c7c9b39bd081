"""`audience …` as a script uses it: a job process imports all of a file or nothing."""

import csv
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.cli.program import ROOT, Program

pytestmark = pytest.mark.slow

HEADER = "name,username,phone,consent_basis,consent_at,consent_source\n"


def write(program: Program, text: str, name: str = "people.csv") -> str:
    path = program.home / name
    path.write_text(text, "utf-8")
    return str(path)


def count(program: Program, sql: str) -> int:
    with sqlite3.connect(program.workspace / "workspace.db") as connection:
        (found,) = connection.execute(sql).fetchone()
    connection.close()
    return int(found)


def test_refused_rows_are_saved_mended_and_imported_again(program: Program) -> None:
    good = "Mira,person_00001,,agreed,2026-01-02,form\n"
    path = write(program, HEADER + good + 'Lev,,12,agreed,2026-01-02,"=1+1"\n')
    refused = program.home / "refused.csv"

    done = program.json("audience", "import", path, "--refused", str(refused)).result

    assert {key: done[key] for key in ("rows", "added", "updated", "unchanged", "refused")} == {
        "rows": 2,
        "added": 1,
        "updated": 0,
        "unchanged": 0,
        "refused": 1,
    }
    assert [row["line"] for row in done["refused_rows"]] == [3]
    nowhere = str(program.home / "nowhere" / "refused.csv")
    for words in (["refused", "1", "--to", nowhere], ["import", path, "--refused", nowhere]):
        error = program.json("audience", *words).error
        assert "saved" in error["title"], error
    assert len(program.json("audience", "imports").result["imports"]) == 1
    rows = list(csv.reader(refused.read_text("utf-8-sig").splitlines()))
    assert rows[1][5] == "'=1+1"
    rows[1][2] = "+9996610001"
    with refused.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    again = program.json("audience", "import", str(refused)).result
    assert (again["rows"], again["added"], again["refused"]) == (1, 1, 0)
    assert count(program, "SELECT count(*) FROM consent WHERE source = '=1+1'") == 1


def test_an_import_is_undone_as_a_whole(program: Program) -> None:
    path = write(program, "@anna_berg\n+9996610001\n", "list.txt")
    done = program.json(
        "audience", "import", path, "--basis", "agreed", "--source", "fair", "--since", "2026-01-01"
    ).result
    assert (done["added"], done["without_consent"]) == (2, 0)

    undone = program.json("audience", "undo", str(done["import"])).result

    assert undone["state"] == "undone"
    assert count(program, "SELECT count(*) FROM contact") == 0
    assert program.json("audience", "undo", str(done["import"])).error["title"] == "This import cannot be undone"


def test_a_mapping_is_remembered_for_the_same_headings(program: Program) -> None:
    path = write(program, "Wer,Wie\nAnna,0151 23456789\n")
    assert "how to reach" in program.json("audience", "import", path).error["title"]

    first = program.json("audience", "import", path, "--map", "Wie=phone", "--country", "DE").result
    second = program.json("audience", "import", path, "--country", "DE").result

    assert (first["added"], second["unchanged"]) == (1, 1)


@pytest.mark.skipif(sys.platform == "win32", reason="a signal ends the job")
@pytest.mark.parametrize("how", ["killed", "interrupted"])
def test_an_import_that_does_not_reach_its_end_leaves_nothing(program: Program, how: str) -> None:
    assert program.json("workspace", "new").code == 0
    path = write(program, HEADER + "".join(f"P {n},person_{n:06d},,,,\n" for n in range(300_000)))
    command = [sys.executable, "main.py", "audience", "import", path, "--workspace", str(program.workspace), "--json"]
    running = subprocess.Popen(command, cwd=ROOT, env=program.environment, stdout=subprocess.PIPE)
    end_s = time.monotonic() + 30
    while count(program, "SELECT count(*) FROM contact") == 0:
        assert time.monotonic() < end_s, "it did not begin"
        time.sleep(0.02)

    if how == "killed":
        job = next(p for p in psutil.process_iter(["cmdline"]) if _is_job(p, program.workspace))
        job.kill()
    else:
        running.send_signal(signal.SIGINT)
    output = running.communicate(timeout=60)[0].decode()

    assert running.returncode == (1 if how == "killed" else 130), output
    assert ("cut off" in output) is (how == "killed")
    for table in ("contact", "consent", "import_refusal", "import_change"):
        assert count(program, f"SELECT count(*) FROM {table}") == 0
    assert program.json("audience", "imports").result["imports"][0]["state"] in ("failed", "cancelled")


def _is_job(process: psutil.Process, workspace: Path) -> bool:
    words = process.info["cmdline"] or []
    return "import-job" in words and str(workspace) in words


def test_a_preview_says_what_each_column_is_and_stores_nothing(program: Program) -> None:
    path = write(program, "Wer,Handy,Notiz\nAnna,+9996610001,x\nBo,12,y\n")

    done = program.run("audience", "preview", path, "--map", "Handy=phone", "--map", "Notiz=-", "--json").result

    assert [column["is"] for column in done["columns"]] == ["wer", "phone", "-"]
    assert done["rows"] == [
        {"line": 2, "would_become": "+9996610001, no basis"},
        {
            "line": 3,
            "would_become": "refused: The phone number has no country code. Begin it with + and the country code.",
        },
    ]
    assert not program.workspace.exists()
